"""PyTorch beside the library: the same graphs in float32 as a user of PyTorch writes them, without masks.

Serves the commands of peer_server.py.  Engines: "pytorch" is eager mode; "pytorch.traced" is traced, frozen and
optimised for inference; "pytorch.compiled" is torch.compile's, offered with the argument --compile where PyTorch has it
(it needs a C++ compiler and a minute for each graph).  Threads: OMP_NUM_THREADS.
"""
import os
import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer_server import PeerServer
from shapes import ATTENTION, LSTM, MODELS, grid_after


class Stream(nn.Sequential):
    """Convolution, [batch norm,] ReLU, [max pool]; the attention stream ends in a sigmoid."""
    def __init__(self, modality, last):
        layers, channels = [], modality["channels"]
        for i, b in enumerate(modality["blocks"]):
            layers.append(nn.Conv3d(channels, b["channels"], b["kernel"], b["stride"], b["padding"],
                                    bias=not b["norm"]))
            if b["norm"]:
                layers.append(nn.BatchNorm3d(b["channels"]))
            layers.append(last() if i + 1 == len(modality["blocks"]) else nn.ReLU(inplace=True))
            if b["pool"]:
                layers.append(nn.MaxPool3d(b["pool"]))
            channels = b["channels"]
        super().__init__(*layers)


class Encoder(nn.Module):
    """(1) to (3), gate form, and the map to the common width: (N, C, T, H, W) -> tokens (L, N, P, D)."""
    def __init__(self, modality, config):
        super().__init__()
        self.feature = Stream(modality, lambda: nn.ReLU(inplace=True))
        self.attention = Stream(modality, nn.Sigmoid)
        channels, _, rows, columns = grid_after(modality)
        several = len(config["modalities"]) > 1
        self.map = nn.Linear(channels, config["width"]) if several or channels != config["width"] else None
        self.embedding = nn.Parameter(torch.zeros(config["width"])) if self.map else None
        self.positions = nn.Parameter(torch.zeros(rows * columns, config["width"])) if config["positions"] else None

    def forward(self, x):
        tokens = (self.feature(x) * self.attention(x)).permute(2, 0, 3, 4, 1).flatten(2, 3)
        if self.map is not None:
            tokens = self.map(tokens) + self.embedding
        return tokens if self.positions is None else tokens + self.positions


class Stam(nn.Module):
    """(11) to (13): h (L, N, P, U) -> F (N, U)."""
    def __init__(self, units):
        super().__init__()
        self.alpha, self.beta = nn.Linear(units, 1), nn.Linear(units, 1)

    def forward(self, h):
        alpha = torch.softmax(self.alpha(h.mean(2)), 0)          # (L, N, 1)
        beta = torch.softmax(self.beta(h), 2)                    # (L, N, P, 1)
        return (alpha * (beta * h).sum(2)).sum(0)


class StaC3d(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.encoders = nn.ModuleList(Encoder(m, config) for m in config["modalities"])
        self.token_dropout = nn.Dropout(config["token_dropout"])
        self.lstm = nn.LSTM(config["width"], config["units"])
        self.stam = Stam(config["units"])
        head, inputs = [], config["units"]
        for outputs in config["fc"]:
            head += [nn.Linear(inputs, outputs), nn.ReLU(inplace=True), nn.Dropout(config["dropout"])]
            inputs = outputs
        self.head = nn.Sequential(*head, nn.Linear(inputs, config["classes"]))

    def forward(self, *inputs):
        tokens = torch.cat([encoder(x) for encoder, x in zip(self.encoders, inputs)], 2)
        L, N, P, D = tokens.shape
        h = self.lstm(self.token_dropout(tokens).reshape(L, N * P, D))[0].reshape(L, N, P, -1)
        return self.head(self.token_dropout(self.stam(h)))


def model_and_inputs(config, batch):
    torch.manual_seed(1)
    inputs = [torch.randn(batch, m["channels"], *m["grid"]) for m in config["modalities"]]
    return StaC3d(config), inputs


def parameters(config):
    """As the library counts: torch.nn.LSTM's second bias of each gate left out."""
    count = sum(p.numel() for p in StaC3d(config).parameters()) - 4 * config["units"]
    return f"{count} parameters"


def infer(config, batch, traced=False, wrap=lambda module: module):
    model, inputs = model_and_inputs(config, batch)
    model = wrap(model.eval())
    if traced:
        with torch.no_grad():
            model = torch.jit.optimize_for_inference(torch.jit.trace(model, tuple(inputs), check_trace=False))

    def run():
        with torch.inference_mode():
            model(*inputs)
    return run


def train(config, batch, wrap=lambda module: module):
    model, inputs = model_and_inputs(config, batch)
    model = wrap(model)
    labels = torch.arange(batch) % config["classes"]
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, weight_decay=5e-4)

    def run():
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(model(*inputs), labels).backward()
        optimiser.step()
    return run


def forward_and_backward(module, x, first=lambda y: y):
    """One training step's work on a layer: gradients of the input and of all parameters."""
    x.requires_grad_()
    dy = torch.randn_like(first(module(x)))

    def run():
        x.grad = None
        for p in module.parameters():
            p.grad = None
        first(module(x)).backward(dy)
    return run


def lstm(shape):
    steps, batch, units = shape
    return nn.LSTM(units, units), torch.randn(steps, batch, units)


def attention(shape, wrap=lambda module: module):
    samples, steps, places, units = shape
    return wrap(Stam(units)), torch.randn(steps, samples, places, units)


def inference(module, x):
    def run():
        with torch.inference_mode():
            module(x)
    return run


def main():
    warnings.simplefilter("ignore")  # newer versions would rather compile than trace
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    server = PeerServer(f"PyTorch {torch.__version__}")
    for name, shape in LSTM.items():
        server.add(f"lstm.infer/{name}/pytorch", lambda s=shape: inference(*lstm(s)))
        server.add(f"lstm.train/{name}/pytorch", lambda s=shape: forward_and_backward(*lstm(s), lambda y: y[0]))
    for name, shape in ATTENTION.items():
        server.add(f"attention.infer/{name}/pytorch", lambda s=shape: inference(*attention(s)))
        server.add(f"attention.train/{name}/pytorch", lambda s=shape: forward_and_backward(*attention(s)))
    for name, (config, batch) in MODELS.items():
        note = lambda c=config: parameters(c)
        server.add(f"model.infer/{name}/pytorch", lambda c=config, b=batch: infer(c, b), note)
        server.add(f"model.infer/{name}/pytorch.traced", lambda c=config, b=batch: infer(c, b, traced=True), note)
        server.add(f"model.train/{name}/pytorch", lambda c=config, b=batch: train(c, b), note)
    if "--compile" in sys.argv and hasattr(torch, "compile"):
        add_compiled(server)
    server.serve()


def add_compiled(server):
    for name, shape in ATTENTION.items():
        server.add(f"attention.train/{name}/pytorch.compiled",
                   lambda s=shape: forward_and_backward(*attention(s, torch.compile)))
    for name, (config, batch) in MODELS.items():
        server.add(f"model.infer/{name}/pytorch.compiled", lambda c=config, b=batch: infer(c, b, wrap=torch.compile))
        server.add(f"model.train/{name}/pytorch.compiled", lambda c=config, b=batch: train(c, b, wrap=torch.compile))


if __name__ == "__main__":
    main()
