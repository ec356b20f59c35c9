"""Chooses kind and size of a page, and draws its text and rulings."""

import dataclasses

import english
import forms
import printed
import tables
import vertical
from setting import Drawn, Page

# Millimetres, portrait.
PAPERS = {
    "A4": (210, 297),
    "B5": (182, 257),
    "B4": (257, 364),
    "letter": (216, 279),
    "legal": (216, 356),
    "A3": (297, 420),
    "A5": (148, 210),
    "half": (210, 148),
    "slip": (182, 110),
    "odd": (0, 0),
}
COMMON = ("A4", "A4", "A4", "B5", "B5", "B4", "letter", "legal", "odd")
OLD = ("B5", "B5", "B4", "A4", "legal", "odd", "odd")
# Name: frequency, drawing function, paper sizes. A name with a dash stands for landscape.
KINDS = {
    "incoming": (20, forms.incoming, COMMON),
    "vertical": (17, vertical.vertical_cable, OLD + ("A4", "A4")),
    "telegram_form": (6, vertical.telegram_form, OLD + ("-B5", "half")),
    "draft": (6, forms.draft, COMMON),
    "continuation": (10, forms.continuation, COMMON + ("half", "-B5")),
    "table": (7, tables.table, COMMON + ("-A4", "-B4")),
    "letter": (8, printed.letter, COMMON),
    "book": (7, printed.book, ("A4", "B5", "B5", "A5", "B4", "odd")),
    "contents": (2, printed.contents, ("A4", "B5", "A5")),
    "memo": (6, english.memo, ("letter", "letter", "A4", "legal", "odd")),
    "cable": (6, english.cable, ("letter", "letter", "A4", "legal")),
    "newspaper": (4, printed.newspaper, ("A4", "B4", "B5", "odd", "half", "-A4")),
    "spread": (5, printed.spread, ("-A3", "-A4", "-B4")),
    "cover": (2, printed.cover, ("A4", "B5", "half", "slip", "-B5")),
    "blank": (2, printed.blank, ("A4", "B5", "half", "letter", "B4")),
}

FORMS = ("incoming", "vertical", "telegram_form", "draft", "continuation", "table", "cable")


@dataclasses.dataclass
class Plan:
    """The kind of a page and its size in millimetres."""

    kind: str
    width: float
    height: float


def plan(rng, kind=None):
    """Draws a kind and a size at random; the kind may be given."""
    kind = kind or rng.choices(list(KINDS), [weight for weight, _, _ in KINDS.values()])[0]
    paper = rng.choice(KINDS[kind][2])
    width, height = PAPERS[paper.lstrip("-")]
    if paper == "odd":
        width = rng.uniform(150, 230)
        height = width * rng.uniform(1.15, 1.75)
    if paper.startswith("-"):
        width, height = height, width
    return Plan(kind, width * rng.uniform(0.97, 1.03), height * rng.uniform(0.97, 1.03))


def draw(sheet, plan, context) -> Drawn:
    """Draws the text of a planned page. `context` has `rng`, `faces` and `sentences`."""
    page = Page(sheet, context, plan.kind)
    function = KINDS[plan.kind][1]
    if plan.kind not in FORMS and page.chance(0.85):
        page.form_ink = page.type_ink  # no form: rulings and text have one ink
    function(page)
    return page.finish()
