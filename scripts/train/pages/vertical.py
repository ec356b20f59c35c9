"""Draws vertical telegrams and old telegram forms: ruled columns, header cells, small captions."""

from forms import CAPTIONS, NAMES, OLD_TITLES, POSTS, PRECEDENCE, RANKS, TITLES, approval, parted, value
from setting import MARKERS, Style


def vertical_cable(page):
    """A vertical telegram on ruled columns or on plain paper."""
    rng = page.rng
    page.drawn.direction = "vertical"
    page.tone = rng.choice(("modern", "modern", "katakana", "katakana", "old"))
    left, right = page.between(12, 30), page.width - page.between(12, 28)
    top, bottom = page.between(16, 38), page.height - page.between(12, 34)
    form, face = page.face("type"), page.face(rng.choice(("type", "struck", "struck")))
    title_above(page, left, right, top, form)
    foot = bottom
    if page.chance(0.25):
        low = page.between(14, 30)
        approval(page, (left, bottom - low, right, bottom), form, rng.randint(4, 10), rng.randint(1, 2))
        bottom -= low + rng.choice((0, 3 * page.mm))
    columns(page, (left, top, right, bottom), face, page.chance(0.5))
    edge_notes(page, left, right, foot, form)


def title_above(page, left, right, top, face):
    """The title over the columns and small boxes beside it; old titles may run from right to left."""
    rng = page.rng
    size = page.pt(rng.uniform(12, 26))
    top -= 3 * page.mm
    size = int(min(size, top - 7 * page.mm))
    y = rng.uniform(5 * page.mm, max(5.1 * page.mm, top - size * 1.4))
    if page.chance(0.75):
        text = rng.choice(TITLES + OLD_TITLES).replace(" ", "　")
        if page.tone != "modern" and page.chance(0.6):
            text = text.replace("（", "").replace("）", "")[::-1]
        pitch = rng.choice((1, 1.5, 2))
        place = rng.random()
        if place < 0.6:
            page.centred(text, (left + right) / 2, y, size, face, pitch, layer=page.form, role="title")
        else:
            page.text(text, left + page.between(0, 8), y, size, face, pitch=pitch, layer=page.form, role="title")
    if page.chance(0.4):
        height = min(page.pt(11) * 1.5, top - 6 * page.mm)
        width = page.between(34, 54)
        ys = [top - 2 * page.mm - height, top - 2 * page.mm]
        for row in page.grid([right - width, right - width * 0.68, right], ys):
            page.in_cell("主管", row[0], page.pt(7), face, layer=page.form, role="caption")
            page.in_cell(value(page, "主管"), row[1], page.pt(9), face, align="start")


def columns(page, box, face, ruled, inside=False):
    """Columns of a telegram, header first; ruled ones have their text between the rulings."""
    rng = page.rng
    left, top, right, bottom = box
    count = rng.randint(13, 28)
    step = (right - left) / count
    size = int(min(page.pt(rng.uniform(9, 14)), step * 0.74))
    pitch = rng.choice((1, 1, 1, 1.1, 1.25, 1.45))
    inset = page.between(1, 5) if ruled else 0
    if ruled:
        page.frame(box, page.thin * rng.choice((1, 2)), not inside and page.chance(0.35))
        dash = rng.choice((0, 0, 0, 0, 0.5 * page.mm))
        for i in range(1, count):
            page.rule(left + i * step, top, left + i * step, bottom, dash=dash)
            page.drawn.cells.append((left + (i - 1) * step, top, left + i * step, bottom))
        if page.chance(0.12):
            band = top + page.between(12, 25)
            page.rule(left, band, right, band)
            inset = band - top + page.mm
    start = right - (step - size) / 2
    x = start - size - rng.choice((0, 0, 1, 2)) * step
    length = bottom - top - 2 * inset
    for text, at_bottom, often in cable_columns(page):
        if page.chance(often) and x > left:
            text = text[: int((length - size) / (size * pitch)) + 1]
            if at_bottom:
                page.at_bottom(text, x, bottom - inset - rng.choice((0, 1, 3)) * size, size, face, pitch, role="head")
            else:
                page.text(
                    text,
                    x,
                    top + inset + rng.choice((0, 0, 0, 1, 2)) * size,
                    size,
                    face,
                    True,
                    pitch,
                    role="head",
                    room=length - 2 * size,
                )
            x -= step * rng.choice((1, 1, 1, 2))
    style = Style(
        face,
        size,
        pitch,
        step / size,
        True,
        indent=rng.choice((0, 1, 1)),
        markers=rng.choice(MARKERS[:5]) if page.chance(0.5) else (),
        length=rng.uniform(1.5, 6),
        gap=rng.choice((0, 0, 0, 0.3)),
        closing=rng.choice(("（了）", "（終）", "")),
        underline=rng.choice((0, 0, 0.05)),
        dots=rng.choice((0, 0, 0.05)),
    )
    body = (left + (step - size) / 2, top + inset, x + size, bottom - inset)
    if body[2] - body[0] > 2 * step:
        end = page.fill(body, style, rng.choice((1, 1, rng.uniform(0.1, 0.95))), step)
        page.drawn.body = (end, body[1], body[2], body[3])


def cable_columns(page):
    """The header of a vertical telegram: text, whether it is at the bottom of its column, and its frequency."""
    rng = page.rng
    number = (
        "第"
        + page.number(rng.randint(1, 9999))
        + rng.choice(("号", "號"))
        + "　"
        + "　".join(rng.sample(PRECEDENCE, rng.randint(0, 2)))
    )
    return (
        (rng.choice(OLD_TITLES), False, 0.12),
        (page.date() + "　" + rng.choice(POSTS) + rng.choice(("発", "發")), False, 0.8),
        (page.date() + "　本省着", False, 0.8),
        (rng.choice(("外務大臣殿", "外務大臣", "大臣", "外務大臣宛")), False, 0.7),
        (rng.choice(NAMES) + rng.choice(RANKS), True, 0.75),
        (page.phrase(5, 20) + rng.choice(("の件", "ノ件", "に関する件", "ニ關スル件")), False, 0.6),
        (number, False, 0.8),
    )


def edge_notes(page, left, right, bottom, face):
    """Small print outside the columns."""
    rng = page.rng
    size = page.pt(rng.uniform(6, 8.5))
    y = min(page.height - 2 * size, bottom + page.between(2, 5))
    if page.chance(0.35):
        page.text(
            rng.choice(("外務省", "省務外", "外　務　省", "大日本帝國政府", "在外公館", "電信課")),
            left + page.between(0, 10),
            y,
            size,
            face,
            pitch=rng.choice((1, 1.8)),
            layer=page.form,
            role="foot",
        )
    if page.chance(0.2):
        page.at_right(
            rng.choice(("（日本標準規格Ｂ５）", "二十五行", "昭和　年　月　日")),
            right,
            y,
            size,
            face,
            layer=page.form,
            role="foot",
        )
    if page.chance(0.15) and left > 2.4 * size + 5 * page.mm:
        page.at_bottom(
            rng.choice(("外務省電信課", "極秘扱", "電信寫用紙", "注意本電ハ嚴祕ニ付ス")),
            left - size * 1.8,
            bottom,
            size,
            face,
            layer=page.form,
            role="foot",
        )


def telegram_form(page):
    """An old printed form: a frame, header cells with horizontal and vertical captions, ruled columns, kanji numerals."""
    rng = page.rng
    page.drawn.direction = "vertical"
    page.tone = rng.choice(("katakana", "katakana", "old"))
    left, right = page.between(10, 22), page.width - page.between(10, 22)
    top, bottom = page.between(18, 32), page.height - page.between(12, 22)
    form, face = page.face("type"), page.face(rng.choice(("type", "struck")))
    title_above(page, left, right, top, form)
    caption = page.pt(rng.uniform(6, 9))
    wide = page.between(26, 60)
    page.frame((left, top, right, bottom), page.thin * rng.choice((1, 2, 3)), page.chance(0.5))
    # Header cells are in columns on the right: a caption above, an entry below.
    xs = parted(rng, right - wide, right, rng.randint(2, 5))
    cut = top + (bottom - top) * rng.uniform(0.1, 0.2)
    borders = [top, cut] + ([bottom] if page.chance(0.6) else [top + (bottom - top) * rng.uniform(0.45, 0.7), bottom])
    names = (
        "発信人",
        "受信人",
        "発電",
        "着電",
        "番號",
        "主任",
        "局課",
        "暗號",
        "平文",
        "宛名",
        "発局",
        "指定",
        "字數",
        "受付",
        "照校",
    )
    for i, row in enumerate(page.grid(xs, borders)):
        for cell in row:
            if i == 0 or i == 2:
                text = rng.choice(names) if i == 0 else rng.choice(CAPTIONS)
                tall = (cell[0], cell[1], cell[2], cell[1] + min(cell[3] - cell[1], caption * 6))
                page.in_cell(
                    text,
                    tall,
                    caption,
                    form,
                    True,
                    "start" if i else "middle",
                    page.form,
                    "caption",
                    spread=i == 0 and page.chance(0.6),
                )
            elif page.chance(0.75):
                text = rng.choice(
                    (
                        page.date(),
                        rng.choice(NAMES) + rng.choice(RANKS),
                        "第" + page.number(rng.randint(1, 900)) + "號",
                        rng.choice(POSTS),
                        "外務大臣",
                    )
                )
                page.in_cell(text, cell, page.pt(rng.uniform(9, 12)), face, True, "start")
    right -= wide
    if page.chance(0.6):
        low = page.between(12, 32)
        strip = (left, top, right, top + low) if page.chance(0.5) else (left, bottom - low, right, bottom)
        approval(page, strip, form, rng.randint(4, 12), rng.randint(1, 2), 0.05)
        top, bottom = (top + low, bottom) if strip[1] == top else (top, bottom - low)
    columns(page, (left, top, right, bottom), face, page.chance(0.85), True)
    edge_notes(page, left, page.width - left, page.height - 16 * page.mm, form)
