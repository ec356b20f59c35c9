#!/usr/bin/env python3
"""Stores the lines of real pages for training (kept_lines.py), labelled as printed.

usage: real_lines.py REAL_FOLDER MODEL.onnx OUT.npz HELD_OUT.npz

References of real pages have modern forms of characters where the page has old ones. If the recognizer reads another
form of the same character, its reading becomes the label. Lines that it reads very differently are omitted, and so are
lines with characters that the recognizer lacks. Lines of the pages HELD_OUT go to the second file.
"""

import pathlib
import sys

import kept_lines
from data import CLASS, even_out, resized
from evaluate import loosely, open_model, read, real_pages
from rapidfuzz.distance import Levenshtein

HELD_OUT = ("1029114_6", "digidepo_3048008_0025", "nda_p2")
UNLIKE = 0.25  # share of differing characters above which the reference is taken for that of another line


def as_printed(reference, reading):
    """The reference with the reading's characters where both are forms of one; None if the two differ too much."""
    if Levenshtein.distance(loosely(reference), loosely(reading)) > UNLIKE * len(reference):
        return None
    text = list(reference)
    for step in Levenshtein.editops(reference, reading):
        if step.tag == "replace" and loosely(reference[step.src_pos]) == loosely(reading[step.dest_pos]):
            text[step.src_pos] = reading[step.dest_pos]
    return "".join(text)


def main():
    folder, model, out, held_out = sys.argv[1:]
    model, parts = open_model(model), {out: [], held_out: []}
    for page, text, picture in real_pages(pathlib.Path(folder) / "ja_lines"):
        picture = resized(even_out(picture))
        label = as_printed("".join(text.split()), read(model, picture))
        if label and all(c in CLASS for c in label):
            parts[held_out if page in HELD_OUT else out].append((picture, label))
    for path, lines in parts.items():
        kept_lines.save(pathlib.Path(path), lines)
        print(f"{path}: {len(lines)} lines")


if __name__ == "__main__":
    main()
