#!/usr/bin/env python3
"""Fine-tunes the recognizer on generated lines. Can be interrupted and resumed at any step.

usage: train.py START.onnx PUBLISHED.onnx LINES HELD_OUT OUT_FOLDER [--real FILE.npz] [--steps 2000] [--rate 8e-5] [--batch 10] [--threads 1] [--context]

LINES and HELD_OUT are folders of make_lines.py, which may still run. With --real, one line in fifteen is from this file
of real_lines.py.

OUT_FOLDER/state.pt has the weights, their running mean, the optimizer and the step; if it exists, training resumes. With
--context only the attention along the line and the head are trained, in half the time per step: they decide by the
neighbours (日ロ, not 日口), not by strokes. OUT_FOLDER/mean-STEP.pt has the running mean (half precision) every 100
steps. Every 200 steps the character error rate on held-out lines is printed.
"""
import argparse
import pathlib
import time

import torch
from rapidfuzz.distance import Levenshtein
from torch import nn
from torch.nn import functional

import kept_lines
from characters import folded, read_characters
from data import as_input, label
from network import Recognizer

WARM_UP = 60  # steps; without it the first steps of Adam unlearn; afterwards the rate decreases to zero at the last step
MEAN = 0.995  # running mean of the weights: about the last 200 steps
SAVE, VALIDATE = 100, 200
REAL = 1 / 15  # share of real lines, if there are any


def step_loss(network, batch):
    """CTC loss with the true length of each line. bfloat16 needs half to two thirds of the time, with equal losses."""
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(torch.from_numpy(as_input([picture for picture, _ in batch])))
    scores = scores.float().log_softmax(-1).transpose(0, 1)
    labels = [label(text) for _, text in batch]
    lengths = torch.tensor([min(scores.shape[0], -(-picture.shape[1] // 8) + 1) for picture, _ in batch])
    flat = torch.tensor([i for one in labels for i in one])
    return functional.ctc_loss(scores, flat, lengths, torch.tensor([len(one) for one in labels]), zero_infinity=True)


def read(network, pictures):
    """The texts of images by the best class of each step."""
    with torch.no_grad():
        best = network(torch.from_numpy(as_input(pictures))).argmax(-1).tolist()
    lines = []
    for picture, steps in zip(pictures, best):
        steps = [0] + steps[: -(-picture.shape[1] // 8) + 1]
        lines.append("".join(network.characters[c - 1] for before, c in zip(steps, steps[1:]) if c and c != before))
    return lines


def validate(network, batches):
    """Character error rate, and the number of characters."""
    wrong = count = 0
    for batch in batches:
        for (_, text), hypothesis in zip(batch, read(network, [picture for picture, _ in batch])):
            wrong += Levenshtein.distance(folded(text), hypothesis)
            count += len(folded(text))
    return wrong / count, count


def swapped(network, weights):
    """Loads weights and returns the previous ones."""
    kept = {key: value.clone() for key, value in network.state_dict().items()}
    network.load_state_dict(weights)
    return kept


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("start"), arguments.add_argument("published")
    for name in ("lines", "held_out", "out", "--real"):
        arguments.add_argument(name, type=pathlib.Path)
    for name, kind, default in (("steps", int, 2000), ("rate", float, 8e-5), ("batch", int, 10), ("threads", int, 1)):
        arguments.add_argument(f"--{name}", type=kind, default=default)
    arguments.add_argument("--context", action="store_true")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    network = Recognizer(options.start, read_characters())
    network.borrow(Recognizer(options.published, read_characters()))
    if options.context:
        network.hold_strokes()
    trained = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.rate, weight_decay=1e-4)
    mean = {key: value.clone() for key, value in network.state_dict().items()}
    first, state = 0, options.out / "state.pt"
    if state.exists():
        saved = torch.load(state)
        network.load_state_dict(saved["weights"]), optimizer.load_state_dict(saved["optimizer"])
        mean, first = saved["mean"], saved["step"]
    real = kept_lines.load(options.real) if options.real else []
    source = kept_lines.batches(options.lines, options.batch, first, real, REAL)
    held_out = [line for path in sorted(options.held_out.glob("*.npz")) for line in kept_lines.load(path)]
    held_out = kept_lines.sorted_batches(held_out, options.batch)
    began, running = time.time(), None
    for step in range(first, options.steps):
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step - first + 1) / WARM_UP) * (1 - step / options.steps)
        loss = step_loss(network, next(source))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 5.0)
        optimizer.step()
        keep = min(MEAN, (step + 1) / (step + 10))
        for key, value in network.state_dict().items():
            mean[key].mul_(keep).add_(value, alpha=1 - keep)
        running = loss.item() if running is None else 0.97 * running + 0.03 * loss.item()
        done = step + 1
        if done % 20 == 0:
            print(f"step {done} loss {running:.4f} seconds {time.time() - began:.0f}", flush=True)
        if done % SAVE == 0 or done == options.steps:
            torch.save({"weights": network.state_dict(), "mean": mean, "optimizer": optimizer.state_dict(), "step": done}, state)
            torch.save({key: value.half() for key, value in mean.items()}, options.out / f"mean-{done}.pt")
        if done % VALIDATE == 0:
            kept = swapped(network, mean)
            rate, count = validate(network, held_out)
            swapped(network, kept)
            print(f"step {done} character error rate on lines held out {rate:.4f} of {count}", flush=True)


if __name__ == "__main__":
    main()
