#!/usr/bin/env python3
"""Generates pages with labels for training the segmentation network.

usage: pages.py TEXT_FOLDER OUT_FOLDER [--first 0] [--count 1000] [--held-out] [--show] [--scans]

Writes NUMBER.jpg (the page as network input, long side 1344) and NUMBER.npz (`labels`: bits packed along the last axis;
`shape`; `lines` and `marks`: JSON in pixels of the image). A page depends only on its number. Held-out pages have their
own typefaces, texts and stamp designs. --show writes an overlay of the labels beside each page. --scans writes the page at
full size (NUMBER.png, twice as large), which the rules can read.
"""

import argparse
import dataclasses
import json
import pathlib
import random
import sys

import cv2
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import clutter
import layouts
import notes
import redactions
import stamps
import wear
from faces import Faces
from sentences import Sentences
from sheet import LABELS, Sheet

PAPERS = [
    (255, 255, 255),
    (250, 250, 248),
    (243, 240, 230),
    (235, 226, 205),
    (226, 214, 186),
    (210, 196, 168),
    (228, 228, 226),
    (240, 232, 232),
    (226, 236, 240),
]
HELD_OUT_FROM = 10**9  # added to the numbers of held-out pages, so that their random numbers differ


@dataclasses.dataclass
class Context:
    """Shared by the functions that draw parts of a page."""

    rng: random.Random
    noise: numpy.random.RandomState
    faces: Faces
    sentences: Sentences
    held_out: bool


@dataclasses.dataclass
class Page:
    """A page: its scan (RGB); the network input at half its size; labels (len(LABELS) x half of that); lines and marks in pixels
    of the input."""

    scan: numpy.ndarray
    picture: numpy.ndarray
    labels: numpy.ndarray
    lines: list
    marks: list


class Press:
    """Draws pages; keeps the resources that they share."""

    def __init__(self, texts, held_out=False):
        self.faces, self.sentences, self.held_out = Faces(held_out), Sentences(texts, held_out), held_out

    def page(self, number):
        number += HELD_OUT_FROM if self.held_out else 0
        rng = random.Random(number)
        noise = numpy.random.RandomState(rng.randrange(2**31))
        context = Context(rng, noise, self.faces, self.sentences, self.held_out)
        plan = layouts.plan(rng)
        sheet = Sheet(plan.width, plan.height, rng.choice(PAPERS), rng, noise)
        clutter.under(sheet, context)
        drawn = layouts.draw(sheet, plan, context)
        wear.printed(sheet)
        # Marks made before the page was copied are worn with it; later ones are fresh.
        copies = rng.choices([0, 1, 2, 3], [0.55, 0.25, 0.12, 0.08])[0]
        parts = [stamps.add, redactions.add, notes.add]
        rng.shuffle(parts)
        copied_after = rng.randint(0, len(parts)) if copies else -1
        for i in range(len(parts) + 1):
            if i == copied_after:
                for _ in range(copies):
                    wear.copied(sheet)
            if i < len(parts):
                parts[i](sheet, drawn, context)
        clutter.over(sheet, drawn, context)
        return finished(sheet)


def finished(sheet):
    """Scans the sheet: distorts it, adds scanner effects and halves it."""
    rng = sheet.rng
    warp = wear.Warp(sheet.width, sheet.height, rng, sheet.noise)
    beyond = rng.choice([255, 255, 250, 200, rng.randint(0, 60)])
    scan = wear.scanned(warp.picture(sheet.picture, beyond), rng, sheet.noise)
    labels = sheet.labels()
    labels = numpy.stack([warp.label(label) for label in labels])
    if beyond < 120:
        labels[LABELS.index("other")] |= warp.outside()
    # Different resampling for the half size, like scans of other resolutions.
    picture = cv2.resize(scan, (sheet.width // 2, sheet.height // 2), interpolation=cv2.INTER_AREA)
    lines = [
        {"corners": half(warp.points(line.corners)), "vertical": line.vertical, "size": line.size / 2}
        for line in sheet.lines
    ]
    marks = [
        {"kind": m.kind, "outline": half(warp.points(m.outline)), "passage": m.passage, "text": m.text}
        for m in sheet.marks
    ]
    return Page(scan, picture, labels, lines, marks)


def half(points):
    return [[round(float(x) / 2, 1), round(float(y) / 2, 1)] for x, y in points]


def save(page, path):
    cv2.imwrite(f"{path}.jpg", page.picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 93])
    numpy.savez_compressed(
        f"{path}.npz",
        labels=numpy.packbits(page.labels, -1),
        shape=page.labels.shape,
        lines=json.dumps(page.lines),
        marks=json.dumps(page.marks),
    )


TINTS = {
    "horizontal": (0, 170, 0),
    "vertical": (200, 0, 200),
    "handwriting": (0, 90, 255),
    "stamp": (255, 0, 0),
    "stamp_body": (255, 190, 190),
    "redaction": (130, 0, 130),
    "redaction_core": (60, 0, 60),
    "ruling": (0, 200, 200),
    "other": (255, 150, 0),
}


def overlay(picture, labels):
    """The image tinted with its labels, for inspection."""
    shown = picture.astype(numpy.float32) * 0.6 + 100
    for kind, tint in TINTS.items():
        label = (
            cv2.resize(
                labels[LABELS.index(kind)].astype(numpy.uint8), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST
            )
            > 0
        )
        shown[label] = shown[label] * 0.45 + numpy.array(tint, numpy.float32) * 0.55
    return numpy.clip(shown, 0, 255).astype(numpy.uint8)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("texts"), arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--first", type=int, default=0), arguments.add_argument("--count", type=int, default=1000)
    (
        arguments.add_argument("--scans", action="store_true"),
        arguments.add_argument("--held-out", action="store_true"),
        arguments.add_argument("--show", action="store_true"),
    )
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    press = Press(given.texts, given.held_out)
    for number in range(given.first, given.first + given.count):
        path = given.out / f"{number:06}"
        if pathlib.Path(f"{path}.npz").exists():
            continue
        page = press.page(number)
        save(page, path)
        if given.scans:
            cv2.imwrite(f"{path}.png", page.scan[..., ::-1])
        if given.show:
            cv2.imwrite(f"{path}.show.png", overlay(page.picture, page.labels)[..., ::-1])


if __name__ == "__main__":
    main()
