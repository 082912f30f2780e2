"""STA-C3DL in PyTorch, as the library's model page specifies it; parameters have the library's names.

Takes the same configuration as the library (a dict, the JSON of a model file) and draws parameters as it meets them.  Image-like tensors are (N, C, T, H, W), tokens (L, N, P, D).
"""
import math

import torch
import torch.nn.functional as F

from attention import bilinear_outer, lstm_with_mask, masked_softmax, plain_attention, stam


class Model:
    def __init__(self, config):
        self.config = config
        self.parameters = {}
        self.buffers = {}       # batch norm's running statistics after one step from (0, 1)
        self.training = True
        self.seen = {}          # what the library's trace shows: tensors by name, or lists of an LSTM's steps
        self.margin = math.inf  # smallest distance of a ReLU's or a pool's decision from the other way, over the scale

    # ---- parameters -------------------------------------------------------------------------------------------------
    def weight(self, name, *shape):
        if name not in self.parameters:
            scale = 1 / math.sqrt(max(1, math.prod(shape[1:]))) if len(shape) > 1 else 0.3
            self.parameters[name] = (scale * torch.randn(*shape)).requires_grad_()
        return self.parameters[name]

    def linear(self, name, x, outputs):
        return F.linear(x, self.weight(f"{name}.weight", outputs, x.shape[-1]), self.weight(f"{name}.bias", outputs))

    # ---- trace ------------------------------------------------------------------------------------------------------
    def see(self, name, tensor):
        """A tensor by its name in a trace; what is given back is a node of the graph of its own."""
        self.seen[name] = tensor.view_as(tensor)
        return self.seen[name]

    def see_step(self, name, tensor):
        tensor = tensor.view_as(tensor)
        self.seen.setdefault(name, []).append(tensor)
        return tensor

    def traced(self, loss):
        """(values, gradients) of everything seen; who has no part in the loss has no gradient."""
        steps = {name: list(t) if isinstance(t, list) else [t] for name, t in self.seen.items()}
        names = [name for name, t in steps.items() if t[0].requires_grad]
        grads = iter(torch.autograd.grad(loss, [t for name in names for t in steps[name]], allow_unused=True,
                                         retain_graph=True))
        gradients = {}
        for name in names:
            own = [next(grads) for _ in steps[name]]
            if any(g is not None for g in own):
                gradients[name] = [torch.zeros_like(t) if g is None else g for t, g in zip(steps[name], own)]
        shapes = {name: t.shape for name, t in self.seen.items() if not isinstance(t, list)}
        whole = lambda all: {name: self.steps(name, t) if name not in shapes else t[0] for name, t in all.items()}
        return whole(steps), whole(gradients)

    def steps(self, name, tensors):
        """An LSTM's steps as (L, N, P, U); a reversed pass has seen the last step first."""
        tensors = tensors[::-1] if name.split(".")[1].endswith("r") else tensors
        return torch.stack(tensors).reshape(len(tensors), self.batch, -1, tensors[0].shape[1])

    # ---- decisions --------------------------------------------------------------------------------------------------
    def note(self, distances, scale):
        distances = distances[distances > 0]  # equal values are equal for everybody
        if distances.numel():
            self.margin = min(self.margin, (distances.min() / scale).item())

    def relu(self, x):
        self.note(x.detach().abs(), x.detach().abs().max())
        return torch.relu(x)

    def max_pool(self, x, window, padding=(0, 0, 0), ceil=False):
        y, at = F.max_pool3d(x, window, window, padding, ceil_mode=ceil, return_indices=True)
        first = torch.zeros_like(x).flatten(2).scatter(2, at.flatten(2), 1).reshape(x.shape).bool()
        second = F.max_pool3d(x.masked_fill(first, -math.inf), window, window, padding, ceil_mode=ceil)
        self.note((y - second).detach()[torch.isfinite(second)], x.detach().abs().max())
        return y

    # ---- encoder (1) to (3) -----------------------------------------------------------------------------------------
    def block(self, name, block, x, channels, steps, sigmoid=False):
        """Convolution, [batch norm,] activation; the pool is the caller's."""
        bias = None if block["batch_norm"] else self.weight(f"{name}.bias", channels)
        weight = self.weight(f"{name}.weight", channels, x.shape[1], *block["kernel"])
        y = self.see(f"{name}.Y", F.conv3d(x, weight, bias, block["stride"], block["padding"]))
        if block["batch_norm"]:
            y = self.see(f"{name}.norm", self.batch_norm(f"{name}.norm", y, steps(y.shape[2])))
        return self.see(f"{name}.active", torch.sigmoid(y) if sigmoid else self.relu(y))

    def batch_norm(self, name, x, mask):
        """Statistics of the valid (sample, step) places only; what is normalised is all of x."""
        gamma, beta = self.weight(f"{name}.gamma", x.shape[1]), self.weight(f"{name}.beta", x.shape[1])
        if self.training:
            valid = x.permute(0, 2, 3, 4, 1)[mask].flatten(0, -2)  # (places, C)
            mean, variance = valid.mean(0), valid.var(0, unbiased=False)
            self.buffers[f"{name}.running_mean"] = 0.1 * mean.detach()
            self.buffers[f"{name}.running_var"] = 0.9 + 0.1 * valid.var(0, unbiased=True).detach()
        else:
            mean, variance = self.buffers[f"{name}.running_mean"], self.buffers[f"{name}.running_var"]
        wide = lambda v: v[None, :, None, None, None]
        return wide(gamma) * (x - wide(mean)) / torch.sqrt(wide(variance) + 1e-5) + wide(beta)

    def stream(self, name, blocks, x, steps, taps, sigmoid_channels=0):
        for i, block in enumerate(blocks):
            last = sigmoid_channels > 0 and i + 1 == len(blocks)
            x = self.block(f"{name}.{block['name']}", block, x, sigmoid_channels if last else block["channels"], steps, last)
            taps[block["name"]] = x
            if block["pool"] != [1, 1, 1]:
                x = self.see(f"{name}.{block['name']}.pooled", self.max_pool(x, block["pool"]))
        return x

    def encoder(self, modality, x, frames, taps):
        """V and A (or None) of a masked and padded input."""
        config, name = self.config, modality["name"]

        def steps(count):  # which steps of a block count: at least half of their frames are valid
            return frames.reshape(frames.shape[0], count, -1).double().mean(2) >= 0.5

        names = [b["name"] for b in modality["blocks"]]
        shared = names.index(config["share_through"]) + 1 if config["share_through"] in names else 0
        own = modality["blocks"][shared:]
        x = self.stream(f"{name}.shared", modality["blocks"][:shared], x, steps, taps)
        v = self.see(f"{name}.V", self.stream(f"{name}.feature", own, x, steps, taps))
        if config["streams"] == 1:
            return v, None
        m = own[-1]["channels"] if config["bilinear"] == "gate" else config["attention_channels"]
        return v, self.see(f"{name}.A", self.stream(f"{name}.attention", own, x, steps, {}, sigmoid_channels=m))

    def modality_tokens(self, modality, x, frames, positions, taps):
        """Tokens (L, N, P, C) and their mask (L, N, P)."""
        config = self.config
        N, C, T, H, W = x.shape
        factor = math.prod(b["stride"][0] * b["pool"][0] for b in modality["blocks"])
        pad = -T % factor
        frames = F.pad(frames, (0, pad))
        places = torch.ones(N, T, H * W, dtype=torch.bool) if positions is None else positions
        places = F.pad(places, (0, 0, 0, pad)) & frames[:, :, None]
        x = F.pad(x, (0, 0, 0, 0, 0, pad)) * places.reshape(N, 1, T + pad, H, W)
        L = (T + pad) // factor
        token_valid = places.reshape(N, L, factor, H * W).double().mean(2) >= 0.5  # (N, L, H W)
        to_tokens = lambda g: g.permute(2, 0, 3, 4, 1).flatten(2, 3)
        name = modality["name"]
        if config["variant"] == "lstm_stam":
            v = self.cell_means(modality, x, places)
        else:
            v, a = self.encoder(modality, self.see(f"{name}.X", x), frames, taps)
        if positions is None:
            token_valid = token_valid[:, :, :1].expand(N, L, v.shape[3] * v.shape[4])
        valid = token_valid.permute(1, 0, 2)
        if config["variant"] == "lstm_stam":
            return self.see(f"{name}.r", to_tokens(v)), valid
        if config["bilinear"] == "gate":
            return self.see(f"{name}.r", to_tokens(self.see(f"{name}.G", v if a is None else a * v))), valid
        r = bilinear_outer(to_tokens(a), to_tokens(v), valid, lambda own, t: self.see(f"{name}.{own}", t))
        return self.see(f"{name}.r", r[:, :, None]), valid.any(2, keepdim=True)

    def cell_means(self, modality, x, places):
        """Variant lstm_stam: means over the cells of the grid that the encoder would have produced."""
        size = [x.shape[2], x.shape[3], x.shape[4]]
        for b in modality["blocks"]:
            size = [((s + 2 * p - k) // t + 1) // q
                    for s, p, k, t, q in zip(size, b["padding"], b["kernel"], b["stride"], b["pool"])]
        valid = places.reshape(x.shape[0], 1, *x.shape[2:]).double().expand_as(x)
        share = F.adaptive_avg_pool3d(valid, size)
        return F.adaptive_avg_pool3d(x, size) / share.clamp_min(1e-12)

    # ---- from tokens to classes (5) to (14) -------------------------------------------------------------------------
    def union(self, inputs, taps):
        """Tokens of all modalities side by side in the common width, their masks, and the tokens before the map."""
        config, tokens, masks, raw = self.config, [], [], []
        for modality, (x, frames, positions) in zip(config["modalities"], inputs):
            name = modality["name"]
            r, valid = self.modality_tokens(modality, x, frames, positions, taps.setdefault(name, {}))
            raw.append((r, valid))
            masks.append(valid)
            if config["variant"] == "c3d":
                continue
            mapped = (len(config["modalities"]) > 1 or r.shape[3] != config["width"] or
                      (config["bilinear"] == "outer" or config["variant"] == "lstm_stam"))
            if mapped:
                r = self.see(f"{name}.mapped", self.linear(f"{name}.map", r, config["width"]))
                r = r + self.weight(f"{name}.embedding", config["width"])
            if config["position_embedding"]:
                r = r + self.weight(f"{name}.positions", r.shape[2], config["width"])
            tokens.append(r)
        self.seen["valid"] = torch.cat(masks, 2).double()
        if not tokens:
            return None, torch.cat(masks, 2), raw
        x = self.see("x.dropped", self.see("x", torch.cat(tokens, 2)))
        return x, torch.cat(masks, 2), raw

    def lstm(self, x, mask, start):
        config = self.config
        L, N, P, _ = x.shape
        x, mask, U = x.flatten(1, 2), mask.flatten(1, 2), config["lstm_units"]
        zero, last_h, last_c = torch.zeros(N * P, U), [], []
        for layer in range(config["lstm_layers"]):
            outputs = []
            for suffix in ["", "r"] if config["bidirectional"] else [""]:
                name = f"lstm.l{layer}{suffix}"
                weights = [self.weight(f"{name}.weight_x", 4 * U, x.shape[2]), self.weight(f"{name}.weight_h", 4 * U, U),
                           self.weight(f"{name}.bias", 4 * U)]
                h, c = (zero, zero) if start is None else (start[0][len(last_h)], start[1][len(last_h)])
                turn = (lambda t: t.flip(0)) if suffix else (lambda t: t)
                y, h, c = lstm_with_mask(turn(x), h, c, *weights, turn(mask), lambda own, t: self.see_step(f"{name}.{own}", t))
                outputs.append(turn(y))
                last_h.append(h)
                last_c.append(c)
            x = torch.cat(outputs, 2)
        return x.reshape(L, N, P, -1), torch.stack(last_h), torch.stack(last_c)

    def attend(self, h, mask):
        """F (N, U), alpha (N, L), beta (N, L, P)."""
        variant, U = self.config["variant"], h.shape[3]
        if variant == "am":
            f, w = plain_attention(h, self.weight("am.weight", U, U), self.weight("am.bias", U), self.weight("am.v", U), mask,
                                   self.see)
            alpha = w.sum(2)
            return f, alpha, torch.where(alpha[..., None] > 0, w / alpha[..., None].clamp_min(1e-300), torch.zeros_like(w))
        if variant == "c3d_lstm":
            f = (h * mask[..., None]).sum((0, 2)) / mask.sum((0, 2))[:, None]
            return (f, *mean_weights(mask))
        return stam(h, self.weight("stam.alpha.weight", U), self.weight("stam.alpha.bias", 1),
                    self.weight("stam.beta.weight", U), self.weight("stam.beta.bias", 1), mask, self.see)

    def pool5(self, raw):
        """Variant c3d: masked tokens as 0, pool5, flattened, modalities side by side."""
        columns = []
        for modality, (r, valid) in zip(self.config["modalities"], raw):
            L, N, P, C = r.shape
            rows = modality["height"]
            for b in modality["blocks"]:
                rows = ((rows + 2 * b["padding"][1] - b["kernel"][1]) // b["stride"][1] + 1) // b["pool"][1]
            name = f"{modality['name']}.pool5"
            g = self.see(f"{name}.image", (r * valid[..., None]).permute(1, 3, 0, 2).reshape(N, C, L, rows, P // rows))
            padded = self.config["padded_pool5"]
            pooled = self.max_pool(g, (2, 2, 2), (0, 1, 1) if padded else (0, 0, 0), not padded)
            columns.append(self.see(f"{name}.pooled", pooled).flatten(1))
        return torch.cat(columns, 1)

    def keypoints(self, taps):
        config = self.config["keypoints"]
        taps = taps[config["modality"]]
        fine = taps[config["taps"][0]]
        z = 0
        for name in config["taps"]:
            a = taps[name]
            maps = F.conv3d(a, self.weight(f"keypoints.{name}.weight", config["joints"], a.shape[1], 1, 1, 1),
                            self.weight(f"keypoints.{name}.bias", config["joints"]))
            maps = self.see(f"keypoints.{name}.Y", maps)
            for axis in (2, 3, 4):
                maps = maps.repeat_interleave(fine.shape[axis] // a.shape[axis], axis)
            z = z + maps
        N, J, T, H, W = z.shape
        z = self.see("keypoints.z", z)
        p = self.see("keypoints.maps", torch.softmax(z.flatten(3), 3).reshape(N, J, T, H, W))
        x = (p.sum(3) * (torch.arange(W) + 0.5) / W).sum(3)
        y = (p.sum(4) * (torch.arange(H) + 0.5) / H).sum(3)
        return self.see("keypoints.points", torch.stack([x, y], 3).permute(0, 2, 1, 3))  # (N, T', J, 2)

    def forward(self, inputs, start=None):
        """inputs: (x, frames, positions or None) of every modality; returns the outputs by name."""
        config, taps, out = self.config, {}, {}
        self.seen, self.batch = {}, inputs[0][0].shape[0]
        tokens, mask, raw = self.union(inputs, taps)
        if config["variant"] == "c3d":
            f = self.see("F", self.pool5(raw))
            alpha, beta = mean_weights(mask)
        else:
            h = tokens
            if config["variant"] != "c3d_stam":
                h, out["last_h"], out["last_c"] = self.lstm(tokens, mask, start)
            h = self.see("h", h)
            f, alpha, beta = self.attend(h, mask)
            f = self.see("F.dropped", self.see("F", f))
        for name in ("fc6", "fc7"):
            if config[name]:
                f = self.see(f"head.{name}.Y", self.linear(f"head.{name}", f, config[name]))
                f = self.see(f"head.{name}.dropped", self.see(f"head.{name}.active", self.relu(f)))
        logits = self.see("logits", self.linear("head.fc8", f, config["classes"]))
        out.update(logits=logits, probabilities=torch.softmax(logits, 1), alpha=alpha, beta=beta)
        self.see("probabilities", out["probabilities"])
        for name, weights in (("alpha", alpha), ("beta", beta)):
            self.seen.setdefault(name, weights.detach())
        if config["keypoints"]["joints"]:
            out["keypoints"] = self.keypoints(taps)
        return out


def mean_weights(mask):
    here = mask.sum(2)  # (L, N)
    alpha = here / here.sum(0)
    beta = mask / here.clamp_min(1)[..., None]
    return alpha.T.double(), beta.permute(1, 0, 2).double()
