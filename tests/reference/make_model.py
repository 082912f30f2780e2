"""Reference values for whole models: a small configuration of every variant, with masks.  What a trace shows of them, every
tensor on the way and its gradient, is a file of its own.
"""
import functools
import json

import torch

from model import Model
from reference_file import ReferenceFile


def block(name, channels, pool=(1, 1, 1), kernel=(3, 3, 3), stride=(1, 1, 1), padding=(1, 1, 1), batch_norm=False):
    return dict(name=name, channels=channels, kernel=list(kernel), stride=list(stride), padding=list(padding),
                batch_norm=batch_norm, pool=list(pool))


def rgb(frames, size=12, channels=2):
    """C3D in small: time is divided by 4, space by 4."""
    return dict(name="rgb", channels=channels, frames=frames, height=size, width=size - 4,
                blocks=[block("conv1", 2, (1, 2, 2)), block("conv2", 3, (2, 1, 1)), block("conv3", 3, (2, 2, 2)),
                        block("conv4", 4)])


def grey(frames=8):
    """A small camera of one channel."""
    return dict(name="grey", channels=1, frames=frames, height=6, width=4,
                blocks=[block("conv1", 2, (2, 1, 1)), block("conv2", 3, (2, 2, 2)), block("conv3", 3)])


def skeleton(frames=8, joints=5, batch_norm=True):
    joint = dict(kernel=(3, 3, 1), stride=(2, 1, 1), padding=(1, 1, 0), batch_norm=batch_norm)
    return dict(name="skeleton", channels=3, frames=frames, height=joints, width=1,
                blocks=[block("conv1", 4, **joint), block("conv2", 5, **joint)])


def signal(frames=16, batch_norm=True):
    return dict(name="pulse", channels=2, frames=frames, height=1, width=1,
                blocks=[block("conv1", 3, (1, 1, 1), (7, 1, 1), (4, 1, 1), (3, 0, 0), batch_norm),
                        block("conv2", 4, (2, 1, 1), (3, 1, 1), (1, 1, 1), (1, 0, 0), batch_norm)])


DEFAULTS = dict(variant="sta_c3dl", classes=4, bilinear="gate", streams=2, attention_channels=0, share_through="", width=5,
                position_embedding=False, lstm_units=4, lstm_layers=1, bidirectional=False, fc6=6, fc7=0, dropout=0.0,
                token_dropout=0.0, padded_pool5=False, keypoints=dict(modality="", joints=0, taps=["", "", ""]))

CASES = {
    # The plain model on a length that the pools do not divide, with key points.
    "sta_c3dl": dict(modalities=[rgb(frames=11)], fc7=5,
                     keypoints=dict(modality="rgb", joints=3, taps=["conv2", "conv3", "conv4"])),
    # The same in small, for the trace.
    "keypoints": dict(modalities=[rgb(frames=8, size=8)], keypoints=dict(modality="rgb", joints=2, taps=["conv2", "conv3", "conv4"])),
    # Three sensors; frames and joints are masked.
    "fused": dict(modalities=[grey(8), skeleton(8), signal(16)], position_embedding=True, width=6),
    "outer": dict(modalities=[grey(8), skeleton(8)], bilinear="outer", attention_channels=3),
    "am": dict(variant="am", modalities=[grey(12)], lstm_layers=2, bidirectional=True),
    "c3d_stam": dict(variant="c3d_stam", modalities=[grey(12)], share_through="conv2"),
    "c3d_lstm": dict(variant="c3d_lstm", modalities=[skeleton(12), signal(24)], lstm_units=3, start=True),
    "lstm_stam": dict(variant="lstm_stam", modalities=[grey(9), skeleton(12)]),
    "c3d": dict(variant="c3d", modalities=[grey(12), skeleton(12, 3, False)]),
    "c3d_original": dict(variant="c3d", modalities=[grey(8)], streams=1, padded_pool5=True, fc7=4),
}
UNMASKED = {"c3d_original"}
UNTRACED = {"sta_c3dl"}
BATCH = 3


def draw_inputs(config, masked):
    """(x, frames, positions) of every modality."""
    inputs = []
    for m in config["modalities"]:
        T, places = m["frames"], m["height"] * m["width"]
        x = torch.randn(BATCH, m["channels"], T, m["height"], m["width"]).requires_grad_()
        frames, positions = torch.ones(BATCH, T, dtype=torch.bool), None
        if masked:
            frames = torch.rand(BATCH, T) < 0.8
            frames[1, T // 2:] = False                                # a stretch is missing
            if m is config["modalities"][-1] and len(config["modalities"]) > 1:
                frames[2] = False                                     # a whole modality is missing
            if m["name"] == "skeleton" and config["bilinear"] == "gate":
                positions = torch.rand(BATCH, T, places) < 0.8
                positions[0, :, 1] = False                            # a joint was never seen
        inputs.append((x, frames, positions))
    return inputs


def make_case(file, trace, name, overrides, seed):
    """One try; false if a decision of a ReLU or a pool is so close that float could decide the other way."""
    torch.manual_seed(seed)
    config = {**DEFAULTS, **overrides}
    with_start = config.pop("start", False)
    inputs = draw_inputs(config, name not in UNMASKED)
    model, start = Model(config), None
    if with_start:
        rows = BATCH * sum(m["height"] * m["width"] for m in config["modalities"])
        start = torch.randn(1, rows, config["lstm_units"]), torch.randn(1, rows, config["lstm_units"])
    out = model.forward(inputs, start)
    if model.margin < 3e-5:
        return False

    losses = {key: torch.randn_like(out[key]) for key in ("logits", "keypoints") if key in out}
    loss = sum((out[key] * d).sum() for key, d in losses.items())
    wanted = {**{f"param/{key}": value for key, value in model.parameters.items()},
              **{f"input/{i}": x for i, (x, _, _) in enumerate(inputs)}}
    values, gradients = model.traced(loss)
    grads = torch.autograd.grad(loss, list(wanted.values()))
    if not with_start:
        out.pop("last_h", None), out.pop("last_c", None)
    file.metadata[name] = json.dumps(config)
    file.add(name, **out, **wanted, **{f"d_{key}": value for key, value in losses.items()})
    file.add(name, **{f"grad/{key}": grad for key, grad in zip(wanted, grads)})
    if name not in UNTRACED:
        trace.add(name, **{f"value/{key}": value for key, value in values.items()},
                  **{f"grad/{key}": value for key, value in gradients.items()})
    file.add(name, **{f"buffer/{key}": value for key, value in model.buffers.items()})
    model.training = False
    file.add(name, **{f"inference/{key}": value for key, value in model.forward(inputs, start).items()
                      if key in ("logits", "probabilities", "alpha", "beta", "keypoints")})
    for i, (_, frames, positions) in enumerate(inputs):
        file.add(name, **{f"frames/{i}": frames, f"positions/{i}": positions})
    if with_start:
        file.add(name, start_h=start[0], start_c=start[1])
    return True


@functools.cache
def files():
    file, trace = ReferenceFile(), ReferenceFile()
    for name, overrides in CASES.items():
        seed = next(seed for seed in range(1000) if make_case(file, trace, name, overrides, seed))
        print(f"  {name}: seed {seed}")
    return file, trace


def model():
    return files()[0]


def trace():
    return files()[1]


ALL = [model, trace]
