#!/usr/bin/env python3
"""Trains the fast recognizer on lines of make_lines.py, which may still run. Can be interrupted and resumed at any step.

usage: train_fast.py TINY.onnx LINES HELD_OUT OUT_FOLDER [--steps 20000] [--rate 1e-3] [--batch 16] [--threads 1]

OUT_FOLDER/state.pt has the weights, their running mean, optimizer and step; if it exists, training resumes.
OUT_FOLDER/fast.onnx is written with it: the running mean in the format of the recognizer's file. Every 1,000 steps the
character error rate on held-out lines is printed. The rate rises for 200 steps and falls to zero by half a cosine.
"""

import argparse
import math
import pathlib
import time

import cv2
import numpy
import onnx
import torch
from torch import nn

import kept_lines
from characters import read_characters
from data import HEIGHT
from fast_network import Fast, WithProbabilities
from half_precision import halved
from network import DICTIONARY
from train import step_loss, validate

WARM_UP, MEAN, SAVE, VALIDATE = 200, 0.998, 250, 1000


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
    held_out = [line for path in sorted(given.held_out.glob("*.npz")) for line in kept_lines.load(path)]
    held_out = kept_lines.sorted_batches(held_out, given.batch)
    began, losses, source = time.time(), [], kept_lines.batches(given.lines, given.batch, first)
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
