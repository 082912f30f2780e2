"""OpenVINO beside the library: inference of the whole model in float32, the graph written operation by operation.

Serves the commands of peer_server.py.  Threads: OMP_NUM_THREADS.
"""
import os
import sys

import numpy as np
import openvino as ov
from openvino import opset13 as ops

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer_server import PeerServer
from shapes import MODELS, grid_after

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))


class Builder:
    """A model's graph with random weights; counts its parameters."""
    def __init__(self):
        self.random = np.random.default_rng(1)
        self.parameters = 0

    def weight(self, *shape):
        self.parameters += int(np.prod(shape))
        scale = np.sqrt(2 / max(1, np.prod(shape[1:])))
        return ops.constant((scale * self.random.standard_normal(shape)).astype(np.float32))

    def linear(self, x, inputs, outputs):
        y = ops.matmul(x, self.weight(outputs, inputs), False, True)
        return ops.add(y, self.weight(outputs))

    def stream(self, x, modality, last):
        channels = modality["channels"]
        for i, b in enumerate(modality["blocks"]):
            x = ops.convolution(x, self.weight(b["channels"], channels, *b["kernel"]), b["stride"], b["padding"],
                                b["padding"], [1, 1, 1])
            x = ops.add(x, self.weight(1, b["channels"], 1, 1, 1))  # batch norm is folded into this bias
            x = last(x) if i + 1 == len(modality["blocks"]) else ops.relu(x)
            if b["pool"]:
                x = ops.max_pool(x, b["pool"], [1, 1, 1], [0, 0, 0], [0, 0, 0], b["pool"]).output(0)
            channels = b["channels"]
        return x

    def tokens(self, x, modality, config, batch):
        """(L, N, P, D)"""
        gate = ops.multiply(self.stream(x, modality, ops.relu), self.stream(x, modality, ops.sigmoid))
        channels, steps, rows, columns = grid_after(modality)
        tokens = ops.transpose(gate, np.array([2, 0, 3, 4, 1]))
        tokens = reshape(tokens, steps, batch, rows * columns, channels)
        width = config["width"]
        if len(config["modalities"]) > 1 or channels != width:
            tokens = ops.add(self.linear(tokens, channels, width), self.weight(width))
        return ops.add(tokens, self.weight(rows * columns, width)) if config["positions"] else tokens

    def lstm(self, x, rows, inputs, units):
        """(rows, L, inputs) -> (rows, L, units)"""
        zero = ops.constant(np.zeros((rows, 1, units), np.float32))
        steps = int(x.get_output_shape(0)[1])
        lengths = ops.constant(np.full(rows, steps, np.int64))
        y = ops.lstm_sequence(x, zero, zero, lengths, self.weight(1, 4 * units, inputs),
                              self.weight(1, 4 * units, units), self.weight(1, 4 * units), units, "forward")
        return ops.squeeze(y.output(0), np.array([1]))

    def stam(self, h, units):
        """(11) to (13) on h (N, L, P, U)"""
        scores = lambda x: ops.add(ops.matmul(x, self.weight(units, 1), False, False), self.weight(1))
        alpha = ops.softmax(scores(ops.reduce_mean(h, np.array([2]))), 1)              # (N, L, 1)
        beta = ops.softmax(scores(h), 2)                                               # (N, L, P, 1)
        steps = ops.reduce_sum(ops.multiply(beta, h), np.array([2]))                   # (N, L, U)
        return ops.reduce_sum(ops.multiply(alpha, steps), np.array([1]))

    def model(self, config, batch):
        inputs = [ops.parameter([batch, m["channels"], *m["grid"]], np.float32) for m in config["modalities"]]
        parts = [self.tokens(x, m, config, batch) for x, m in zip(inputs, config["modalities"])]
        tokens = ops.concat(parts, 2) if len(parts) > 1 else parts[0]
        steps, _, places, width = tokens.get_output_shape(0)
        rows = reshape(ops.transpose(tokens, np.array([1, 2, 0, 3])), batch * places, steps, width)
        h = reshape(self.lstm(rows, batch * places, width, config["units"]), batch, places, steps, config["units"])
        x, columns = self.stam(ops.transpose(h, np.array([0, 2, 1, 3])), config["units"]), config["units"]
        for outputs in config["fc"]:
            x, columns = ops.relu(self.linear(x, columns, outputs)), outputs
        return ov.Model([ops.softmax(self.linear(x, columns, config["classes"]), 1)], inputs)


def reshape(x, *shape):
    return ops.reshape(x, ops.constant(np.array([int(s) for s in shape], np.int64)), False)


def infer(config, batch):
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": THREADS, "NUM_STREAMS": 1,
                "PERFORMANCE_HINT": "LATENCY"}
    request = ov.Core().compile_model(Builder().model(config, batch), "CPU", settings).create_infer_request()
    random = np.random.default_rng(2)
    data = [ov.Tensor(random.standard_normal((batch, m["channels"], *m["grid"])).astype(np.float32))
            for m in config["modalities"]]
    for i, tensor in enumerate(data):
        request.set_input_tensor(i, tensor)
    return request.infer


def parameters(config):
    builder = Builder()
    builder.model(config, 1)
    return f"{builder.parameters} parameters"


def main():
    server = PeerServer(f"OpenVINO {ov.get_version().split('-')[0]}")
    for name, (config, batch) in MODELS.items():
        server.add(f"model.infer/{name}/openvino", lambda c=config, b=batch: infer(c, b),
                   lambda c=config: parameters(c))
    server.serve()


if __name__ == "__main__":
    main()
