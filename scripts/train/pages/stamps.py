"""Draws rubber stamps, seals, daters and numbering machines.

A stamp is drawn upright as coverage, worn, rotated and pressed. Its outline is that of its ink. Held-out pages have other
texts and shapes than training pages.
"""

import math

import cv2
import numpy

from english import WORDS
from faces import advance, set_line
from sheet import Layer
from wear import clouds

SECRECY = "極秘 秘 厳秘 極祕 取扱注意 部外秘 無期限 大至急 至急 要回覧 回覧 写 秘扱 人秘 館長符号扱 限定配布 複写厳禁 要回収 緊急".split()
RELEASE = [
    "秘密指定解除",
    "秘密指定解除/外交記録公開室",
    "秘密指定解除/情報公開室",
    "秘密指定解除/外交記録・情報公開室",
    "解除",
    "秘解除/外務省",
    "公開",
    "外交記録公開",
    "秘密指定解除/日付/情報公開室",
    "審査済/公開",
    "外務省/外交史料館",
]
OFFICE = "接受 受領 文書課 記録/文書 済 閲 供覧 閲覧済 配布済 電信課 条約局 経済局 受付 決裁 発送済 校了 浄書 原議 永久保存 本紙限り 保存期間 コピー厳禁".split()
ENGLISH = [
    "SECRET",
    "TOP SECRET",
    "CONFIDENTIAL",
    "RECEIVED",
    "DECLASSIFIED",
    "DO NOT REPRODUCE/RETURN TO CIA",
    "COPY",
    "FOR OFFICIAL USE ONLY",
    "UNCLASSIFIED",
    "RESTRICTED",
    "URGENT",
    "FILE COPY",
    "APPROVED FOR RELEASE/DATE",
    "REPRODUCED AT THE/NATIONAL ARCHIVES",
    "LIMITED OFFICIAL USE",
    "RECORD COPY",
]
# These texts are not used for training.
HELD_OUT = {
    "secrecy": "特秘 用済後廃棄 内閣限り 親展 要返却 機密".split(),
    "release": ["指定解除/公開文書室", "要審査/解除済", "全部開示/審査室", "指定解除/日付"],
    "office": "総務課 査閲 承認 会計済 登録 写送付".split(),
    "english": ["EYES ONLY", "CLASSIFIED", "RELEASED IN FULL", "DISPATCHED/EMBASSY"],
}
TRAINING = {"secrecy": SECRECY, "release": RELEASE, "office": OFFICE, "english": ENGLISH}
SURNAMES = "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 清水 山崎 森 池田 橋本 阿部 石川 前田 藤田 小川 岡田 後藤 長谷川 村上 近藤 石井 斎藤 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 藤原 岡本 松田 中川 中野 原田 小野 田村 竹内 金子 和田 中山 石田 上田 森田 原 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 島田 谷口 大野 高田 丸山 今井 河野 藤本 村田 武田 上野 杉山 増田 平野 大塚 千葉 久保 松井 小島 岩崎 桜井 野口 松尾 野村 木下 菊地 渡部 佐野 杉本 新井 古川 浜田 市川 水野 小松 島".split()
COLOURS = [(200, 30, 40), (215, 60, 40), (180, 20, 60), (110, 50, 140), (60, 60, 160), (30, 80, 170), (20, 110, 80)]
SEALS = {
    False: ["外務省印", "日本国外務大臣之印", "大使館印", "総領事館之印", "外務省電信課"],
    True: ["公使館之印", "記録課之印"],
}
# Plain frames and no frame are common to both parts; each other shape belongs to one part.
SHAPES = [
    "none",
    "none",
    "none",
    "none",
    "rectangle",
    "rectangle",
    "rectangle",
    "double",
    "rounded",
    "oval",
    "circle",
    "cells",
    "shield",
]
SHAPES_HELD_OUT = ["none", "rectangle", "hexagon", "notched"]
FORMS = {
    "none": "box",
    "rectangle": "box",
    "double": "box",
    "cells": "box",
    "rectangle-filled": "box",
    "oval": "oval",
    "circle": "oval",
}


def add(sheet, drawn, context):
    """Presses none to six stamps onto the page."""
    rng = context.rng
    count = rng.choices(range(7), [0.27, 0.25, 0.2, 0.13, 0.08, 0.05, 0.02])[0]
    gray_page, spots = rng.random() < 0.45, []
    kinds = {
        text_stamp: 52,
        dater: 10,
        name_seal: 20,
        numbering: 6,
        office_seal: 4,
        across: 3,
        ruled: 5,
        postmark: 2,
        arrival: 8,
    }
    for _ in range(count):
        kind = rng.choices(list(kinds), list(kinds.values()))[0]
        cover, text, form = kind(sheet, context)
        if cover is None:
            continue
        colour = (rng.randint(0, 90),) * 3 if gray_page or rng.random() < 0.25 else shaded(rng.choice(COLOURS), rng)
        strength = rng.uniform(0.4, 1) if kind is not across else rng.uniform(0.35, 0.6)
        press(sheet, drawn, context, cover, text, colour, strength, form, spots)
    if rng.random() < 0.5:
        approvals(sheet, drawn, context, gray_page, spots)


def approvals(sheet, drawn, context, gray_page, spots):
    """Name seals beside or below each other, in cells of a form that are hardly larger than a seal, or in a free row. Some
    touch.
    """
    rng = context.rng
    small = [c for c in drawn.cells if all(5 < side / sheet.mm < 32 for side in (c[2] - c[0], c[3] - c[1]))]
    size, count = sheet.mm * rng.uniform(6.5, 13), rng.randint(2, 9)
    if len(small) >= 3 and rng.random() < 0.75:
        first = rng.choice(small)
        axis = rng.randrange(2)
        beside = sorted((c for c in small if abs(c[1 - axis] - first[1 - axis]) < 3), key=lambda c: c[axis])[:count]
        away = rng.choice([0.08, 0.08, 0.3])
        middles = [
            (
                (left + right) / 2 + rng.gauss(0, away) * min(size, right - left),
                (top + bottom) / 2 + rng.gauss(0, away) * min(size, bottom - top),
            )
            for left, top, right, bottom in beside
        ]
    else:
        x, y = (
            rng.uniform(0.05, 0.9) * sheet.width,
            rng.choice([rng.uniform(0.03, 0.3), rng.uniform(0.7, 0.97)]) * sheet.height,
        )
        pitch, lying = size * rng.uniform(0.92, 1.7), rng.random() < 0.6
        away = 0.06 * size
        middles = [
            (x + lying * i * pitch + rng.gauss(0, away), y + (not lying) * i * pitch + rng.gauss(0, away))
            for i in range(min(count, 5))
        ]
    colour = (rng.randint(0, 90),) * 3 if gray_page else shaded(rng.choice(COLOURS[:3]), rng)
    for middle in middles:
        if rng.random() < 0.2:
            continue
        cover, text, form = name_seal(sheet, context, size * rng.gauss(1, 0.05))
        if cover is not None:
            press(sheet, drawn, context, cover, text, colour, rng.uniform(0.5, 1), form, spots, middle)


def surname(rng, held_out):
    """A name for a seal; one name in five is held out."""
    part = [name for i, name in enumerate(SURNAMES) if (i % 5 == 2) == held_out]
    return rng.choice(part)


MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()


def date_of(rng, patterns):
    return rng.choice(patterns).format(
        month=rng.choice(MONTHS),
        y=rng.randint(20, 99),
        m=rng.randint(1, 12),
        d=rng.randint(1, 28),
        h=rng.randint(0, 23),
        n=rng.randint(0, 59),
    )


def shaded(colour, rng):
    return tuple(min(255, max(0, value + rng.randint(-25, 25))) for value in colour)


def press(sheet, drawn, context, cover, text, colour, strength, form, spots, middle=None):
    """Wears, rotates and places a stamp (around `middle`, if given) and registers its place. `spots` are the centres of
    earlier stamps.
    """
    rng = context.rng
    cover = worn(cover, context)
    turned, corners = turn(cover, angle(rng), outline_of(cover, form))
    left, top = place(sheet, drawn, rng, turned.shape)
    if middle is not None:
        left, top = middle[0] - turned.shape[1] / 2, middle[1] - turned.shape[0] / 2
    elif spots and rng.random() < 0.1:
        x, y = rng.choice(spots)
        left, top = x + rng.uniform(-0.8, -0.2) * turned.shape[1], y + rng.uniform(-0.8, -0.2) * turned.shape[0]
    spots.append((left + turned.shape[1] / 2, top + turned.shape[0] / 2))
    sheet.press_patch(turned, left, top, "stamp", colour, strength)
    outline = corners + (int(round(left)), int(round(top)))
    if (outline < 0).any() or (outline > (sheet.width - 1, sheet.height - 1)).any():
        page = numpy.float32([(0, 0), (sheet.width - 1, 0), (sheet.width - 1, sheet.height - 1), (0, sheet.height - 1)])
        outline = cv2.intersectConvexConvex(outline.astype(numpy.float32), page)[1]
        outline = numpy.zeros((0, 2)) if outline is None else outline.reshape(-1, 2)
    if len(outline) > 2 and (numpy.ptp(outline, axis=0) > 20).all():
        sheet.stamped(outline, text.replace("/", ""))


def angle(rng):
    chance = rng.random()
    if chance < 0.8:
        return rng.gauss(0, 2.5)
    if chance < 0.95:
        return rng.uniform(-30, 30)
    return rng.choice([90, -90, 180]) + rng.gauss(0, 3)


def outline_of(cover, form):
    """The outline of the ink before rotation: a box, an oval, or the convex hull with few corners."""
    rows, columns = numpy.nonzero(cover > 60)
    if not len(rows):
        return numpy.float32([(0, 0), (cover.shape[1], 0), cover.shape[::-1], (0, cover.shape[0])])
    left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    if form == "box":
        return numpy.float32([(left, top), (right, top), (right, bottom), (left, bottom)])
    if form == "oval":
        turns = numpy.arange(24) * (2 * math.pi / 24)
        x, y = (
            (left + right) / 2 + (right - left) / 2 * numpy.cos(turns),
            (top + bottom) / 2 + (bottom - top) / 2 * numpy.sin(turns),
        )
        return numpy.stack([x, y], 1).astype(numpy.float32)
    hull = cv2.convexHull(numpy.stack([columns, rows], 1).astype(numpy.int32))
    return cv2.approxPolyDP(hull, 2.0, True).reshape(-1, 2).astype(numpy.float32)


def turn(cover, degrees, outline):
    """The coverage and its outline rotated around the centre, on a canvas that holds them."""
    height, width = cover.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(height * sine + width * cosine) + 3, int(height * cosine + width * sine) + 3
    matrix[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    return cv2.warpAffine(cover, matrix, size, flags=cv2.INTER_LINEAR), cv2.transform(
        outline.reshape(-1, 1, 2), matrix
    ).reshape(-1, 2)


def place(sheet, drawn, rng, shape):
    """The place of the stamp: margins and header of the page, over text, beside text; rarely beyond the edge."""
    height, width = shape
    chance = rng.random()
    if chance < 0.18:
        return rng.uniform(0, max(1, sheet.width - width)), rng.uniform(0, 0.2) * sheet.height
    if chance < 0.28:
        side = rng.choice([0.02 * sheet.width, sheet.width - width - 0.02 * sheet.width])
        return side + rng.gauss(0, 0.02 * sheet.width), rng.uniform(0, max(1, sheet.height - height))
    if chance < 0.6 and drawn.lines:
        boxes = rng.choice(drawn.lines)[0]
        if boxes:
            box = rng.choice([boxes[0], boxes[-1], rng.choice(boxes)])
            if drawn.direction == "vertical" and rng.random() < 0.7:
                return (box[0] + box[2] - width) / 2 + rng.gauss(0, 0.3) * width, box[3] + rng.uniform(
                    -1.1, 0.5
                ) * height
            return box[2] + rng.uniform(-1.2, 0.6) * width, (box[1] + box[3]) / 2 - height / 2 + rng.gauss(
                0, 0.3
            ) * height
    if chance < 0.7 and drawn.cells:
        left, top, right, bottom = rng.choice(drawn.cells)
        return (left + right - width) / 2 + rng.gauss(0, 0.2) * width, (top + bottom - height) / 2 + rng.gauss(
            0, 0.2
        ) * height
    if chance < 0.75:
        return rng.choice([-0.4 * width, sheet.width - 0.6 * width]), rng.uniform(0, max(1, sheet.height - height))
    return rng.uniform(0, max(1, sheet.width - width)), rng.uniform(0, max(1, sheet.height - height))


def worn(cover, context):
    """Uneven pressure, missing parts, excess ink, a double strike. At least a quarter of the ink remains."""
    rng = context.rng
    cover = cv2.copyMakeBorder(cover, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=0)
    chance = rng.random()
    if chance < 0.18:
        reach = rng.choice([2, 3])
        cover = cv2.dilate(cover, numpy.ones((reach, reach), numpy.uint8))
    elif chance < 0.25:
        cover = cv2.erode(cover, numpy.ones((2, 2), numpy.uint8))
    elif chance < 0.33:
        # So much ink that narrow gaps close.
        soft = cv2.GaussianBlur(cover, (0, 0), rng.uniform(1.5, 3.5))
        cover = numpy.clip((soft.astype(numpy.float32) - rng.uniform(40, 90)) * 6, 0, 255).astype(numpy.uint8)
    if rng.random() < 0.08:
        moved = numpy.roll(cover, (rng.randint(-7, 7), rng.randint(-7, 7)), (0, 1))
        cover = numpy.maximum(cover, (moved * rng.uniform(0.3, 0.8)).astype(numpy.uint8))
    pressed = numpy.ones(cover.shape, numpy.float32)
    if rng.random() < 0.5:
        pressed *= 1 - rng.uniform(0.1, 0.6) * (clouds(context.noise, cover.shape, rng.uniform(10, 120)) + 1) / 2
    if rng.random() < 0.25:
        slope = numpy.linspace(1, rng.uniform(0.15, 0.7), cover.shape[rng.randint(0, 1)], dtype=numpy.float32)[
            :: rng.choice([1, -1])
        ]
        pressed *= slope[:, None] if len(slope) == cover.shape[0] else slope[None]
    if rng.random() < 0.25:
        pressed *= clouds(context.noise, cover.shape, rng.uniform(3, 25)) < rng.uniform(0.1, 0.6)
    left = (cover * pressed).astype(numpy.uint8)
    cover = left if (left > 60).sum() > 0.25 * (cover > 60).sum() else cover
    return cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.5, 1.5)) if rng.random() < 0.5 else cover


def rows_of(sheet, context, rows, size, vertical=False, kind="japanese"):
    """Rows of characters as coverage, closely cropped; None if the face has none of them."""
    rng = context.rng
    for _ in range(6):
        face = context.faces.draw(rng, kind, "type")
        if face.has("".join(rows)):
            break
    gap, pitch = size * rng.uniform(0.05, 0.5), rng.choice([1, 1, rng.uniform(1, 1.4)])
    length = int(max(sum(advance(face, c, size) if not vertical else size for c in row) for row in rows) * pitch) + size
    thick = int(len(rows) * (size + gap)) + size
    layer = Layer((length + size, thick + size) if vertical else (thick + size, length + size))
    for i, row in enumerate(rows):
        own = sum(advance(face, c, size) if not vertical else size for c in row) * pitch
        inset = size / 2 + (length - size - own) / 2 * rng.choice([1, 1, 0])
        across_ = size / 2 + (len(rows) - 1 - i if vertical else i) * (size + gap)
        set_line(
            layer, face, row, across_ if vertical else inset, inset if vertical else across_, size, rng, pitch, vertical
        )
    found = layer.drawn()
    return None if found is None else found[0].copy()


def text_stamp(sheet, context):
    """Rows of text, usually in a frame."""
    rng = context.rng
    texts = HELD_OUT if context.held_out else TRAINING
    group = rng.choices(
        ["secrecy", "release", "office", "english", "random", "phrase"], [0.28, 0.26, 0.16, 0.12, 0.08, 0.1]
    )[0]
    text = {"random": lambda: context.sentences.draw(rng)[: rng.randint(2, 12)], "phrase": lambda: phrase(rng)}.get(
        group, lambda: rng.choice(texts[group])
    )()
    kind = "latin" if group in ("english", "phrase") else "japanese"
    if kind == "latin":
        text = text.replace("DATE", "日付")
    if "日付" in text or rng.random() < 0.12:
        date = date_of(
            rng,
            ["{y}.{m}.{d}", "{m}.{d}"]
            if kind == "latin"
            else ["{y}.{m}.{d}", "{y}年{m}月{d}日", "{m}.{d}", "昭{y}.{m}.{d}"],
        )
        text = text.replace("日付", date) if "日付" in text else f"{text}/{date}"
    size = int(
        sheet.mm
        * (rng.uniform(3, 6.5) if len(text) > 4 else rng.uniform(4, 15) if rng.random() < 0.8 else rng.uniform(10, 28))
    )
    vertical = kind == "japanese" and len(text) > 1 and rng.random() < 0.22
    cover = rows_of(sheet, context, text.split("/"), size, vertical, kind)
    if cover is None:
        return None, "", "box"
    if kind == "latin" and rng.random() < 0.1 and size > 20:
        # Letters as contours.
        cover = cv2.subtract(cv2.dilate(cover, numpy.ones((5, 5), numpy.uint8)), cover)
    shape = rng.choice(SHAPES_HELD_OUT if context.held_out else SHAPES)
    if shape in ("rectangle", "rounded") and len(text) < 7 and rng.random() < 0.05:
        shape += "-filled"  # letters cut out of a block
    return framed(cover, shape, size, rng), text, FORMS.get(shape, "hull")


def phrase(rng):
    """One to three rows of English words."""
    rows = [" ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(1, 3))]
    manner = rng.choice([str.upper, str.upper, str.title, str.capitalize])
    return "/".join(manner(row) for row in rows)


def framed(cover, shape, size, rng):
    """The rows within a frame; lines are as thick as strokes."""
    room = int(size * rng.uniform(0.15, 0.7)) + 3
    thick = max(2, int(size * rng.uniform(0.04, 0.13)))
    if shape == "none":
        return cv2.copyMakeBorder(cover, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=0)
    side = room + (int(size * 0.6) if shape in ("oval", "hexagon", "circle", "shield") else 0)
    cover = cv2.copyMakeBorder(cover, side, side, side, side, cv2.BORDER_CONSTANT, value=0)
    if shape == "circle":
        grow = cover.shape[0] - cover.shape[1]
        across_, along = max(0, grow), max(0, -grow)
        cover = cv2.copyMakeBorder(
            cover, along // 2, along - along // 2, across_ // 2, across_ - across_ // 2, cv2.BORDER_CONSTANT, value=0
        )
    height, width = cover.shape
    frame = numpy.zeros_like(cover)
    e = thick // 2 + 1
    box = (e, e), (width - 1 - e, height - 1 - e)
    if shape.startswith("rectangle") or shape in ("double", "cells"):
        cv2.rectangle(frame, *box, 255, thick)
        inner = e + 2 * thick + 1
        if shape == "double":
            cv2.rectangle(frame, (inner, inner), (width - 1 - inner, height - 1 - inner), 255, max(1, thick // 2))
        if shape == "cells":
            for _ in range(rng.randint(1, 3)):
                at = rng.randint(e, height - e - 1)
                clear = cover[max(0, at - thick) : at + thick].max() < 60
                if clear:
                    cv2.line(frame, (e, at), (width - 1 - e, at), 255, thick)
    elif shape.startswith("rounded"):
        radius = min(width, height) // rng.choice([3, 4, 6])
        for x, y, start in (
            (e + radius, e + radius, 180),
            (width - 1 - e - radius, e + radius, 270),
            (width - 1 - e - radius, height - 1 - e - radius, 0),
            (e + radius, height - 1 - e - radius, 90),
        ):
            cv2.ellipse(frame, (x, y), (radius, radius), 0, start, start + 90, 255, thick)
        for a, b in (
            ((e + radius, e), (width - 1 - e - radius, e)),
            ((e + radius, height - 1 - e), (width - 1 - e - radius, height - 1 - e)),
            ((e, e + radius), (e, height - 1 - e - radius)),
            ((width - 1 - e, e + radius), (width - 1 - e, height - 1 - e - radius)),
        ):
            cv2.line(frame, a, b, 255, thick)
    elif shape in ("oval", "circle"):
        cv2.ellipse(
            frame, (width // 2, height // 2), (width // 2 - e, height // 2 - e), 0, 0, 360, 255, thick, cv2.LINE_AA
        )
        if rng.random() < 0.3:
            cv2.ellipse(
                frame,
                (width // 2, height // 2),
                (width // 2 - e - 3 * thick, height // 2 - e - 3 * thick),
                0,
                0,
                360,
                255,
                max(1, thick // 2),
                cv2.LINE_AA,
            )
    elif shape == "hexagon":
        cut = min(side, width // 3)
        points = [
            (e, height // 2),
            (cut, e),
            (width - cut, e),
            (width - e - 1, height // 2),
            (width - cut, height - e - 1),
            (cut, height - e - 1),
        ]
        cv2.polylines(frame, [numpy.int32(points)], True, 255, thick, cv2.LINE_AA)
    elif shape == "shield":
        points = [
            (e, e),
            (width - e - 1, e),
            (width - e - 1, int(0.75 * height)),
            (width // 2, height - e - 1),
            (e, int(0.75 * height)),
        ]
        cv2.polylines(frame, [numpy.int32(points)], True, 255, thick, cv2.LINE_AA)
    elif shape == "notched":
        cut = min(width, height) // 5
        points = [
            (cut, e),
            (width - cut, e),
            (width - e - 1, cut),
            (width - e - 1, height - cut),
            (width - cut, height - e - 1),
            (cut, height - e - 1),
            (e, height - cut),
            (e, cut),
        ]
        cv2.polylines(frame, [numpy.int32(points)], True, 255, thick, cv2.LINE_AA)
    if shape.endswith("filled"):
        filled = numpy.zeros_like(cover)
        cv2.rectangle(filled, *box, 255, -1)
        return cv2.subtract(filled, cover)
    return numpy.maximum(cover, frame)


def dater(sheet, context):
    """A round stamp with an office, a date between two rulings, and a name."""
    rng = context.rng
    size = int(sheet.mm * rng.uniform(15, 34))
    cover = numpy.zeros((size + 8, size + 8), numpy.uint8)
    middle, radius = size // 2 + 4, size // 2
    thick = max(2, size // rng.randint(28, 60))
    cv2.circle(cover, (middle, middle), radius, 255, thick, cv2.LINE_AA)
    if rng.random() < 0.3:
        cv2.circle(cover, (middle, middle), int(radius * 0.86), 255, max(1, thick // 2), cv2.LINE_AA)
    half = int(radius * rng.uniform(0.2, 0.34))
    for y in (middle - half, middle + half):
        reach = int(math.sqrt(radius**2 - half**2))
        cv2.line(cover, (middle - reach, y), (middle + reach, y), 255, thick)
    date = rng.choice(["{y}.{m}.{d}", "{y} {m} {d}", "'{y}.{m}.{d}", "{m}月{d}日"]).format(
        y=rng.randint(10, 99), m=rng.randint(1, 12), d=rng.randint(1, 28)
    )
    pool = HELD_OUT["office"] if context.held_out else OFFICE
    texts = [
        rng.choice(pool).replace("/", "")[:4],
        date,
        surname(rng, context.held_out) if rng.random() < 0.6 else rng.choice(pool)[:3],
    ]
    for i, text in enumerate(texts):
        height = int(min(1.5 * half, radius * 1.5 / (0.62 * len(text) + 0.4)))
        row = rows_of(sheet, context, [text], max(10, height))
        if row is None:
            continue
        widest = 2 * reach * (0.95 if i == 1 else 0.72)
        if row.shape[1] > widest:
            row = cv2.resize(
                row,
                None,
                fx=widest / row.shape[1],
                fy=min(1, 1.4 * widest / row.shape[1]),
                interpolation=cv2.INTER_AREA,
            )
        y = middle + (i - 1) * int((radius + half) / 2 * 0.98) - row.shape[0] // 2
        x = middle - row.shape[1] // 2
        y, x = max(0, y), max(0, x)
        part = cover[y : y + row.shape[0], x : x + row.shape[1]]
        numpy.maximum(part, row[: part.shape[0], : part.shape[1]], out=part)
    return cover, "/".join(texts), "oval"


def name_seal(sheet, context, size=None):
    """A small round or oval seal with a surname, usually vertical."""
    rng = context.rng
    name = surname(rng, context.held_out)
    size = int(size or sheet.mm * rng.uniform(6.5, 14))
    kind = "handwritten" if rng.random() < 0.35 else "japanese"
    vertical = rng.random() < 0.85
    cover = rows_of(sheet, context, [name], max(12, int(size * 0.72 / max(1, 0.55 * len(name) + 0.45))), vertical, kind)
    if cover is None:
        return None, "", "box"
    height = int(size * (1 if rng.random() < 0.6 else rng.uniform(1.1, 1.4)))
    room = 0.7
    scale_x, scale_y = size * room / cover.shape[1], height * room / cover.shape[0]
    scale = min(scale_x, scale_y)
    cover = cv2.resize(
        cover,
        None,
        fx=min(scale_x, scale * 1.4),
        fy=min(scale_y, scale * 1.4),
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    whole = numpy.zeros((height + 6, size + 6), numpy.uint8)
    y, x = (height + 6 - cover.shape[0]) // 2, (size + 6 - cover.shape[1]) // 2
    whole[y : y + cover.shape[0], x : x + cover.shape[1]] = cover
    thick = max(2, int(size * rng.uniform(0.025, 0.07)))
    frame = numpy.zeros_like(whole)
    form = "oval" if rng.random() < 0.85 else "box"
    if form == "oval":
        cv2.ellipse(
            frame,
            (size // 2 + 3, height // 2 + 3),
            (size // 2 - 1, height // 2 - 1),
            0,
            0,
            360,
            255,
            thick,
            cv2.LINE_AA,
        )
    else:
        cv2.rectangle(frame, (3, 3), (size + 2, height + 2), 255, thick)
    if rng.random() < 0.12:
        filled = numpy.zeros_like(whole)
        cv2.ellipse(
            filled, (size // 2 + 3, height // 2 + 3), (size // 2 - 1, height // 2 - 1), 0, 0, 360, 255, -1, cv2.LINE_AA
        )
        return cv2.subtract(filled, whole), name, "oval"
    return numpy.maximum(whole, frame), name, form


def office_seal(sheet, context):
    """A large square seal in traditional style: columns of heavy characters in a heavy frame."""
    rng = context.rng
    text = rng.choice(SEALS[context.held_out])
    columns = {4: 2, 5: 2, 6: 2, 9: 3}.get(len(text), 2)
    rows = -(-len(text) // columns)
    size = int(sheet.mm * rng.uniform(16, 34) / rows)
    cover = rows_of(
        sheet,
        context,
        [text[i : i + rows] for i in range(0, len(text), rows)],
        size,
        True,
        "handwritten" if rng.random() < 0.5 else "japanese",
    )
    if cover is None:
        return None, "", "box"
    cover = cv2.dilate(cover, numpy.ones((3, 3), numpy.uint8))
    return framed(cover, "rectangle", size * rng.choice([0.6, 1]), rng), text, "box"


def numbering(sheet, context):
    """Digits of a numbering machine."""
    rng = context.rng
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(4, 7)))
    rows = [digits] if rng.random() < 0.8 else [digits, "".join(rng.choice("0123456789") for _ in range(4))]
    cover = rows_of(sheet, context, rows, int(sheet.mm * rng.uniform(3.5, 8)), False, "latin")
    return (None, "", "box") if cover is None else (framed(cover, "none", 20, rng), "/".join(rows), "box")


def across(sheet, context):
    """A very large faint word across the page."""
    rng = context.rng
    words = [
        ("写", "japanese"),
        ("極秘", "japanese"),
        ("秘", "japanese"),
        ("CONFIDENTIAL", "latin"),
        ("COPY", "latin"),
        ("SECRET", "latin"),
    ]
    word, kind = rng.choice([("機密", "japanese"), ("CLASSIFIED", "latin")] if context.held_out else words)
    size = int(sheet.mm * (rng.uniform(40, 80) if kind == "japanese" else rng.uniform(18, 34)))
    cover = rows_of(sheet, context, [word], size, False, kind)
    if cover is None:
        return None, "", "box"
    if rng.random() < 0.4:
        thick = cv2.dilate(cover, numpy.ones((5, 5), numpy.uint8))
        cover = cv2.subtract(thick, cover)
    return framed(cover, "none", 20, rng), word, "box"


def ruled(sheet, context):
    """A frame ruled into rows, some with words, some with a date, some empty; often with a column of captions."""
    rng = context.rng
    pool = HELD_OUT["office"] if context.held_out else [word for word in OFFICE if "/" not in word]
    words = [rng.choice(pool)]
    for _ in range(rng.randint(1, 3)):
        words.append(
            rng.choice(["", rng.choice(pool), date_of(rng, ["{y}.{m}.{d}", "{m}月{d}日", "{h}時{n}分", "第{y}{d}号"])])
        )
    size = int(sheet.mm * rng.uniform(2.5, 5.5))
    covers = [rows_of(sheet, context, [word], size) if word else None for word in words]
    widths = [cover.shape[1] for cover in covers if cover is not None]
    if not widths:
        return None, "", "box"
    step, room, thick = (
        int(size * rng.uniform(1.4, 2.1)),
        int(size * rng.uniform(0.4, 1.2)),
        max(2, int(size * rng.uniform(0.03, 0.1))),
    )
    head = int(size * rng.uniform(1, 2.5)) if rng.random() < 0.4 else 0
    whole = numpy.zeros((step * len(words) + 8, head + max(widths) + 2 * room + 8), numpy.uint8)
    cv2.rectangle(whole, (4, 4), (whole.shape[1] - 5, whole.shape[0] - 5), 255, thick)
    if head:
        cv2.line(whole, (4 + head, 4), (4 + head, whole.shape[0] - 5), 255, thick)
    for i, cover in enumerate(covers):
        if i:
            cv2.line(whole, (4, 4 + i * step), (whole.shape[1] - 5, 4 + i * step), 255, thick)
        if cover is not None:
            top, left = 4 + i * step + max(0, (step - cover.shape[0]) // 2), 4 + head + room
            part = whole[top : top + cover.shape[0], left : left + cover.shape[1]]
            numpy.maximum(part, cover[: part.shape[0], : part.shape[1]], out=part)
    return whole, "/".join(word for word in words if word), "box"


def postmark(sheet, context):
    """A dated postmark with waves beside it."""
    rng = context.rng
    ring, text, _ = dater(sheet, context)
    height, length = ring.shape[0], int(ring.shape[0] * rng.uniform(0.8, 2.2))
    whole = cv2.copyMakeBorder(ring, 0, 0, 0, length, cv2.BORDER_CONSTANT, value=0)
    count, x = rng.randint(3, 7), numpy.arange(height - 4, height + length - 4)
    wave, swing, thick = height * rng.uniform(0.05, 0.12), height * rng.uniform(0.01, 0.04), max(2, height // 70)
    for i in range(count):
        y = height * (0.2 + 0.6 * (i + 0.5) / count) + swing * numpy.sin(x / wave)
        cv2.polylines(whole, [numpy.stack([x, y], 1).astype(numpy.int32)], False, 255, thick, cv2.LINE_AA)
    return whole, text, "hull"


def arrival(sheet, context):
    """One long frameless row: a date and a time, or a notice."""
    rng = context.rng
    latin = rng.random() < 0.5
    if context.held_out:
        patterns = ["DISPATCHED 19{y} {m} {d} {h}:{n}"] if latin else ["発信 昭和{y}年{m}月{d}日{h}時"]
    elif latin:
        patterns = [
            "{d} {m} 19{y} {h} {n} Z",
            "{month} {d} {h} {n} {y}",
            "{d} {month} 19{y}",
            "REC'D {d} {month} {y} {h} {n}",
            "CABLE SECT",
            "19{y} {m} {d} PM {h}:{n}",
            "RECEIVED {m}-{d}-{y} {h}:{n}",
            "DO NOT REPRODUCE OR DISTRIBUTE",
        ]
    else:
        patterns = [
            "昭和{y}年{m}月{d}日{h}時{n}分着",
            "{y}.{m}.{d} {h}時{n}分",
            "本電の写は作成しないこと",
            "この文書は閲覧後返却のこと",
        ]
    text = date_of(rng, patterns)
    cover = rows_of(
        sheet, context, [text], int(sheet.mm * rng.uniform(2.2, 4.5)), False, "latin" if latin else "japanese"
    )
    return (None, "", "box") if cover is None else (framed(cover, "none", 20, rng), text, "box")
