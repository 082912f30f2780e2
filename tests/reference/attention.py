"""The parts of STA-C3DL that PyTorch does not have, written out from the paper's equations (numbers are the paper's).

Sequences are (L, N, P, D): step, sample, position, feature.  Masks are boolean (L, N, P), true = valid.
`see(name, tensor)` is shown what is computed on the way and gives the tensor back.
"""
import torch


def nobody(name, tensor):
    return tensor


def masked_softmax(scores, mask, dim):
    """Weights of masked entries are exactly 0; where all are masked, all are 0."""
    scores = scores.masked_fill(~mask, float("-inf"))
    highest = scores.max(dim, keepdim=True).values
    weights = torch.exp(scores - highest.masked_fill(highest == float("-inf"), 0)) * mask
    return weights / weights.sum(dim, keepdim=True).clamp_min(1e-300)


def stam(h, w_alpha, b_alpha, w_beta, b_beta, mask, see=nobody):
    """F (N, U), alpha (N, L), beta (N, L, P)."""
    count = mask.sum(2, keepdim=True).clamp_min(1)
    mean = (h * mask[..., None]).sum(2) / count
    e = see("stam.e", ((mean @ w_alpha + b_alpha) * mask.any(2)).T)                   # (11), (N, L)
    alpha = see("alpha", masked_softmax(e, mask.any(2).T, 1))
    s = see("stam.s", ((h @ w_beta + b_beta) * mask).permute(1, 0, 2))                # (12), (N, L, P)
    beta = see("beta", masked_softmax(s, mask.permute(1, 0, 2), 2))
    f = torch.einsum("nl,nlp,lnpu->nu", alpha, beta, h)                               # (13)
    return f, alpha, beta


def plain_attention(h, w, b, v, mask, see=nobody):
    """F (N, U) and weights (N, L, P): one softmax over all steps and positions of v' tanh(W h + b)."""
    L, N, P, _ = h.shape
    t = see("am.t", torch.tanh(h @ w.T + b) * mask[..., None])
    scores = see("am.s", (t @ v).permute(1, 0, 2))
    flat, valid = scores.reshape(N, L * P), mask.permute(1, 0, 2).reshape(N, L * P)
    weights = see("am.w", masked_softmax(flat, valid, 1).reshape(N, L, P))
    return torch.einsum("nlp,lnpu->nu", weights, h), weights


def bilinear_outer(a, v, mask, see=nobody):
    """(3), outer form: (L, N, P, M) and (L, N, P, C) -> (L, N, M C), mean over valid places, signed root, length 1."""
    count = mask.sum(2).clamp_min(1)[..., None, None]
    b = see("B", (torch.einsum("lnp,lnpm,lnpc->lnmc", mask.double(), a, v) / count).flatten(2))
    b = b / torch.sqrt(b.abs() + 1e-4)
    # The square root's slope at 0 is infinite: keep a masked token's out of the graph.
    square = (b * b).sum(2, keepdim=True)
    length = torch.where(square > 0, square, torch.ones_like(square)).sqrt()
    return torch.where(square > 0, b / length.clamp_min(1e-12), torch.zeros_like(b))


def lstm_with_mask(x, h, c, weight_x, weight_h, bias, mask, see=nobody):
    """(5) to (10) over x (L, B, I); a masked (step, row) leaves the state as it was and puts out h.  What `see` is shown
    are steps, one after the other: gates are 0 where masked."""
    outputs = []
    for l in range(x.shape[0]):
        keep = mask[l][:, None]
        i, f, g, o = (x[l] @ weight_x.T + h @ weight_h.T + bias).chunk(4, 1)
        i, f = see("i", torch.sigmoid(i) * keep), see("f", torch.sigmoid(f) * keep)
        g, o = see("c_tilde", torch.tanh(g) * keep), see("o", torch.sigmoid(o) * keep)
        c = see("c", torch.where(keep, f * c + i * g, c))
        h = see("h", torch.where(keep, o * torch.tanh(c), h))
        outputs.append(h)
    return torch.stack(outputs), h, c
