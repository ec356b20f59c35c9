"""Draws redactions: blacked out, struck out with a marker, covered with white boxes."""

import cv2
import numpy

from faces import width_of, set_line
from sheet import boxed
from wear import clouds

CODES = [
    "(b)(1)",
    "(b)(3)",
    "(b)(6)",
    "3.3(h)(2)",
    "25X1",
    "1.4(c)",
    "EO 12958",
    "NLJ",
    "24",
    "06",
    "(b)(1)(b)(3)",
    "PI",
    "2",
    "SANITIZED",
]
STYLES = {
    "solid": 30,
    "ragged": 18,
    "slanted": 8,
    "hatched": 8,
    "hollow": 8,
    "gray": 8,
    "coloured": 4,
    "outlined": 22,
    "coded": 10,
    "blank": 3,
    "black code": 3,
    "veil": 6,
}


def add(sheet, drawn, context):
    """Redacts none to twelve passages of the page, usually all in one style."""
    rng = context.rng
    if rng.random() > 0.45 or not drawn.lines:
        return
    style = rng.choices(list(STYLES), list(STYLES.values()))[0]
    count = rng.choice([1, 1, 2, 2, 3, 4, 6, 9, 12])
    thick, slack = rng.uniform(0.75, 1.45) if rng.random() < 0.9 else rng.uniform(0.5, 0.75), rng.uniform(-0.1, 0.35)
    taken = []
    for passage in range(count):
        own = style if rng.random() < 0.85 else rng.choices(list(STYLES), list(STYLES.values()))[0]
        white = own in ("outlined", "coded", "blank", "hollow")
        outlines = (
            white_block(drawn, rng)
            if own in ("outlined", "coded") and rng.random() < 0.4
            else passage_of(drawn, rng, thick, slack, sheet, not white)
        )
        own_boxes = []
        for outline in outlines:
            outline = numpy.clip(outline, 0, (sheet.width - 1, sheet.height - 1)).astype(numpy.float32)
            box = (*outline.min(0), *outline.max(0))
            if any(
                min(box[2], b[2]) - max(box[0], b[0]) > 3 and min(box[3], b[3]) - max(box[1], b[1]) > 3 for b in taken
            ):
                continue
            if min(box[2] - box[0], box[3] - box[1]) < 6 or not touches(box, sheet):
                continue
            own_boxes.append(box)  # strips of one passage may touch
            redact(sheet, context, outline, own, passage + 1)
        taken += own_boxes
        if own_boxes and own in ("outlined", "coded", "solid") and rng.random() < 0.25:
            code_beside(sheet, drawn, context, own_boxes[0])


def touches(box, sheet):
    return box[2] > 8 and box[3] > 8 and box[0] < sheet.width - 8 and box[1] < sheet.height - 8


def passage_of(drawn, rng, thick, slack, sheet, may_be_cell):
    """Outlines of one passage: a strip for each line, one block, or a cell. A whitened cell would look like an empty one."""
    chance = rng.random()
    if chance < 0.12 and drawn.cells and may_be_cell:
        left, top, right, bottom = rng.choice(drawn.cells)
        inset = rng.uniform(-2, 5)
        if right - left < 0.7 * sheet.width and bottom - top < 0.4 * sheet.height:
            return [rectangle(left + inset, top + inset, right - inset, bottom - inset)]
    first = rng.randrange(len(drawn.lines))
    boxes, vertical, size = drawn.lines[first][:3]
    if not boxes:
        return []
    count = 1 if rng.random() < 0.6 else rng.randint(2, 9)
    lines = [
        line[:3]
        for line in drawn.lines[first : first + count]
        if line[0] and line[1] == vertical and 0.7 < line[2] / size < 1.4
    ]
    if len(lines) > 1 and rng.random() < 0.45:
        # One block for the whole passage.
        box = numpy.concatenate([numpy.asarray(line[0], numpy.float32) for line in lines])
        grow = size * slack
        return [
            rectangle(box[:, 0].min() - grow, box[:, 1].min() - grow, box[:, 2].max() + grow, box[:, 3].max() + grow)
        ]
    outlines = []
    for i, (boxes, _, _) in enumerate(lines):
        start = 0 if i or rng.random() < 0.25 else rng.randrange(len(boxes))
        end = (
            len(boxes)
            if i < len(lines) - 1 or rng.random() < 0.25
            else min(len(boxes), start + rng.randint(1, max(1, len(boxes))))
        )
        run = numpy.asarray(boxes[start:end], numpy.float32)
        if not len(run):
            continue
        if rng.random() < 0.04:
            # Up to the edge of the page.
            edge, axis = rng.randrange(2), 1 if vertical else 0
            run[0, axis], run[-1, axis + 2] = (
                (0, run[-1, axis + 2]) if edge else (run[0, axis], (sheet.width, sheet.height)[axis])
            )
        left, top, right, bottom = run[:, 0].min(), run[:, 1].min(), run[:, 2].max(), run[:, 3].max()
        half, end_slack = thick * size / 2, size * rng.uniform(-0.1, 0.3)
        if vertical:
            middle = (left + right) / 2 + rng.gauss(0, 0.05) * size
            outlines.append(rectangle(middle - half, top - end_slack, middle + half, bottom + end_slack))
        else:
            middle = (top + bottom) / 2 + rng.gauss(0, 0.05) * size
            outlines.append(rectangle(left - end_slack, middle - half, right + end_slack, middle + half))
    return outlines


def code_beside(sheet, drawn, context, box):
    """The reason for a redaction, printed in the margin at its height, if there is room."""
    rng = context.rng
    size, code = int(sheet.mm * rng.uniform(2, 3.2)), rng.choice(CODES)
    face = context.faces.draw(rng, "latin", "type")
    width = width_of(face, code, size)
    left, top = drawn.body[2] + sheet.mm * rng.uniform(1, 6), box[1] + rng.uniform(0, 0.5) * size
    boxes = numpy.concatenate([numpy.asarray(line[0], numpy.float32) for line in drawn.lines if line[0]])
    over = (boxes[:, 0] < left + width) & (boxes[:, 2] > left) & (boxes[:, 1] < top + size) & (boxes[:, 3] > top)
    if left + width > sheet.width - 5 or left < box[2] or top < 0 or top + size > sheet.height or over.any():
        return
    layer = sheet.layer()
    set_boxes = set_line(layer, face, code, left, top, size, rng)
    sheet.press(layer, "print", (rng.randint(0, 60),) * 3)
    if set_boxes:
        sheet.line(set_boxes, False, size)


def white_block(drawn, rng):
    """A large box over parts of some lines, often into the margin, as on released copies."""
    first = rng.randrange(len(drawn.lines))
    boxes = [
        numpy.asarray(line[0], numpy.float32) for line in drawn.lines[first : first + rng.randint(1, 10)] if line[0]
    ]
    if not boxes:
        return []
    boxes = numpy.concatenate(boxes)
    left, top, right, bottom = boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
    width, slack = right - left, drawn.lines[first][2]
    if rng.random() < 0.5:
        right = left + width * rng.uniform(0.2, 0.9)
    elif rng.random() < 0.5:
        left += width * rng.uniform(0.1, 0.8)
    return [
        rectangle(
            *(
                side + rng.uniform(-0.3, 2.5) * slack * sign
                for side, sign in ((left, -1), (top, -0.2), (right, 1), (bottom, 0.2))
            )
        )
    ]


def rectangle(left, top, right, bottom):
    return numpy.float32([(left, top), (right, top), (right, bottom), (left, bottom)])


def redact(sheet, context, outline, style, passage):
    """Covers an outline in a style."""
    rng = context.rng
    black = (rng.randint(0, 45),) * 3
    if style in ("slanted", "ragged", "solid") and rng.random() < (1 if style == "slanted" else 0.25):
        outline = slanted(outline, rng)
    if style == "solid" or style == "slanted":
        sheet.hide(outline, black, passage)
    elif style == "ragged":
        sheet.hide(outline, black, passage, marker(sheet, context, outline))
    elif style == "hatched":
        hatch(sheet, context, outline, passage)
    elif style == "hollow":
        hollow(sheet, context, outline, passage)
    elif style == "gray":
        sheet.hide(outline, (rng.randint(70, 175),) * 3, passage)
    elif style == "coloured":
        sheet.hide(outline, rng.choice([(30, 30, 110), (120, 20, 30), (60, 40, 20), (20, 70, 50)]), passage)
    elif style == "veil":
        veil(sheet, outline, (rng.randint(60, 150),) * 3, rng.uniform(0.75, 0.93), passage)
    elif style == "blank":
        # Grown, so that no slivers of the hidden text remain visible.
        low, high = outline.min(0), outline.max(0)
        grow = 0.2 * min(high - low)
        sheet.hide(rectangle(*(low - grow), *(high + grow)), None, counts=False)
    else:
        boxed_in(sheet, context, outline, passage, style)


def veil(sheet, outline, colour, strength, passage):
    """Colour that hides the text almost completely: its labels are removed, traces remain."""
    left, top, right, bottom = boxed(outline, sheet)
    if left >= right or top >= bottom:
        return
    place = (slice(top, bottom), slice(left, right))
    cover = numpy.zeros((bottom - top, right - left), numpy.uint8)
    cv2.fillPoly(cover, [numpy.round(outline - (left, top)).astype(numpy.int32)], 255)
    sheet.tint(cover, left, top, colour, strength)
    seen = sheet.picture[place].copy()
    sheet.hide(outline, None, passage)
    sheet.picture[place] = seen


def slanted(outline, rng):
    """Raises one end above the other."""
    along = 0 if numpy.ptp(outline[:, 0]) > numpy.ptp(outline[:, 1]) else 1
    length, thick = numpy.ptp(outline[:, along]), numpy.ptp(outline[:, 1 - along])
    lean = rng.uniform(-0.45, 0.45) * min(thick, 0.12 * length)
    outline = outline.copy()
    outline[:, 1 - along] += lean * (outline[:, along] - outline[:, along].mean()) / (length / 2)
    return outline


def marker(sheet, context, outline):
    """A mask of felt-pen strokes along the outline: round ends, uneven edges, occasional gaps."""
    rng = context.rng
    left, top, right, bottom = boxed(outline, sheet)
    mask = numpy.zeros((max(1, bottom - top), max(1, right - left)), numpy.uint8)
    height, width = mask.shape
    lying = width >= height
    thick = min(mask.shape)
    strokes = (
        rng.choice([1, 1, 2, 2, 3])
        if max(mask.shape) < 12 * thick and thick < 120
        else max(1, round(thick / (sheet.mm * rng.uniform(2.5, 5))))
    )
    pen = max(3, int(thick / strokes * rng.uniform(0.95, 1.25)))
    for i in range(strokes):
        middle = (i + 0.5) * thick / strokes
        ends = [
            (rng.uniform(0.3, 0.6) * pen, middle + rng.gauss(0, 0.06) * pen),
            ((width if lying else height) - rng.uniform(0.3, 0.6) * pen, middle + rng.gauss(0, 0.06) * pen),
        ]
        points = [tuple(int(v) for v in (p if lying else p[::-1])) for p in ends]
        cv2.line(mask, *points, 255, pen, cv2.LINE_AA)
    edge = clouds(context.noise, mask.shape, rng.uniform(4, 16))
    if rng.random() < 0.6 and min(mask.shape) > 8:
        bitten = cv2.erode(mask, numpy.ones((3, 3), numpy.uint8), iterations=max(1, thick // 20))
        mask = numpy.where(edge > rng.uniform(0, 0.5), bitten, mask)
    if rng.random() < 0.3:
        mask[(clouds(context.noise, mask.shape, rng.uniform(3, 10)) > 0.6)] //= 4
    return mask


def hatch(sheet, context, outline, passage):
    """Many pencil or pen strokes, with the text partly visible between them."""
    rng = context.rng
    left, top, right, bottom = boxed(outline, sheet)
    if left >= right or top >= bottom:
        return
    layer = sheet.layer()
    gap, thick = rng.uniform(5, 13), rng.uniform(2, 6)
    slope = rng.choice([-1, 1, 0.5, -0.5, 0.0])
    along = right - left >= bottom - top
    start, end = (left, right) if along else (top, bottom)
    reach = (bottom - top) if along else (right - left)
    if slope:
        at = float(start)
        while at < end:
            wobble = rng.uniform(-3, 3)
            a, b = (at + wobble, at + slope * reach)
            layer.rule(*((a, top, b, bottom) if along else (left, a, right, b)), thick)
            at += gap * rng.uniform(0.7, 1.3)
    else:
        at = float(top if along else left)
        while at < (bottom if along else right):
            layer.rule(
                *((left, at, right, at + rng.uniform(-3, 3)) if along else (at, top, at + rng.uniform(-3, 3), bottom)),
                thick,
            )
            at += gap * rng.uniform(0.6, 1.1)
    dense = thick / gap
    colour = rng.choice([(30, 30, 30), (70, 70, 75), (20, 20, 90)])
    if dense > 0.45:
        veil(sheet, outline, colour, 0, passage)
    else:
        sheet.redact(outline, passage)
    found = layer.drawn()
    if found is not None:
        sheet.tint(*found, colour, rng.uniform(0.6, 1))


def hollow(sheet, context, outline, passage):
    """The remains of a black block after an adaptive threshold: its edge, and spots inside."""
    rng = context.rng
    sheet.hide(outline, None, passage)
    left, top, right, bottom = boxed(outline, sheet)
    if right - left < 6 or bottom - top < 6:
        return
    mask = numpy.zeros((bottom - top, right - left), numpy.uint8)
    points = [numpy.round(outline - (left, top)).astype(numpy.int32)]
    cv2.fillPoly(mask, points, 255)
    rim = int(rng.uniform(2, max(3, 0.3 * min(mask.shape))))
    inner = cv2.erode(
        mask, numpy.ones((3, 3), numpy.uint8), iterations=rim, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    ring = cv2.subtract(mask, inner)
    uneven = clouds(context.noise, mask.shape, rng.uniform(4, 20))
    ring[uneven > rng.uniform(0.3, 1)] = 0
    mottled = ((clouds(context.noise, mask.shape, rng.uniform(3, 12)) > rng.uniform(0.1, 0.9)) & (inner > 0)).astype(
        numpy.uint8
    ) * 255
    sheet.tint(numpy.maximum(ring, mottled), left, top, (rng.randint(0, 60),) * 3, 1)


def boxed_in(sheet, context, outline, passage, style):
    """A white box with a thin outline, sometimes with a code in it; or a black one with a white code."""
    rng = context.rng
    white = style != "black code"
    sheet.hide(
        outline, None if white and rng.random() < 0.5 else (255,) * 3 if white else (rng.randint(0, 30),) * 3, passage
    )
    left, top, right, bottom = (float(v) for v in (*outline.min(0), *outline.max(0)))
    layer = sheet.layer()
    if white:
        thick, dashed = rng.choice([1, 1, 1.5, 2, 3]), rng.random() < 0.08
        for x0, y0, x1, y1 in (
            (left, top, right, top),
            (right, top, right, bottom),
            (left, bottom, right, bottom),
            (left, top, left, bottom),
        ):
            if not dashed:
                layer.rule(x0, y0, x1, y1, thick)
                continue
            count = max(1, int(max(x1 - x0, y1 - y0) / 12))
            for i in range(count):
                a, b = i / count, (i + 0.6) / count
                layer.rule(x0 + a * (x1 - x0), y0 + a * (y1 - y0), x0 + b * (x1 - x0), y0 + b * (y1 - y0), thick)
    if style in ("coded", "black code"):
        code, size = rng.choice(CODES), int(min(0.75 * (bottom - top), sheet.mm * rng.uniform(1.6, 3)))
        face = context.faces.draw(rng, "latin", "type")
        if size >= 9 and width_of(face, code, size) < right - left - 6:
            at = rng.choice([left + 3, (left + right - width_of(face, code, size)) / 2])
            set_line(
                layer,
                face,
                code,
                at,
                (top + bottom - size) / 2 if bottom - top < 4 * size else top + size * rng.uniform(0.3, 2),
                size,
                rng,
            )
    found = layer.drawn()
    if found is not None:
        sheet.tint(*found, (rng.randint(0, 60),) * 3 if white else (240,) * 3, 1)
