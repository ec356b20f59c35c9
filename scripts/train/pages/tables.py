"""Draws tables and lists: numbers in ruled grids, distribution lists with many short cells."""

from forms import CAPTIONS, NAMES, POSTS, RANKS, parted
from setting import Style


def entry(page, kind):
    """A short text for a cell of a kind of column."""
    rng = page.rng
    if kind == "number":
        value = rng.choice((rng.randint(0, 99), rng.randint(100, 99999)))
        if page.drawn.direction == "vertical":
            return page.number(value % 1000)
        return rng.choice(
            (f"{value:,}", f"{value:,}", f"{value / 10:,.1f}", page.number(value), "－", "0", f"△{value}")
        )
    if kind == "sign":
        return rng.choice(("○", "×", "１", "２", "△", "有", "無", "全", "写", "主", "副", ""))
    if kind == "name":
        return rng.choice(NAMES) + rng.choice(("", "　", "")) + rng.choice(RANKS + [""])
    if kind == "post":
        return rng.choice(POSTS)
    if kind == "office":
        return rng.choice(CAPTIONS)
    return page.phrase(2, 9)


def table(page):
    """One or two tables with a heading, a header row and notes; ruled wholly, partly or not at all."""
    rng = page.rng
    vertical = page.chance(0.2)
    page.drawn.direction = "vertical" if vertical else "horizontal"
    page.tone = rng.choice(("modern", "modern", "old"))
    left, right = page.between(12, 26), page.width - page.between(12, 26)
    top, bottom = page.between(12, 26), page.height - page.between(12, 28)
    face = page.face(rng.choice(("type", "type", "struck", "dots")))
    size = page.pt(rng.uniform(7, 11))
    y = top
    if page.chance(0.85):
        big = page.pt(rng.uniform(10, 18))
        page.centred(
            page.phrase(4, 14) + rng.choice(("表", "一覧表", "配布先", "内訳", "")),
            (left + right) / 2,
            y,
            big,
            page.face("type"),
            role="heading",
        )
        y += big * rng.uniform(1.6, 2.4)
    page.drawn.body = (left, y, right, bottom)
    while y < bottom - 30 * page.mm:
        if page.chance(0.3):
            style = Style(face, size, 1, 1.6, indent=1, length=1)
            y = page.fill((left, y, right, min(bottom, y + 8 * size)), style, 0.8) + size
        end = bottom if page.chance(0.6) else y + (bottom - y) * rng.uniform(0.3, 0.8)
        y = (distribution if page.chance(0.3) else grid)(
            page, (left, y, right, end), face, size, vertical
        ) + size * rng.uniform(1.5, 3)
        if page.chance(0.5):
            break
    if page.chance(0.3) and y < bottom - 2 * size:
        page.text(
            "（注）" + page.phrase(8, 30), left, y, page.pt(rng.uniform(5.5, 7.5)), face, role="note", room=right - left
        )


def grid(page, box, face, size, vertical):
    """A table in a box; returns its bottom edge."""
    rng = page.rng
    left, top, right, bottom = box
    columns = rng.randint(3, 10)
    if vertical:
        height = size * rng.uniform(4, 9)
    else:
        height = size * rng.uniform(1.35, 2.6)
    rows = max(2, min(rng.choice((6, 14, 30, 60)), int((bottom - top) / height)))
    bottom = min(bottom, top + rows * height)
    xs = parted(rng, left, right, columns, 0.4)
    if vertical:
        columns = int((right - left) / (size * rng.uniform(1.5, 2.4)))
        xs = parted(rng, left, right, columns, 1)
    ys = parted(rng, top, bottom, rows, 1 if not vertical else 0.6)
    kinds = [
        rng.choice(("text", "name", "post", "office"))
        if i == 0 or page.chance(0.15)
        else rng.choice(("number", "number", "number", "sign", "text"))
        for i in range(columns)
    ]
    rules = rng.choice(("all", "all", "all", "across", "down", "outer", "head", "none"))
    thick = page.thin * rng.choice((1, 1, 1.5))
    cells = [[(l, t, r, b) for l, r in zip(xs, xs[1:])] for t, b in zip(ys, ys[1:])]
    if rules == "all":
        page.grid(xs, ys, thick, rng.choice((0, 0, 0, 0.4 * page.mm)))
        if page.chance(0.4):
            page.frame((left, top, right, bottom), thick * 2)
    elif rules != "none":
        for y in ys if rules == "across" else (ys[0], ys[1], ys[-1]) if rules == "head" else (ys[0], ys[-1]):
            page.rule(left, y, right, y, thick)
        for x in xs if rules == "down" else ():
            page.rule(x, top, x, bottom, thick)
        if rules == "outer":
            page.frame((left, top, right, bottom), thick * 2)
    empty = rng.choice((0, 0.1, 0.4))
    align = rng.choice(("end", "end", "middle"))
    for i, row in enumerate(cells):
        for kind, cell in zip(kinds, row):
            if i == 0:
                page.in_cell(
                    entry(page, rng.choice(("office", "text"))), cell, size * 0.95, face, vertical, role="caption"
                )
            elif not page.chance(empty):
                page.in_cell(
                    entry(page, kind),
                    cell,
                    size,
                    face,
                    vertical,
                    align if kind == "number" else "start" if kind in ("text", "name") else "middle",
                )
    return bottom


def distribution(page, box, face, size, vertical):
    """Many short cells: offices and posts with signs beside or below them; returns the bottom edge."""
    rng = page.rng
    left, top, right, bottom = box
    if page.chance(0.4):
        size = max(page.pt(5.5), int(size * 0.8))
    columns = rng.randint(6, 18)
    width = (right - left) / columns
    down = vertical or page.chance(0.3)
    height = size * rng.uniform(3.2, 5.5) if down else size * rng.uniform(1.3, 2.2)
    rows = max(1, min(rng.randint(2, 30), int((bottom - top) / height)))
    xs, ys = [left + i * width for i in range(columns + 1)], [top + i * height for i in range(rows + 1)]
    if page.chance(0.75):
        page.grid(xs, ys, dash=rng.choice((0, 0, 0.4 * page.mm)))
    paired = page.chance(0.5)
    for row in range(rows):
        for column in range(columns):
            kind = "sign" if paired and (row if down else column) % 2 else rng.choice(("office", "post"))
            if kind == "sign" and page.chance(0.4):
                continue
            text = entry(page, kind).replace("　", "")
            page.in_cell(
                text,
                (xs[column], ys[row], xs[column + 1], ys[row + 1]),
                size,
                face,
                down and len(text) > 1,
                layer=rng.choice((page.form, page.type)) if kind == "sign" else page.form,
            )
    return ys[-1]
