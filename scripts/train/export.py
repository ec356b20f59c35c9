#!/usr/bin/env python3
"""Writes the model file denshin reads: weights in half precision, Softmax at the end, the characters in its metadata.

usage: export.py START.onnx PUBLISHED.onnx MEAN.pt PART OUT.onnx [--float32]

PART is how far to go from the published weights (0) to the trained ones (1); 0.5 was best on cables and real pages.
The head's columns of characters that the published model does not have are always the trained ones.

Weights are stored in half precision (half_precision.py).
"""
import hashlib
import pathlib
import sys

import onnx
import torch

from characters import read_characters
from half_precision import halved
from network import Recognizer

@torch.no_grad()
def interpolate(network, published, part):
    """Moves the network's weights to `part` of the way from the published ones."""
    for key, weight in network.weights.items():
        between = published.weights[key] * (1 - part) + weight * part
        if key in network.head_keys:
            between[..., published.new] = weight[..., published.new]
        weight.copy_(between)


def main():
    start, published, mean, part, out = sys.argv[1:6]
    characters = read_characters()
    network, published = Recognizer(start, characters), Recognizer(published, characters)
    network.load_state_dict({key: value.float() for key, value in torch.load(mean).items()})
    interpolate(network, published, float(part))
    model = network.float_model()
    model = model if "--float32" in sys.argv else halved(model)
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    pathlib.Path(out).write_bytes(content)
    print(f"{out}: {len(content)} bytes, {len(characters) + 1} classes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
