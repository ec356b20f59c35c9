"""Draws printed pages: letters, memoranda, books, contents, newspapers, spreads, covers and almost blank pages."""

from forms import CAPTIONS, NAMES, RANKS
from setting import MARKERS, Style, extent


def letter(page):
    """A letter or a printed memorandum with headings, rulings, underlines, lists and footnotes."""
    rng = page.rng
    vertical = page.chance(0.3)
    page.drawn.direction = "vertical" if vertical else "horizontal"
    page.tone = rng.choice(("modern", "modern", "modern", "old", "katakana"))
    left, right = page.between(16, 34), page.width - page.between(16, 32)
    top, bottom = page.between(14, 36), page.height - page.between(16, 36)
    face, bold = page.face(rng.choice(("type", "type", "struck"))), page.bold()
    size = page.pt(rng.uniform(9, 12.5))
    style = Style(
        face,
        size,
        rng.choice((1, 1, 1.06, 1.15)),
        rng.uniform(1.4, 2.1),
        vertical,
        indent=1,
        gap=rng.choice((0, 0, 0.2)),
        length=rng.uniform(1.5, 5),
        markers=rng.choice(MARKERS) if page.chance(0.7) else (),
        underline=rng.choice((0, 0.06, 0.15)),
        ruby=rng.choice((0, 0, 0.05)),
        dots=rng.choice((0, 0, 0.04)),
    )
    page.drawn.body = (left, top, right, bottom)
    if not vertical:
        top = letter_head(page, left, right, top, size, face, bold)
        if page.chance(0.25):
            bottom = footnotes(page, left, right, bottom, face)
    amount = rng.choice((1, 1, rng.uniform(0.3, 0.95)))
    sections(page, (left, top, right, bottom), style, bold, rng.choice((1, 1, 2, 3, 4)), amount)
    page_number(page, face)


def letter_head(page, left, right, y, size, face, bold):
    """Number, date, addressee, sender and heading of a letter; returns the edge reached."""
    rng = page.rng
    step = size * 1.6
    if page.chance(0.5):
        page.at_right(
            rng.choice(("公信第", "第", "外第", "情合第")) + page.number(rng.randint(1, 9999)) + "号",
            right,
            y,
            size,
            face,
            role="head",
        )
        y += step
    if page.chance(0.7):
        page.at_right(page.date(False), right, y, size, face, role="head")
        y += step * rng.choice((1, 1.5, 2))
    if page.chance(0.5):
        page.text(
            rng.choice(("外務大臣殿", "在外公館長殿", "関係各位", rng.choice(NAMES) + rng.choice(RANKS) + "殿")),
            left,
            y,
            size,
            face,
            role="head",
        )
        y += step * rng.choice((1, 1, 2))
        page.at_right(
            rng.choice(NAMES) + rng.choice(RANKS), right - rng.uniform(0, 5) * size, y, size, face, role="head"
        )
        y += step * 2
    if page.chance(0.85):
        big = page.pt(rng.uniform(11, 24))
        text = page.phrase(5, 15) + rng.choice(("", "について", "に関する件"))
        text = text[: int((right - left) / big)]
        if page.chance(0.2):
            wide = extent(text, bold, big, 1)
            page.filled_heading(text, rng.choice((left + big * 0.5, (left + right - wide) / 2)), y, big, bold)
            y += big
        else:
            boxes = page.centred(text, (left + right) / 2, y, big, rng.choice((bold, bold, face)), role="heading")
            if boxes and page.chance(0.3):
                page.rule(boxes[0][0], y + big * 1.2, boxes[-1][2], y + big * 1.2, page.thin * rng.choice((1, 2)))
        y += big * rng.uniform(1.6, 2.8)
    if page.chance(0.2):
        page.rule(left, y - size * 0.4, right, y - size * 0.4, page.thin * rng.choice((1, 2, 4)))
    return y


def footnotes(page, left, right, bottom, face):
    """Footnotes in small print under a short ruling; returns the top edge."""
    rng = page.rng
    size = page.pt(rng.uniform(5.5, 7.5))
    top = bottom - size * 1.5 * rng.randint(2, 6)
    page.rule(left, top, left + (right - left) * rng.choice((0.3, 0.4, 1)), top)
    page.fill(
        (left, top + size * 0.8, right, bottom),
        Style(face, size, 1, 1.5, markers=("（１）", "（２）", "（３）"), indent=0, length=0.6, role="note"),
    )
    return top - size * 2


def sections(page, box, style, bold, count, amount=1.0):
    """Passages with headings between them, in the direction of the text."""
    rng = page.rng
    left, top, right, bottom = box
    vertical, layer = style.vertical, style.layer
    whole = (right - left if vertical else bottom - top) * amount
    start = right if vertical else top
    for i in range(count):
        end = start - whole / count if vertical else start + whole / count
        if count > 1 or page.chance(0.3):
            big = int(style.size * rng.choice((1, 1.2, 1.5, 2)))
            text = rng.choice(
                ("", f"{'１２３４５６７'[i]}．", f"第{'一二三四五六七'[i]}章　", f"{'一二三四五六七'[i]}、")
            ) + page.phrase(3, 11)
            face = rng.choice((bold, bold, style.face))
            indent = rng.choice((0, 1, 2, 4)) * style.size
            if abs(end - start) > 3 * big:
                filled = page.chance(0.12) and layer is None
                if vertical:
                    text = text[: int((bottom - top - indent) / big) - 1]
                    if filled:
                        page.filled_heading(text, start - big * 1.3, top + big * 0.5, big, face, True)
                    else:
                        page.text(
                            text,
                            start - big,
                            top + indent,
                            big,
                            face,
                            True,
                            layer=layer,
                            role="heading",
                            room=bottom - top - indent,
                        )
                    start -= big * rng.uniform(1.8, 2.4)
                else:
                    text = text[: int((right - left - indent) / big) - 1]
                    if filled:
                        page.filled_heading(text, left + big * 0.5, start + big * 0.3, big, face)
                        start += big * 0.6
                    else:
                        page.text(
                            text,
                            left + indent,
                            start,
                            big,
                            face,
                            layer=layer,
                            role="heading",
                            room=right - left - indent,
                        )
                    start += big * rng.uniform(1.7, 2.3)
        part = (end, top, start, bottom) if vertical else (left, start, right, end)
        if (start - end if vertical else end - start) >= style.size:
            page.fill(part, style)
        start = end - style.size if vertical else end + style.size


def page_number(page, face, x=None):
    """A page number at the bottom or top."""
    rng = page.rng
    if page.chance(0.35):
        return
    size = page.pt(rng.uniform(7, 10))
    value = rng.randint(1, 480)
    text = rng.choice((str(value), f"- {value} -", f"－{value}－", page.number(value), f"（{value}）"))
    y = page.height - page.between(7, 11) if page.chance(0.8) else page.between(5, 9)
    page.centred(text, x or page.width / 2, y, size, face, role="number")


def book(page):
    """A printed page of one or two columns, or of tiers of vertical text."""
    printed_area(
        page,
        (
            page.between(12, 28),
            page.between(14, 30),
            page.width - page.between(12, 28),
            page.height - page.between(14, 30),
        ),
    )
    page_number(page, page.face("type"))


def printed_area(page, box, vertical=None):
    """Text in columns or tiers, sometimes with rulings between them, marginal notes and a running header."""
    rng = page.rng
    left, top, right, bottom = box
    vertical = page.chance(0.6) if vertical is None else vertical
    page.drawn.direction = "vertical" if vertical else "horizontal"
    page.tone = rng.choice(("modern", "modern", "old", "katakana"))
    face, bold = page.face("type"), page.bold()
    size = page.pt(rng.uniform(6.5, 11))
    count = rng.choice((1, 1, 2, 2, 3, 4)) if vertical else rng.choice((1, 1, 2))
    count = max(1, min(count, int((bottom - top if vertical else right - left) / (15 * size))))
    ruby = rng.choice((0, 0, 0.08, 0.3))
    style = Style(
        face,
        size,
        rng.choice((1, 1, 1, 1.04, 1.1)),
        rng.uniform(1.8, 2.1) if ruby else rng.uniform(1.3, 1.9),
        vertical,
        indent=rng.choice((0, 1, 1)),
        length=rng.uniform(1.5, 7),
        ruby=ruby,
        dots=rng.choice((0, 0, 0.05)),
        underline=rng.choice((0, 0, 0.05)),
        markers=rng.choice(MARKERS) if page.chance(0.3) else (),
    )
    if page.chance(0.35):
        head = page.phrase(4, 12)
        page.text(
            head[::-1] if page.tone != "modern" else head,
            left + page.between(0, 30),
            top - size * 1.8,
            size * 0.9,
            face,
            role="running",
        )
        if page.chance(0.5):
            page.rule(left, top - size * 0.6, right, top - size * 0.6)
    if page.chance(0.3 if vertical else 0.1):
        frame = (left - 2 * page.mm, top - 1.5 * page.mm, right + 2 * page.mm, bottom + 1.5 * page.mm)
        page.frame(frame, page.thin * rng.choice((1, 2)), page.chance(0.3))
        if page.chance(0.3):  # a blank strip between two frames, or to the frame of the next page
            away = page.between(3, 12)
            sides = [away * page.chance(0.6) for _ in frame]
            page.frame(
                [v + (a if i > 1 else -a) for i, (v, a) in enumerate(zip(frame, sides))],
                page.thin * rng.choice((1, 2, 4)),
            )
    if page.chance(0.12):
        margin_notes(page, (left, top, right, bottom), style)
        left, top = (left, top + 4.5 * size * 0.7 + size) if vertical else (left + 8 * size, top)
    page.drawn.body = (left, top, right, bottom)
    gutter = size * rng.uniform(1.5, 3)
    ruled = page.chance(0.4)
    long = bottom - top if vertical else right - left
    each = (long - gutter * (count - 1)) / count
    for i in range(count):
        low = i * (each + gutter)
        part = (left, top + low, right, top + low + each) if vertical else (left + low, top, left + low + each, bottom)
        if i and ruled:
            at = low - gutter / 2
            page.rule(*((left, top + at, right, top + at) if vertical else (left + at, top, left + at, bottom)))
        sections(
            page,
            part,
            style,
            bold,
            rng.choice((1, 1, 1, 2, 3)),
            1 if i < count - 1 or page.chance(0.7) else rng.uniform(0.3, 1),
        )


def margin_notes(page, box, style):
    """Small notes above vertical columns or left of horizontal lines."""
    rng = page.rng
    left, top, right, bottom = box
    small = max(10, int(style.size * 0.7))
    note = Style(style.face, small, 1, 1.3, style.vertical, indent=0, length=0.3, role="note")
    for _ in range(rng.randint(2, 4)):
        if style.vertical:
            x = rng.uniform(left + 6 * small, right)
            page.fill((x - 4 * small, top, x, top + 6 * small), note)
            right = x - 5 * small
            if right < left + 8 * small:
                break
        else:
            page.fill((left, top, left + 7 * small, top + 5 * small), note)
            top += rng.uniform(8, 20) * small
            if top > bottom - 6 * small:
                break


def contents(page):
    """A table of contents: titles, dot leaders, page numbers."""
    rng = page.rng
    vertical = page.chance(0.35)
    page.drawn.direction = "vertical" if vertical else "horizontal"
    left, right = page.between(18, 34), page.width - page.between(18, 34)
    top, bottom = page.between(20, 36), page.height - page.between(18, 40)
    face, size = page.face("type"), page.pt(rng.uniform(8, 12))
    step, title = size * rng.uniform(1.5, 2.4), page.pt(rng.uniform(12, 20))
    dash = rng.choice((0.3, 0.5, 0.8)) * page.mm
    word = rng.choice(("目次", "目　次", "目　　次", "内容一覧"))
    if vertical:
        page.text(word, right - title, top, title, face, True, rng.choice((1, 1.6)), role="heading")
        right -= title * 2
    else:
        page.centred(word, (left + right) / 2, top, title, face, rng.choice((1, 1.6)), role="heading")
        top += title * 2.2
    page.drawn.body = (left, top, right, bottom)
    value, thick = 1, rng.uniform(0.2, 0.45) * page.mm
    at = right - size if vertical else top
    while (at > left) if vertical else (at < bottom):
        level = rng.choice((0, 0, 1, 2))
        text = (
            "第" + page.number(rng.randint(1, 20)) + "章　" if level == 0 and page.chance(0.5) else ""
        ) + page.phrase(4, 17)
        value += rng.randint(0, 9)
        number = page.number(value) if vertical or page.chance(0.3) else str(value)
        begin, long = level * size * 1.2, (bottom - top if vertical else right - left)
        room = long - begin - 5 * size
        used = len(text) * size if vertical else extent(text, face, size, 1)
        tail = len(number) * size if vertical else extent(number, face, size, 1)
        gap = (begin + used + size * 0.6, long - tail - size * 0.6)
        if used < room and gap[1] > gap[0] + size:
            if vertical:
                page.rule(at + size / 2, top + gap[0], at + size / 2, top + gap[1], thick, dash)
            else:
                page.rule(left + gap[0], at + size * 0.6, left + gap[1], at + size * 0.6, thick, dash)
            if vertical:
                page.text(text, at, top + begin, size, face, True)
                page.at_bottom(number, at, bottom, size, face, role="number")
            else:
                page.text(text, left + begin, at, size, face)
                page.at_right(number, right, at, size, face, role="number")
        at += (-step if vertical else step) * rng.choice((1, 1, 1, 1.6))
    page_number(page, face)


def newspaper(page):
    """A newspaper clipping: narrow tiers of small vertical text, headlines in both directions, areas for images."""
    rng = page.rng
    page.drawn.direction = "vertical"
    page.tone = rng.choice(("modern", "modern", "old"))
    left, right = page.between(6, 20), page.width - page.between(6, 20)
    top, bottom = page.between(6, 20), page.height - page.between(6, 20)
    face, bold = page.face("type"), page.bold()
    size = page.pt(rng.uniform(6, 9))
    page.drawn.body = (left, top, right, bottom)
    if page.chance(0.4):
        page.text(
            rng.choice(("朝刊", "夕刊", "日刊", "（第三種郵便物認可）")) + "　" + page.date(False),
            left,
            top,
            page.pt(7),
            face,
            role="running",
            room=right - left,
        )
        top += page.pt(11)
        page.rule(left, top, right, top)
        top += page.mm
    if page.chance(0.5):
        big = page.pt(rng.uniform(18, 36))
        text = page.phrase(6, 18)[: int((right - left) / big)]
        if page.chance(0.3):
            page.filled_heading(text, left + big * 0.5, top + big * 0.4, big, bold)
            top += big * 0.8
        else:
            page.centred(text, (left + right) / 2, top, big, bold, role="headline")
        top += big * 1.5
    tiers = max(1, int((bottom - top) / (size * rng.uniform(13, 19))))
    gutter = size * 1.4
    each = (bottom - top - (tiers - 1) * gutter) / tiers
    free = [[(left, right)] for _ in range(tiers)]
    style = Style(face, size, 1, rng.uniform(1.25, 1.6), True, length=4)
    for _ in range(rng.randint(1, 4)):
        taken(page, free, (left, top), each, gutter, rng.choice(("headline", "headline", "picture")), style, bold)
    rules = page.chance(0.7)
    for i, spans in enumerate(free):
        y = top + i * (each + gutter)
        for low, high in spans:
            if high - low > 2 * size:
                page.fill((low, y, high, y + each), style)
                if rules and i:
                    page.rule(low, y - gutter / 2, high, y - gutter / 2)
    if page.chance(0.4):
        page.frame((left - 2 * page.mm, page.between(3, 5), right + 2 * page.mm, bottom + 2 * page.mm))


def taken(page, free, corner, each, gutter, kind, style, bold):
    """Reserves a part of some tiers for a headline, or for an image with its caption."""
    rng, size = page.rng, style.size
    low, high = free[0][0][0], max(span[1] for spans in free for span in spans)
    first = rng.randrange(len(free))
    last = min(len(free) - 1, first + rng.choice((0, 0, 1, 2)))
    top, bottom = corner[1] + first * (each + gutter), corner[1] + last * (each + gutter) + each
    wide = (
        (bottom - top) * rng.uniform(0.6, 1.3)
        if kind == "picture"
        else page.pt(rng.uniform(14, 30)) * rng.choice((1.6, 3.2))
    )
    wide = min(wide, (high - low) * 0.45)
    right = rng.uniform(corner[0] + wide, high)
    if any(not any(a <= right - wide and right <= b for a, b in free[i]) for i in range(first, last + 1)):
        return
    left = right - wide
    for i in range(first, last + 1):
        free[i] = [
            part
            for a, b in free[i]
            for part in (((a, left - size), (right + size, b)) if a <= left and right <= b else ((a, b),))
            if part[1] > part[0]
        ]
        free[i] = free[i] or [(low, low)]
    if kind == "picture":
        caption = size * 2.2
        page.drawn.cells.append((left, top, right, bottom - caption))
        if page.chance(0.6):
            page.frame((left, top, right, bottom - caption))
        page.text(
            page.prose(30),
            left,
            bottom - size * 1.5,
            max(10, int(size * 0.9)),
            style.face,
            role="caption",
            room=right - left,
        )
        return
    rows = 2 if wide > 2.4 * page.pt(14) and page.chance(0.7) else 1
    big = int(wide / rows * 0.7)
    x = right - big
    for row in range(rows):
        text = page.phrase(6, 14)
        used = int(big * (1 if row == 0 else rng.uniform(0.55, 0.9)))
        page.text(
            text,
            x + (big - used) / 2,
            top + rng.choice((0, 1)) * row * used,
            used,
            bold if row == 0 else style.face,
            True,
            role="headline",
            room=bottom - top - row * used,
        )
        x -= wide / rows
    if page.chance(0.3):
        page.rule(left - size * 0.4, top, left - size * 0.4, bottom)


def spread(page):
    """Two printed pages side by side, with a gutter between them."""
    rng = page.rng
    vertical = page.chance(0.6)
    outer, inner = page.between(14, 28), page.between(10, 22)
    top, bottom = page.between(18, 30), page.height - page.between(18, 30)
    middle = page.width / 2 + page.between(-4, 4)
    halves = [(outer, top, middle - inner, bottom), (middle + inner, top, page.width - outer, bottom)]
    for half in halves:
        if page.chance(0.93):
            printed_area(page, half, vertical)
            page_number(page, page.face("type"), (half[0] + half[2]) / 2)
    if page.chance(0.3):
        page.rule(middle, 0, middle, page.height, dash=rng.choice((0, 0, page.mm)))
    page.drawn.body = (outer, top, page.width - outer, bottom)


def cover(page):
    """A cover or a slip: few large characters, a number, a frame."""
    rng = page.rng
    vertical = page.chance(0.45)
    page.drawn.direction = "vertical" if vertical else "horizontal"
    face = rng.choice((page.bold(), page.face()))
    size = page.pt(rng.uniform(16, 40))
    words = [
        page.phrase(3, 12),
        rng.choice(("外務省", "極秘", "秘", "電信写", "別添", "別紙", "写", "回覧", "公文書", "資料")),
        page.date(False),
        rng.choice(CAPTIONS) + "課",
    ]
    if page.chance(0.4):
        edge = page.between(8, 25)
        page.frame(
            (edge, edge, page.width - edge, page.height - edge), page.thin * rng.choice((1, 2, 4)), page.chance(0.4)
        )
    at = page.between(32, 50)
    for i in range(rng.randint(1, 4)):
        big = size if i == 0 else page.pt(rng.uniform(10, 22))
        if vertical:
            if at + big < page.width - 28 * page.mm:
                page.text(
                    words[i],
                    page.width - at - big,
                    page.between(32, 70),
                    big,
                    face,
                    True,
                    rng.choice((1, 1.4)),
                    role="heading",
                    room=page.height - page.between(105, 110),
                )
            at += big + page.between(8, 30)
        elif at + big < page.height - 30 * page.mm:
            text = words[i][: int((page.width - 60 * page.mm) / big)]
            if i == 0 and page.chance(0.15):
                page.filled_heading(text, page.between(34, 40), at, big, face)
            else:
                page.centred(
                    text, page.width / 2, at, big, face, rng.choice((1, 1, 1.3)) if len(text) < 8 else 1, role="heading"
                )
            at += big + page.between(8, 40)


def blank(page):
    """An almost empty page."""
    rng = page.rng
    face, size = page.face(), page.pt(rng.uniform(8, 13))
    if page.chance(0.5):
        page_number(page, face)
    if page.chance(0.35):
        page.text(
            rng.choice(("（余白）", "以下余白", "写", "別添", "別紙のとおり", "（白紙）", page.phrase(4, 16))),
            page.between(25, 80),
            page.between(25, 120),
            size,
            face,
            page.chance(0.3),
        )
    if page.chance(0.15):
        y = page.between(20, 200)
        page.rule(
            page.between(10, 30),
            min(y, page.height * 0.9),
            page.width - page.between(10, 30),
            min(y, page.height * 0.9),
        )
    if page.chance(0.12):
        step = page.between(7, 11)
        count = int((page.height - 50 * page.mm) / step)
        if page.chance(0.5):
            for i in range(count):
                page.rule(20 * page.mm, 25 * page.mm + i * step, page.width - 20 * page.mm, 25 * page.mm + i * step)
        else:
            for i in range(int((page.width - 40 * page.mm) / step)):
                page.rule(20 * page.mm + i * step, 25 * page.mm, 20 * page.mm + i * step, page.height - 25 * page.mm)
