#!/usr/bin/env python3
"""Trains the segmentation network on pages of pages.py, which may still run. Can be interrupted and resumed at any step.

usage: train_marks.py PAGES HELD_OUT OUT_FOLDER [--real FOLDER] [--steps 10000] [--rate 2e-3] [--threads 1]

PAGES and HELD_OUT are folders of pages.py, --real is one of real_pages.py. OUT_FOLDER/state.pt has the weights, their running
mean, optimizer and step; if it exists, training resumes. OUT_FOLDER/marks.onnx is written with it (running mean). Every 500
steps the intersection over union (threshold 0.5) of each label on held-out pages is printed.
"""

import argparse
import pathlib
import random
import time

import cv2
import numpy
import torch
import torch.nn.functional as functional

from marks_network import Segmenter, export
from sheet import LABELS

CROP, BATCH = 768, 3  # pixels, crops per step
WARM_UP, MEAN = 200, 0.998
SAVE, VALIDATE = 250, 500
BODY = LABELS.index("stamp_body")
UNKNOWN = 2  # value of a label that is not learned from
ABSENT = 0.04  # share of all places that a label counts for in addition to its own places
BENEATH = 4  # weight of places within a stamp in the entropy: text continues there, but such places are few
REAL = 0.08  # share of crops from real pages
RARE = [LABELS.index("handwriting"), BODY]
FOCUS = 0.35  # share of crops that show a rare label, if the page has one


def load(path):
    """Image (RGB) and labels of a page: 0, 1, or UNKNOWN."""
    with numpy.load(path) as kept:
        width = int(kept["shape"][2])
        labels = numpy.unpackbits(kept["labels"], -1, count=width)
        if "known" in kept:
            labels[numpy.unpackbits(kept["known"], -1, count=width) == 0] = UNKNOWN
    return cv2.imread(str(path.with_suffix(".jpg")))[..., ::-1], labels


def crop(picture, labels, rng):
    """A square crop of a page at a random scale, with labels at half its size."""
    side = int(round(CROP / rng.choice([1, 1, rng.uniform(0.75, 1.35)]) / 2)) * 2
    height, width = picture.shape[:2]
    down, right = max(0, side - height), max(0, side - width)
    if down or right:
        down, right = down + down % 2, right + right % 2
        picture = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)
        labels = numpy.pad(labels, ((0, 0), (0, down // 2), (0, right // 2)))
        height, width = picture.shape[:2]
    # Marks also occur in margins: corners are as frequent as the middle.
    wanted = [rng.randint(-side // 4, whole - side * 3 // 4) for whole in (height, width)]
    rare = numpy.argwhere(labels[rng.choice(RARE)] == 1) if rng.random() < FOCUS else ()
    if len(rare):
        wanted = [2 * int(at) - rng.randint(side // 8, side * 7 // 8) for at in rare[rng.randrange(len(rare))]]
    top, left = (min(max(0, at), whole - side) // 2 * 2 for at, whole in zip(wanted, (height, width)))
    picture = picture[top : top + side, left : left + side]
    labels = labels[:, top // 2 : (top + side) // 2, left // 2 : (left + side) // 2]
    if side != CROP:
        picture = cv2.resize(picture, (CROP, CROP), interpolation=cv2.INTER_AREA if side > CROP else cv2.INTER_LINEAR)
        labels = numpy.stack([cv2.resize(label, (CROP // 2,) * 2, interpolation=cv2.INTER_NEAREST) for label in labels])
    return toned(picture, rng), labels


def toned(picture, rng):
    """Varies brightness and colour like different scanners; some pages become gray."""
    if rng.random() < 0.25:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.5:
        black, white = rng.uniform(0, 40), rng.uniform(215, 255)
        curve = numpy.clip(numpy.linspace(0, 1, 256) ** rng.uniform(0.75, 1.3) * (white - black) + black, 0, 255)
        picture = cv2.LUT(picture, curve.astype(numpy.uint8))
    return picture


def batch_of(step, pages, real):
    """Crops of generated or real pages with their labels; equal for equal step and pages."""
    rng = random.Random(step)
    pieces = [crop(*load(rng.choice(real if real and rng.random() < REAL else pages)), rng) for _ in range(BATCH)]
    labels = torch.from_numpy(numpy.stack([labels for _, labels in pieces])).float()
    return as_input([picture for picture, _ in pieces]), labels


def as_input(pictures):
    batch = numpy.stack(pictures).astype(numpy.float32) / 255
    return torch.from_numpy(batch).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def loss_of(scores, labels):
    """Cross entropy of each label, divided by the number of its own places, so that rare labels count as much as text; plus the
    Dice loss of each label that is present.

    Cross entropy divided by all places needed 1,000 steps to detect the first stamp. Focal loss (Lin et al. 2017) gave
    probabilities that hardly exceeded 0.6.
    """
    known = labels != UNKNOWN
    labels = labels * known
    there = labels.sum((0, 2, 3))
    weight = known * (1 + (BENEATH - 1) * labels[:, BODY : BODY + 1])
    entropy = functional.binary_cross_entropy_with_logits(scores, labels, reduction="none") * weight
    entropy = entropy.sum((0, 2, 3)) / ((weight * labels).sum((0, 2, 3)) + ABSENT * labels[:, 0].numel())
    probable = torch.sigmoid(scores) * known
    dice = (2 * (probable * labels).sum((0, 2, 3)) + 1) / (probable.sum((0, 2, 3)) + there + 1)
    counts = (there > 50).float()
    return entropy.mean() + ((1 - dice) * counts).sum() / counts.sum().clamp(min=1)


def validate(network, paths):
    """Intersection over union of each label, pooled over whole held-out pages."""
    network.eval()
    common, union = numpy.zeros(len(LABELS)), numpy.zeros(len(LABELS))
    for path in paths:
        picture, labels = load(path)
        height, width = (side // 64 * 64 for side in picture.shape[:2])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            found = network(as_input([picture[:height, :width]]))[0].float().numpy() > 0
        labels = labels[:, : height // 2, : width // 2] == 1
        common += (found & labels).sum((1, 2))
        union += (found | labels).sum((1, 2))
    network.train()
    return common / numpy.maximum(1, union)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("pages", "held_out", "out"):
        arguments.add_argument(name, type=pathlib.Path)
    arguments.add_argument("--steps", type=int, default=10000)
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--real", type=pathlib.Path)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads), cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    network = Segmenter().to(memory_format=torch.channels_last)
    mean = Segmenter().to(memory_format=torch.channels_last)
    mean.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), given.rate, weight_decay=0.01)
    step, state = 0, given.out / "state.pt"
    if state.exists():
        kept = torch.load(state, weights_only=False)
        network.load_state_dict(kept["network"])
        mean.load_state_dict(kept["mean"])
        optimizer.load_state_dict(kept["optimizer"])
        step = kept["step"]
    first = step

    @torch.compile
    def loss_on(pictures, labels):
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(pictures)
        return loss_of(scores.float(), labels)

    began, losses, paths = time.time(), [], []
    real = sorted(given.real.glob("*.npz")) if given.real else []
    while step < given.steps:
        if step % 100 == 0 or not paths:
            paths = sorted(given.pages.glob("*.npz"))
        # Loaded in this thread: with a loading thread beside two computing ones a step took 0.37 s instead of 0.30.
        pictures, labels = batch_of(step, paths, real)
        share = step / given.steps
        for group in optimizer.param_groups:
            group["lr"] = float(
                given.rate * min(1, (step - first + 1) / WARM_UP) * (0.5 * (1 + numpy.cos(numpy.pi * share)))
            )
        loss = loss_on(pictures, labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        step += 1
        keep = min(MEAN, step / (step + 10))
        with torch.no_grad():
            for kept, new in zip(mean.state_dict().values(), network.state_dict().values()):
                kept.mul_(keep).add_(new, alpha=1 - keep) if kept.is_floating_point() else kept.copy_(new)
        losses.append(float(loss.detach()))
        if step % 50 == 0:
            print(f"{step} loss {numpy.mean(losses):.4f} pages {len(paths)} {time.time() - began:.0f} s", flush=True)
            losses = []
        if step % SAVE == 0 or step == given.steps:
            kept = {
                "network": network.state_dict(),
                "mean": mean.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
            }
            torch.save(kept, given.out / "state.new")
            (given.out / "state.new").rename(state)
        if step % VALIDATE == 0 or step == given.steps:
            overlap = validate(mean, sorted(given.held_out.glob("*.npz"))[:60])
            print(step, " ".join(f"{kind} {value:.3f}" for kind, value in zip(LABELS, overlap)), flush=True)
            export(mean, given.out / "marks.onnx")
            mean.train()


if __name__ == "__main__":
    main()
