#!/usr/bin/env python3
"""Trains the fast reader on lines of make_lines.py, which may still be at work. Stops and goes on at any step.

usage: train_fast.py TINY.onnx LINES HELD_OUT OUT_FOLDER [--steps 20000] [--rate 1e-3] [--batch 16] [--threads 1]

OUT_FOLDER/state.pt holds weights, their running mean, optimizer and step; if it is there, training resumes. With it goes
OUT_FOLDER/fast.onnx, the running mean in the form of the recognizer's file. Every 1,000 steps the character error rate on lines held
out is printed. The rate rises for 200 steps and falls to nothing by half a cosine.
"""

import argparse
import math
import pathlib
import random
import time

import cv2
import numpy
import onnx
import torch
from torch import nn

import make_lines
from characters import read_characters
from data import HEIGHT, NARROWEST
from fast_network import Fast, WithProbabilities
from half_precision import halved
from network import DICTIONARY
from train import step_loss, validate

WARM_UP, MEAN, SAVE, VALIDATE = 200, 0.998, 250, 1000
OPEN = 4  # files from which the batches of a while are drawn


def batches(folder, size, seed):
    """Batches of lines of like width, without end: a few files at a time, in an order of their own."""
    rng = random.Random(seed)
    while True:
        lines = []
        paths = sorted(folder.glob("*.npz"))
        for path in rng.sample(paths, min(OPEN, len(paths))):
            pictures, texts = make_lines.load(path)
            lines += [(changed(picture, rng), text) for picture, text in zip(pictures, texts)]
        lines.sort(key=lambda line: line[0].shape[1] + rng.random())
        parts = [lines[i : i + size] for i in range(0, len(lines), size)]
        rng.shuffle(parts)
        yield from parts


def changed(picture, rng):
    """A line as it may come back in another scan: narrower, lighter or darker, blurred, shifted by a part of a step."""
    if rng.random() < 0.5:
        width = max(16, round(picture.shape[1] * rng.uniform(max(NARROWEST, 0.75), 1.15)))
        picture = cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.3:
        power, black, white = rng.uniform(0.6, 1.6), rng.uniform(0, 50), rng.uniform(215, 255)
        picture = cv2.LUT(picture, (black + (white - black) * (numpy.arange(256) / 255) ** power).astype(numpy.uint8))
    if rng.random() < 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.9))
    return numpy.pad(picture, ((0, 0), (rng.randint(0, 7), 0)), constant_values=255)


def export(network, path):
    """Writes the recognizer's file: probabilities, weights in half precision, the characters in its metadata."""
    part = path.with_suffix(".part")
    axes = {"pictures": {0: "lines", 3: "width"}, "probabilities": {0: "lines", 1: "steps"}}
    example = (torch.zeros(1, 3, HEIGHT, 320),)
    names = {"input_names": ["pictures"], "output_names": ["probabilities"]}
    torch.onnx.export(
        WithProbabilities(network), example, part, dynamic_axes=axes, opset_version=17, dynamo=False, **names
    )
    model = halved(onnx.load(part))
    model.metadata_props.add(key=DICTIONARY, value="\n".join(network.characters))
    onnx.save(model, path)
    part.unlink()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("start")
    for name in ("lines", "held_out", "out"):
        arguments.add_argument(name, type=pathlib.Path)
    for name, kind, default in (("steps", int, 20000), ("rate", float, 1e-3), ("batch", int, 16), ("threads", int, 1)):
        arguments.add_argument(f"--{name}", type=kind, default=default)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads), cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    network, mean = (Fast(given.start, read_characters()) for _ in range(2))
    trained = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, given.rate, weight_decay=1e-3)
    first, state = 0, given.out / "state.pt"
    if state.exists():
        kept = torch.load(state, weights_only=False)
        network.load_state_dict(kept["weights"]), mean.load_state_dict(kept["mean"])
        optimizer.load_state_dict(kept["optimizer"])
        first = kept["step"]
    held_out = [line for path in sorted(given.held_out.glob("*.npz")) for line in zip(*make_lines.load(path))]
    held_out = sorted(held_out, key=lambda line: line[0].shape[1])
    held_out = [held_out[i : i + given.batch] for i in range(0, len(held_out), given.batch)]
    began, losses, source = time.time(), [], batches(given.lines, given.batch, first)
    for step in range(first, given.steps):
        for group in optimizer.param_groups:
            rise, fall = min(1, (step - first + 1) / WARM_UP), 0.5 + 0.5 * math.cos(math.pi * step / given.steps)
            group["lr"] = given.rate * rise * fall
        loss = step_loss(network, next(source))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 5.0)
        optimizer.step()
        keep, done = min(MEAN, (step + 1) / (step + 10)), step + 1
        with torch.no_grad():
            for kept, new in zip(mean.state_dict().values(), network.state_dict().values()):
                kept.mul_(keep).add_(new, alpha=1 - keep)
        losses.append(float(loss.detach()))
        if done % 50 == 0:
            print(f"{done} loss {numpy.mean(losses):.4f} {time.time() - began:.0f} s", flush=True)
            losses = []
        if done % SAVE == 0 or done == given.steps:
            kept = {"weights": network.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(kept | {"step": done}, given.out / "state.new")
            (given.out / "state.new").rename(state)
        if done % VALIDATE == 0 or done == given.steps:
            rate, count = validate(mean, held_out)
            print(f"{done} character error rate on lines held out {rate:.4f} of {count}", flush=True)
            export(mean, given.out / "fast.onnx")


if __name__ == "__main__":
    main()
