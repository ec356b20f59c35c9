#!/usr/bin/env python3
"""Makes line images for training and keeps them, since to draw a line takes longer than a fast network takes to learn from it.

usage: make_lines.py TEXT_FOLDER OUT_FOLDER [--first 0] [--count 100] [--seed 7] [--held-out]

Writes NUMBER.npz, 600 lines each: `pixels` (all pictures, 48 px high, side by side), `widths` and `texts`. A file follows from its
number and the seed alone. Several processes can work in one folder.
"""

import argparse
import json
import pathlib

import cv2
import numpy

from data import HEIGHT, Batches

LINES, BATCH = 600, 10


def load(path):
    """Pictures and texts of a file."""
    with numpy.load(path) as kept:
        ends = numpy.cumsum(kept["widths"])
        return numpy.split(kept["pixels"], ends[:-1], 1), json.loads(str(kept["texts"]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("texts"), arguments.add_argument("out", type=pathlib.Path)
    for name, default in (("first", 0), ("count", 100), ("seed", 7)):
        arguments.add_argument(f"--{name}", type=int, default=default)
    arguments.add_argument("--held-out", action="store_true")
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    batches = Batches(given.texts, given.seed, BATCH, given.held_out)
    for number in range(given.first, given.first + given.count):
        path = given.out / f"{number:05}.npz"
        if path.exists():
            continue
        per_file = LINES // BATCH
        lines = [line for batch in range(number * per_file, (number + 1) * per_file) for line in batches[batch]]
        pictures, texts = zip(*lines)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            numpy.savez_compressed(
                file,
                pixels=numpy.concatenate(pictures, 1).reshape(HEIGHT, -1),
                widths=[picture.shape[1] for picture in pictures],
                texts=json.dumps(texts, ensure_ascii=False),
            )
        part.rename(path)


if __name__ == "__main__":
    main()
