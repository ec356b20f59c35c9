#!/usr/bin/env python3
"""Combines the fast recognizer with the accurate one: share of lines read twice, character error rate, and time.

usage: two_readers.py SHARED_FOLDER FAST.onnx CAREFUL.onnx [--every N] [--made]

The fast recognizer reads each line. If its least confident character is below a threshold, the accurate one reads the
line again. Lines and comparison are those of evaluate.py. Times are those of onnxruntime on one thread.
"""

import pathlib
import sys
import time

import numpy
from data import as_input
from evaluate import as_denshin_gives_it, fold_of, open_model, sources
from rapidfuzz.distance import Levenshtein

THRESHOLDS = (0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 1.01)


def read(model, picture):
    """The text, the probability of its least confident character, and the time in seconds."""
    session, characters = model
    began = time.perf_counter()
    steps = session.run(None, {session.get_inputs()[0].name: as_input([picture])})[0][0]
    took = time.perf_counter() - began
    classes, best = steps.argmax(-1), steps.max(-1)
    text, sure, start = "", 1.0, 0
    for end in [*(numpy.flatnonzero(numpy.diff(classes)) + 1), len(classes)]:
        if classes[start]:
            text += characters[classes[start]]
            sure = min(sure, best[start:end].max())
        start = end
    return text, sure, took


def main():
    words = sys.argv[1:]
    every = int(words[words.index("--every") + 1]) if "--every" in words else 1
    fast, careful = (open_model(path) for path in words[1:3])
    read_lines = {}
    for group, text, picture in sources(pathlib.Path(words[0]), every, "--made" in words):
        fold = fold_of(group)
        picture = picture if group == "made lines" else as_denshin_gives_it(picture)
        (quick, sure, soon), (slow, _, late) = read(fast, picture), read(careful, picture)
        errors = [Levenshtein.distance(fold(text), fold(reading)) for reading in (quick, slow)]
        line = (sure, *errors, len(fold(text)), soon, late)
        for name in ("all", group.split()[0]):
            read_lines.setdefault(name, []).append(line)
    for name, lines in read_lines.items():
        sure, quick, slow, count, soon, late = numpy.array(lines).T
        print(f"{name}: {len(lines)} lines, {int(count.sum())} characters")
        for threshold in THRESHOLDS:
            again = sure < threshold
            rate = numpy.where(again, slow, quick).sum() / count.sum()
            seconds = (soon.sum() + late[again].sum()) / late.sum()
            print(f"  below {threshold:<5} read twice {again.mean():.3f}  error rate {rate:.4f}  time of the careful one alone {seconds:.2f}")


if __name__ == "__main__":
    main()
