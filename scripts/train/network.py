"""Runs the published ONNX graph in torch with its weights as parameters, and writes them back into the graph.

Supports the operators of PP-OCRv6 small (opset 11). `forward` returns logits: the last Softmax is omitted here and stays
in the file. The head is rearranged for characters.txt by the dictionary in the file's metadata.
"""
import collections
import math
import re

import numpy
import onnx
import torch
import torch.nn.functional as functional
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from characters import RESEMBLES

DICTIONARY = "character"


class Recognizer(nn.Module):
    """A recognizer from an ONNX file, with its head rearranged for `characters`."""

    def __init__(self, path, characters):
        super().__init__()
        self.model, self.characters = simplified(onnx.load(str(path))), characters
        self.attributes = [{a.name: helper.get_attribute_value(a) for a in node.attribute} for node in self.model.graph.node]
        self.constants, self.names, self.weights = {}, {}, nn.ParameterDict()
        tensors = [(t.name, t) for t in self.model.graph.initializer]
        tensors += [(n.output[0], n.attribute[0].t) for n in self.model.graph.node if n.op_type == "Constant"]
        for name, tensor in tensors:
            self.keep(name, numpy_helper.to_array(tensor))
        for node in self.model.graph.node:
            if node.op_type == "BatchNormalization":  # keeps the statistics of the published training
                for name in node.input[3:5]:
                    self.weights[self.names[name]].requires_grad_(False)
        self.gelus, self.within_gelus = gelus(self.model.graph)
        self.arrange_head()

    def keep(self, name, array):
        if array.dtype in (numpy.float32, numpy.float16) and array.size > 1:
            self.names[name] = re.sub(r"\W", "_", name)  # equal in every file of this network
            self.weights[self.names[name]] = nn.Parameter(torch.from_numpy(array.astype(numpy.float32)))
        else:
            self.constants[name] = torch.from_numpy(numpy.array(array))

    def dictionary(self):
        """Characters of the file, class 1 first."""
        value = next(p.value for p in self.model.metadata_props if p.key == DICTIONARY)
        return value.split("\n")

    def head(self):
        """Keys of the weights whose last axis is the classes; the file may have one more class than names (the space)."""
        classes = self.model.graph.output[0].type.tensor_type.shape.dim[2].dim_value
        return [key for key, weight in self.weights.items() if weight.shape[-1] == classes]

    @torch.no_grad()
    def arrange_head(self):
        """Rearranges the head; new characters start as the mean of similar ones, or of all ideographs."""
        place = {c: i + 1 for i, c in enumerate(self.dictionary())}
        ideographs = [i for c, i in place.items() if "\u4e00" <= c <= "\u9fff"]
        self.new = [i + 1 for i, c in enumerate(self.characters) if c not in place]
        self.head_keys = self.head()
        for key in self.head_keys:
            old = self.weights[key].data
            columns = [old[..., 0]]
            for c in self.characters:
                sources = [place[c]] if c in place else [place[s] for s in RESEMBLES.get(c, "") if s in place] or ideographs
                columns.append(old[..., sources].mean(-1))
            self.weights[key] = nn.Parameter(torch.stack(columns, -1).contiguous())

    @torch.no_grad()
    def borrow(self, published):
        """Copies head columns from `published` for characters that only it has."""
        borrowed = [i for i in self.new if i not in set(published.new)]
        for key in self.head_keys:
            self.weights[key].data[..., borrowed] = published.weights[key].data[..., borrowed]
        self.new = [i for i in self.new if i not in set(borrowed)]

    def hold_strokes(self):
        """Freezes the convolutions: only the attention along the line and the head are trained."""
        nodes = self.model.graph.node
        border = next(i for i, node in enumerate(nodes) if node.op_type == "MatMul")
        early = {self.names[name] for node in list(nodes)[:border] for name in node.input if name in self.names}
        for key in early:
            self.weights[key].requires_grad_(False)

    def forward(self, pictures):
        """Class scores: lines x steps x classes."""
        last = [n for n in self.model.graph.node if n.op_type == "Softmax"][-1]
        return self.values_at(last.input[0], pictures)

    def values_at(self, output, pictures):
        """Values of a named node of the graph for images (lines x 3 x 48 x width, -1 to 1)."""
        graph = self.model.graph
        values = {graph.input[0].name: pictures, "": None}
        for node, attributes in zip(graph.node, self.attributes):
            if output in values:
                break
            if node.op_type == "Constant" or node.output[0] in self.within_gelus:
                continue
            if node.output[0] in self.gelus:
                values[node.output[0]] = functional.gelu(values[self.gelus[node.output[0]]])
                continue
            inputs = [self.value(name, values) for name in node.input]
            values[node.output[0]] = run(node.op_type, inputs, attributes)
        return self.value(output, values)

    def value(self, name, values):
        if name in values:
            return values[name]
        return self.weights[self.names[name]] if name in self.names else self.constants[name]

    def float_model(self):
        """The graph with the present weights in float32 and the characters in its metadata."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        graph = model.graph
        nodes = [n for n in graph.node if n.op_type != "Constant" or n.output[0] not in self.names]
        used = {name for node in nodes for name in node.input}
        kept = [t for t in graph.initializer if t.name not in self.names and t.name in used]
        weights = {name: self.weights[key].detach().numpy() for name, key in self.names.items() if name in used}
        del graph.node[:], graph.initializer[:], graph.value_info[:], model.metadata_props[:]
        graph.node.extend(nodes)
        graph.initializer.extend(kept + [numpy_helper.from_array(numpy.ascontiguousarray(w), n) for n, w in weights.items()])
        graph.output[0].type.tensor_type.shape.dim[2].dim_value = len(self.characters) + 1
        model.metadata_props.add(key=DICTIONARY, value="\n".join(self.characters))
        return model


def simplified(model):
    """Simplifies the graph: removes mixed-precision casts and identities, merges biases into convolutions."""
    graph, rename = model.graph, {}
    tensors = {t.name: t for t in graph.initializer}
    tensors.update((n.output[0], n.attribute[0].t) for n in graph.node if n.op_type == "Constant")
    uses = collections.Counter(name for node in graph.node for name in node.input)
    nodes, convolutions = [], {}
    for node in graph.node:
        node.input[:] = [rename.get(name, name) for name in node.input]
        to = next((a.i for a in node.attribute if a.name == "to"), TensorProto.FLOAT)
        if node.op_type == "Identity" or node.op_type == "Cast" and to in (TensorProto.FLOAT, TensorProto.FLOAT16):
            if node.input[0] in tensors and uses[node.input[0]] == 1:  # a weight in half precision
                tensors[node.output[0]] = tensors.pop(node.input[0])
                tensors[node.output[0]].name = node.output[0]
                continue
            rename[node.output[0]] = node.input[0]
            uses[node.input[0]] += uses[node.output[0]] - 1
            continue
        if node.op_type == "Add" and node.input[0] in convolutions and uses[node.input[0]] == 1 and node.input[1] in tensors:
            convolution, bias = convolutions[node.input[0]], numpy_helper.to_array(tensors[node.input[1]])
            channels = tensors[convolution.input[1]].dims[0]
            if bias.size == channels == bias.shape[-3]:
                name = convolution.output[0] + "_bias"
                graph.initializer.append(numpy_helper.from_array(bias.reshape(-1), name))
                convolution.input.append(name)
                rename[node.output[0]] = convolution.output[0]
                uses[convolution.output[0]] = uses[node.output[0]]
                continue
        if node.op_type == "Conv" and len(node.input) == 2:
            convolutions[node.output[0]] = node
        nodes.append(node)
    used = {name for node in nodes for name in node.input}
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    kept = [onnx.TensorProto.FromString(t.SerializeToString()) for t in graph.initializer if t.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    return model


def gelus(graph):
    """Finds GELU, five operators in the file but one in torch: {output: input}, and the intermediate values."""
    by_output = {node.output[0]: node for node in graph.node}
    found, within = {}, set()
    for half in graph.node:
        product = by_output.get(half.input[0]) if half.op_type == "Mul" else None
        if product is None or product.op_type != "Mul":
            continue
        plus = next((by_output[i] for i in product.input if i in by_output and by_output[i].op_type == "Add"), None)
        erf = by_output.get(plus.input[0]) if plus else None
        if erf is not None and erf.op_type == "Erf":
            root = by_output[erf.input[0]]
            found[half.output[0]] = root.input[0]
            within.update(node.output[0] for node in (product, plus, erf, root))
    return found, within


UNARY = {"Relu": functional.relu, "Sigmoid": torch.sigmoid, "Sqrt": torch.sqrt, "Erf": torch.erf, "Identity": lambda x: x}
BINARY = {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Pow": torch.pow, "MatMul": torch.matmul}


def run(operator, inputs, attributes):
    """Computes one operator of the graph."""
    first = inputs[0]
    if operator in UNARY:
        return UNARY[operator](first)
    if operator in BINARY:
        return BINARY[operator](first, inputs[1])
    if operator in ("Conv", "MaxPool", "AveragePool"):
        return windowed(operator, inputs, attributes)
    if operator == "HardSigmoid":
        return (attributes.get("alpha", 0.2) * first + attributes.get("beta", 0.5)).clamp(0, 1)
    if operator == "Softmax":
        return functional.softmax(first, attributes.get("axis", -1))
    if operator == "ReduceMean":
        return first.mean(dim=tuple(attributes["axes"]), keepdim=bool(attributes.get("keepdims", 1)))
    if operator == "BatchNormalization":
        return functional.batch_norm(first, inputs[3], inputs[4], inputs[1], inputs[2], False, 0.0, attributes.get("epsilon", 1e-5))
    if operator == "Concat":
        return torch.cat([part.reshape(-1) if part.dim() == 0 else part for part in inputs], attributes["axis"])
    return reshaped(operator, inputs, attributes)


def reshaped(operator, inputs, attributes):
    """Computes operators that only move values."""
    first = inputs[0]
    if operator == "Shape":
        return torch.tensor(first.shape)
    if operator == "Transpose":
        return first.permute(*attributes["perm"])
    if operator == "Reshape":
        return first.reshape([first.shape[i] if n == 0 else n for i, n in enumerate(inputs[1].tolist())])
    if operator == "Slice":
        starts, ends = inputs[1].tolist(), inputs[2].tolist()
        axes = inputs[3].tolist() if len(inputs) > 3 else range(len(starts))
        parts = [slice(None)] * first.dim()
        for start, end, axis in zip(starts, ends, axes):
            parts[axis] = slice(start, None if end > 2**31 - 2 else end)
        return first[tuple(parts)]
    axes = attributes.get("axes") or inputs[1].tolist()
    if operator == "Squeeze":
        return first.squeeze(tuple(axes))
    if operator == "Unsqueeze":
        for axis in sorted(axes):
            first = first.unsqueeze(axis)
        return first
    raise NotImplementedError(operator)


def windowed(operator, inputs, attributes):
    """Convolution and pooling with the graph's padding."""
    picture = inputs[0]
    size = inputs[1].shape[2:] if operator == "Conv" else attributes["kernel_shape"]
    steps, dilation = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    if attributes.get("auto_pad") == b"SAME_UPPER":
        (top, bottom), (left, right) = (same(picture.shape[i + 2], size[i], steps[i], dilation[i]) for i in (0, 1))
    if any((top, left, bottom, right)):
        picture = functional.pad(picture, (left, right, top, bottom))
    if operator == "Conv":
        bias = inputs[2] if len(inputs) > 2 else None
        return functional.conv2d(picture, inputs[1], bias, steps, 0, dilation, attributes.get("group", 1))
    pool = functional.max_pool2d if operator == "MaxPool" else functional.avg_pool2d
    return pool(picture, size, steps, ceil_mode=bool(attributes.get("ceil_mode", 0)))


def same(length, size, step, dilation):
    """Padding before and after for an output of length ceil(length / step)."""
    total = max((math.ceil(length / step) - 1) * step + (size - 1) * dilation + 1 - length, 0)
    return total // 2, total - total // 2
