"""Typefaces, and setting of characters one by one: type, dot matrix, typewriters, pin printers.

The fonts are in Debian packages. Pin fonts are in xfonts-base, xfonts-intl-japanese and xfonts-shinonome and are read with
freetype-py. Fonts in `HELD_OUT` are not used for training, but for pages of validation and test.
"""

import dataclasses
import functools
import pathlib
import unicodedata

import cv2
import freetype
import numpy
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

FONTS = pathlib.Path("/usr/share/fonts")
JAPANESE = (
    "opentype/ipafont-mincho/ipam.ttf opentype/ipafont-gothic/ipag.ttf opentype/ipaexfont-mincho/ipaexm.ttf opentype/ipaexfont-gothic/ipaexg.ttf "
    "truetype/vlgothic/VL-Gothic-Regular.ttf truetype/takao-mincho/TakaoMincho.ttf truetype/takao-gothic/TakaoGothic.ttf truetype/monapo/monapo.ttf "
    "truetype/migmix/migmix-1m-regular.ttf truetype/dejima-mincho/dejima-mincho-r227.ttf opentype/noto/NotoSerifCJK-Regular.ttc "
    "opentype/noto/NotoSerifCJK-Bold.ttc opentype/noto/NotoSerifCJK-Light.ttc opentype/noto/NotoSerifCJK-Black.ttc opentype/noto/NotoSansCJK-Medium.ttc "
    "opentype/noto/NotoSansCJK-Light.ttc opentype/noto/NotoSansCJK-Black.ttc truetype/horai-umefont/ume-tgo5.ttf truetype/horai-umefont/ume-hgo4.ttf "
    "truetype/bizud-gothic/BIZUDGothic-Regular.ttf truetype/bizud-gothic/BIZUDGothic-Bold.ttf truetype/sawarabi-mincho/sawarabi-mincho-medium.ttf "
    "opentype/mplus/Mplus1Code-Regular.otf opentype/mplus/Mplus1-Light.otf opentype/mplus/Mplus2-Bold.otf truetype/hanazono/HanaMinA.ttf"
).split()
LATIN = (
    "opentype/courier-prime/Courier Prime.otf|opentype/courier-prime/Courier Prime Bold.otf|truetype/freefont/FreeMono.ttf|truetype/freefont/FreeSerif.ttf|"
    "truetype/freefont/FreeSans.ttf|truetype/cmu/cmunrm.ttf|truetype/cmu/cmunbx.ttf|truetype/liberation/LiberationSerif-Regular.ttf|"
    "truetype/liberation/LiberationMono-Regular.ttf|truetype/liberation/LiberationSans-Bold.ttf|truetype/fonts-oldstandard/OldStandard-Regular.ttf|"
    "opentype/linux-libertine/LinLibertine_R.otf"
).split("|")
HANDWRITTEN = (
    "truetype/yozvox-yozfont/YOzRA_.ttf truetype/yozvox-yozfont/YOzBNFM.ttf truetype/yozvox-yozfont/YOzRCF.ttf truetype/seto/setofont.ttf truetype/kiloji/kiloji.ttf truetype/kiloji/kiloji_b.ttf "
    "truetype/kouzan-mouhitsu/kouzan-mouhitsu.ttf truetype/kouzan-mouhitsu/kouzan-mouhitsu-gyosho.ttf truetype/aoyagi-kouzan-t/AoyagiKouzanT.ttf truetype/aoyagi-soseki/aoyagi-soseki.ttf"
).split()
# Fonts of uniform stroke width, like a pen; distorted, they serve as additional handwriting.
FREEHAND = "opentype/noto/NotoSansCJK-Light.ttc opentype/mplus/Mplus1-Light.otf truetype/horai-umefont/ume-hgo4.ttf truetype/vlgothic/VL-Gothic-Regular.ttf".split()
PENMANSHIP = "opentype/dancingscript/DancingScript-Regular.otf truetype/breip/Breip.ttf truetype/ecolier-court/Ecolier-court.ttf truetype/dustin/Domestic_Manners.ttf".split()
# Fonts of pin printers: characters of JIS X 0208, and half-width characters of JIS X 0201.
PINS = {
    "X11/misc/jiskan24.pcf.gz": "X11/misc/12x24rk.pcf.gz",
    "X11/misc/jiskan16.pcf.gz": "X11/misc/8x16rk.pcf.gz",
    "X11/misc/j78-16.pcf.gz": "X11/misc/shnm8x16r.pcf.gz",
    "X11/misc/shnmk16.pcf.gz": "X11/misc/shnm8x16r.pcf.gz",
    "X11/misc/shnmk16min.pcf.gz": "X11/misc/8x16rk.pcf.gz",
    "X11/misc/shnmk14.pcf.gz": "X11/misc/shnm7x14r.pcf.gz",
    "X11/misc/shnmk14min.pcf.gz": "X11/misc/shnm7x14r.pcf.gz",
}
HELD_OUT = {
    "japanese": (
        "truetype/horai-umefont/ume-tmo3.ttf truetype/bizud-mincho/BIZUDMincho-Regular.ttf opentype/noto/NotoSansCJK-Regular.ttc truetype/migmix/migu-1m-bold.ttf "
        "truetype/ipamj/ipamjm.ttf truetype/motoya-l-cedar/MTLc3m.ttf"
    ).split(),
    "latin": "truetype/cmu/cmuntt.ttf|opentype/junicode/JunicodeTwoBeta-Regular.otf|truetype/liberation/LiberationMono-Bold.ttf|opentype/courier-prime/Courier Prime Code.otf".split(
        "|"
    ),
    "handwritten": "truetype/motoya-l-maruberi/MTLmr3m.ttf truetype/komatuna/komatuna.ttf truetype/kiloji/kiloji_d.ttf".split(),
    "freehand": "opentype/noto/NotoSansCJK-Regular.ttc truetype/motoya-l-cedar/MTLc3m.ttf".split(),
    "penmanship": "truetype/dustin/It_wasn_t_me.ttf opentype/dancingscript/DancingScript-Bold.otf".split(),
    "pins": ["X11/misc/shnmk14min.pcf.gz"],
}
MANNERS = ("type", "type", "dots", "struck", "struck")


def there(names):
    found = [name for name in names if (FONTS / name).exists()]
    if not found:
        raise SystemExit(f"none of these fonts is installed: {', '.join(names)}")
    return found


class Faces:
    """The typefaces for one part of the data (training or held out)."""

    def __init__(self, held_out=False):
        kinds = (
            HELD_OUT
            if held_out
            else {
                "japanese": JAPANESE,
                "latin": LATIN,
                "handwritten": HANDWRITTEN,
                "freehand": FREEHAND,
                "penmanship": PENMANSHIP,
                "pins": [name for name in PINS if name not in HELD_OUT["pins"]],
            }
        )
        self.names = {kind: there(names) for kind, names in kinds.items()}

    def draw(self, rng, kind="japanese", manner=None):
        """A face by kind ("japanese", "latin", "handwritten", "freehand", "penmanship", "pins") and manner."""
        manner = manner or (rng.choice(MANNERS) if kind in ("japanese", "latin") else "type")
        return Face(rng.choice(self.names[kind]), manner, rng.uniform(16, 26), rng.uniform(0.2, 1))


@dataclasses.dataclass(frozen=True)
class Face:
    """A font and its manner of printing.

    `dots`: pins of a dot matrix per character. `loose`: misalignment of a typewriter, or pin size of a pin font (0 to 1).
    """

    name: str
    manner: str = "type"
    dots: float = 24.0
    loose: float = 0.5

    def has(self, text):
        return all(c.isspace() or ord(c) in coverage(self.name) for c in text)


@functools.cache
def coverage(name):
    if name in PINS:
        return frozenset(ord(c) for c in [*wide_characters(), *NARROW] if dots_of(name, c) is not None)
    return frozenset(TTFont(FONTS / name, fontNumber=0, lazy=True).getBestCmap())


NARROW = [chr(code) for code in [*range(0x21, 0x7F), *range(0xFF61, 0xFFA0)]]


def wide_characters():
    """JIS X 0208, row by row."""
    for row in range(0xA1, 0xF5):
        yield from bytes(b for cell in range(0xA1, 0xFF) for b in (row, cell)).decode("euc_jp", "ignore")


@functools.cache
def bitmaps(name):
    font = freetype.Face(str(FONTS / name))
    font.set_charmap(font.charmaps[0]), font.select_size(0)
    return font


@functools.lru_cache(20000)
def dots_of(name, c):
    """The pins of a character (booleans, rows x columns) and their left and top in the cell; None if the font lacks it."""
    if is_wide(c):
        try:
            row, cell = c.encode("euc_jp")
        except (UnicodeEncodeError, ValueError):
            return None
        font, code = bitmaps(name), (row & 0x7F) << 8 | cell & 0x7F
    else:
        font, code = bitmaps(PINS[name]), ord(c) if ord(c) < 0x80 else ord(c) - 0xFF61 + 0xA1
    if not font.get_char_index(code):
        return None
    font.load_char(chr(code), freetype.FT_LOAD_RENDER | freetype.FT_LOAD_TARGET_MONO)
    bitmap = font.glyph.bitmap
    if not bitmap.rows or not bitmap.width:
        return None
    rows = numpy.array(bitmap.buffer, numpy.uint8).reshape(bitmap.rows, bitmap.pitch)
    ascent = font.size.ascender // 64
    return numpy.unpackbits(rows, 1)[:, : bitmap.width] > 0, font.glyph.bitmap_left, ascent - font.glyph.bitmap_top


def pinned(face, c, size):
    """Coverage of a pin font's character and its offset in a cell of `size`, like `glyph`."""
    found = dots_of(face.name, c)
    if found is None:
        return None
    dots, left, top = found
    step, finer = size / bitmaps(face.name).available_sizes[0].height, 6
    fine = numpy.zeros((dots.shape[0] * finer + finer, dots.shape[1] * finer + finer), numpy.uint8)
    fine[finer::finer, finer::finer][: dots.shape[0], : dots.shape[1]] = dots * 255
    width = 1 + 2 * int(finer * (0.45 + 0.35 * face.loose))
    fine = cv2.dilate(fine, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    extent = [max(1, round(side * step / finer)) for side in fine.shape[::-1]]
    return cv2.resize(fine, extent, interpolation=cv2.INTER_AREA), int((left - 0.5) * step), int((top - 0.5) * step)


@functools.lru_cache(400)
def loaded(name, size):
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.RAQM)


def is_wide(c):
    return unicodedata.east_asian_width(c) in "WFA"


@functools.lru_cache(60000)
def glyph(face, c, size, vertical):
    """Coverage of a character and its offset in the cell. The cell is a square of `size`, half as wide for narrow characters."""
    if face.name in PINS:
        return pinned(face, c, size)
    room = size // 2
    picture = Image.new("L", (size + 2 * room, size + 2 * room), 0)
    draw = ImageDraw.Draw(picture)
    if vertical and is_wide(c):
        draw.text(
            (room + size / 2, room),
            c,
            font=loaded(face.name, size),
            fill=255,
            direction="ttb",
            features=["vert"],
            anchor="mt",
            language="ja",
        )
    else:
        draw.text((room, room), c, font=loaded(face.name, size), fill=255, language="ja")
    ink = numpy.asarray(picture)
    if face.manner == "dots":
        ink = dotted(ink, size, face.dots)
    rows, columns = numpy.nonzero(ink.max(1) > 30)[0], numpy.nonzero(ink.max(0) > 30)[0]
    if not len(rows):
        return None
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return numpy.ascontiguousarray(cut), int(columns[0]) - room, int(rows[0]) - room


def dotted(ink, size, pins):
    """The character as printed by pins."""
    step = max(1.3, size / pins)
    hit = cv2.resize(ink, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA) > 100
    dots = numpy.zeros_like(ink)
    width = max(1, int(round(step * 1.25)))
    for row, column in zip(*numpy.nonzero(hit)):
        y, x = int(row * step), int(column * step)
        dots[y : y + width, x : x + width] = 255
    return cv2.GaussianBlur(dots, (0, 0), 0.5)


def width_of(face, text, size):
    """Width of a horizontal text without additional spacing; letters of proportional faces have their own width."""
    return sum(advance(face, c, size) for c in text)


@functools.lru_cache(60000)
def advance(face, c, size):
    if is_wide(c):
        return float(size)
    if c == " " or face.name in PINS:
        return size * 0.5
    return loaded(face.name, size).getlength(c)


def set_line(layer, face, text, x, y, size, rng, pitch=1.0, vertical=False):
    """Sets a line into a layer with the first cell's top left at (x, y); `pitch` in cells. Returns the boxes of the ink.

    Blanks advance and have no box. If the face lacks a character, its cell stays empty.
    """
    boxes, at = [], float(y if vertical else x)
    for c in text:
        step = size * pitch if vertical and is_wide(c) else advance(face, c, size) * pitch
        if vertical and not is_wide(c):
            step = size * pitch
        found = None if c.isspace() or ord(c) not in coverage(face.name) else glyph(face, c, size, vertical)
        if found is not None:
            ink, dx, dy = found
            if vertical and not is_wide(c):
                dx += size // 4
            left, top = (x, at) if vertical else (at, y)
            if face.manner == "struck":
                ink, shift = struck(ink, face, size, rng)
                dx, dy = dx + shift[0], dy + shift[1]
            layer.add(ink, left + dx, top + dy)
            cell = size if is_wide(c) else step
            boxes.append((left, top, left + size, top + size) if vertical else (left, top, left + cell, top + size))
        at += step
    return boxes


def struck(ink, face, size, rng):
    """A character as a typewriter strikes it: misplaced, lighter or darker, heavier at the top or bottom, rarely rotated."""
    loose = face.loose
    shift = rng.gauss(0, 0.03 * loose * size), rng.gauss(0, 0.03 * loose * size)
    strength = 1 - abs(rng.gauss(0, 0.25 * loose))
    if rng.random() < 0.15 * loose and ink.shape[0] > 4:
        slope = numpy.linspace(1, rng.uniform(0.4, 1), ink.shape[0], dtype=numpy.float32)[:: rng.choice([1, -1])]
        ink = (ink * (slope[:, None] * strength)).astype(numpy.uint8)
    elif strength < 0.97:
        ink = cv2.convertScaleAbs(ink, alpha=max(0.35, strength))
    return ink, shift
