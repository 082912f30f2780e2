"""Collects named tensors of test cases and writes them as one safetensors file."""
import json
import struct

import torch


class ReferenceFile:
    """Tensors are called "case/name", for example "stride2/dweight"; all are F64."""

    def __init__(self):
        self.tensors = {}
        self.metadata = {}

    def add(self, case, **tensors):
        for name, value in tensors.items():
            if value is None:
                continue
            value = torch.as_tensor(value, dtype=torch.float64).detach()
            key = f"{case}/{name}"
            assert key not in self.tensors, key
            self.tensors[key] = value.contiguous()

    def add_pass(self, case, inputs, outputs, fixed=None):
        """Stores inputs and outputs, draws a gradient dy for every output y and stores the gradient of every input."""
        grads = {f"d{name}": torch.randn_like(value) for name, value in outputs.items()}
        loss = sum((value * grads[f"d{name}"]).sum() for name, value in outputs.items())
        of_inputs = torch.autograd.grad(loss, list(inputs.values()), allow_unused=True)
        self.add(case, **inputs, **outputs, **grads, **(fixed or {}))
        for (name, value), grad in zip(inputs.items(), of_inputs):
            self.add(case, **{f"d{name}": torch.zeros_like(value) if grad is None else grad})

    def write(self, path):
        header, end = {"__metadata__": self.metadata} if self.metadata else {}, 0
        for name in sorted(self.tensors):
            size = self.tensors[name].numel() * 8
            header[name] = {"dtype": "F64", "shape": list(self.tensors[name].shape), "data_offsets": [end, end + size]}
            end += size
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for name in sorted(self.tensors):
                file.write(self.tensors[name].numpy().astype("<f8").tobytes())
        print(f"{path}: {len(self.tensors)} tensors, {8 + len(text) + end} bytes")


def wanted(*shape):
    """A random tensor whose gradient is wanted."""
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def random_mask(*shape, valid=0.7):
    return torch.rand(*shape) < valid
