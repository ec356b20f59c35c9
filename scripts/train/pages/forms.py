"""Draws pages of telegrams and their forms: incoming telegrams, drafts with approval boxes, continuations, tables."""

from setting import MARKERS, Style

TITLES = (
    "電信写",
    "電信写",
    "電信写",
    "電　信　写",
    "電 信 写",
    "電信",
    "電報写",
    "受信電報",
    "電信（写）",
    "来電写",
    "電報",
    "暗号電信写",
)
OLD_TITLES = ("電信寫", "電信課長", "電報譯文", "電信譯", "來電寫", "電報", "電信寫", "暗號電報")
CAPTIONS = (
    "大臣 政務次官 事務次官 次官 外務審議官 官房長 局長 審議官 参事官 課長 首席事務官 担当官 起案 起案者 主管 合議 決裁 発電 受付 検閲 浄書 校合 暗号 平文 至急 普通 略 番号 備考 "
    "秘密 分類 配布 写 総務 文書 電信課長 人事 会計 儀典長 条約 経済 北米 中南米 欧亜 近東 国連 情文 領移 調査 総政 経協 企画 協力 部長 室長 班長 符号 発信者 宛先 起草 昭和 年月日"
).split()
POSTS = "英 米 ソ 独 仏 伊 中国 韓国 国連代 ジュネーヴ代 豪 加 印 比 蘭 白 在京 ＯＥＣＤ代 西 土 伯 墨 瑞 泰 緬 埃 イラン イラク ニューヨーク 香港 ハノイ ウィーン代 上海 漢口 廣東".split()
NAMES = "大島 北村 波多野 佐藤 東郷 井口 朝海 牛場 武内 法眼 安川 西堀 村田 栗山 加瀬 松浦 山口 広田 梶谷 手塚 田付 小川 石黒".split()
RANKS = "大使 大使 大使 総領事 代理大使 臨時代理大使 公使 領事 代表".split()
PRECEDENCE = "至急 大至急 普通 極秘 秘 取扱注意 館長符号扱 限定配布 略 平 緊急 部外秘 厳秘".split()
ROWS = "総番号 主管 発信 受信 発 着 宛先 番号 分類 件名 取扱 写送付先 回覧 転電 作成 課 符号 備考".split()
NOTES = (
    "注意",
    "１．本電の取扱いは慎重を期せられたい。",
    "２．本電の主管変更その他に関する照会は",
    "検閲班に連絡ありたい。",
    "本電の内容は部外に示さないこと",
    "電信課（内線２１８３）",
)


def incoming(page):
    """An incoming telegram, typed horizontally, with or without a form."""
    rng, drawn = page.rng, page.drawn
    page.tone = rng.choice(("modern",) * 7 + ("kana", "katakana"))
    left, right = page.between(14, 32), page.width - page.between(12, 30)
    top, bottom = page.between(8, 24), page.height - page.between(10, 34)
    form, face = page.face("type"), page.face()
    size = page.pt(rng.uniform(8.5, 12.5))
    pitch, spacing = rng.choice((1.0, 1.0, 1.05, 1.12, 1.2)), rng.uniform(1.35, 2.3)
    y = top
    if page.chance(0.15):
        y = teleprinter(page, left, y, right)
    title = page.pt(rng.uniform(14, 30))
    y, free = heading(page, left, right, y, title, form)
    if page.chance(0.5):
        table_right = right
        y = head_table(page, left, table_right, y, form, face, size)
    elif page.chance(0.6):
        y = max(y, number_box(page, right, y - (title * 0.6 if free else 0), form, face, size))
    if page.chance(0.25):
        y = (
            approval(page, (left, y + page.mm, right, y + page.between(9, 20)), form, rng.randint(5, 14), 1)
            + 2 * page.mm
        )
    step = size * spacing
    y = cable_head(page, left, right, y + page.between(2, 8), size, step, pitch, face)
    foot = bottom
    if page.chance(0.22) and y < page.height * 0.6:
        bottom -= page.between(14, 40)
        approval(page, (left, bottom, right, foot), form, rng.randint(4, 10), rng.randint(1, 3))
        bottom -= 4 * page.mm
    style = Style(
        face,
        size,
        pitch,
        spacing,
        indent=rng.choice((1, 1, 1, 0, 2)),
        markers=rng.choice(MARKERS) if page.chance(0.6) else (),
        gap=rng.choice((0, 0, 0.15, 0.5, 1)),
        length=rng.uniform(1, 5),
        underline=rng.choice((0, 0, 0, 0.06)),
        closing=rng.choice(("（了）", "（了）", "（終）", "")),
    )
    indented = rng.choice((0, 0, 0, 1, 2)) * size
    box = (left + indented, y, right, bottom)
    amount = rng.choice((1, 1, rng.uniform(0.1, 0.9)))
    if page.chance(0.12):
        ruled_lines(page, left, right, y + size * 1.15, bottom, step)
    end = page.fill(box, style, amount)
    drawn.body = (left, y, right, end)
    foot_lines(page, left, right, foot, form)


def teleprinter(page, left, y, right):
    """Lines of codes that teleprinters print above a telegram."""
    rng = page.rng
    face, size = page.face("dots"), page.pt(rng.uniform(7, 9))
    pool = rng.choice(("ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾗﾘﾙﾚﾛﾜﾝ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
    for _ in range(rng.randint(1, 3)):
        words = " ".join("".join(rng.choice(pool) for _ in range(rng.randint(2, 7))) for _ in range(rng.randint(3, 8)))
        page.text(words, left, y, size, face, role="head", room=right - left)
        y += size * 1.5
    return y + size


def heading(page, left, right, y, size, face):
    """The title, sometimes beside a box of notes; returns the edge reached, and whether the right side is free."""
    rng = page.rng
    title = rng.choice(TITLES if page.tone != "old" else OLD_TITLES)
    pitch = rng.choice((1, 1, 1.3, 1.7, 2.2))
    low, noted = y, page.chance(0.3)
    if noted:
        low = notes(page, left, y, page.between(38, 58), page.face("type"))
    layer = page.form if page.chance(0.7) else page.type
    boxes = []
    if noted:
        boxes = page.text(title, left + page.between(66, 72), y, size, face, pitch=pitch, layer=layer, role="title")
    elif page.chance(0.6):
        boxes = page.centred(title, (left + right) / 2, y, size, face, pitch, layer=layer, role="title")
    elif page.chance(0.5):
        boxes = page.at_right(title, right, y, size, face, pitch, layer=layer, role="title")
    elif page.chance(0.4):
        page.filled_heading(title, left + size, y, size, face, pitch=pitch)
    else:
        boxes = page.text(title, left + page.between(0, 60), y, size, face, pitch=pitch, layer=layer, role="title")
    free = not boxes or boxes[-1][2] < right - 82 * page.mm
    return max(low, y + size * rng.uniform(1.3, 2)), free


def notes(page, left, top, width, face):
    """A box of notes in small print; returns its bottom edge."""
    size = page.pt(page.rng.uniform(5, 6.5))
    count = page.rng.randint(2, 5)
    height = size * 1.4 * count + 2 * page.mm
    if page.chance(0.8):
        page.frame((left, top, left + width, top + height))
    for i in range(count):
        page.text(
            NOTES[i % len(NOTES)],
            left + page.mm,
            top + page.mm + i * size * 1.4,
            size,
            face,
            layer=page.form,
            role="caption",
            room=width - 2 * page.mm,
        )
    return top + height + page.mm


def value(page, caption):
    """The typed entry beside a caption."""
    rng = page.rng
    if caption in ("発信", "受信", "発", "着", "年月日", "作成"):
        return page.date() + rng.choice(("", "　" + rng.choice(POSTS) + "発", "　本省着"))
    if caption in ("総番号", "番号"):
        return rng.choice(
            (
                page.number(rng.randint(1, 99999)),
                f"{rng.choice('RSTA')}{rng.choice('AB0')}{rng.randint(1000, 99999)}",
                f"({rng.choice('TA')}){rng.randint(1000, 99999)}",
            )
        )
    if caption == "主管":
        return rng.choice(CAPTIONS[28:]) + rng.choice(("局長", "長", "部長", "課長"))
    if caption == "件名":
        return page.phrase(5, 22)
    return rng.choice((rng.choice(PRECEDENCE), "、".join(rng.sample(POSTS, rng.randint(1, 3))), ""))


def head_table(page, left, right, y, form, face, size):
    """A ruled table of captions and typed entries."""
    rng = page.rng
    height, caption = size * rng.uniform(1.25, 2), page.pt(rng.uniform(5.5, 8.5))
    if page.chance(0.3):
        left = left + (right - left) * rng.uniform(0.2, 0.5)
    thick = page.thin * rng.choice((1, 1, 2))
    for _ in range(rng.randint(1, 5)):
        pairs = rng.choice((1, 1, 2, 2, 3))
        xs = [left]
        for i in range(pairs):
            stop = left + (right - left) * (i + 1) / pairs
            xs += [xs[-1] + page.between(11, 18), stop]
        if any(b - a < 4 * page.mm for a, b in zip(xs, xs[1:])):
            xs, pairs = [left, left + page.between(11, 18), right], 1
        cells = page.grid(xs, [y, y + height], thick)[0]
        for i in range(pairs):
            name = rng.choice(ROWS)
            page.in_cell(name, cells[2 * i], caption, form, layer=page.form, role="caption", spread=page.chance(0.5))
            if page.chance(0.85):
                page.in_cell(
                    value(page, name), cells[2 * i + 1], size, face, align=rng.choice(("start", "start", "middle"))
                )
        y += height
    return y + page.between(1, 4)


def number_box(page, right, y, form, face, size):
    """A box for number and bureau on the right."""
    rng = page.rng
    width, height, caption = page.between(50, 80), size * rng.uniform(1.4, 2.2), page.pt(rng.uniform(6, 9))
    y = max(y, page.between(5, 9))
    ys = [y + i * height for i in range(rng.randint(2, 4))]
    xs = [right - width, right - width * rng.uniform(0.65, 0.8), right]
    for row in page.grid(xs, ys, page.thin * rng.choice((1, 1, 2))):
        name = rng.choice(ROWS[:4])
        page.in_cell(name, row[0], caption, form, layer=page.form, role="caption", spread=page.chance(0.3))
        page.in_cell(value(page, name), row[1], size, face, align="start")
    return ys[-1] + page.between(1, 4)


def cable_head(page, left, right, y, size, step, pitch, face):
    """Dates, addressee, sender, subject and number, typed."""
    rng = page.rng
    put = lambda text, x, role="head": page.text(text, x, y, size, face, pitch=pitch, role=role, room=right - x)
    for text in (page.date() + "　" + rng.choice(POSTS) + "発", page.date() + "　本省着"):
        if page.chance(0.85):
            put(text, left)
            y += step
    y += rng.choice((0, 0.5, 1)) * step
    if page.chance(0.85):
        to = put(
            rng.choice(("外務大臣殿", "外務大臣", "大臣", "次官へ", "局長殿")), left + rng.choice((0, 0, 2)) * size
        )
        sender = rng.choice(NAMES) + rng.choice(RANKS)
        if page.chance(0.5):
            y += step
        elif to and to[-1][2] > right - 9 * size * pitch:
            y += step
        page.at_right(sender, right - rng.uniform(0, 6) * size, y, size, face, pitch, role="head")
        y += step * rng.choice((1, 1.5, 2))
    for text, often in (
        (page.phrase(6, 24) + rng.choice(("", "について", "の件", "に関する件")), 0.8),
        (
            "第" + page.number(rng.randint(1, 9999)) + "号　" + "　".join(rng.sample(PRECEDENCE, rng.randint(0, 2))),
            0.85,
        ),
    ):
        if page.chance(often):
            boxes = put(text, left + rng.choice((0, 0, 1, 2)) * size)
            if boxes and page.chance(0.15):
                page.rule(boxes[0][0], y + size * 1.15, boxes[-1][2], y + size * 1.15)
            y += step
    return y + rng.choice((0, 0.5, 1)) * step


def ruled_lines(page, left, right, y, bottom, step):
    """Ruled writing lines, aligned with the text."""
    dash = page.rng.choice((0, 0, 0, 0.4 * page.mm, 1.2 * page.mm))
    while y < bottom + step:
        page.rule(left, y, right, y, dash=dash)
        y += step


def foot_lines(page, left, right, bottom, form):
    """Content below the text: a page number, the office's name, the form's code."""
    rng = page.rng
    y = min(page.height - 5 * page.mm, bottom + page.between(3, 8))
    size = page.pt(rng.uniform(6, 9))
    if page.chance(0.3):
        page.centred(
            rng.choice(
                (f"－{rng.randint(1, 9)}－", f"- {rng.randint(1, 30)} -", f"{rng.randint(1, 5)}／{rng.randint(5, 9)}")
            ),
            (left + right) / 2,
            y,
            size,
            form,
            role="foot",
        )
    if page.chance(0.25):
        page.text(
            rng.choice(("外務省", "外　務　省", "電信課", "外務省電信課", "（用紙 Ａ－４）", "大臣官房電信課")),
            left,
            y,
            size,
            form,
            layer=page.form,
            role="foot",
        )
    if page.chance(0.12):
        page.at_right(f"GA-{rng.randint(1, 9)}", right, y, size, form, layer=page.form, role="foot")


def parted(rng, start, end, count, even=0.6):
    """Borders of cells between two edges, evenly or unevenly spaced."""
    if rng.random() < even:
        return [start + (end - start) * i / count for i in range(count + 1)]
    parts = [rng.uniform(0.6, 1.6) for _ in range(count)]
    borders = [start]
    for part in parts:
        borders.append(borders[-1] + (end - start) * part / sum(parts))
    return borders


def approval(page, box, form, columns, rows, typed=0.08):
    """A grid of boxes with small horizontal or vertical captions, most of them empty; returns its bottom edge."""
    rng = page.rng
    left, top, right, bottom = box
    size = page.pt(rng.uniform(5, 8))
    xs, ys = parted(rng, left, right, columns), parted(rng, top, bottom, rows)
    manner = rng.choice(("above", "above", "left", "middle", "row"))
    vertical = page.chance(0.3)
    dash = rng.choice((0, 0, 0, 0.5 * page.mm))
    for cells in page.grid(xs, ys, page.thin * rng.choice((1, 1, 1, 2)), dash):
        for left, top, right, bottom in cells:
            if page.chance(0.1):
                continue
            text = rng.choice(CAPTIONS)
            strip = min(size * 1.5, (bottom - top) * 0.5, (right - left) * 0.6)
            place = {
                "above": (left, top, right, top + strip),
                "row": (left, top, right, top + strip),
                "left": (left, top, left + strip, bottom),
                "middle": (left, top, right, bottom),
            }[manner]
            down = manner == "left" or (vertical and manner == "middle")
            if manner == "row":
                page.rule(left, top + strip, right, top + strip)
            if manner == "left" and page.chance(0.7):
                page.rule(left + strip, top, left + strip, bottom)
            page.in_cell(
                text,
                place,
                size,
                form,
                down,
                rng.choice(("middle", "middle", "start")),
                page.form,
                "caption",
                spread=page.chance(0.5),
            )
            if manner != "middle" and page.chance(typed):
                rest = (left + strip, top, right, bottom) if manner == "left" else (left, top + strip, right, bottom)
                page.in_cell(rng.choice(NAMES), rest, page.pt(10), form, bottom - top > 1.6 * (right - left))
    return bottom


def draft(page):
    """An outgoing draft: approval boxes, a header, sometimes a text."""
    rng = page.rng
    form, face = page.face("type"), page.face()
    page.drawn.direction = rng.choice(("horizontal", "horizontal", "vertical"))
    left, right = page.between(10, 22), page.width - page.between(10, 20)
    top, bottom = page.between(10, 22), page.height - page.between(10, 24)
    size = page.pt(rng.uniform(14, 26))
    title = rng.choice(("電信案", "電　信　案", "発電案", "公信案", "起案用紙", "決裁書", "高裁案", "電報案"))
    page.centred(title, (left + right) / 2, top, size, form, rng.choice((1, 1.5, 2)), layer=page.form, role="title")
    y = top + size * 1.6
    if page.chance(0.5):
        y = head_table(page, left, right, y, form, face, page.pt(rng.uniform(9, 11)))
    for _ in range(rng.randint(1, 3)):
        height = page.between(14, 42)
        y = approval(
            page, (left, y, right, y + height), form, rng.randint(4, 12), rng.choice((1, 1, 2, 3)), 0.04
        ) + rng.choice((0, 0, page.between(1, 4)))
    if page.chance(0.35):
        right -= page.between(24, 36)
        approval(
            page,
            (right + 3 * page.mm, y + 3 * page.mm, right + page.between(20, 24), bottom),
            form,
            rng.randint(1, 2),
            rng.randint(5, 12),
            0,
        )
    y += page.between(3, 7)
    if bottom - y > 50 * page.mm and page.chance(0.8):
        body_size = page.pt(rng.uniform(9, 12))
        vertical = page.drawn.direction == "vertical"
        style = Style(
            face,
            body_size,
            rng.choice((1, 1, 1.2)),
            rng.uniform(1.5, 2.4),
            vertical,
            markers=rng.choice(MARKERS[:4]),
            gap=0.2,
            closing=rng.choice(("", "（了）")),
        )
        if not vertical:
            y = cable_head(page, left, right, y, body_size, body_size * style.spacing, 1, face)
        if bottom - y > 20 * page.mm:
            page.drawn.body = (left, y, right, bottom)
            if page.chance(0.5) and not vertical:
                ruled_lines(page, left, right, y + body_size * 1.2, bottom - body_size, body_size * style.spacing)
            page.fill((left, y, right, bottom), style, rng.choice((0.15, 0.4, 1)))
    elif page.chance(0.5):
        page.frame((left, y, right, bottom))
        page.drawn.cells.append((left, y, right, bottom))
    foot_lines(page, left, right, bottom, form)


def continuation(page):
    """A continuation of a telegram: a short header line and text."""
    rng = page.rng
    vertical = page.chance(0.35)
    page.drawn.direction = "vertical" if vertical else "horizontal"
    page.tone = rng.choice(("modern", "modern", "katakana", "kana", "old"))
    left, right = page.between(14, 32), page.width - page.between(12, 28)
    top, bottom = page.between(10, 26), page.height - page.between(12, 34)
    face = page.face(rng.choice(("type", "struck")) if vertical else None)
    size = page.pt(rng.uniform(8.5, 13))
    last = rng.randint(2, 9)
    head = rng.choice(
        ("第{0}号　{1}／{2}", "第{0}号（続）", "({0}) {1}/{2}", "（第{0}号　{1}頁）", "－{1}－", "{0}－{1}")
    ).format(page.number(rng.randint(2, 9000)), page.number(rng.randint(2, last)), page.number(last))
    if page.chance(0.85):
        place = rng.choice((page.centred, page.at_right))
        place(head, (left + right) / 2 if place == page.centred else right, top, size, face, role="head")
        top += size * rng.uniform(1.8, 4)
    style = Style(
        face,
        size,
        rng.choice((1, 1, 1.08, 1.25)),
        rng.uniform(1.35, 2.3),
        vertical,
        indent=rng.choice((0, 1, 1)),
        markers=rng.choice(MARKERS) if page.chance(0.6) else (),
        gap=rng.choice((0, 0, 0.3, 1)),
        length=rng.uniform(1, 5),
        closing=rng.choice(("（了）", "", "")),
    )
    page.fill((left, top, right, bottom), style, rng.choice((1, 1, rng.uniform(0.05, 0.9))))
    page.drawn.body = (left, top, right, bottom)
    foot_lines(page, left, right, bottom, face)
