"""The parts of STA-C3DL that PyTorch does not have, written out from the paper's equations (numbers are the paper's).

Sequences are (L, N, P, D): step, sample, position, feature.  Masks are boolean (L, N, P), true = valid.
"""
import torch


def masked_softmax(scores, mask, dim):
    """Weights of masked entries are exactly 0; where all are masked, all are 0."""
    scores = scores.masked_fill(~mask, float("-inf"))
    highest = scores.max(dim, keepdim=True).values
    weights = torch.exp(scores - highest.masked_fill(highest == float("-inf"), 0)) * mask
    return weights / weights.sum(dim, keepdim=True).clamp_min(1e-300)


def stam(h, w_alpha, b_alpha, w_beta, b_beta, mask):
    """F (N, U), alpha (N, L), beta (N, L, P)."""
    count = mask.sum(2, keepdim=True).clamp_min(1)
    mean = (h * mask[..., None]).sum(2) / count
    e = mean @ w_alpha + b_alpha                                       # (11), (L, N)
    alpha = masked_softmax(e, mask.any(2), 0)
    s = h @ w_beta + b_beta                                            # (12), (L, N, P)
    beta = masked_softmax(s, mask, 2)
    f = torch.einsum("ln,lnp,lnpu->nu", alpha, beta, h)                # (13)
    return f, alpha.T, beta.permute(1, 0, 2)


def plain_attention(h, w, b, v, mask):
    """F (N, U) and weights (N, L, P): one softmax over all steps and positions of v' tanh(W h + b)."""
    L, N, P, _ = h.shape
    scores = torch.tanh(h @ w.T + b) @ v
    flat, valid = scores.permute(1, 0, 2).reshape(N, L * P), mask.permute(1, 0, 2).reshape(N, L * P)
    weights = masked_softmax(flat, valid, 1).reshape(N, L, P)
    return torch.einsum("nlp,lnpu->nu", weights, h), weights


def bilinear_outer(a, v, mask):
    """(3), outer form: (L, N, P, M) and (L, N, P, C) -> (L, N, M C), mean over valid places, signed root, length 1."""
    count = mask.sum(2).clamp_min(1)[..., None, None]
    b = torch.einsum("lnp,lnpm,lnpc->lnmc", mask.double(), a, v) / count
    b = b / torch.sqrt(b.abs() + 1e-4)
    b = b.flatten(2)
    # The square root's slope at 0 is infinite: keep a masked token's out of the graph.
    square = (b * b).sum(2, keepdim=True)
    length = torch.where(square > 0, square, torch.ones_like(square)).sqrt()
    return torch.where(square > 0, b / length.clamp_min(1e-12), torch.zeros_like(b))


def lstm_with_mask(x, h, c, weight_x, weight_h, bias, mask):
    """(5) to (10) over x (L, B, I); a masked (step, row) leaves the state as it was and puts out h."""
    outputs = []
    for l in range(x.shape[0]):
        i, f, g, o = (x[l] @ weight_x.T + h @ weight_h.T + bias).chunk(4, 1)
        c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h_new = torch.sigmoid(o) * torch.tanh(c_new)
        keep = mask[l][:, None]
        c, h = torch.where(keep, c_new, c), torch.where(keep, h_new, h)
        outputs.append(h)
    return torch.stack(outputs), h, c
