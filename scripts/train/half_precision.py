"""Halves the size of model files.

Every weight of 512 numbers or more is stored as float16 with a Cast after it. ONNX Runtime folds the Cast when it loads
the file; rten converts the weight itself to float32. The recognizer's probabilities change by about 1e-3.
"""
import numpy
from onnx import TensorProto, helper, numpy_helper

SMALLEST_HALVED = 512


def halved(model):
    """The model with its large weights in half precision."""
    graph, casts, tensors = model.graph, [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == numpy.float32 and values.size >= SMALLEST_HALVED:
            name = tensor.name + "_half"
            tensors.append(numpy_helper.from_array(values.astype(numpy.float16), name))
            casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT, name="cast_" + tensor.name))
        else:
            tensors.append(tensor)
    nodes = casts + list(graph.node)
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)
    return model
