"""Simulates the printing and wear of a text line: typewriter, line printer, carbon copy, photocopy, scanner.

All images are in the reading frame of the line: a column is drawn downwards and rotated by 90° counter-clockwise, as
denshin passes it to the recognizer. Gray images, paper 255.
"""

import functools
import pathlib
import sys

import cv2
import numpy
from PIL import Image, ImageDraw

sys.path.append(str(pathlib.Path(__file__).parent / "pages"))
from faces import advance, is_wide, set_line
from sheet import Layer


def typed(text, face, size, pitch, vertical, rng):
    """Sets text cell by cell, `pitch` cells apart; ink 1, paper 0, a margin of 0.7 cells on all sides."""
    room = int(size * 0.7)
    length = (
        int(sum(size if vertical or is_wide(c) else advance(face, c, size) for c in text) * pitch) + size + 2 * room
    )
    layer = Layer((length, size + 2 * room) if vertical else (size + 2 * room, length))
    set_line(layer, face, text, room, room, size, rng, pitch, vertical)
    ink = numpy.rot90(layer.cover) if vertical else layer.cover
    return numpy.ascontiguousarray(ink, numpy.float32) / 255


def stretched(ink, part):
    """Stretches or narrows characters."""
    return cv2.resize(ink, None, fx=part, fy=1, interpolation=cv2.INTER_LINEAR if part > 1 else cv2.INTER_AREA)


def clouds(random, shape, scale):
    """Smooth noise between -1 and 1 with spots of about `scale` pixels."""
    coarse = random.normal(size=(int(shape[0] / scale) + 2, int(shape[1] / scale) + 2)).astype(numpy.float32)
    smooth = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return smooth / (numpy.abs(smooth).max() + 1e-6)


@functools.cache
def grain_field():
    return numpy.random.RandomState(0).normal(size=(512, 4096)).astype(numpy.float32)


def grain(random, shape):
    """White noise cut from one field; new noise for every line took a third of the time."""
    row, column = (random.randint(0, max(1, whole - part)) for whole, part in zip(grain_field().shape, shape))
    return grain_field()[row : row + shape[0], column : column + shape[1]]


def spread(ink, size, rng):
    """Thickens strokes (bleeding ink) or thins them (weak impression)."""
    reach = max(2, int(size * rng.uniform(0.03, 0.07)))
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    changed = cv2.dilate(ink, element) if rng.random() < 0.7 else cv2.erode(ink, element)
    part = rng.uniform(0.3, 1)
    return changed * part + ink * (1 - part)


def faded(ink, random, rng):
    """Varies the ink from place to place, like a worn ribbon or a carbon copy."""
    if rng.random() < 0.6:
        ink = ink * (1 - rng.uniform(0.1, 0.6) * (1 + clouds(random, ink.shape, rng.choice([6, 14, 40, 120]))) / 2)
    if rng.random() < 0.2:
        start, length = rng.uniform(-0.3, 1) * ink.shape[1], rng.uniform(0.1, 0.8) * ink.shape[1]
        along = 1 / (1 + numpy.exp(-(numpy.arange(ink.shape[1]) - start) / 12)) - 1 / (
            1 + numpy.exp(-(numpy.arange(ink.shape[1]) - start - length) / 12)
        )
        ink = ink * (1 - rng.uniform(0.3, 0.7) * along[None].astype(numpy.float32))
    return ink


STAMPS = (
    "極秘 秘 厳秘 極祕 祕 取扱注意 部外秘 至急 大至急 写 要回覧 回覧 複写禁止 秘密指定解除 解除 公開 写三部 秘密指定解除/外交記録・情報公開室 "
    "秘密指定解除/情報公開室 接受 文書課 記録/文書 済 閲 外務省/外交史料館 電信課 配布済 供覧 閲覧済 昭和/受付 本紙限り"
).split()

SMALLEST_STAMP = 12  # px, height of its characters


def stamp(text, face, size, rng):
    """A rubber stamp of rows of characters, usually framed; ink 1, paper 0; and its frame as a separate image."""
    rows = [typed(row, face, size, 1, False, rng) for row in text.split("/")]
    edge = int(size * 0.7)  # margin around each row
    rows = [row[edge - 2 : -edge + 2, edge - 2 : -edge + 2] for row in rows]
    room, gap = int(size * rng.uniform(0.2, 0.7)), int(size * rng.uniform(0, 0.4))
    width, height = max(row.shape[1] for row in rows) + 2 * room, sum(row.shape[0] + gap for row in rows) + 2 * room
    picture, frame = numpy.zeros((height, width), numpy.float32), Image.new("L", (width, height), 0)
    top = room
    for row in rows:
        left = (width - row.shape[1]) // 2
        picture[top : top + row.shape[0], left : left + row.shape[1]] = row
        top += row.shape[0] + gap
    picture = Image.fromarray((picture * 255).astype(numpy.uint8))
    thick = max(1, int(size * rng.uniform(0.04, 0.12)))
    draw = ImageDraw.Draw(frame).rectangle if len(text) > 3 or rng.random() < 0.6 else ImageDraw.Draw(frame).ellipse
    draw((0, 0, width - 1, height - 1), outline=255, width=thick)
    return picture, frame


def stamped(ink, face, top, bottom, vertical, rng):
    """Puts a stamp over the line, upright on the page: over a column it is rotated like the column.

    denshin erases most of a black frame but leaves the characters in it, so the frame is often omitted here.
    """
    height, width = ink.shape
    band = bottom - top
    text = rng.choice(STAMPS)
    if not face.has(text.replace("/", "")):
        return ink
    size = int(band * rng.choice([rng.uniform(0.7, 1.3), rng.uniform(1, 2.2)]))
    picture, frame = stamp(text, face, max(SMALLEST_STAMP, size), rng)
    lean = rng.uniform(-8, 8) if rng.random() < 0.7 else rng.uniform(-18, 18)
    place = None
    layers = []
    for layer in (picture, frame):
        layer = layer.rotate(lean, expand=True, resample=Image.Resampling.BILINEAR)
        layer = layer.transpose(Image.Transpose.ROTATE_90) if vertical else layer
        if place is None:
            place = (
                rng.randint(-layer.width // 2, width),
                rng.randint(top - int(0.9 * layer.height), bottom - int(0.1 * layer.height)),
            )
        whole = Image.new("L", (width, height), 0)
        whole.paste(layer, place)
        layers.append(numpy.asarray(whole, numpy.float32) / 255)
    characters, edge = layers
    strength = rng.uniform(0.6, 1)
    if rng.random() < 0.5:
        characters = characters * (
            1 - rng.uniform(0, 0.5) * (clouds(numpy.random.RandomState(rng.randrange(2**31)), ink.shape, 30) > 0)
        )
    ink = numpy.maximum(ink, characters * strength) if rng.random() < 0.9 else ink * (1 - characters)
    fate = rng.random()
    if fate < 0.45:
        return ink
    return numpy.maximum(ink, edge * strength) if fate < 0.7 else ink * (1 - edge)


def crossed(ink, top, bottom, rng):
    """Draws strokes of frames and rulings across the line, or white ones, as erased marks leave them."""
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


def in_a_stamp(ink, box, size, rng):
    """Adds the surroundings of a stamp row: parts of the frame and patches of missing ink."""
    ink, (left, top, right, bottom) = ink.copy(), box
    thick = max(1, int(size * rng.uniform(0.04, 0.12)))
    for side in (top - rng.randint(thick, size // 2), bottom + rng.randint(0, size // 2)):
        if rng.random() < 0.35 and 0 < side < ink.shape[0] - thick:
            ink[side : side + thick] = 1
    for side in (left - rng.randint(thick, size // 2), right + rng.randint(0, size // 2)):
        if rng.random() < 0.3 and 0 < side < ink.shape[1] - thick:
            ink[:, side : side + thick] = 1
    if rng.random() < 0.5:
        noise = numpy.random.RandomState(rng.randrange(2**31))
        ink *= 1 - rng.uniform(0.2, 0.7) * (clouds(noise, ink.shape, size / rng.uniform(3, 12)) > rng.uniform(0.2, 0.6))
    return ink


def underlined(ink, box, size, rng):
    """Draws a ruling below or through the line."""
    ink, thick = ink.copy(), max(1, int(size * rng.uniform(0.03, 0.08)))
    at = int(box[3] + size * rng.uniform(-0.02, 0.2)) if rng.random() < 0.8 else (box[1] + box[3]) // 2
    start = rng.randint(box[0], box[2] - 1) if rng.random() < 0.5 else 0
    ink[at : at + thick, start : start + rng.randint(size, ink.shape[1])] = rng.uniform(0.5, 1)
    return ink


def copied(gray, rng, random):
    """A copy of a copy: blurred, with more contrast and new dirt; up to three generations."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        gray = cv2.GaussianBlur(gray, (0, 0), rng.uniform(0.4, 1.1)).astype(numpy.float32)
        gray += rng.uniform(0, 10) * grain(random, gray.shape)
        paper, ink = numpy.percentile(gray, 85), numpy.percentile(gray, 3)
        middle = ink + (paper - ink) * rng.uniform(0.4, 0.75)
        gray = 255 / (1 + numpy.exp(-(gray - middle) * rng.uniform(3, 9) / max(20, paper - ink)))
        gray = gray.clip(0, 255).astype(numpy.uint8)
    return gray


def faxed(gray, vertical, rng):
    """Two gray levels at reduced vertical resolution, like a fax; the line may be a column."""
    down, along = rng.choice([0.33, 0.5, 0.66]), rng.uniform(0.6, 1)
    across = (down, along) if vertical else (along, down)
    small = cv2.resize(gray, None, fx=across[0], fy=across[1], interpolation=cv2.INTER_AREA)
    small = numpy.where(small > numpy.percentile(small, 90) * rng.uniform(0.55, 0.85), 255, 0).astype(numpy.uint8)
    return cv2.resize(
        small, gray.shape[::-1], interpolation=rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_AREA])
    )


SLIGHT = "。、．，・：；’‘”“゛゜（）「」『』〔〕()[]ー―一ノ｜1lI"


def beside_a_block(ink, box, text, size, rng):
    """Erases a strip of the first or last character, like a redaction beside it; enough is left to recognize it."""
    ink, reach, first = ink.copy(), int(size * rng.uniform(0.05, 0.2)), rng.random() < 0.4
    if text[0 if first else -1] not in SLIGHT:
        ink[:, slice(0, box[0] + reach) if first else slice(box[2] - reach, None)] = 0
    return ink


def scanned(ink, size, random, rng):
    """Scans ink on paper: a gray image with blur, noise, specks, photocopy contrast and compression."""
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.25, min(1.4, 0.2 + 0.033 * size)))
    paper = rng.uniform(195, 255) - 12 * rng.random() * clouds(random, ink.shape, 60)
    gray = paper * (1 - ink * rng.uniform(0.45, 1)) + rng.uniform(0, 14) * grain(random, ink.shape)
    for _ in range(rng.randint(1, 16) if rng.random() < 0.3 else 0):
        spot = (rng.randrange(ink.shape[1]), rng.randrange(ink.shape[0]))
        cv2.circle(gray, spot, rng.choice([0, 1, 1, 2]), rng.choice([30, 240]), -1)
    chance = rng.random()
    if chance < 0.28:
        threshold = rng.uniform(130, 195) + 16 * clouds(random, ink.shape, 40)
        gray = cv2.GaussianBlur(
            255 / (1 + numpy.exp(-(gray - threshold) / rng.uniform(2, 12))), (0, 0), rng.uniform(0.2, 0.8)
        )
    elif chance < 0.40:
        gray = numpy.where(gray > rng.uniform(120, 190), 255.0, 0.0)
    gray = gray.clip(0, 255).astype(numpy.uint8)
    if rng.random() < 0.45:
        gray = cv2.imdecode(cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(30, 85)])[1], 0)
    return gray
