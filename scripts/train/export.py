#!/usr/bin/env python3
"""Writes denshin's model file: weights in half precision, Softmax at the end, the characters in its metadata.

usage: export.py START.onnx PUBLISHED.onnx MEAN.pt PART OUT.onnx [--float32]

PART interpolates between the published weights (0) and the trained ones (1); 0.5 was best on telegrams and real pages.
Columns of the head for characters that the published model lacks are always the trained ones.

half_precision.py converts the weights.
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
    """Moves the network's weights from the published ones by `part` of the difference."""
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
