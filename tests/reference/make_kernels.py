"""Reference values for the kernels, from PyTorch: inputs, outputs and all gradients of small cases."""
import torch
import torch.nn.functional as F

from attention import bilinear_outer, lstm_with_mask, masked_softmax, plain_attention, stam
from reference_file import ReferenceFile, random_mask, wanted


def conv3d():
    cases = {  # x (N, C, T, H, W), channels out, kernel, stride, padding
        "c3d": ((2, 3, 4, 6, 5), 4, (3, 3, 3), (1, 1, 1), (1, 1, 1)),
        "pointwise": ((2, 5, 2, 3, 4), 3, (1, 1, 1), (1, 1, 1), (0, 0, 0)),
        "no_padding": ((1, 2, 4, 5, 6), 3, (3, 3, 3), (1, 1, 1), (0, 0, 0)),
        "stride2": ((2, 2, 5, 7, 6), 3, (3, 3, 3), (2, 2, 2), (1, 1, 1)),
        "signal": ((2, 3, 17, 1, 1), 4, (7, 1, 1), (4, 1, 1), (3, 0, 0)),
        "skeleton": ((2, 3, 8, 5, 1), 4, (3, 3, 1), (2, 1, 1), (1, 1, 0)),
        "mat": ((1, 1, 6, 9, 7), 3, (3, 5, 3), (2, 4, 2), (1, 2, 1)),
        "image": ((2, 3, 1, 7, 8), 4, (1, 3, 3), (1, 2, 1), (0, 1, 1)),
        "uneven": ((1, 2, 4, 7, 9), 3, (2, 3, 4), (1, 2, 3), (0, 1, 2)),
        "wide": ((1, 9, 3, 4, 5), 17, (3, 3, 3), (1, 1, 1), (1, 1, 1)),
    }
    file = ReferenceFile()
    for name, (shape, out, kernel, stride, padding) in cases.items():
        x, w, b = wanted(*shape), wanted(out, shape[1], *kernel), wanted(out)
        y = F.conv3d(x, w, b, stride, padding)
        file.add_pass(name, dict(x=x, w=w, b=b), dict(y=y), dict(stride=stride, padding=padding))
    return file


def pool3d():
    cases = {  # x, window, stride, padding, ceil
        "c3d_pool1": ((1, 2, 4, 6, 8), (1, 2, 2), (1, 2, 2), (0, 0, 0), False),
        "floor": ((2, 1, 5, 7, 6), (2, 2, 2), (2, 2, 2), (0, 0, 0), False),
        "ceil": ((1, 2, 5, 7, 6), (2, 2, 2), (2, 2, 2), (0, 0, 0), True),
        "c3d_pool5_ceil": ((1, 3, 2, 7, 7), (2, 2, 2), (2, 2, 2), (0, 0, 0), True),
        "c3d_pool5_padded": ((1, 3, 2, 7, 7), (2, 2, 2), (2, 2, 2), (0, 1, 1), False),
        "overlapping": ((1, 2, 5, 6, 7), (3, 3, 3), (2, 2, 2), (1, 1, 1), False),
        "overlapping_ceil": ((1, 2, 4, 6, 8), (3, 2, 3), (2, 3, 2), (1, 0, 1), True),
        "time_only": ((2, 2, 9, 1, 3), (4, 1, 1), (2, 1, 1), (0, 0, 0), False),
    }
    file = ReferenceFile()
    for name, (shape, window, stride, padding, ceil) in cases.items():
        fixed = dict(window=window, stride=stride, padding=padding, ceil=[float(ceil)])
        x = wanted(*shape)
        file.add_pass(f"max_{name}", dict(x=x), dict(y=F.max_pool3d(x, window, stride, padding, ceil_mode=ceil)), fixed)
        for include in [False, True] if any(padding) else [True]:  # does padding count in the divisor?
            x = wanted(*shape)
            y = F.avg_pool3d(x, window, stride, padding, ceil_mode=ceil, count_include_pad=include)
            file.add_pass(f"average_{name}" + ("" if include else "_excluded"), dict(x=x), dict(y=y),
                          dict(fixed, include=[float(include)]))
    return file


def batch_norm():
    file = ReferenceFile()
    for name, shape, training in [("train", (3, 4, 2, 3, 2), True), ("train_signal", (5, 3, 7, 1, 1), True),
                                  ("eval", (2, 4, 2, 2, 3), False)]:
        x, gamma, beta = wanted(*shape), wanted(shape[1]), wanted(shape[1])
        mean, variance = torch.randn(shape[1]).double(), torch.rand(shape[1]).double() + 0.5
        fixed = dict(old_mean=mean.clone(), old_variance=variance.clone())
        y = F.batch_norm(x, mean, variance, gamma, beta, training, momentum=0.1, eps=1e-5)
        file.add_pass(name, dict(x=x, gamma=gamma, beta=beta), dict(y=y),
                      dict(fixed, new_mean=mean, new_variance=variance, training=[float(training)]))
    # Statistics over the valid (sample, step) places only; what is normalised is all of x.
    x, gamma, beta, mask = wanted(3, 4, 5, 2, 2), wanted(4), wanted(4), random_mask(3, 5)
    valid = x.permute(0, 2, 3, 4, 1)[mask].flatten(0, -2)
    wide = lambda v: v[None, :, None, None, None]
    y = wide(gamma) * (x - wide(valid.mean(0))) / torch.sqrt(wide(valid.var(0, unbiased=False)) + 1e-5) + wide(beta)
    file.add_pass("train_masked", dict(x=x, gamma=gamma, beta=beta), dict(y=y),
                  dict(mask=mask, old_mean=torch.zeros(4), old_variance=torch.ones(4), new_mean=0.1 * valid.mean(0),
                       new_variance=0.9 + 0.1 * valid.var(0, unbiased=True), training=[1.0]))
    return file


def dense():
    file = ReferenceFile()
    for name, (rows, inputs, outputs) in dict(linear=(5, 7, 3), linear_wide=(3, 33, 18), linear_one=(1, 4, 1)).items():
        x, w, b = wanted(rows, inputs), wanted(outputs, inputs), wanted(outputs)
        file.add_pass(name, dict(x=x, w=w, b=b), dict(y=F.linear(x, w, b)))
    for name, function in dict(relu=torch.relu, sigmoid=torch.sigmoid, tanh=torch.tanh).items():
        x = (3 * torch.randn(4, 9, dtype=torch.float64)).requires_grad_()
        file.add_pass(name, dict(x=x), dict(y=function(x)))
    x = (4 * torch.randn(5, 7, dtype=torch.float64)).requires_grad_()
    file.add_pass("softmax", dict(x=x), dict(y=torch.softmax(x, 1)))
    x, mask = wanted(6, 7), random_mask(6, 7)
    mask[2] = False  # a row of zeros
    file.add_pass("softmax_masked", dict(x=x), dict(y=masked_softmax(x, mask, 1)), dict(mask=mask))
    for name, (rows, classes, smoothing) in dict(cross_entropy=(4, 6, 0.0), cross_entropy_smooth=(5, 3, 0.1)).items():
        x, labels = wanted(rows, classes), torch.randint(classes, (rows,))
        loss = F.cross_entropy(x, labels, label_smoothing=smoothing)
        grad, = torch.autograd.grad(loss, x)
        file.add(name, x=x, labels=labels, smoothing=[smoothing], loss=loss.reshape(1), dx=grad)
    return file


def lstm():
    cases = {  # steps, batch, inputs, units, layers, both directions, start state
        "plain": (4, 3, 5, 6, 1, False, False),
        "start": (3, 2, 4, 5, 1, False, True),
        "two_layers": (5, 2, 3, 4, 2, False, True),
        "both_ways": (4, 3, 3, 5, 1, True, False),
        "two_layers_both_ways": (3, 2, 4, 3, 2, True, True),
        "one_step": (1, 2, 3, 4, 1, False, True),
    }
    file = ReferenceFile()
    for name, (L, B, I, U, layers, both, start) in cases.items():
        net = torch.nn.LSTM(I, U, layers, bidirectional=both).double()
        passes = layers * (2 if both else 1)
        x, h, c = wanted(L, B, I), wanted(passes, B, U), wanted(passes, B, U)
        inputs = dict(x=x, start_h=h, start_c=c) if start else dict(x=x)
        for layer in range(layers):
            for suffix, ours in [("", ""), ("_reverse", "r")][:2 if both else 1]:
                torch.nn.init.zeros_(getattr(net, f"bias_hh_l{layer}{suffix}"))  # torch has two, the library one
                for theirs, kind in [("weight_ih", "weight_x"), ("weight_hh", "weight_h"), ("bias_ih", "bias")]:
                    inputs[f"l{layer}{ours}.{kind}"] = getattr(net, f"{theirs}_l{layer}{suffix}")
        y, (last_h, last_c) = net(x, (h, c) if start else None)
        file.add_pass(name, inputs, dict(y=y, last_h=last_h, last_c=last_c),
                      dict(config=[L, B, I, U, layers, float(both)]))
    # Masked steps leave the state as it was and put it out.
    L, B, I, U = 6, 4, 3, 5
    mask = random_mask(L, B)
    mask[:, 1] = False
    inputs = {"x": wanted(L, B, I), "start_h": wanted(1, B, U), "start_c": wanted(1, B, U),
              "l0.weight_x": wanted(4 * U, I), "l0.weight_h": wanted(4 * U, U), "l0.bias": wanted(4 * U)}
    x, h, c, wx, wh, b = inputs.values()
    y, last_h, last_c = lstm_with_mask(x, h[0], c[0], wx, wh, b, mask)
    file.add_pass("masked", inputs, dict(y=y, last_h=last_h[None], last_c=last_c[None]),
                  dict(config=[L, B, I, U, 1, 0.0], mask=mask))
    return file


def attention():
    file = ReferenceFile()
    for name, (L, N, P, U, masked) in dict(plain=(4, 2, 3, 5, False), masked=(5, 3, 4, 6, True), one_place=(3, 2, 1, 4, False),
                                           one_step=(1, 2, 5, 4, True)).items():
        mask = random_mask(L, N, P) if masked else torch.ones(L, N, P, dtype=torch.bool)
        mask[0, :, 0] = True  # no sample without a token
        if masked and L > 2:
            mask[2, 0] = False  # a step without a token
        fixed = dict(mask=mask) if masked else {}
        h, w_alpha, b_alpha, w_beta, b_beta = wanted(L, N, P, U), wanted(U), wanted(1), wanted(U), wanted(1)
        f, alpha, beta = stam(h, w_alpha, b_alpha, w_beta, b_beta, mask)
        file.add_pass(f"stam_{name}", dict(h=h, w_alpha=w_alpha, b_alpha=b_alpha, w_beta=w_beta, b_beta=b_beta),
                      dict(f=f, alpha=alpha, beta=beta), fixed)
        h, w, b, v = wanted(L, N, P, U), wanted(U, U), wanted(U), wanted(U)
        f, weights = plain_attention(h, w, b, v, mask)
        file.add_pass(f"am_{name}", dict(h=h, w=w, b=b, v=v), dict(f=f, weights=weights), fixed)
    return file


def bilinear():
    file = ReferenceFile()
    a, v = wanted(37), wanted(37)
    file.add_pass("gate", dict(a=a, v=v), dict(y=a * v))
    for name, (N, M, C, L, P, masked) in dict(outer=(2, 3, 5, 2, 4, False), outer_masked=(3, 4, 3, 3, 6, True)).items():
        a, v = torch.rand(N, M, L, P).requires_grad_(), wanted(N, C, L, P)
        mask = random_mask(L, N, P) if masked else torch.ones(L, N, P, dtype=torch.bool)
        if masked:
            mask[1, 0] = False  # a token without a valid place is 0
        y = bilinear_outer(a.permute(2, 0, 3, 1), v.permute(2, 0, 3, 1), mask)
        file.add_pass(name, dict(a=a, v=v), dict(y=y), dict(mask=mask) if masked else {})
    return file


ALL = [conv3d, pool3d, batch_norm, dense, lstm, attention, bilinear]
