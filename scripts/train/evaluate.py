#!/usr/bin/env python3
"""Character error rate of models at true line boxes: telegrams with references, real pages, generated lines.

usage: evaluate.py SHARED_FOLDER MODEL.onnx … [--every N] [--made]

Telegrams: without spaces, NFKC. Real pages: like their scorer (variants and kana size folded, no punctuation), without
lines that are marked uncertain. Generated lines (--made): held-out fonts and books, generated as in training. Parts of a
line between redactions count as lines. All models of a run get the same images.
"""
import collections
import json
import pathlib
import re
import sys
import unicodedata

import cv2
import numpy
import onnxruntime
from rapidfuzz.distance import Levenshtein

from data import Batches, as_input, even_out, resized

REDACTION = "■"
NARROWED = 0.75  # factor by which lines are narrowed (src/recognize/neural/input.rs)
VARIANTS = str.maketrans("靑黑內溫產齒强豊尙銳卽每黃緣樣狹敎說旣屬橫鹼鈎增", "青黒内温産歯強豊尚鋭即毎黄縁様狭教説既属横鹸鉤増")
SMALL_KANA = str.maketrans("ッャュョァィゥェォっゃゅょぁぃぅぇぉ", "ツヤユヨアイウエオつやゆよあいうえお")

SOUND_MARKS = str.maketrans("゛゜", "\u3099\u309a")  # separate cells behind half-width katakana; combining, like NFKC


def printed(text):
    return "".join(unicodedata.normalize("NFKC", text.translate(SOUND_MARKS)).split())


def loosely(text):
    return re.sub(r"[\W_〇○]", "", unicodedata.normalize("NFKC", text).translate(VARIANTS).translate(SMALL_KANA))


def straight_crop(gray, boxes, vertical):
    """The segment of cells as an upright image in reading direction, cut along its first and last cell."""
    boxes = numpy.array(boxes, numpy.float32)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    extents = boxes[:, 2:] - boxes[:, :2]
    across, along = numpy.median(extents[:, 0 if vertical else 1]), numpy.median(extents[:, 1 if vertical else 0])
    axis = centres[-1] - centres[0] if len(boxes) > 1 else numpy.array([0, 1] if vertical else [1, 0], numpy.float32)
    axis = axis / numpy.linalg.norm(axis)
    normal = numpy.array([-axis[1], axis[0]], numpy.float32)
    grow = max(2, across // 12)
    half = across / 2 + grow
    start, end = centres[0] - axis * (along / 2 + grow), centres[-1] + axis * (along / 2 + grow)
    source = numpy.float32([start - normal * half, end - normal * half, start + normal * half])
    width, height = int(numpy.linalg.norm(end - start)), int(2 * half)
    target = numpy.float32([[0, 0], [width, 0], [0, height]])
    turn = cv2.getAffineTransform(source, target)
    return cv2.warpAffine(gray, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def cables(folder, every):
    """(group, text, image) of every n-th line of the telegrams; white text on black is inverted."""
    number = 0
    for path in sorted(folder.glob("*.gt.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        gray = None
        for line in page["lines"]:
            number += 1
            if number % every:
                continue
            gray = cv2.imread(str(folder / page["image"]), cv2.IMREAD_GRAYSCALE) if gray is None else gray
            stretches = [[]]
            for cell in line["chars"]:
                stretches[-1].append(cell) if cell["c"] != REDACTION else stretches.append([])
            for stretch in filter(None, stretches):
                text = printed("".join(cell["c"] for cell in stretch))
                vertical = line["direction"] == "vertical"
                if text:
                    crop = straight_crop(gray, [cell["bbox"] for cell in stretch], vertical)
                    yield f"{folder.name} {page['kind']}", text, crop if numpy.median(crop) > 127 else 255 - crop


def as_denshin_gives_it(picture):
    """A crop as network input."""
    return resized(even_out(picture), NARROWED)


def real_pages(folder, every=1):
    """(page, text, image) of every n-th line of the real pages."""
    number = 0
    for path in sorted(folder.glob("*.gt.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        gray = cv2.imread(str(folder / page["image"].split("/")[-1]), cv2.IMREAD_GRAYSCALE)
        for line in page.get("lines", []):
            number += 1
            if number % every or line.get("uncertain"):
                continue
            left, top, right, bottom = map(int, line["bbox"])
            vertical = line["orientation"] == "vertical"
            grow = max(2, ((right - left) if vertical else (bottom - top)) // 12)
            crop = gray[max(0, top - grow) : bottom + grow, max(0, left - grow) : right + grow]
            yield path.name.removesuffix(".gt.json"), line["text"], numpy.ascontiguousarray(numpy.rot90(crop)) if vertical else crop


def made(shared):
    batches = Batches(shared / "text", 0, 10, held_out=True)
    for number in range(3 * Batches.GROUP):
        for picture, text in batches[number]:
            yield "made lines", printed(text), picture


def open_model(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options)
    return session, ["", *session.get_modelmeta().custom_metadata_map["character"].split("\n"), " "]


def read(model, picture):
    session, characters = model
    classes = session.run(None, {session.get_inputs()[0].name: as_input([picture])})[0][0].argmax(-1).tolist()
    return "".join(characters[c] for before, c in zip([0] + classes, classes) if c != before)


def sources(shared, every, with_made):
    """(group, text, image) of all lines."""
    yield from cables(shared / "telegrams", every)
    yield from cables(shared / "telegrams-b", every)
    for page, text, picture in real_pages(shared / "real/ja_lines", every):
        yield f"real {page}", text, picture
    yield from made(shared) if with_made else ()


def fold_of(group):
    """Normalizes texts of a group for comparison."""
    return loosely if group.startswith("real ") else printed


def main():
    words = sys.argv[1:]
    every = int(words[words.index("--every") + 1]) if "--every" in words else 1
    paths = [word for word in words[1:] if word.endswith(".onnx")]
    models = {path: open_model(path) for path in paths}
    wrong, count = collections.Counter(), collections.Counter()
    for group, text, picture in sources(pathlib.Path(words[0]), every, "--made" in words):
        fold = fold_of(group)
        if group != "made lines":
            picture = as_denshin_gives_it(picture)
        groups = {group, group.split()[0]}
        count.update({name: len(fold(text)) for name in groups})
        for path, model in models.items():
            errors = Levenshtein.distance(fold(text), fold(read(model, picture)))
            wrong.update({(path, name): errors for name in groups})
    for path in paths:
        print(path, *(f"{name} {wrong[path, name] / max(1, count[name]):.4f} (n {count[name]})" for name in sorted(count)), sep="\n  ")


if __name__ == "__main__":
    main()
