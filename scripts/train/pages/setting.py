"""Sets text on a page: lines, paragraphs, cells and rulings, with a record of their places.

A `Page` collects the ink of one page in a few layers and presses them at the end, rulings first. Lengths are pixels of the
drawing; `pt` converts from typographic points.
"""

import dataclasses
import functools
import re

import numpy

from faces import Face, advance, coverage, glyph, is_wide, set_line

SAMPLE = "電信写第号大使館外務省、。「」（）ー一二アイウあいう１２"
SAMPLE_OLD = "國會對發關總番號"
BOLD = ("bold", "black", "hgo4", "cmunbx")
NOT_FIRST = set("、。，．」』）】・ーっゃゅょッャュョ々〃")
HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI_DIGITS = "〇一二三四五六七八九"
FORM_INKS = (
    (30, 30, 30),
    (35, 35, 35),
    (60, 60, 60),
    (150, 80, 40),
    (160, 100, 60),
    (80, 115, 40),
    (60, 90, 140),
    (50, 70, 110),
    (70, 60, 170),
)
TYPE_INKS = (
    (15, 15, 15),
    (25, 25, 25),
    (35, 35, 40),
    (25, 30, 40),
    (80, 80, 80),
    (110, 110, 110),
    (120, 45, 85),
    (130, 60, 30),
)
MARKERS = (
    ("１．", "２．", "３．", "４．", "５．", "６．"),
    ("（１）", "（２）", "（３）", "（４）"),
    ("一、", "二、", "三、", "四、", "五、"),
    ("ア．", "イ．", "ウ．", "エ．"),
    ("（イ）", "（ロ）", "（ハ）", "（ニ）"),
    ("1. ", "2. ", "3. ", "4. "),
    ("(1) ", "(2) ", "(3) "),
    ("○", "○", "○"),
    ("・", "・"),
)


@dataclasses.dataclass
class Drawn:
    """The places of a page's text.

    `lines` has for each line its characters' boxes, whether it is vertical, its size and its role; `cells` are ruled cells
    of forms and tables, and areas reserved for images; `body` is the box around the main text.
    """

    kind: str
    direction: str = "horizontal"
    lines: list = dataclasses.field(default_factory=list)
    cells: list = dataclasses.field(default_factory=list)
    body: tuple = (0, 0, 0, 0)


@dataclasses.dataclass
class Style:
    """How a passage is set. `pitch`, `indent` and `spacing` (from line to line) are in characters."""

    face: Face
    size: int
    pitch: float = 1.0
    spacing: float = 1.7
    vertical: bool = False
    indent: int = 1
    markers: tuple = ()
    gap: float = 0.0  # chance of an empty line between paragraphs
    length: float = 3.0  # usual number of lines of a paragraph
    ruby: float = 0.0  # chance of ruby, emphasis or an underline in a line
    dots: float = 0.0
    underline: float = 0.0
    layer: object = None
    role: str = "body"
    closing: str = ""


class Page:
    """Draws text into the layers of one page and records its places."""

    def __init__(self, sheet, context, kind):
        self.sheet, self.context, self.rng, self.mm = sheet, context, context.rng, sheet.mm
        self.width, self.height = sheet.width, sheet.height
        # Sometimes the text area exceeds the page, so that its right or bottom edge is cut off.
        if self.chance(0.025):
            self.width = int(self.width * self.rng.uniform(1.03, 1.1))
        if self.chance(0.015):
            self.height = int(self.height * self.rng.uniform(1.03, 1.1))
        self.rules, self.form, self.type = sheet.layer(), sheet.layer(), sheet.layer()
        self.filled = None
        self.drawn = Drawn(kind)
        rng = self.rng
        self.form_ink, self.type_ink = rng.choice(FORM_INKS), rng.choice(TYPE_INKS)
        self.thin = rng.uniform(0.12, 0.35) * self.mm
        self.tone = rng.choice(("modern", "modern", "modern", "old"))

    def pt(self, points):
        return max(9, int(round(points * 0.3528 * self.mm)))

    def chance(self, part):
        return self.rng.random() < part

    def between(self, low, high):
        """A random length between two in millimetres, in pixels."""
        return self.rng.uniform(low, high) * self.mm

    # Faces

    def face(self, manner=None, kind="japanese"):
        """A face with the usual characters; its parameters are rounded, so that drawn characters can be cached."""
        for _ in range(8):
            face = self.context.faces.draw(self.rng, kind, manner)
            if kind == "latin" or face.has(SAMPLE if self.tone != "old" else SAMPLE + SAMPLE_OLD):
                break
        dots = round(face.dots / 2) * 2.0 if face.manner == "dots" else 24.0
        loose = round(face.loose * 4) / 4 if face.manner == "struck" else 0.5
        return Face(face.name, face.manner, dots, loose)

    def bold(self):
        """A bold face, if there is one."""
        for _ in range(14):
            face = self.face("type")
            if any(part in face.name.lower() for part in BOLD):
                break
        return face

    # Text

    def prose(self, count):
        """Running text of a number of characters in the style of the page."""
        rng, sentences, parts, total = self.rng, self.context.sentences, [], 0
        book = {"kana": "modern"}.get(self.tone, self.tone)
        while total < count:
            part = sentences.draw(rng) if rng.random() < 0.1 else sentences.passage(book, rng)
            if self.drawn.direction == "vertical" and rng.random() < 0.9:
                part = "".join(c for c in part if c > "~")
            if rng.random() < 0.06:
                part += self.number(rng.randint(2, 30000))
            parts.append(part)
            total += len(part)
        text = re.sub(r"([…‥・―])\1{2,}", r"\1\1", "".join(parts)[: max(1, count)])
        return text.translate(HIRAGANA_TO_KATAKANA) if self.tone == "kana" else text

    def phrase(self, low, high):
        """A few words without final punctuation, as in headings."""
        count = self.rng.randint(low, high)
        return "".join(c for c in self.prose(count + 8) if c not in "、。，．！？").lstrip(
            "ーっゃゅょッャュョ々」』）】・"
        )[:count]

    def number(self, value):
        return kanji_number(value, self.rng) if self.drawn.direction == "vertical" else str(value).translate(DIGITS)

    def date(self, hour=True):
        """A date, with the hour if requested."""
        rng, n = self.rng, self.number
        era = rng.choice(("昭和", "昭和", "昭和", "平成", "")) if self.tone != "katakana" else "昭和"
        text = f"{era}{n(rng.randint(2, 63))}年{n(rng.randint(1, 12))}月{n(rng.randint(1, 31))}日"
        if hour and rng.random() < 0.8:
            text += rng.choice(("", "", "前", "後", "　")) + f"{n(rng.randint(1, 23))}時{n(rng.randint(1, 59))}分"
        return text

    def text(
        self, text, x, y, size, face, vertical=False, pitch=1.0, layer=None, role="body", room=None, registered=True
    ):
        """Sets a line with the first cell at (x, y), cut at `room` or the page's edge; registers and returns its boxes."""
        size = int(size)
        layer = self.type if layer is None else layer
        limit = (self.height - y if vertical else self.width - x) if room is None else room
        text = cut(text, face, size, pitch, vertical, limit)
        down = 0 if vertical else sunk(face, size)
        boxes = set_line(layer, face, text, round(x), round(y - down), size, self.rng, pitch, vertical)
        boxes = [
            (l, t + down, r, b + down)
            for l, t, r, b in boxes
            if l + r < 2 * self.sheet.width and t + b < 2 * self.sheet.height
        ]
        if registered and boxes:
            self.register(boxes, vertical, size, role)
        return boxes

    def register(self, boxes, vertical, size, role):
        self.sheet.line(boxes, vertical, size)
        self.drawn.lines.append((boxes, vertical, size, role))

    def centred(self, text, middle, y, size, face, pitch=1.0, **more):
        """A horizontal line, centred."""
        return self.text(text, max(0, middle - extent(text, face, size, pitch) / 2), y, size, face, pitch=pitch, **more)

    def at_right(self, text, right, y, size, face, pitch=1.0, **more):
        """A horizontal line that ends at `right`."""
        return self.text(text, max(0, right - extent(text, face, size, pitch)), y, size, face, pitch=pitch, **more)

    def at_bottom(self, text, x, bottom, size, face, pitch=1.0, **more):
        """A vertical line that ends at `bottom`."""
        return self.text(
            text, x, max(0, bottom - len(text) * size * pitch), size, face, vertical=True, pitch=pitch, **more
        )

    def fill(self, box, style, amount=1.0, step=None, lines=None):
        """Fills a part of a box with paragraphs; returns the edge reached (y, or x for vertical text)."""
        left, top, right, bottom = box
        step = step or style.size * style.spacing
        long, deep = (bottom - top, right - left) if style.vertical else (right - left, bottom - top)
        per, count = int(long / (style.size * style.pitch)) - 1, int((deep - style.size) / step + 1.001)
        if per < 2 or count < 1:
            return left if style.vertical else bottom
        count = max(1, int(count * amount))
        if lines is None:
            lines = self.compose(style, per, count)
        for i, (indent, text) in enumerate(lines[:count]):
            along = indent * style.size * style.pitch
            x, y = (right - style.size - i * step, top + along) if style.vertical else (left + along, top + i * step)
            if text:
                boxes = self.text(
                    text,
                    x,
                    y,
                    style.size,
                    style.face,
                    style.vertical,
                    style.pitch,
                    style.layer,
                    style.role,
                    long - along + 1,
                )
                self.adorn(boxes, style, step)
        end = min(count, len(lines)) * step
        return right - end if style.vertical else top + end

    def compose(self, style, per, count):
        """Lines of paragraphs: pairs of an indent and a text."""
        rng, lines, number = self.rng, [], rng_start(self.rng)
        while len(lines) < count:
            marker = ""
            if style.markers and rng.random() < 0.7:
                marker = style.markers[number % len(style.markers)]
                number += 1
            wanted = max(4, int(per * min(12, rng.expovariate(1 / style.length)) + rng.random() * per))
            text = marker + (self.prose(wanted).lstrip("".join(NOT_FIRST)) or "右")
            if text[-1] not in NOT_FIRST:
                text += "。" if self.tone != "katakana" or rng.random() < 0.3 else ""
            first, rest = style.indent, 0
            if marker and rng.random() < 0.5:
                first, rest = 0, rng.choice((1, 2))
            lines += broken(text, per, first, rest)
            if rng.random() < style.gap:
                lines.append((0, ""))
        lines = lines[:count]
        if style.closing and lines[-1][1]:
            indent, text = lines[-1]
            lines[-1] = (indent, text[: max(1, per - indent - len(style.closing))] + style.closing)
        return lines

    def adorn(self, boxes, style, step):
        """Ruby, emphasis marks or a line beside some characters."""
        rng, size = self.rng, style.size
        beside = step - size
        if len(boxes) < 4:
            return
        start = rng.randrange(len(boxes) - 2)
        some = boxes[start : start + rng.randint(2, 8)]
        if rng.random() < style.ruby and beside > 0.58 * size and size >= 22:
            small = size // 2
            text = self.prose(len(some) * 2).translate(HIRAGANA_TO_KATAKANA)
            text = "".join(c for c in text if "ァ" <= c <= "ン")
            x, y = (some[0][2] + 1, some[0][1]) if style.vertical else (some[0][0], some[0][1] - small - 1)
            self.text(
                text[: len(some) * 2 - 1], x, y, small, style.face, style.vertical, layer=style.layer, role="ruby"
            )
        elif rng.random() < style.dots and beside > 0.4 * size:
            mark, small = rng.choice("・、。○"), max(9, int(size * 0.45))
            for l, t, r, b in some:
                x, y = (r, (t + b - small) / 2) if style.vertical else ((l + r - small) / 2, t - small)
                self.text(mark, x, y, small, style.face, style.vertical, layer=style.layer, registered=False)
        elif rng.random() < style.underline:
            part = some if rng.random() < 0.6 else boxes
            off = min(0.2 * size, beside * 0.4)
            if style.vertical:
                x = part[0][2] + off if rng.random() < 0.7 else part[0][0] - off
                self.rule(x, part[0][1], x, part[-1][3])
            else:
                self.rule(part[0][0], part[0][3] + off, part[-1][2], part[0][3] + off)

    # Rulings and cells

    def rule(self, x0, y0, x1, y1, thick=None, dash=0):
        """A ruling; with `dash`, a row of dashes (or dots, if short) of that length."""
        thick = thick or self.thin
        if not dash:
            self.rules.rule(x0, y0, x1, y1, thick)
            return
        long = max(abs(x1 - x0), abs(y1 - y0))
        count = int(long / (2 * dash))
        for i in range(count):
            a, b = i / max(1, count), (i + 0.5) / max(1, count)
            self.rules.rule(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b, thick)

    def frame(self, box, thick=None, double=False):
        """A frame of one or two lines."""
        left, top, right, bottom = box
        thick = thick or self.thin
        self.rule(left, top, right, top, thick), self.rule(left, bottom, right, bottom, thick)
        self.rule(left, top, left, bottom, thick), self.rule(right, top, right, bottom, thick)
        if double:
            off = 3 * thick + 0.5 * self.mm
            self.frame((left - off, top - off, right + off, bottom + off), thick * self.rng.choice((1, 2.5)))

    def grid(self, xs, ys, thick=None, dash=0, record=True):
        """A grid through all xs and ys; returns its cells row by row and records them."""
        for x in xs:
            self.rule(x, ys[0], x, ys[-1], thick, dash if x not in (xs[0], xs[-1]) else 0)
        for y in ys:
            self.rule(xs[0], y, xs[-1], y, thick, dash if y not in (ys[0], ys[-1]) else 0)
        rows = [[(l, t, r, b) for l, r in zip(xs, xs[1:])] for t, b in zip(ys, ys[1:])]
        if record:
            self.drawn.cells += [cell for row in rows for cell in row]
        return rows

    def in_cell(self, text, cell, size, face, vertical=False, align="middle", layer=None, role="cell", spread=False):
        """Sets a text in a cell, smaller if it does not fit, and not at all if it would be too small."""
        left, top, right, bottom = cell
        edge = 0.6 * self.mm
        long, thick = (bottom - top, right - left) if vertical else (right - left, bottom - top)
        long, thick = long - 2 * edge, thick - 2 * edge * 0.7
        wide = len(text) if vertical else extent(text, face, 100, 1) / 100
        if not text or wide <= 0:
            return []
        size = int(min(size, thick, long / wide))
        if size < 9:
            return []
        pitch = 1.0
        if spread and len(text) > 1 and wide * size < long:
            pitch = 1 + min(2.5, (long - wide * size) / (wide * size) * wide / max(1, wide - 0.5)) * self.rng.uniform(
                0.4, 0.9
            )
            pitch = min(pitch, (long - size) / max(1, (wide - 1) * size))
        used = (wide - 1) * size * pitch + size
        off = {"start": 0, "middle": (long - used) / 2, "end": long - used}[align]
        if vertical:
            return self.text(text, (left + right - size) / 2, top + edge + off, size, face, True, pitch, layer, role)
        return self.text(text, left + edge + off, (top + bottom - size) / 2, size, face, False, pitch, layer, role)

    def filled_heading(self, text, x, y, size, face, vertical=False, pitch=1.0):
        """A heading in the paper's colour on a filled box."""
        if self.filled is None:
            self.filled, self.spared = self.sheet.layer(), self.sheet.layer()
        boxes = self.text(text, x, y, size, face, vertical, pitch, self.spared, "heading")
        if boxes:
            off = size * self.rng.uniform(0.15, 0.5)
            left, top, right, bottom = boxes[0][0] - off, boxes[0][1] - off, boxes[-1][2] + off, boxes[-1][3] + off
            self.filled.draw((left, top, right, bottom))[
                max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)
            ] = 255

    def finish(self):
        """Presses all layers and returns the record."""
        rng, sheet = self.rng, self.sheet
        if self.filled is not None:
            part, left, top = self.filled.drawn()
            part -= numpy.minimum(part, self.spared.cover[top : top + part.shape[0], left : left + part.shape[1]])
            sheet.press(self.filled, "other", self.type_ink, rng.uniform(0.8, 1))
        sheet.press(self.rules, "ruling", self.form_ink, rng.uniform(0.6, 1))
        sheet.press(self.form, "print", self.form_ink, rng.uniform(0.7, 1))
        sheet.press(self.type, "print", self.type_ink, rng.choice((1, 1, rng.uniform(0.6, 1))))
        edge = self.sheet.width, self.sheet.height
        self.drawn.cells = [
            (l, t, min(r, edge[0]), min(b, edge[1])) for l, t, r, b in self.drawn.cells if l < edge[0] and t < edge[1]
        ]
        if not self.drawn.body[2]:
            boxes = [box for line in self.drawn.lines for box in (line[0][0], line[0][-1])]
            if boxes:
                self.drawn.body = (
                    min(b[0] for b in boxes),
                    min(b[1] for b in boxes),
                    max(b[2] for b in boxes),
                    max(b[3] for b in boxes),
                )
            else:
                self.drawn.body = tuple(part * side for part, side in zip((0.1, 0.1, 0.9, 0.9), edge * 2))
        left, top, right, bottom = self.drawn.body
        self.drawn.body = left, top, min(right, edge[0]), min(bottom, edge[1])
        return self.drawn


def rng_start(rng):
    """The list marker of a page: usually the first."""
    return rng.choice((0, 0, 0, 1, 2))


def kanji_number(value, rng):
    """A number in kanji, digit by digit or with tens and hundreds."""
    if value >= 1000 or rng.random() < 0.4:
        return "".join(KANJI_DIGITS[int(c)] for c in str(value))
    text, rest = "", value
    for unit, sign in ((100, "百"), (10, "十")):
        digit, rest = divmod(rest, unit)
        if digit:
            text += (KANJI_DIGITS[digit] if digit > 1 else "") + sign
    return text + (KANJI_DIGITS[rest] if rest or not text else "")


@functools.lru_cache(4000)
def sunk(face, size):
    """Offset of a face's horizontal characters below the middle of the cell, in pixels."""
    sample = next((c for c in "国東H" if ord(c) in coverage(face.name)), None)
    found = glyph(Face(face.name), sample, size, False) if sample else None
    return 0 if found is None else round(found[2] + found[0].shape[0] / 2 - size / 2)


def extent(text, face, size, pitch):
    """Length of a horizontal text."""
    return sum(advance(face, c, int(size)) for c in text) * pitch if text else 0


def cut(text, face, size, pitch, vertical, limit):
    """The part of a text that fits a length; an excess of less than a third of a character is accepted."""
    limit += 0.34 * size
    if vertical:
        return text[: max(0, int((limit - size) / (size * pitch) + 1))]
    used = 0.0
    for i, c in enumerate(text):
        step = advance(face, c, size)
        if used + step > limit:
            return text[:i]
        used += step * pitch
    return text


def broken(text, per, first, rest):
    """Breaks a paragraph into lines of at most `per` characters (and a hanging one): pairs of an indent and a text."""
    lines, start, indent = [], 0, first
    while start < len(text):
        room, end = max(2, per - indent) + 0.01, start
        while end < len(text):
            room -= 1 if is_wide(text[end]) else 0.55
            if room < 0:
                break
            end += 1
        if end < len(text) and text[end] in NOT_FIRST:
            end += 1
        lines.append((indent, text[start:end]))
        start, indent = end, rest
    return lines
