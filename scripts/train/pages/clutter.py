"""Draws matter that is neither text nor a mark: dirt, edges, holes, images, the other side of the paper."""

import dataclasses
import math

import cv2
import numpy

import layouts
import stamps
from faces import set_line
from redactions import rectangle
from sheet import Sheet
from wear import clouds


def under(sheet, context):
    """Draws matter that is on the paper before printing."""
    rng = context.rng
    if rng.random() < 0.3:
        stains(sheet, context)
    if rng.random() < 0.22:
        show_through(sheet, context)
    if rng.random() < 0.12:
        folds(sheet, context)
    if rng.random() < 0.03:
        finger(sheet, context)


def over(sheet, drawn, context):
    """Draws matter that comes onto the page or beside it last."""
    rng = context.rng
    parts = (
        (0.1, picture),
        (0.07, bars),
        (0.06, label),
        (0.05, logo),
        (0.1, printed_box),
        (0.12, holes),
        (0.08, staple),
        (0.05, tape),
        (0.12, streaks),
        (0.25, edges),
        (0.08, gutter),
        (0.15, dirt),
        (0.06, corner),
        (0.03, film_frame),
        (0.03, target),
    )
    for chance, add in parts:
        if rng.random() < chance:
            add(sheet, drawn, context)


def mark(sheet, cover, left, top):
    """Labels a patch of ink as other dark matter."""
    cover, place = sheet.within(cover, left, top)
    numpy.maximum(sheet.ink["other"][place], cover, out=sheet.ink["other"][place])


def shade(sheet, cover, left, top, colour, strength):
    """Darkens a patch towards a colour, without a label. Faster than `tint` on large patches."""
    cover, place = sheet.within(cover, left, top)
    if not cover.size:
        return
    picture = sheet.picture[place]
    for channel, value in enumerate(colour):
        light = cv2.LUT(cover, (255 - numpy.arange(256) * strength * (255 - value) / 255).astype(numpy.uint8))
        picture[..., channel] = cv2.multiply(picture[..., channel], light, scale=1 / 255)


def finger(sheet, context):
    """The shadow of a finger that holds the page at its edge."""
    rng = context.rng
    width, length = int(sheet.mm * rng.uniform(12, 20)), int(sheet.mm * rng.uniform(8, 35))
    cover = numpy.zeros((length + 60, width + 60), numpy.uint8)
    cv2.ellipse(cover, (width // 2 + 30, 0), (width // 2, length), 0, 0, 360, 255, -1)
    cover = cv2.GaussianBlur(cover, (0, 0), rng.uniform(3, 10))
    side, strength = rng.choice(["top", "bottom", "left", "right"]), rng.uniform(0.3, 0.9)
    cover = {"top": cover, "bottom": cover[::-1], "left": cover.T, "right": cover[::-1].T}[side]
    cover = numpy.ascontiguousarray(cover)
    left = {"left": 0, "right": sheet.width - cover.shape[1]}.get(side, rng.uniform(0.05, 0.85) * sheet.width)
    top = {"top": 0, "bottom": sheet.height - cover.shape[0]}.get(side, rng.uniform(0.05, 0.85) * sheet.height)
    shade(sheet, cover, left, top, rng.choice([(60, 60, 60), (150, 100, 80)]), strength)
    if strength > 0.6:
        mark(sheet, numpy.where(cover > 150, 255, 0).astype(numpy.uint8), left, top)


def corner(sheet, drawn, context):
    """A corner of the page that is torn off or folded over, with its text."""
    rng = context.rng
    width, height = sheet.mm * rng.uniform(6, 30), sheet.mm * rng.uniform(6, 30)
    right, bottom = rng.random() < 0.5, rng.random() < 0.5
    torn = rng.random() < 0.5
    slant = numpy.linspace(0, 1, 14 if torn else 2)
    points = numpy.stack([slant * width, (1 - slant) * height], 1)
    if torn:
        points[1:-1] += context.noise.normal(0, 0.6 * sheet.mm, (len(points) - 2, 2))
    outline = numpy.concatenate([[(0, 0)], points[::-1]]).astype(numpy.float32)

    def flip(p):
        return numpy.stack(
            [sheet.width - 1 - p[:, 0] if right else p[:, 0], sheet.height - 1 - p[:, 1] if bottom else p[:, 1]], 1
        )

    outline = numpy.clip(flip(outline), 0, (sheet.width - 1, sheet.height - 1)).astype(numpy.float32)
    value = rng.choice([rng.randint(0, 40), rng.randint(60, 200), 255])
    sheet.hide(outline, (value,) * 3, counts=False)
    if value < 120:
        left, top = numpy.floor(outline.min(0)).astype(int)
        cover = numpy.zeros((int(height) + 8, int(width) + 8), numpy.uint8)
        cv2.fillPoly(cover, [numpy.round(outline - (left, top)).astype(numpy.int32)], 255)
        mark(sheet, cover, left, top)
    if not torn:
        # The back of the fold covers the page, paler or darker than the paper.
        fold = numpy.float32([(width, 0), (width * 0.9, height * 0.9), (0, height)])
        sheet.hide(flip(fold), tuple(max(0, int(v * rng.uniform(0.8, 1))) for v in sheet.paper), counts=False)


def film_frame(sheet, drawn, context):
    """The border of a microfilm frame: a thick line around the page; sometimes everything outside it is dark."""
    rng = context.rng
    inset, thick = sheet.mm * rng.uniform(1, 5), sheet.mm * rng.uniform(0.6, 4)
    layer = sheet.layer()
    if rng.random() < 0.5:
        thick, inset = thick + inset, (thick + inset) / 2
    right, bottom = sheet.width - inset, sheet.height - inset
    for ends in (
        (inset, inset, right, inset),
        (inset, bottom, right, bottom),
        (inset, inset, inset, bottom),
        (right, inset, right, bottom),
    ):
        layer.rule(*ends, thick)
    sheet.press(layer, "other", (rng.randint(0, 50),) * 3)


def target(sheet, drawn, context):
    """A ruler or patches of gray and colour, photographed with the page, at its bottom or left edge."""
    rng = context.rng
    deep, long = int(sheet.mm * rng.uniform(5, 11)), int(sheet.mm * rng.uniform(60, 150))
    cover = numpy.full((deep, min(long, sheet.width - 20)), 255, numpy.uint8)
    strip = numpy.full((*cover.shape, 3), rng.randint(200, 255), numpy.uint8)
    if rng.random() < 0.5:
        for i in range(int(strip.shape[1] / sheet.mm)):
            reach = 0.6 if i % 10 == 0 else 0.45 if i % 5 == 0 else 0.3
            strip[: int(reach * deep), int(i * sheet.mm) : int(i * sheet.mm) + 2] = 20
    else:
        count = rng.randint(6, 14)
        gray = rng.random() < 0.5
        for i in range(count):
            tone = (255 * i // count,) * 3 if gray else tuple(rng.randint(10, 240) for _ in range(3))
            strip[:, i * strip.shape[1] // count : (i + 1) * strip.shape[1] // count] = tone
    upright = rng.random() < 0.3
    if upright:
        strip = strip.transpose(1, 0, 2)
    height, width = strip.shape[:2]
    height = min(height, sheet.height - 20)
    top = rng.randint(0, sheet.height - height) if upright else sheet.height - height
    left = 0 if upright else rng.randint(0, sheet.width - width)
    outline = rectangle(left, top, left + width - 1, top + height - 1)
    sheet.hide(outline, (255,) * 3, counts=False)
    sheet.picture[top : top + height, left : left + width] = strip[:height]
    dark = numpy.where(strip[:height].min(2) < 130, 255, 0).astype(numpy.uint8)
    mark(sheet, dark, left, top)


def stains(sheet, context):
    """Blots, foxing and cup rings: slightly darker paper."""
    rng = context.rng
    for _ in range(rng.randint(1, 5)):
        radius = int(sheet.mm * rng.choice([rng.uniform(1, 5), rng.uniform(8, 50)]))
        side = 2 * radius + 9
        coarse = min(side, 160)  # drawn small and enlarged
        y, x = (numpy.mgrid[:coarse, :coarse].astype(numpy.float32) - coarse / 2) * (side / coarse)
        away = numpy.hypot(x, y) / radius + 0.25 * clouds(context.noise, (coarse, coarse), max(3, coarse / 4))
        cover = (
            numpy.exp(-(((away - 0.9) / 0.08) ** 2))
            if rng.random() < 0.2
            else 1 / (1 + numpy.exp((away - 0.8) * rng.uniform(5, 30)))
        )
        left, top = rng.randint(-radius, sheet.width - radius), rng.randint(-radius, sheet.height - radius)
        strength = rng.uniform(0.05, 0.3) if rng.random() < 0.85 else rng.uniform(0.4, 0.8)
        cover = cv2.resize((cover * 255).astype(numpy.uint8), (side, side), interpolation=cv2.INTER_LINEAR)
        shade(sheet, cover, left, top, rng.choice([(120, 80, 40), (90, 80, 70), (60, 60, 60)]), strength)
        if strength > 0.4:
            mark(sheet, cover, left, top)


def show_through(sheet, context):
    """Show-through: a page with text and stamps, mirrored, blurred, pale and without labels."""
    rng = context.rng
    other = Sheet(sheet.width / sheet.mm, sheet.height / sheet.mm, (255, 255, 255), rng, context.noise)
    plan = dataclasses.replace(layouts.plan(rng), width=other.width / other.mm, height=other.height / other.mm)
    drawn = layouts.draw(other, plan, context)
    stamps.add(other, drawn, context)
    seen = cv2.GaussianBlur(cv2.flip(other.picture, 1), (0, 0), rng.uniform(1.5, 5))
    if rng.random() < 0.5:
        seen = cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    light = cv2.LUT(seen, (255 - (255 - numpy.arange(256)) * rng.uniform(0.1, 0.5)).astype(numpy.uint8))
    sheet.picture[:] = cv2.multiply(sheet.picture, light, scale=1 / 255)


def folds(sheet, context):
    """A dark or light line where the paper was folded."""
    rng = context.rng
    for _ in range(rng.randint(1, 2)):
        lying = rng.random() < 0.6
        at = rng.choice([0.5, 0.33, 0.66, rng.random()]) * (sheet.height if lying else sheet.width) + rng.gauss(0, 15)
        layer = sheet.layer()
        end = at + rng.gauss(0, 12)
        layer.rule(*((0, at, sheet.width, end) if lying else (at, 0, end, sheet.height)), rng.uniform(1, 5))
        found = layer.drawn()
        if found is not None:
            cover = cv2.GaussianBlur(found[0], (0, 0), rng.uniform(0.8, 4))
            sheet.tint(
                cover,
                found[1],
                found[2],
                rng.choice([(60, 60, 60), (90, 85, 70), (255, 255, 255)]),
                rng.uniform(0.2, 0.8),
            )


def free_place(sheet, drawn, rng, width, height):
    """A place without lines of text, if a few tries find one."""
    boxes = numpy.float32(
        [
            (
                min(b[0] for b in line[0]),
                min(b[1] for b in line[0]),
                max(b[2] for b in line[0]),
                max(b[3] for b in line[0]),
            )
            for line in drawn.lines
            if line[0]
        ]
    )
    for _ in range(25):
        left, top = rng.uniform(0.02, 0.98) * (sheet.width - width), rng.uniform(0.02, 0.98) * (sheet.height - height)
        if (
            not len(boxes)
            or not (
                (boxes[:, 0] < left + width) & (boxes[:, 2] > left) & (boxes[:, 1] < top + height) & (boxes[:, 3] > top)
            ).any()
        ):
            return int(left), int(top)
    return None


def picture(sheet, drawn, context):
    """A photograph or a drawing: smooth, textured, halftone or line art."""
    rng = context.rng
    width, height = int(sheet.mm * rng.uniform(20, 100)), int(sheet.mm * rng.uniform(20, 90))
    cells = [c for c in drawn.cells if drawn.kind == "newspaper" and c[2] - c[0] > 60 and c[3] - c[1] > 60]
    if cells:
        left, top, right, bottom = rng.choice(cells)
        left, top, width, height = int(left), int(top), int(right - left), int(bottom - top)
    else:
        found = free_place(sheet, drawn, rng, width, height)
        if found is None:
            return
        left, top = found
    tone = sum(
        clouds(context.noise, (height, width), spot) * part
        for spot, part in ((max(width, height) / 2, 1), (max(width, height) / 6, 0.7), (12, 0.3), (4, 0.15))
    )
    tone = (tone - tone.min()) / (numpy.ptp(tone) + 1e-6) * rng.uniform(150, 255)
    for _ in range(rng.randint(0, 12)):
        shape = rng.choice(["ellipse", "box", "line"])
        a, b = (rng.randrange(width), rng.randrange(height)), (rng.randrange(width), rng.randrange(height))
        value = rng.uniform(0, 255)
        if shape == "ellipse":
            cv2.ellipse(
                tone, a, (abs(a[0] - b[0]) // 2 + 2, abs(a[1] - b[1]) // 2 + 2), rng.uniform(0, 180), 0, 360, value, -1
            )
        elif shape == "box":
            cv2.rectangle(tone, a, b, value, -1)
        else:
            cv2.line(tone, a, b, value, rng.randint(1, 8))
    tone = tone.astype(numpy.uint8)
    if rng.random() < 0.4:
        pitch = rng.uniform(4, 9)
        y, x = numpy.mgrid[:height, :width].astype(numpy.float32)
        screen = 127 + 63 * (
            numpy.sin((x + y) * 2 * math.pi / pitch / 1.41) + numpy.sin((x - y) * 2 * math.pi / pitch / 1.41)
        )
        tone = cv2.GaussianBlur(numpy.where(tone > screen, 255, 0).astype(numpy.uint8), (0, 0), 0.8)
    colours = numpy.stack([tone] * 3, -1)
    if rng.random() < 0.25:
        colours = cv2.applyColorMap(tone, rng.choice([cv2.COLORMAP_BONE, cv2.COLORMAP_PINK, cv2.COLORMAP_SUMMER]))
    place = sheet.picture[top : top + height, left : left + width]
    place[:] = numpy.minimum(place, colours[: place.shape[0], : place.shape[1]])
    mark(sheet, numpy.full((height, width), 255, numpy.uint8), left, top)


def bars(sheet, drawn, context):
    """Thick bars and filled boxes that are no redactions: ornaments, ends of headings, black blocks of a form."""
    rng = context.rng
    for _ in range(rng.randint(1, 3)):
        width, height = (
            (sheet.mm * rng.uniform(1, 4), sheet.mm * rng.uniform(10, 150))
            if rng.random() < 0.5
            else (sheet.mm * rng.uniform(30, 170), sheet.mm * rng.uniform(0.8, 3))
        )
        found = free_place(sheet, drawn, rng, int(width), int(height))
        if found is None:
            continue
        cover = numpy.full((max(3, int(height)), max(3, int(width))), 255, numpy.uint8)
        sheet.tint(cover, *found, (rng.randint(0, 120),) * 3, 1)
        mark(sheet, cover, *found)


def label(sheet, drawn, context):
    """An archive label: a white slip with a few lines of text and sometimes a bar code."""
    rng = context.rng
    width, height = int(sheet.mm * rng.uniform(30, 70)), int(sheet.mm * rng.uniform(12, 30))
    left, top = (
        rng.choice([rng.uniform(0, 0.2), rng.uniform(0.6, 0.8)]) * sheet.width,
        rng.choice([rng.uniform(0, 0.05), rng.uniform(0.88, 0.92)]) * sheet.height,
    )
    outline = rectangle(left, top, left + width, top + height)
    sheet.hide(outline, rng.choice([(255, 255, 255), (250, 248, 235), (235, 240, 250)]), counts=False)
    layer, size = sheet.layer(), int(sheet.mm * rng.uniform(2.2, 3.6))
    face = context.faces.draw(rng, rng.choice(["latin", "japanese"]), "type")
    y = top + 0.3 * size
    lines = []
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(
            [
                "A'-3010",
                "B-0042",
                "0307",
                "DECLASSIFIED",
                "Authority NND",
                "By: KM",
                "Reel 12",
                "第12回公開",
                "外務省外交史料館",
                "マイクロ番号",
                "分類番号",
                "2011-0145",
            ]
        )
        boxes = set_line(layer, face, text, left + size, y, size, rng)
        if boxes and boxes[-1][2] < left + width and y + size < top + height:
            lines.append(boxes)
        y += 1.4 * size
    layer.cover[int(top + height) :] = 0
    layer.cover[:, int(left + width) :] = 0
    sheet.press(layer, "print")
    for boxes in lines:
        sheet.line(boxes, False, size)
    if rng.random() < 0.4 and y < top + height - size:
        code = numpy.repeat((context.noise.random_sample(int(width * 0.7) // 3) < 0.5).astype(numpy.uint8) * 255, 3)
        cover = numpy.tile(code, (max(3, int(top + height - y - 4)), 1))
        x = int(left + 0.1 * width)
        sheet.tint(cover, x, int(y), (0, 0, 0), 1)
        mark(sheet, cover, x, int(y))


def printed_box(sheet, drawn, context):
    """A framed word that is printed with the form, straight and in its ink; not a stamp."""
    rng = context.rng
    latin = drawn.kind in ("memo", "cable") or rng.random() < 0.15
    face = context.faces.draw(rng, "latin" if latin else "japanese", "type")
    text = rng.choice(
        ["SECRET", "CONFIDENTIAL", "INCOMING", "ROUTINE", "PRIORITY"]
        if latin
        else ["注意", "至急電", "写", "電信", "取扱", "大臣", "原本", "控"]
    )
    text = (" " * rng.randint(0, 1)).join(text) if latin and rng.random() < 0.5 else text
    size = int(sheet.mm * rng.uniform(2.5, 5))
    height, width = (
        int(size * rng.uniform(1.3, 2.4)),
        int(size * (len(text) * (0.62 if latin else 1) + rng.uniform(0.6, 4))),
    )
    found = free_place(sheet, drawn, rng, width, height)
    if found is None:
        return
    left, top = found
    frame, words = sheet.layer(), sheet.layer()
    thick = rng.choice([1, 1.5, 2, 3])
    for x0, y0, x1, y1 in (
        (left, top, left + width, top),
        (left, top + height, left + width, top + height),
        (left, top, left, top + height),
        (left + width, top, left + width, top + height),
    ):
        frame.rule(x0, y0, x1, y1, thick)
    colour = (rng.randint(0, 70),) * 3
    sheet.press(frame, "ruling", colour)
    boxes = set_line(
        words,
        face,
        text,
        left + (width - size * len(text) * (0.6 if latin else 1)) / 2,
        top + (height - size) / 2,
        size,
        rng,
    )
    sheet.press(words, "print", colour)
    if boxes:
        sheet.line(boxes, False, size)


def logo(sheet, drawn, context):
    """A crest or an emblem: petals, a ring, a shield."""
    rng = context.rng
    radius = int(sheet.mm * rng.uniform(5, 15))
    cover = numpy.zeros((2 * radius + 8, 2 * radius + 8), numpy.uint8)
    middle = radius + 4
    petals = rng.choice([5, 6, 8, 16])
    fill = -1 if rng.random() < 0.6 else 2
    for i in range(petals):
        angle = 2 * math.pi * i / petals
        at = (int(middle + 0.55 * radius * math.cos(angle)), int(middle + 0.55 * radius * math.sin(angle)))
        cv2.ellipse(
            cover,
            at,
            (int(0.42 * radius), max(2, int(0.9 * radius / petals))),
            math.degrees(angle),
            0,
            360,
            255,
            fill,
            cv2.LINE_AA,
        )
    if rng.random() < 0.5:
        cv2.circle(cover, (middle, middle), radius, 255, rng.randint(1, 5), cv2.LINE_AA)
    found = free_place(sheet, drawn, rng, *cover.shape[::-1])
    if found is not None:
        sheet.tint(cover, *found, rng.choice([(20, 20, 20), (60, 60, 60), (40, 40, 110)]), 1)
        mark(sheet, cover, *found)


def holes(sheet, drawn, context):
    """Punched holes near a margin."""
    rng = context.rng
    radius = int(sheet.mm * rng.uniform(2, 3.6))
    side = rng.choice(["left", "top", "right"])
    count, apart = rng.choice([(2, 80), (2, 70), (4, 80), (3, 108), (1, 0), (30, 9)])
    radius = radius if count < 10 else radius // 2
    inset, middle = (
        rng.uniform(6, 14) * sheet.mm,
        rng.gauss(0.5, 0.02) * (sheet.width if side == "top" else sheet.height),
    )
    value = rng.choice([rng.randint(0, 50), rng.randint(0, 50), rng.randint(120, 255)])
    for i in range(count):
        along = middle + (i - (count - 1) / 2) * apart * sheet.mm
        x, y = (along, inset) if side == "top" else (inset if side == "left" else sheet.width - inset, along)
        cover = numpy.zeros((2 * radius + 5, 2 * radius + 5), numpy.uint8)
        cv2.circle(cover, (radius + 2, radius + 2), radius, 255, -1, cv2.LINE_AA)
        left, top = int(x - radius), int(y - radius)
        sheet.tint(cover, left, top, (value,) * 3, 1)
        if value < 160:
            mark(sheet, cover, left, top)


def staple(sheet, drawn, context):
    """A staple or a clip in a corner, with its shadow."""
    rng = context.rng
    cover = numpy.zeros((int(sheet.mm * 18), int(sheet.mm * 18)), numpy.uint8)
    middle, angle = cover.shape[0] // 2, rng.uniform(0, 3.14)
    reach = int(sheet.mm * rng.uniform(4, 7))
    dx, dy = int(reach * math.cos(angle)), int(reach * math.sin(angle))
    cv2.line(cover, (middle - dx, middle - dy), (middle + dx, middle + dy), 255, rng.randint(2, 6), cv2.LINE_AA)
    if rng.random() < 0.3:
        cv2.ellipse(
            cover,
            (middle, middle),
            (reach, reach // 3),
            math.degrees(angle),
            0,
            360,
            255,
            rng.randint(2, 5),
            cv2.LINE_AA,
        )
    left = rng.choice([0, sheet.width - cover.shape[1]])
    top = rng.choice([0, 0, sheet.height - cover.shape[0]])
    sheet.tint(cover, left, top, (rng.randint(0, 120),) * 3, 1)
    mark(sheet, cover, left, top)


def tape(sheet, drawn, context):
    """Yellowed tape: a translucent band."""
    rng = context.rng
    width, height = int(sheet.mm * rng.uniform(12, 22)), int(sheet.mm * rng.uniform(30, 90))
    width, height = (height, width) if rng.random() < 0.5 else (width, height)
    left, top = rng.randint(0, max(1, sheet.width - width)), rng.randint(0, max(1, sheet.height - height))
    cover = numpy.full((height, width), 255, numpy.uint8)
    sheet.tint(cover, left, top, rng.choice([(180, 150, 90), (150, 150, 150), (255, 255, 255)]), rng.uniform(0.1, 0.5))


def streaks(sheet, drawn, context):
    """Lines that a copier draws in the direction of transport: whole, dotted, dark or light."""
    rng = context.rng
    lying = rng.random() < 0.35
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        at = rng.uniform(0.01, 0.99) * (sheet.height if lying else sheet.width)
        long = sheet.width if lying else sheet.height
        thick = rng.choice([1, 1, 2, 3, 5, rng.uniform(5, 14)])
        cover = numpy.zeros((max(3, int(thick)), long), numpy.uint8)
        cover[: max(1, int(thick))] = 255
        if rng.random() < 0.5:
            keep = clouds(context.noise, (1, long), rng.uniform(3, 200)) > rng.uniform(-0.5, 0.6)
            cover *= keep.astype(numpy.uint8)
        cover = cover if lying else cover.T.copy()
        left, top = (0, int(at)) if lying else (int(at), 0)
        dark = rng.random() < 0.8
        strength = rng.uniform(0.3, 1)
        sheet.tint(cover, left, top, (rng.randint(0, 90),) * 3 if dark else (255,) * 3, strength)
        if dark and strength > 0.5:
            mark(sheet, cover, left, top)


def edges(sheet, drawn, context):
    """The dark area beyond the paper on one to four sides: straight, slanted or torn."""
    rng = context.rng
    value = rng.choice([rng.randint(0, 40), rng.randint(0, 40), rng.randint(60, 150)])
    for side in rng.sample(range(4), rng.choice([1, 1, 2, 2, 3, 4])):
        long, deep = (sheet.height, sheet.width) if side % 2 else (sheet.width, sheet.height)
        depth = deep * (rng.uniform(0.002, 0.02) if rng.random() < 0.75 else rng.uniform(0.02, 0.08))
        profile = depth + numpy.linspace(-1, 1, long, dtype=numpy.float32) * rng.gauss(0, 0.3) * depth
        if rng.random() < 0.4:
            profile += clouds(context.noise, (1, long), rng.uniform(20, 300))[0] * depth * rng.uniform(0.1, 0.8)
        most = int(max(3, profile.max() + 3))
        cover = numpy.clip((profile[None] - numpy.arange(most, dtype=numpy.float32)[:, None]) * 255, 0, 255).astype(
            numpy.uint8
        )
        if side == 2:
            cover = cover[::-1]
        if side % 2:
            cover = cover.T if side == 1 else cover.T[:, ::-1]
        left, top = (
            (sheet.width - cover.shape[1] if side == 3 else 0),
            (sheet.height - cover.shape[0] if side == 2 else 0),
        )
        sheet.tint(numpy.ascontiguousarray(cover), left, top, (value,) * 3, rng.uniform(0.8, 1))
        if value < 120:
            mark(sheet, numpy.ascontiguousarray(cover), left, top)


def gutter(sheet, drawn, context):
    """The shadow of a binding at one side, or in the middle of a spread."""
    rng = context.rng
    at = sheet.width / 2 if drawn.kind == "spread" else rng.choice([0, sheet.width])
    reach = sheet.mm * rng.uniform(4, 18)
    columns = numpy.arange(sheet.width, dtype=numpy.float32)
    cover = (numpy.exp(-numpy.abs(columns - at) / reach * 2) * 255).astype(numpy.uint8)
    strength = rng.uniform(0.3, 1)
    left, right = max(0, int(at - 3 * reach)), min(sheet.width, int(at + 3 * reach))
    whole = numpy.tile(cover[left:right], (sheet.height, 1))
    sheet.tint(whole, left, 0, (rng.randint(0, 50),) * 3, strength)
    mark(sheet, numpy.where(whole.astype(numpy.float32) * strength > 150, 255, 0).astype(numpy.uint8), left, 0)


def dirt(sheet, drawn, context):
    """Specks and dust, dense in places."""
    rng = context.rng
    count = int(10 ** rng.uniform(1, 3.2))
    middle, spread = (rng.random() * sheet.width, rng.random() * sheet.height), rng.choice([5000, 300, 800])
    for _ in range(count):
        x, y = int(rng.gauss(middle[0], spread)) % sheet.width, int(rng.gauss(middle[1], spread)) % sheet.height
        radius = 1 if rng.random() < 0.85 else rng.randint(2, 7)
        cv2.circle(sheet.picture, (x, y), radius, (rng.randint(0, 110),) * 3, -1, cv2.LINE_AA)
        if radius > 2:
            cv2.circle(sheet.ink["other"], (x, y), radius, 255, -1)
