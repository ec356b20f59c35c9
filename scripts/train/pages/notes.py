"""Draws handwriting: words in margins and between lines, signatures, brackets, rings, ticks, strikethroughs."""

import math

import cv2
import numpy

from faces import set_line
from sheet import Layer
from stamps import turn
from wear import clouds

REMARKS = (
    "写二部 課長へ 保存 要回答 先方に確認 電話済 別紙参照 次官了 至急作成 発電済 差替え 返信要 局長御覧 経済課へ回付 要翻訳 再送のこと 了 済 供覧 要調査 大使へ "
    "コピー要 ファイル済 本電写送付 主管へ連絡済 後報あり 関係課協議中 綴り込み シンブンニ出タ ヨウチュウイ"
).split()
REMARKS_HELD_OUT = "要返事 書記官へ 控 訳文アリ 秘書課へ連絡 マイクロ済".split()
COLOURS = [(20, 20, 25), (30, 40, 120), (25, 25, 90), (180, 40, 40), (90, 90, 95), (60, 60, 62)]


def add(sheet, drawn, context):
    """Writes none to six notes on the page."""
    rng = context.rng
    if rng.random() > 0.5:
        return
    colour = rng.choice(COLOURS)
    for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 6])):
        colour = colour if rng.random() < 0.7 else rng.choice(COLOURS)
        kind = rng.choices(
            [words, scribble, numeral, sign, around, inserted, brushed], [0.46, 0.15, 0.1, 0.07, 0.1, 0.06, 0.06]
        )[0]
        kind(sheet, drawn, context, colour)


def press(sheet, cover, left, top, colour, rng, outline=None):
    """Presses handwriting and registers its place if it is on the page."""
    rows, columns = numpy.nonzero(cover > 80)
    if not len(rows):
        return
    left, top = int(round(left)), int(round(top))
    sheet.press_patch(cover, left, top, "handwriting", colour, rng.uniform(0.55, 1))
    hull = cv2.convexHull(numpy.stack([columns, rows], 1).astype(numpy.int32)).reshape(-1, 2) + (left, top)
    if (hull.max(0) > 10).all() and hull.min(0)[0] < sheet.width - 10 and hull.min(0)[1] < sheet.height - 10:
        sheet.noted(numpy.clip(hull, 0, (sheet.width - 1, sheet.height - 1)))


def spot(sheet, drawn, rng, width, height):
    """A place for a note: a margin, the header, a blank area, a cell, sometimes over text."""
    chance = rng.random()
    if chance < 0.2 and drawn.cells:
        left, top, right, bottom = rng.choice(drawn.cells)
        return (left + right - width) / 2 + rng.gauss(0, 10), (top + bottom - height) / 2 + rng.gauss(0, 10)
    if chance < 0.6:
        side = rng.choice(
            [rng.uniform(0.01, 0.08) * sheet.width, sheet.width - width - rng.uniform(0.01, 0.08) * sheet.width]
        )
        return side, rng.uniform(0.02, 0.95) * (sheet.height - height)
    if chance < 0.85:
        return rng.uniform(0.02, 0.95) * (sheet.width - width), rng.choice(
            [rng.uniform(0.01, 0.12), rng.uniform(0.85, 0.97)]
        ) * sheet.height
    return rng.uniform(0, max(1, sheet.width - width)), rng.uniform(0, max(1, sheet.height - height))


def words(sheet, drawn, context, colour):
    """A few handwritten words."""
    rng = context.rng
    latin = drawn.kind in ("memo", "cable") or rng.random() < 0.12
    shaken = not latin and rng.random() < 0.35
    face = context.faces.draw(rng, "penmanship" if latin else "freehand" if shaken else "handwritten", "type")
    size = int(sheet.mm * rng.uniform(3.5, 9 if rng.random() < 0.85 else 18))
    vertical = not latin and rng.random() < (0.7 if drawn.direction == "vertical" else 0.3)
    rows = rng.choice([1, 1, 1, 2, 3])
    texts, pitch = [], rng.uniform(0.85, 1.15) if rng.random() < 0.65 else rng.uniform(1.1, 1.7)
    for _ in range(rows):
        text = context.sentences.draw(rng)[: rng.randint(1, 9)]
        if rng.random() < 0.4:
            text = rng.choice(REMARKS_HELD_OUT if context.held_out else REMARKS)
        texts.append(
            rng.choice(["see file", "no action", "copy to", "OK", "Noted", "return", "hold", "J.R.", "Apr 12"])
            if latin
            else text
        )
    length = int(size * (pitch * max(map(len, texts)) + 2))
    thick = int(size * 1.35 * rows + size)
    layer = Layer((length, thick) if vertical else (thick, length))
    for i, text in enumerate(texts):
        along = size / 2 + rng.gauss(0, 0.1) * size
        across = size / 2 + (rows - 1 - i if vertical else i) * size * 1.3
        set_line(
            layer,
            face,
            text,
            across if vertical else along,
            along if vertical else across,
            size,
            rng,
            pitch,
            vertical,
        )
    found = layer.drawn()
    if found is None:
        return
    cover = sheared(found[0].copy(), rng)
    if shaken or rng.random() < 0.3:
        cover = shaking(cover, size, context, rng.uniform(0.04, 0.09) if shaken else rng.uniform(0.01, 0.05))
    if rng.random() < 0.3:
        cover = cv2.dilate(cover, numpy.ones((2, 2), numpy.uint8))
    cover, _ = turn(cover, rng.gauss(0, 5), numpy.float32([(0, 0)]))
    press(sheet, cover, *spot(sheet, drawn, rng, cover.shape[1], cover.shape[0]), colour, rng)


def inserted(sheet, drawn, context, colour):
    """A few small words between two lines, with a caret or a stroke to their place."""
    rng = context.rng
    lines = [line for line in drawn.lines if len(line[0]) > 3]
    if not lines:
        return
    boxes, vertical, size = rng.choice(lines)[:3]
    box = rng.choice(boxes)
    hand = max(14, int(size * rng.uniform(0.6, 1.1)))
    face = context.faces.draw(rng, "penmanship" if drawn.kind in ("memo", "cable") else "handwritten", "type")
    text = (
        rng.choice(["added", "and", "see", "not", "(sic)", "24", "06"])
        if drawn.kind in ("memo", "cable")
        else context.sentences.draw(rng)[: rng.randint(1, 6)]
    )
    long = hand * (len(text) + 3)
    layer = Layer((long, 3 * hand) if vertical else (3 * hand, long))
    set_line(layer, face, text, hand, hand, hand, rng, rng.uniform(0.85, 1.1), vertical)
    if layer.drawn() is None:
        return
    cover = layer.cover
    if rng.random() < 0.6:
        points = [(0.2, 1.4), (0.6, 2.3), (0.9, 1.6)] if not vertical else [(1.1, 0.3), (0.4, 0.6), (1.0, 0.9)]
        stroke(cover, [(x * hand, y * hand) for x, y in points], max(2, 0.35 * sheet.mm), rng)
    left = box[2] - 0.6 * hand if vertical else box[0] - hand
    top = box[1] - hand if vertical else box[1] - 2.1 * hand
    press(sheet, cover, left + rng.gauss(0, 3), top + rng.gauss(0, 3), colour, rng)


def brushed(sheet, drawn, context, colour):
    """One to three brush characters that fill a cell or are as large as a heading: initials or a file number."""
    rng = context.rng
    text = rng.choice(
        [
            context.sentences.draw(rng)[: rng.randint(1, 3)],
            rng.choice("了可見済秘局課長印田山木"),
            rng.choice("一二三四五六七八九十") + rng.choice("号課月日"),
        ]
    )
    size = int(sheet.mm * rng.uniform(6, 20))
    cells = [c for c in drawn.cells if min(c[2] - c[0], c[3] - c[1]) > 25]
    cell = rng.choice(cells) if cells and rng.random() < 0.7 else None
    if cell:
        size = max(20, int(min(cell[2] - cell[0], (cell[3] - cell[1]) / len(text)) * rng.uniform(0.6, 1.1)))
        size = min(size, int(28 * sheet.mm))
    face = context.faces.draw(rng, "handwritten", "type")
    layer = Layer((size * (len(text) + 1), 2 * size))
    set_line(layer, face, text, size // 2, size // 2, size, rng, rng.uniform(0.8, 1.0), True)
    found = layer.drawn()
    if found is None:
        return
    cover = sheared(found[0].copy(), rng)
    thick = max(1, int(sheet.mm * rng.uniform(0, 0.6)))
    cover = cv2.dilate(cover, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick, thick)))
    if rng.random() < 0.3:
        # A dry brush.
        cover = (cover * (clouds(context.noise, cover.shape, rng.uniform(2, 5)) < rng.uniform(0.2, 0.6))).astype(
            numpy.uint8
        )
    height, width = cover.shape
    if cell:
        left, top = (
            (cell[0] + cell[2] - width) / 2 + rng.gauss(0, 6),
            (cell[1] + cell[3] - height) / 2 + rng.gauss(0, 6),
        )
    else:
        left, top = spot(sheet, drawn, rng, width, height)
    press(sheet, cover, left, top, (rng.randint(0, 50),) * 3 if rng.random() < 0.7 else colour, rng)


def shaking(cover, size, context, part):
    """Displaces every stroke differently, at most by a part of the character size."""
    fields = (clouds(context.noise, cover.shape, context.rng.uniform(0.25, 0.7) * size) for _ in range(2))
    columns, rows = numpy.meshgrid(*(numpy.arange(side, dtype=numpy.float32) for side in cover.shape[::-1]))
    x, y = (places + part * size * field for places, field in zip((columns, rows), fields))
    return cv2.remap(cover, x, y, cv2.INTER_LINEAR)


def sheared(cover, rng):
    """Slants and waves the text, unlike type."""
    height, width = cover.shape
    room = height // 3 + 6
    columns, rows = numpy.meshgrid(
        numpy.arange(width + 2 * room, dtype=numpy.float32), numpy.arange(height + 2 * room, dtype=numpy.float32)
    )
    lean, wave, length = (
        rng.gauss(0, 0.15),
        rng.uniform(0, 0.08) * min(height, width),
        rng.uniform(0.6, 3) * min(height, width) + 10,
    )
    x = columns - room + lean * (rows - height / 2 - room) + wave * numpy.sin(rows / length + rng.uniform(0, 6))
    y = rows - room + wave * numpy.sin(columns / length + rng.uniform(0, 6))
    return cv2.remap(cover, x, y, cv2.INTER_LINEAR)


def stroke(cover, points, pen, rng):
    """A smooth stroke through points, with a width that varies like pressure."""
    points = numpy.float32(points)
    if len(points) > 2:
        at = numpy.linspace(0, len(points) - 1, len(points) * 12)
        low = numpy.clip(at.astype(int), 0, len(points) - 2)
        share = (at - low)[:, None]
        before, after = points[numpy.maximum(low - 1, 0)], points[numpy.minimum(low + 2, len(points) - 1)]
        p, q = points[low], points[low + 1]
        points = 0.5 * (
            2 * p
            + (q - before) * share
            + (2 * before - 5 * p + 4 * q - after) * share**2
            + (3 * p - before - 3 * q + after) * share**3
        )
    pressure = rng.uniform(0.7, 1.2)
    for a, b in zip(points, points[1:]):
        pressure = min(1.5, max(0.5, pressure + rng.gauss(0, 0.06)))
        cv2.line(
            cover,
            tuple(int(v * 4) for v in a),
            tuple(int(v * 4) for v in b),
            255,
            max(1, int(round(pen * pressure))),
            cv2.LINE_AA,
            2,
        )


def pen_of(sheet, rng):
    return sheet.mm * (rng.uniform(0.25, 0.7) if rng.random() < 0.8 else rng.uniform(0.8, 2.2))


def scribble(sheet, drawn, context, colour):
    """A signature or a monogram: loops."""
    rng = context.rng
    height = int(sheet.mm * rng.uniform(5, 16))
    width = int(height * rng.uniform(0.7, 4))
    cover = numpy.zeros((height + 20, width + 20), numpy.uint8)
    pen = pen_of(sheet, rng)
    for _ in range(rng.randint(1, 3)):
        count = rng.randint(4, 14)
        xs = numpy.sort([rng.random() for _ in range(count)]) + [rng.gauss(0, 0.12) for _ in range(count)]
        ys = [rng.random() if rng.random() < 0.8 else rng.uniform(0.35, 0.65) for _ in range(count)]
        stroke(cover, [(10 + min(1, max(0, x)) * width, 10 + y * height) for x, y in zip(xs, ys)], pen, rng)
    press(sheet, cover, *spot(sheet, drawn, rng, *cover.shape[::-1]), colour, rng)


def numeral(sheet, drawn, context, colour):
    """Numbers, often in a ring."""
    rng = context.rng
    face = context.faces.draw(rng, rng.choice(["penmanship", "handwritten"]), "type")
    size = int(sheet.mm * rng.uniform(4, 14))
    text = rng.choice(["1", "2", "3", "12", "A", "B-4", "06", "08", "24", "8/11", "No.7", "16"])
    if rng.random() < 0.4:
        text = rng.choice(["", "IN-", "No. ", "C-", "#", "A'-"]) + "".join(
            rng.choice("0123456789") for _ in range(rng.randint(3, 7))
        )
    layer = Layer((2 * size, size * (len(text) + 1)))
    set_line(layer, face, text, size / 2, size / 2, size, rng)
    found = layer.drawn()
    if found is None:
        return
    cover = cv2.copyMakeBorder(sheared(found[0].copy(), rng), 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=0)
    if rng.random() < 0.5:
        ring(cover, pen_of(sheet, rng), rng)
    press(sheet, cover, *spot(sheet, drawn, rng, *cover.shape[::-1]), colour, rng)


def ring(cover, pen, rng):
    """A hand-drawn ring just within a patch."""
    height, width = cover.shape
    start, turns = rng.uniform(0, 6.28), rng.uniform(0.95, 1.25)
    points = []
    for i in range(15):
        angle = start + turns * 2 * math.pi * i / 14
        reach = 0.5 - (pen + 3) / min(width, height) + rng.gauss(0, 0.015)
        points.append((width / 2 + reach * width * math.cos(angle), height / 2 + reach * height * math.sin(angle)))
    stroke(cover, points, pen, rng)


def sign(sheet, drawn, context, colour):
    """A tick, a cross, an arrow, a bracket."""
    rng = context.rng
    side = int(sheet.mm * rng.uniform(3, 14))
    cover = numpy.zeros((side + 16, side + 16), numpy.uint8)
    pen = pen_of(sheet, rng)
    shapes = {
        "tick": [[(0, 0.6), (0.3, 1), (1, 0)]],
        "cross": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
        "arrow": [[(0, 0.5), (1, 0.5)], [(0.7, 0.2), (1, 0.5), (0.7, 0.8)]],
        "bracket": [[(0.7, 0), (0.45, 0.02), (0.4, 0.5), (0.42, 0.98), (0.7, 1)]],
        "brace": [[(0.7, 0), (0.5, 0.2), (0.3, 0.5), (0.5, 0.8), (0.7, 1)]],
        "star": [[(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)], [(0.15, 0.15), (0.85, 0.85)]],
    }
    for points in rng.choice(list(shapes.values())):
        stroke(
            cover,
            [(8 + (x + rng.gauss(0, 0.04)) * side, 8 + (y + rng.gauss(0, 0.04)) * side) for x, y in points],
            pen,
            rng,
        )
    if rng.random() < 0.4:
        cover = cv2.resize(cover, None, fx=rng.uniform(0.5, 1), fy=rng.uniform(1, 4))
    press(sheet, cover, *spot(sheet, drawn, rng, *cover.shape[::-1]), colour, rng)


def around(sheet, drawn, context, colour):
    """A line under or beside text, a ring around a word, a strikethrough."""
    rng = context.rng
    lines = [line for line in drawn.lines if line[0]]
    if not lines:
        return
    boxes, vertical, size = rng.choice(lines)[:3]
    first = rng.randrange(len(boxes))
    run = numpy.asarray(boxes[first : first + rng.randint(1, 12)], numpy.float32)
    room = int(0.5 * size) + 8
    left, top, right, bottom = (
        run[:, 0].min() - room,
        run[:, 1].min() - room,
        run[:, 2].max() + room,
        run[:, 3].max() + room,
    )
    width, height = int(right - left), int(bottom - top)
    if width < 8 or height < 8:
        return
    cover = numpy.zeros((height, width), numpy.uint8)
    pen = pen_of(sheet, rng) * 0.8
    kind = rng.choice(["under", "through", "ring", "under", "wavy", "brackets"])
    if kind == "ring":
        ring(cover, pen, rng)
    elif kind == "brackets":
        for side in (0.08, 0.92):
            hook = 0.5 * room * (1 if side < 0.5 else -1)
            along = side * (height if vertical else width)
            points = [
                (along + hook, 0.12),
                (along, 0.14),
                (along + rng.gauss(0, 2), 0.5),
                (along, 0.86),
                (along + hook, 0.88),
            ]
            stroke(cover, [(y * width, x) if vertical else (x, y * height) for x, y in points], pen, rng)
    else:
        shift = {
            "under": 0.5 + 0.55 * size / max(1, width if vertical else height),
            "wavy": 0.5 + 0.6 * size / max(1, width if vertical else height),
            "through": 0.5,
        }[kind]
        shift = shift if not vertical or rng.random() < 0.5 else 1 - shift
        count = 12 if kind == "wavy" else 4
        points = []
        for i in range(count):
            along, across = (
                room / 2 / max(width, height) + i / (count - 1) * 0.95,
                shift + rng.gauss(0, 0.02) + (0.06 * (i % 2) if kind == "wavy" else 0),
            )
            points.append((across * width, along * height) if vertical else (along * width, across * height))
        stroke(cover, points, pen, rng)
        if rng.random() < 0.2:
            stroke(
                cover,
                [(x + (pen * 2.5 if vertical else 0), y + (0 if vertical else pen * 2.5)) for x, y in points],
                pen,
                rng,
            )
    press(sheet, cover, left, top, colour, rng)
