"""The fast recognizer: PP-OCRv6 tiny without its head, two convolutional blocks along the line, one linear output layer.

The published network has a layer of 80 values before its classes, which are 6,905 characters without kana. Only sums are
between the two, so both together are one linear layer: the output layer starts with it for the known characters. New
characters start as in `network.Recognizer`.
"""

import torch
from torch import nn

from network import Recognizer

FEATURES, WIDE, REACH = 160, 320, 9  # values per step, values within a block, steps that a block sees


class Along(nn.Module):
    """A residual block along the line; initially the identity."""

    def __init__(self):
        super().__init__()
        self.look = nn.Conv1d(FEATURES, FEATURES, REACH, padding=REACH // 2, groups=FEATURES)
        self.grow, self.shrink = nn.Conv1d(FEATURES, WIDE, 1), nn.Conv1d(WIDE, FEATURES, 1)
        nn.init.zeros_(self.shrink.weight), nn.init.zeros_(self.shrink.bias)

    def forward(self, values):
        return values + self.shrink(nn.functional.hardswish(self.grow(self.look(values))))


class Fast(nn.Module):
    """The network from a published ONNX file of PP-OCRv6 tiny, with its characters in the metadata key `character`."""

    def __init__(self, path, characters):
        super().__init__()
        self.body, self.characters = Recognizer(path, characters), characters
        graph = self.body.model.graph
        inner, outer = [node for node in graph.node if node.op_type == "MatMul"][-2:]
        adds = {node.input[0]: node for node in graph.node if node.op_type == "Add"}
        keys = [
            self.body.names[name] for node in (inner, outer) for name in (node.input[1], adds[node.output[0]].input[1])
        ]
        first, bias, second, last = (self.body.weights.pop(key).detach() for key in keys)
        self.features = inner.input[0]
        del graph.node[list(graph.node).index(inner) :]
        self.body.attributes = self.body.attributes[: len(graph.node)]
        self.along = nn.Sequential(Along(), Along())
        self.head = nn.Linear(FEATURES, len(characters) + 1)
        with torch.no_grad():
            self.head.weight.copy_((first @ second).T)
            self.head.bias.copy_(bias @ second + last)

    def forward(self, pictures):
        """Class scores: lines x steps x classes."""
        values = self.body.values_at(self.features, pictures)
        return self.head(self.along(values.transpose(1, 2)).transpose(1, 2))


class WithProbabilities(nn.Module):
    """Class probabilities, as in the recognizer's file."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pictures):
        return self.network(pictures).softmax(-1)
