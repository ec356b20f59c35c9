#!/usr/bin/env python3
"""Generates line images for training and stores them (kept_lines.py), because generation takes longer than a training step.

usage: make_lines.py TEXT_FOLDER OUT_FOLDER [--first 0] [--count 100] [--seed 7] [--held-out]

Writes NUMBER.npz, 600 lines each. A file depends only on its number and the seed. Several processes can share a folder.
"""

import argparse
import pathlib

import cv2

import kept_lines
from data import Batches

LINES, BATCH = 600, 10


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
        if not path.exists():
            per_file = LINES // BATCH
            drawn = range(number * per_file, (number + 1) * per_file)
            kept_lines.save(path, [line for batch in drawn for line in batches[batch]])


if __name__ == "__main__":
    main()
