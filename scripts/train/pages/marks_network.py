"""The segmentation network: a U-Net of residual blocks, small enough for one core.

Input N x 3 x H x W (RGB, 0 to 1, sides multiples of 64), output N x 10 x H/2 x W/2 (scores; sigmoid gives probabilities).
Convolutions are dense, because rten and torch run depthwise ones less efficiently.
"""

import pathlib
import sys

import onnx
import torch
import torch.nn.functional as functional
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from half_precision import halved
from sheet import LABELS

WIDTHS = (16, 24, 48, 96, 128)  # channels at 1/2, 1/4, 1/8, 1/16, 1/32 of the image
BLOCKS = (0, 1, 2, 2, 3)  # residual blocks at these levels
FAR = 64  # channels at 1/64, where the receptive field covers large boxes


class Convolution(nn.Sequential):
    def __init__(self, before, after, kernel=3, stride=1, dilation=1):
        super().__init__(
            nn.Conv2d(before, after, kernel, stride, kernel // 2 * dilation, dilation, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    def __init__(self, width, dilation=1):
        super().__init__()
        self.first = Convolution(width, width, dilation=dilation)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        return functional.relu(x + self.second(self.first(x)), inplace=True)


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Convolution(3, WIDTHS[0], stride=2)
        self.down = nn.ModuleList(
            nn.Sequential(Convolution(a, b, stride=2), *(Residual(b) for _ in range(blocks)))
            for a, b, blocks in zip(WIDTHS, WIDTHS[1:], BLOCKS[1:])
        )
        self.far = nn.Sequential(
            Convolution(WIDTHS[-1], FAR, stride=2),
            Residual(FAR),
            Residual(FAR, 3),
            nn.Conv2d(FAR, WIDTHS[-1], 1, bias=False),
            nn.BatchNorm2d(WIDTHS[-1]),
        )
        pairs = list(zip(WIDTHS[1:], WIDTHS[2:]))[::-1]
        self.narrow = nn.ModuleList(Convolution(b, a, 1) for a, b in pairs)
        self.join = nn.ModuleList(Residual(a) for a, _ in pairs)
        self.head = nn.Conv2d(WIDTHS[1], 4 * len(LABELS), 3, 1, 1)

    def forward(self, x):
        x = self.stem(x)
        levels = []
        for down in self.down:
            x = down(x)
            levels.append(x)
        x = functional.relu(x + functional.interpolate(self.far(x), scale_factor=2.0, mode="nearest"), inplace=True)
        for narrow, join, level in zip(self.narrow, self.join, levels[-2::-1]):
            x = join(functional.interpolate(narrow(x), scale_factor=2.0, mode="nearest") + level)
        return functional.pixel_shuffle(self.head(x), 2)


def export(network, path):
    """Writes the network with sigmoid as ONNX with free height and width, weights in half precision."""

    class Probable(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, x):
            return torch.sigmoid(self.network(x))

    sizes = {"page": {2: "height", 3: "width"}, "labels": {2: "half_height", 3: "half_width"}}
    torch.onnx.export(
        Probable().eval(),
        torch.zeros(1, 3, 1344, 960),
        path,
        opset_version=17,
        input_names=["page"],
        output_names=["labels"],
        dynamic_axes=sizes,
        dynamo=False,
    )
    onnx.save(halved(onnx.load(path)), path)
