"""A page during drawing: its image, and the label of every ink pixel.

Lengths are pixels of the drawing. The long side of every page is `LONG`; a millimetre is `sheet.mm` pixels, 7.6 on an A4
page. Labels are `FINER` times coarser than the drawing.

Ink is drawn into a `Layer` (coverage, 0 to 255) and then pressed onto the page in a colour. The kind of press determines the
label of its pixels. A page is drawn from the bottom ink to the top.
"""

import dataclasses

import cv2
import numpy

LONG = 2688  # pixels of the drawing; the network input has half of it
FINER = 4  # pixels of the drawing per pixel of the labels
INK = ("print", "handwriting", "stamp", "ruling", "other")  # labelled by their ink pixels
AREAS = ("horizontal", "vertical", "stamp_body", "redaction", "redaction_core")  # labelled as areas
LABELS = INK + AREAS
SEEN = 80  # coverage from which a pixel counts as ink, of 255


@dataclasses.dataclass
class Line:
    """The core of a line: its corners (4 x 2), its direction and the size of its characters."""

    corners: numpy.ndarray
    vertical: bool
    size: float


@dataclasses.dataclass
class Mark:
    """A stamp, a redaction or handwriting: its outline (n x 2) and, for a redaction, its passage."""

    kind: str
    outline: numpy.ndarray
    passage: int = 0
    text: str = ""


class Layer:
    """Coverage of ink over the whole page, and the box of the drawn part."""

    def __init__(self, shape):
        self.cover = numpy.zeros(shape, numpy.uint8)
        self.box = [shape[1], shape[0], 0, 0]

    def add(self, patch, left, top):
        """Adds a patch of coverage at its top left corner, clipped to the page."""
        left, top = int(round(left)), int(round(top))
        height, width = self.cover.shape
        x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + patch.shape[1]), min(height, top + patch.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        place = self.cover[y0:y1, x0:x1]
        numpy.maximum(place, patch[y0 - top : y1 - top, x0 - left : x1 - left], out=place)
        self.box = [min(self.box[0], x0), min(self.box[1], y0), max(self.box[2], x1), max(self.box[3], y1)]

    def draw(self, box):
        """The coverage for drawing with cv2; `box` (left, top, right, bottom) then counts as drawn."""
        height, width = self.cover.shape
        left, top, right, bottom = (int(round(v)) for v in box)
        box = [max(0, left), max(0, top), min(width, right + 1), min(height, bottom + 1)]
        if box[0] < box[2] and box[1] < box[3]:
            self.box = [
                min(self.box[0], box[0]),
                min(self.box[1], box[1]),
                max(self.box[2], box[2]),
                max(self.box[3], box[3]),
            ]
        return self.cover

    def rule(self, x0, y0, x1, y1, thick):
        half = thick / 2 + 1
        cover = self.draw((min(x0, x1) - half, min(y0, y1) - half, max(x0, x1) + half, max(y0, y1) + half))
        if thick >= 2:
            cv2.line(cover, (round(x0), round(y0)), (round(x1), round(y1)), 255, int(round(thick)), cv2.LINE_AA)
        else:
            cv2.line(cover, (round(x0), round(y0)), (round(x1), round(y1)), int(127 * thick) + 1, 1)

    def drawn(self):
        """The drawn part as a view, with its left and top; None if nothing was drawn."""
        left, top, right, bottom = self.box
        return (self.cover[top:bottom, left:right], left, top) if left < right and top < bottom else None


class Sheet:
    """The page. `rng` is a random.Random, `noise` a numpy.random.RandomState; both belong to the page."""

    def __init__(self, width_mm, height_mm, paper, rng, noise):
        self.mm = LONG / max(width_mm, height_mm)
        self.width, self.height = (int(round(side * self.mm / 8)) * 8 for side in (width_mm, height_mm))
        self.rng, self.noise = rng, noise
        self.picture = numpy.empty((self.height, self.width, 3), numpy.uint8)
        self.picture[:] = paper
        self.paper = paper
        self.ink = {kind: numpy.zeros((self.height, self.width), numpy.uint8) for kind in INK}
        self.areas = {
            kind: numpy.zeros((self.height // FINER, self.width // FINER), numpy.uint8)
            for kind in AREAS
            if "al" not in kind
        }
        self.lines, self.marks = [], []

    def layer(self):
        return Layer((self.height, self.width))

    def press(self, layer, kind, colour=(20, 20, 20), strength=1.0):
        """Presses a layer onto the page; strength (0 to 1) and colour determine how much paper is visible through the ink."""
        part = layer.drawn()
        if part is None:
            return
        cover, left, top = part
        self.press_patch(cover, left, top, kind, colour, strength)

    def within(self, cover, left, top):
        """The part of a patch that is on the page: slices of rows and columns."""
        left, top = int(round(left)), int(round(top))
        x0, y0 = min(max(0, left), self.width), min(max(0, top), self.height)
        cover = cover[y0 - top : max(0, self.height - top), x0 - left : max(0, self.width - left)]
        return cover, (slice(y0, y0 + cover.shape[0]), slice(x0, x0 + cover.shape[1]))

    def press_patch(self, cover, left, top, kind, colour=(20, 20, 20), strength=1.0):
        """Presses a patch of coverage; see `press`."""
        cover, place = self.within(cover, left, top)
        if not cover.size:
            return
        picture = self.picture[place]
        for channel, value in enumerate(colour):
            # Transmitted light: all without ink, `value` under full ink.
            table = numpy.clip(255 - numpy.arange(256) * strength * (255 - value) / 255, 0, 255).astype(numpy.uint8)
            light = cv2.LUT(cover, table)
            picture[..., channel] = cv2.multiply(picture[..., channel], light, scale=1 / 255)
        seen = cv2.LUT(
            cover, numpy.where(numpy.arange(256) * strength >= SEEN * 0.6, numpy.arange(256), 0).astype(numpy.uint8)
        )
        label = self.ink[kind][place]
        numpy.maximum(label, seen, out=label)

    def tint(self, cover, left, top, colour, strength):
        """Colours a patch of the page without a label; opaque at full coverage and strength."""
        cover, place = self.within(cover, left, top)
        part = cover[..., None].astype(numpy.float32) * (strength / 255)
        picture = self.picture[place]
        picture[:] = (picture * (1 - part) + numpy.array(colour, numpy.float32) * part).astype(numpy.uint8)

    def hide(self, outline, colour, passage=0, mask=None, counts=True):
        """Covers an outline (n x 2) with opaque colour (None: the paper's), which hides everything below.

        `mask` (coverage over the outline's bounding box grown by `grow` pixels on each side, see `boxed`) is the ink if it is
        not the filled outline. With `counts` it is a redaction; without, only a cover (a correction strip).
        """
        outline = numpy.asarray(outline, numpy.float32)
        left, top, right, bottom = boxed(outline, self)
        if left >= right or top >= bottom:
            return
        if mask is None:
            mask = numpy.zeros((bottom - top, right - left), numpy.uint8)
            cv2.fillPoly(mask, [numpy.round((outline - (left, top)) * 16).astype(numpy.int32)], 255, cv2.LINE_AA, 4)
        place = (slice(top, bottom), slice(left, right))
        part = mask[..., None].astype(numpy.float32) / 255
        colour = self.paper if colour is None else colour
        self.picture[place] = (self.picture[place] * (1 - part) + numpy.array(colour, numpy.float32) * part).astype(
            numpy.uint8
        )
        for label in self.ink.values():
            label[place][mask > 127] = 0
        self.lines = [piece for line in self.lines for piece in without(line, (left, top, right, bottom), outline)]
        if counts:
            self.redact(outline, passage)

    def redact(self, outline, passage=0):
        """Registers an outline as a redaction, whatever was drawn there."""
        outline = numpy.asarray(outline, numpy.float32)
        fill(self.areas["redaction"], outline)
        fill(self.areas["redaction_core"], shrunk(outline, 0.3))
        self.marks.append(Mark("redaction", outline, passage))

    def stamped(self, outline, text=""):
        """Registers an outline (n x 2) as a stamp, whose ink was pressed as `stamp`."""
        outline = numpy.asarray(outline, numpy.float32)
        fill(self.areas["stamp_body"], shrunk(outline, 0.25))
        self.marks.append(Mark("stamp", outline, text=text))

    def noted(self, outline):
        """Registers an outline (n x 2) as handwriting, whose ink was pressed as `handwriting`."""
        self.marks.append(Mark("handwriting", numpy.asarray(outline, numpy.float32)))

    def line(self, boxes, vertical, size):
        """Registers consecutive characters (left, top, right, bottom) as a line: its core, divided at wide blanks."""
        start, axis = 0, 1 if vertical else 0
        for i in range(1, len(boxes) + 1):
            if i == len(boxes) or boxes[i][axis] - boxes[i - 1][axis + 2] > 1.5 * size:
                self.add_core(boxes[start:i], vertical, size)
                start = i

    def add_core(self, boxes, vertical, size):
        """A strip along the characters, without a quarter of one at each end, and half as thick."""
        boxes = numpy.asarray(boxes, numpy.float32)
        left, top, right, bottom = boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
        end, side = 0.15 * size, 0.25 * size
        if vertical:
            middle = float(numpy.median((boxes[:, 0] + boxes[:, 2]) / 2))
            left, right, top, bottom = middle - side, middle + side, top + end, bottom - end
        else:
            middle = float(numpy.median((boxes[:, 1] + boxes[:, 3]) / 2))
            top, bottom, left, right = middle - side, middle + side, left + end, right - end
        corners = numpy.array([(left, top), (right, top), (right, bottom), (left, bottom)], numpy.float32)
        self.lines.append(Line(corners, vertical, size))

    def labels(self):
        """All labels, booleans in the order of `LABELS`: len(LABELS) x height / FINER x width / FINER."""
        coarse = (self.width // FINER, self.height // FINER)
        result = numpy.zeros((len(LABELS), coarse[1], coarse[0]), bool)
        for i, kind in enumerate(INK):
            most = self.ink[kind].reshape(coarse[1], FINER, coarse[0], FINER).max((1, 3))
            result[i] = most >= SEEN
        for i, kind in enumerate(AREAS, len(INK)):
            if kind in self.areas:
                result[i] = self.areas[kind] > 127
                continue
            area = numpy.zeros(coarse[::-1], numpy.uint8)
            for line in self.lines:
                if line.vertical == (kind == "vertical"):
                    fill(area, line.corners)
            result[i] = area > 127
        return result


def fill(area, outline):
    """Fills an outline, in pixels of the drawing, in an area of labels."""
    points = numpy.round((outline / FINER - 0.5) * 16).astype(numpy.int32)
    cv2.fillPoly(area, [points], 255, cv2.LINE_8, 4)


def shrunk(outline, part):
    """The outline moved inward by a part of its half thickness, so that neighbours stay separate."""
    (middle, (width, height), _) = cv2.minAreaRect(outline)
    inward = part * min(width, height) / 2
    if width <= 0 or height <= 0:
        return outline
    # Along its own sides, so that a long outline loses equally much of length and thickness.
    box = cv2.boxPoints((middle, (width, height), _))
    along, across = box[1] - box[0], box[2] - box[1]
    lengths = numpy.linalg.norm(along), numpy.linalg.norm(across)
    if min(lengths) <= 0:
        return outline
    along, across = along / lengths[0], across / lengths[1]
    offset = outline - numpy.array(middle, numpy.float32)
    a, b = offset @ along, offset @ across
    a, b = a * (1 - 2 * inward / lengths[0]), b * (1 - 2 * inward / lengths[1])
    return (numpy.array(middle, numpy.float32) + a[:, None] * along + b[:, None] * across).astype(numpy.float32)


def boxed(outline, sheet, grow=0):
    """The bounding box of an outline in whole pixels within the page: left, top, right, bottom."""
    outline = numpy.asarray(outline)
    left, top = numpy.floor(outline.min(0)).astype(int) - grow
    right, bottom = numpy.ceil(outline.max(0)).astype(int) + 1 + grow
    return max(0, left), max(0, top), min(sheet.width, right), min(sheet.height, bottom)


def without(line, box, outline):
    """The remains of a line's core under an opaque cover: none, one or two pieces along the line."""
    axis = 1 if line.vertical else 0
    low, high = line.corners.min(0), line.corners.max(0)
    if high[0] <= box[0] or low[0] >= box[2] or high[1] <= box[1] or low[1] >= box[3]:
        return [line]
    points = numpy.linspace(low[axis], high[axis], max(2, int((high[axis] - low[axis]) / (0.25 * line.size)) + 2))
    middle = (low[1 - axis] + high[1 - axis]) / 2
    hidden = [
        cv2.pointPolygonTest(
            outline.reshape(-1, 1, 2), (float(middle), float(p)) if axis else (float(p), float(middle)), False
        )
        >= 0
        for p in points
    ]
    if not any(hidden):
        return [line]
    pieces, start = [], None
    for p, covered in zip(list(points) + [None], hidden + [True]):
        if not covered and start is None:
            start = last = p
        elif not covered:
            last = p
        elif start is not None:
            if last - start > 0.4 * line.size:
                corners = line.corners.copy()
                corners[:, axis] = numpy.clip(corners[:, axis], start, last)
                pieces.append(Line(corners, line.vertical, line.size))
            start = None
    return pieces
