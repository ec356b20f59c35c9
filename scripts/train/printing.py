"""Prints a line of text and wears it down: typewriter, line printer, carbon copy, photocopy, scanner.

Everything is done in the line's reading frame: a column is drawn downwards and turned by 90° counter-clockwise, as
denshin gives it to its recognizer. Gray pictures, paper 255.
"""
import functools
import pathlib
import unicodedata

import cv2
import numpy
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

FONTS = pathlib.Path("/usr/share/fonts")
TRAINING_FONTS = [
    ("opentype/ipafont-mincho/ipam.ttf", 0), ("opentype/ipafont-gothic/ipag.ttf", 0), ("opentype/ipaexfont-mincho/ipaexm.ttf", 0),
    ("opentype/ipaexfont-gothic/ipaexg.ttf", 0), ("truetype/vlgothic/VL-Gothic-Regular.ttf", 0), ("truetype/takao-mincho/TakaoMincho.ttf", 0),
    ("truetype/takao-gothic/TakaoGothic.ttf", 0), ("truetype/monapo/monapo.ttf", 0), ("truetype/migmix/migmix-1m-regular.ttf", 0),
    ("truetype/dejima-mincho/dejima-mincho-r227.ttf", 0), ("opentype/noto/NotoSerifCJK-Regular.ttc", 0), ("opentype/noto/NotoSerifCJK-Bold.ttc", 0),
    ("opentype/noto/NotoSerifCJK-Light.ttc", 0), ("opentype/noto/NotoSansCJK-Medium.ttc", 0), ("truetype/horai-umefont/ume-tgo5.ttf", 0),
    ("truetype/bizud-gothic/BIZUDGothic-Regular.ttf", 0), ("truetype/sawarabi-mincho/sawarabi-mincho-medium.ttf", 0),
]
HELD_OUT_FONTS = [
    ("truetype/horai-umefont/ume-tmo3.ttf", 0), ("truetype/bizud-mincho/BIZUDMincho-Regular.ttf", 0),
    ("opentype/noto/NotoSansCJK-Regular.ttc", 0), ("truetype/migmix/migu-1m-bold.ttf", 0),
]


@functools.cache
def font(name, size):
    return ImageFont.truetype(str(FONTS / name[0]), size, index=name[1], layout_engine=ImageFont.Layout.RAQM)


@functools.cache
def coverage(name):
    return frozenset(TTFont(FONTS / name[0], fontNumber=name[1], lazy=True).getBestCmap())


def font_for(text, fonts, rng):
    """A font that has every character of the text, or None."""
    fonts = [f for f in rng.sample(fonts, len(fonts)) if all(ord(c) in coverage(f) for c in text)]
    return fonts[0] if fonts else None


def typed(text, name, size, pitch, vertical):
    """Text set cell by cell at a pitch; ink 1, paper 0, two thirds of a cell of room on all sides."""
    room, length = int(size * 0.7), int(pitch * len(text) + size * 1.4)
    extent = (size + 2 * room, length) if vertical else (length, size + 2 * room)
    picture = Image.new("L", extent, 0)
    draw, at = ImageDraw.Draw(picture), float(room)
    for c in text:
        if vertical:
            draw.text((room + size / 2, at), c, font=font(name, size), fill=255, direction="ttb", features=["vert"], anchor="mt", language="ja")
            at += pitch
        else:
            draw.text((at, room), c, font=font(name, size), fill=255, language="ja")
            at += pitch if unicodedata.east_asian_width(c) in "WFA" else pitch * 0.55
    ink = numpy.asarray(picture, numpy.float32) / 255
    ink = numpy.rot90(ink) if vertical else ink[:, : int(at) + room]
    return numpy.ascontiguousarray(ink)


def clouds(random, shape, scale):
    """Smooth noise between -1 and 1 with spots of about `scale` pixels."""
    coarse = random.normal(size=(int(shape[0] / scale) + 2, int(shape[1] / scale) + 2)).astype(numpy.float32)
    smooth = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return smooth / (numpy.abs(smooth).max() + 1e-6)


@functools.cache
def grain_field():
    return numpy.random.RandomState(0).normal(size=(512, 4096)).astype(numpy.float32)


def grain(random, shape):
    """White noise cut from one field: drawing it anew for every line took a third of the time."""
    row, column = (random.randint(0, max(1, whole - part)) for whole, part in zip(grain_field().shape, shape))
    return grain_field()[row : row + shape[0], column : column + shape[1]]


def dot_matrix(ink, size, rng):
    """The line as the pins of a printer make it: 16 to 26 of them in a cell."""
    step = max(1.5, size / rng.uniform(16, 26))
    pins = cv2.resize(ink, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA) > rng.uniform(0.33, 0.5)
    dots = numpy.zeros_like(ink)
    rows, columns = numpy.nonzero(pins)
    rows, columns = ((rows + 0.5) * step).astype(int), ((columns + 0.5) * step).astype(int)
    inside = (rows < ink.shape[0]) & (columns < ink.shape[1])
    dots[rows[inside], columns[inside]] = 1
    width = int(step * rng.uniform(1.1, 1.7)) | 1
    dots = cv2.dilate(dots, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    return cv2.GaussianBlur(dots, (0, 0), 0.6)


def spread(ink, size, rng):
    """Ink that bled (thicker strokes) or hardly took (thinner ones)."""
    reach = max(2, int(size * rng.uniform(0.03, 0.07)))
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    changed = cv2.dilate(ink, element) if rng.random() < 0.7 else cv2.erode(ink, element)
    part = rng.uniform(0.3, 1)
    return changed * part + ink * (1 - part)


def faded(ink, random, rng):
    """Ink that differs from place to place, as a worn ribbon or a carbon copy has it."""
    if rng.random() < 0.6:
        ink = ink * (1 - rng.uniform(0.1, 0.6) * (1 + clouds(random, ink.shape, rng.choice([6, 14, 40, 120]))) / 2)
    if rng.random() < 0.2:
        start, length = rng.uniform(-0.3, 1) * ink.shape[1], rng.uniform(0.1, 0.8) * ink.shape[1]
        along = 1 / (1 + numpy.exp(-(numpy.arange(ink.shape[1]) - start) / 12)) - 1 / (1 + numpy.exp(-(numpy.arange(ink.shape[1]) - start - length) / 12))
        ink = ink * (1 - rng.uniform(0.3, 0.7) * along[None].astype(numpy.float32))
    return ink


STAMPS = (
    "極秘 秘 厳秘 極祕 祕 取扱注意 部外秘 至急 大至急 写 要回覧 回覧 複写禁止 秘密指定解除 解除 公開 写三部 秘密指定解除/外交記録・情報公開室 "
    "秘密指定解除/情報公開室 接受 文書課 記録/文書 済 閲 外務省/外交史料館 電信課 配布済 供覧 閲覧済 昭和/受付 本紙限り"
).split()


def stamp(text, size, rng):
    """A rubber stamp: rows of characters, mostly in a frame; ink 1, paper 0, and its frame by itself."""
    rows, type_ = text.split("/"), font(rng.choice(TRAINING_FONTS), size)
    room = int(size * rng.uniform(0.2, 0.7))
    gap = size * rng.uniform(0, 0.4)
    width, height = size * max(map(len, rows)) + 2 * room, int(len(rows) * (size + gap)) + 2 * room
    picture, frame = Image.new("L", (width, height), 0), Image.new("L", (width, height), 0)
    for number, row in enumerate(rows):
        place = ((width - size * len(row)) / 2, room + number * (size + gap))
        ImageDraw.Draw(picture).text(place, row, font=type_, fill=255, stroke_width=rng.choice([0, 0, 0, 1]))
    thick = max(1, int(size * rng.uniform(0.04, 0.12)))
    draw = ImageDraw.Draw(frame).rectangle if len(text) > 3 or rng.random() < 0.6 else ImageDraw.Draw(frame).ellipse
    draw((0, 0, width - 1, height - 1), outline=255, width=thick)
    return picture, frame


def stamped(ink, top, bottom, vertical, rng):
    """A stamp over the line, upright on the page: on a column it lies on its side as the column does.

    denshin takes most of a black frame away and leaves the characters in it, so the frame is often missing here.
    """
    height, width = ink.shape
    band = bottom - top
    picture, frame = stamp(rng.choice(STAMPS), int(band * rng.choice([rng.uniform(0.7, 1.3), rng.uniform(1, 2.2)])), rng)
    lean = rng.uniform(-8, 8) if rng.random() < 0.7 else rng.uniform(-18, 18)
    place = None
    layers = []
    for layer in (picture, frame):
        layer = layer.rotate(lean, expand=True, resample=Image.Resampling.BILINEAR)
        layer = layer.transpose(Image.Transpose.ROTATE_90) if vertical else layer
        if place is None:
            place = (rng.randint(-layer.width // 2, width), rng.randint(top - int(0.9 * layer.height), bottom - int(0.1 * layer.height)))
        whole = Image.new("L", (width, height), 0)
        whole.paste(layer, place)
        layers.append(numpy.asarray(whole, numpy.float32) / 255)
    characters, edge = layers
    strength = rng.uniform(0.6, 1)
    if rng.random() < 0.5:
        characters = characters * (1 - rng.uniform(0, 0.5) * (clouds(numpy.random.RandomState(rng.randrange(2**31)), ink.shape, 30) > 0))
    ink = numpy.maximum(ink, characters * strength) if rng.random() < 0.9 else ink * (1 - characters)
    fate = rng.random()
    if fate < 0.45:
        return ink
    return numpy.maximum(ink, edge * strength) if fate < 0.7 else ink * (1 - edge)


def crossed(ink, top, bottom, rng):
    """Strokes of frames and rules across the line; or white ones, where a mark was erased."""
    height, width = ink.shape
    band = bottom - top
    over = numpy.zeros_like(ink)
    for _ in range(rng.randint(1, 3)):
        slope, middle = rng.choice([0.0, rng.uniform(-0.03, 0.03), rng.uniform(-1, 1), 9.0]), rng.uniform(0, width)
        y, thick = rng.uniform(top, bottom), rng.randint(1, max(1, band // 10))
        ends = [(int(middle - width), int(y - slope * width)), (int(middle + width), int(y + slope * width))]
        cv2.line(over, *ends, 1.0, thick, cv2.LINE_AA)
    if rng.random() < 0.3:
        return ink * (1 - over)
    return numpy.maximum(ink, over * rng.uniform(0.15, 0.8))


SLIGHT = "。、．，・：；’‘”“゛゜（）「」『』〔〕()[]ー―一ノ｜1lI"


def beside_a_block(ink, box, text, size, rng):
    """What a redaction beside the line took away with it: a strip of the first or last character, where enough of it is left to tell it."""
    ink, reach, first = ink.copy(), int(size * rng.uniform(0.05, 0.2)), rng.random() < 0.4
    if text[0 if first else -1] not in SLIGHT:
        ink[:, slice(0, box[0] + reach) if first else slice(box[2] - reach, None)] = 0
    return ink


def scanned(ink, size, random, rng):
    """Ink on paper as a scanner sees it: gray picture with blur, noise, specks, photocopy contrast and compression."""
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.25, min(1.4, 0.2 + 0.033 * size)))
    paper = rng.uniform(195, 255) - 12 * rng.random() * clouds(random, ink.shape, 60)
    gray = paper * (1 - ink * rng.uniform(0.45, 1)) + rng.uniform(0, 14) * grain(random, ink.shape)
    for _ in range(rng.randint(1, 16) if rng.random() < 0.3 else 0):
        spot = (rng.randrange(ink.shape[1]), rng.randrange(ink.shape[0]))
        cv2.circle(gray, spot, rng.choice([0, 1, 1, 2]), rng.choice([30, 240]), -1)
    chance = rng.random()
    if chance < 0.28:
        threshold = rng.uniform(130, 195) + 16 * clouds(random, ink.shape, 40)
        gray = cv2.GaussianBlur(255 / (1 + numpy.exp(-(gray - threshold) / rng.uniform(2, 12))), (0, 0), rng.uniform(0.2, 0.8))
    elif chance < 0.40:
        gray = numpy.where(gray > rng.uniform(120, 190), 255.0, 0.0)
    gray = gray.clip(0, 255).astype(numpy.uint8)
    if rng.random() < 0.45:
        gray = cv2.imdecode(cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(30, 85)])[1], 0)
    return gray
