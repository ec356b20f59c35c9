"""Stores line images in files, and makes training batches of them.

A file NUMBER.npz has `pixels` (all images, 48 px high, side by side), `widths` and `texts`.
"""

import json
import random

import cv2
import numpy

from data import HEIGHT, NARROWEST

OPEN = 4  # files that batches are drawn from at one time


def save(path, lines):
    """Writes images and texts atomically."""
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


def load(path):
    """Pairs of image and text of a file."""
    with numpy.load(path) as kept:
        ends = numpy.cumsum(kept["widths"])
        return list(zip(numpy.split(kept["pixels"], ends[:-1], 1), json.loads(str(kept["texts"]))))


def sorted_batches(lines, size):
    """Batches of lines of similar width."""
    lines = sorted(lines, key=lambda line: line[0].shape[1])
    return [lines[i : i + size] for i in range(0, len(lines), size)]


def batches(folder, size, seed, real=(), share=0.0):
    """Endless batches: a few files of the folder at a time; `share` of the lines are real ones."""
    rng = random.Random(seed)
    while True:
        paths = sorted(folder.glob("*.npz"))
        lines = [line for path in rng.sample(paths, min(OPEN, len(paths))) for line in load(path)]
        lines += rng.choices(real, k=round(len(lines) * share / (1 - share))) if real else []
        lines = [(changed(picture, rng), text) for picture, text in lines]
        lines.sort(key=lambda line: line[0].shape[1] + rng.random())
        parts = [lines[i : i + size] for i in range(0, len(lines), size)]
        rng.shuffle(parts)
        yield from parts


def changed(picture, rng):
    """Varies a line as another scan would: narrower, lighter or darker, blurred, shifted by a part of a step."""
    if rng.random() < 0.5:
        width = max(16, round(picture.shape[1] * rng.uniform(max(NARROWEST, 0.75), 1.15)))
        picture = cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.3:
        power, black, white = rng.uniform(0.6, 1.6), rng.uniform(0, 50), rng.uniform(215, 255)
        picture = cv2.LUT(picture, (black + (white - black) * (numpy.arange(256) / 255) ** power).astype(numpy.uint8))
    if rng.random() < 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.9))
    return numpy.pad(picture, ((0, 0), (rng.randint(0, 7), 0)), constant_values=255)
