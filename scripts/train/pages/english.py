"""Draws English pages: memoranda, bulletins, telegrams in capitals."""

import functools

from faces import advance

WORDS = (
    "the of and to in that is was for on with as by at from it be are this which have not has will but their been its they he would had were or "
    "an any more all some such other than these government minister ambassador embassy foreign office department state treaty agreement policy "
    "negotiations conference committee session delegation council assembly security economic trade relations talks question problem matter "
    "position view attitude proposal draft text note message telegram cable report information reference paragraph summary comment discussion "
    "meeting conversation statement declaration communique press official officials representative secretary president premier cabinet party "
    "opposition leader leaders member members group country countries nation nations power powers world war peace military forces troops "
    "defense base bases island islands territory border area region north south east west eastern western northern southern capital city port "
    "river sea ocean air ship ships aircraft fishing oil steel rice wheat coal textile exports imports tariff duties currency exchange dollar "
    "yen million billion percent bank loan credit aid assistance program project budget cost price market industry production agriculture labor "
    "workers union strike students public opinion newspaper radio said stated told asked replied expressed indicated pointed felt believed "
    "thought hoped agreed accepted rejected refused suggested proposed requested informed reported noted observed continued remained became "
    "made given taken held opened closed signed sent received arrived left returned visited planned expected required considered discussed "
    "raised mentioned referred may might could should must can do did does if when while after before during since until because although "
    "however therefore moreover further also only still already again soon now then today yesterday week month year years early late recent "
    "present future past possible likely certain important serious difficult special general political diplomatic financial legal technical "
    "personal private confidential secret final full large small high low new old good great long short first second third next last same "
    "several many most much little few both each between among under over against without within through toward regarding concerning including "
    "according following about into out up down here there where who whom whose what how why support effort efforts interest interests basis "
    "condition conditions principle measures action steps result results effect change development situation crisis settlement solution "
    "arrangement arrangements procedure request response reply instructions approval consent right rights claim claims property compensation "
    "reparations citizens nationals repatriation passport visa consul consulate legation mission staff attache chief director division bureau "
    "section officer adviser expert commission board court law article clause protocol ratification "
).split()
PLACES = (
    "Japan Tokyo Washington London Paris Moscow Peking Taipei Seoul Manila Jakarta Saigon Bangkok Rangoon Delhi Geneva "
    "Bonn Rome Okinawa Hokkaido Kuriles Formosa Indonesia Burma Korea"
).split()
NAMES = (
    "Kishi Yoshida Hatoyama Ohira Fukuda Dulles Rusk Herter Robertson Allison MacArthur Sebald "
    "Johnson Reischauer Smith Brown Parsons Gromyko Fedorenko"
).split()
MARKINGS = "SECRET CONFIDENTIAL UNCLASSIFIED RESTRICTED TOP~SECRET LIMITED~OFFICIAL~USE OFFICIAL~USE~ONLY NODIS EXDIS LIMDIS".split()
CABLE_PHRASES = (
    "PLEASE PASS TO",
    "REF: EMBTEL {n}",
    "REFTEL",
    "NO DISTRIBUTION OUTSIDE DEPARTMENT",
    "DEPARTMENT PASS",
    "ACTION REQUESTED:",
    "BEGIN SUMMARY",
    "END SUMMARY",
    "FOLLOWING IS TEXT",
    "EMBOFF CALLED ON",
    "FONOFF OFFICIAL STATED",
    "GOJ",
    "USG",
    "EMBASSY COMMENT:",
    "WE WOULD APPRECIATE DEPT'S VIEWS",
    "FYI ONLY",
    "PARA {n}",
    "DECONTROL UPON RECEIPT",
)
HEADINGS = (
    "SUMMARY|BACKGROUND|DISCUSSION|RECOMMENDATION|MEMORANDUM OF CONVERSATION|OFFICE MEMORANDUM|PRESS RELEASE|"
    "INFORMATION BULLETIN|Economic Situation|Political Developments|Participants|Conclusions|Enclosure|Annex"
).split("|")


def sentence(rng, capitals):
    """A sentence of random words."""
    words = [rng.choice(WORDS) if rng.random() < 0.9 else rng.choice(PLACES + NAMES) for _ in range(rng.randint(6, 24))]
    if rng.random() < 0.15:
        words.insert(
            rng.randrange(len(words)),
            rng.choice(
                (
                    str(rng.randint(1, 1999)),
                    f"{rng.randint(1, 99)},{rng.randint(100, 999)}",
                    "$" + str(rng.randint(2, 90)),
                )
            ),
        )
    if rng.random() < 0.2:
        words[rng.randrange(len(words) - 1)] += ","
    if capitals and rng.random() < 0.3:
        words = rng.choice(CABLE_PHRASES).format(n=rng.randint(1, 4000)).split() + words
    words[0] = words[0][0].upper() + words[0][1:]
    words[-1] += "."
    return [word.upper() for word in words] if capitals else words


@functools.lru_cache(40000)
def word_width(face, word, size):
    return sum(advance(face, c, size) for c in word)


def set_words(page, words, x, y, size, face, gap, role="body"):
    """Sets words with a given gap and registers them as one line."""
    boxes = []
    for word in words:
        boxes += page.text(word, x, y, size, face, role=role, registered=False)
        x += word_width(face, word, size) + gap
    if boxes:
        page.register(boxes, False, size, role)
    return boxes


def paragraphs(
    page,
    box,
    face,
    size,
    spacing,
    justified=False,
    capitals=False,
    indent=0,
    gap=0.0,
    markers=False,
    amount=1.0,
    role="body",
):
    """Fills a box with paragraphs; returns the edge reached."""
    rng = page.rng
    left, top, right, bottom = box
    blank, step, y, number = advance(face, "n", size), size * spacing, top, rng.randint(1, 3)
    bottom = top + (bottom - top) * amount
    while y + size < bottom:
        words = [word for _ in range(rng.randint(1, 5)) for word in sentence(rng, capitals)]
        if markers:
            words.insert(0, f"{number}.")
            number += 1
        start = left + indent * blank
        while words and y + size < bottom:
            used, count = word_width(face, words[0], size), 1
            while count < len(words) and start + used + blank * 0.9 + word_width(face, words[count], size) <= right:
                used += blank * 0.9 + word_width(face, words[count], size)
                count += 1
            room = blank * 0.9
            if justified and count < len(words) and count > 2:
                room = min(blank * 2.5, room + (right - start - used) / (count - 1))
            boxes = set_words(page, words[:count], start, y, size, face, room, role)
            if boxes and page.chance(0.02):
                page.rule(
                    boxes[0][0], y + size * 1.05, boxes[min(len(boxes) - 1, rng.randint(4, 30))][2], y + size * 1.05
                )
            words, start, y = words[count:], left, y + step
        y += gap * step
    return y


def memo(page):
    """A memorandum or a bulletin in one or two columns."""
    rng = page.rng
    left, right = page.between(18, 32), page.width - page.between(16, 30)
    top, bottom = page.between(12, 30), page.height - page.between(16, 32)
    face = page.face(rng.choice(("type", "struck")), "latin")
    head = page.face("type", "latin") if page.chance(0.4) else face
    size, spacing = page.pt(rng.uniform(9.5, 13)), rng.choice((1.05, 1.2, 1.3, 1.6, 2.1))
    marking = rng.choice(MARKINGS).replace("~", " ")
    if page.chance(0.5):
        page.centred(marking, page.width / 2, max(5 * page.mm, top - 8 * page.mm), size, head, role="heading")
        page.centred(marking, page.width / 2, bottom + 6 * page.mm, size, head, role="heading")
    y = top
    if page.chance(0.7):
        big = page.pt(rng.uniform(11, 20))
        text = rng.choice(HEADINGS)
        if page.chance(0.15):
            page.filled_heading(text, left + big * 0.5, y, big, head)
        else:
            page.centred(text, page.width / 2, y, big, head, role="heading")
        y += big * 2
    if page.chance(0.6):
        for label in ("TO:", "FROM:", "DATE:", "SUBJECT:")[: rng.randint(2, 4)]:
            page.text(label, left, y, size, face, role="head")
            text = {
                "DATE:": f"{rng.choice(('March', 'June', 'October'))} {rng.randint(1, 30)}, 19{rng.randint(45, 79)}"
            }.get(label, " ".join(sentence(rng, False)[: rng.randint(2, 7)]).rstrip("."))
            page.text(text, left + page.between(24, 28), y, size, face, role="head", room=right - left - 28 * page.mm)
            y += size * 1.5
        if page.chance(0.4):
            page.rule(left, y, right, y, page.thin * rng.choice((1, 2)))
        y += size
    page.drawn.body = (left, y, right, bottom)
    manner = dict(
        justified=page.chance(0.4),
        indent=rng.choice((0, 5, 8)),
        gap=rng.choice((0, 0.5, 1)),
        markers=page.chance(0.3),
        amount=rng.choice((1, 1, rng.uniform(0.3, 1))),
    )
    if page.chance(0.2):
        middle, gutter = (left + right) / 2, page.between(3, 6)
        for part in ((left, y, middle - gutter, bottom), (middle + gutter, y, right, bottom)):
            paragraphs(page, part, face, max(page.pt(7), int(size * 0.8)), 1.2, **manner)
    else:
        while y < bottom - 3 * size:
            end = bottom if page.chance(0.5) else min(bottom, y + page.between(40, 120))
            y = paragraphs(page, (left, y, right, end), face, size, spacing, **manner) + size * spacing * 0.5
            if manner["amount"] < 1 or end == bottom:
                break
            if y < bottom - 5 * size:
                boxes = page.text(rng.choice(HEADINGS), left, y, size, head, role="heading")
                if page.chance(0.5):
                    page.rule(boxes[0][0], y + size * 1.1, boxes[-1][2], y + size * 1.1)
                y += size * spacing * 1.5
    if page.chance(0.6):
        page.centred(
            f"- {rng.randint(1, 20)} -" if page.chance(0.5) else str(rng.randint(1, 90)),
            page.width / 2,
            page.height - page.between(6, 9),
            size,
            face,
            role="number",
        )


def cable(page):
    """A telegram in capitals."""
    rng = page.rng
    left, right = page.between(16, 30), page.width - page.between(14, 30)
    top, bottom = page.between(12, 34), page.height - page.between(16, 34)
    face = page.face(rng.choice(("struck", "struck", "dots", "type")), "latin")
    size, step = page.pt(rng.uniform(9.5, 12.5)), rng.choice((1.1, 1.4, 1.9, 2.1))
    y = top
    if page.chance(0.4):
        big = page.pt(rng.uniform(14, 24))
        page.centred(
            rng.choice(("INCOMING TELEGRAM", "TELEGRAM", "OUTGOING TELEGRAM", "Department of State", "CABLE")),
            page.width / 2,
            y,
            big,
            page.face("type", "latin"),
            layer=page.form,
            role="title",
        )
        y += big * 1.6
        if page.chance(0.6):
            height = page.between(9, 16)
            count = rng.randint(3, 7)
            xs = [left + (right - left) * i / count for i in range(count + 1)]
            small = page.face("type", "latin")
            for cell in page.grid(xs, [y, y + height])[0]:
                page.in_cell(
                    rng.choice(("ACTION", "INFO", "CLASSIFICATION", "FILE", "DATE", "ORIGIN", "CONTROL NO.")),
                    (cell[0], cell[1], cell[2], cell[1] + height * 0.4),
                    page.pt(6),
                    small,
                    align="start",
                    layer=page.form,
                    role="caption",
                )
            y += height + size
    marking = rng.choice(MARKINGS).replace("~", " ")
    post = rng.choice(("TOKYO", "SEOUL", "MANILA", "TAIPEI", "LONDON", "PARIS", "MOSCOW"))
    stamp = f"{rng.randint(1, 30):02d}{rng.randint(0, 23):02d}{rng.randint(0, 59):02d}Z {rng.choice(('JAN', 'APR', 'JUL', 'OCT'))} {rng.randint(60, 79)}"
    lines = [
        " ".join(marking) if page.chance(0.5) else marking,
        f"{rng.choice('PROZ')} {stamp}",
        f"FM AMEMBASSY {post}",
        f"TO SECSTATE WASHDC {rng.choice(('IMMEDIATE', 'PRIORITY', ''))} {rng.randint(100, 9999)}",
        f"INFO AMEMBASSY {rng.choice(('BONN', 'DELHI', 'ROME'))} {rng.randint(10, 900)}",
        "BT",
        f"{marking} {post} {rng.randint(100, 9999)}",
        "E.O. 11652: GDS",
        f"TAGS: PFOR, {rng.choice(('JA', 'KS', 'UR'))}",
        "SUBJECT: " + " ".join(sentence(rng, True)[:6]),
        f"REF: STATE {rng.randint(1000, 99999)}",
    ]
    for text in lines:
        if page.chance(0.7):
            page.text(text, left, y, size, face, role="head", room=right - left)
            y += size * step
    y += size * step * 0.7
    page.drawn.body = (left, y, right, bottom)
    y = paragraphs(
        page,
        (left, y, right, bottom - 2 * size),
        face,
        size,
        step,
        False,
        True,
        rng.choice((0, 4)),
        rng.choice((0.5, 1)),
        page.chance(0.8),
        rng.choice((1, 1, rng.uniform(0.2, 0.9))),
    )
    if page.chance(0.5):
        page.text(rng.choice(NAMES).upper(), left, y, size, face, role="head")
