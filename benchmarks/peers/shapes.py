"""What peers written in Python build: the same shapes as *_shapes.hpp and model_shapes.hpp, under the same names."""

LSTM = {f"L{l}.B{b}.U{u}": (l, b, u)
        for l, b, u in [(16, 98, 512), (2, 49, 512), (2, 392, 512), (8, 960, 32)]}
ATTENTION = {f"N{n}.L{l}.P{p}.U{u}": (n, l, p, u)
             for n, l, p, u in [(8, 16, 49, 512), (1, 2, 49, 512), (32, 8, 30, 32)]}


def block(channels, kernel, stride, padding, pool=None, norm=False):
    return dict(channels=channels, kernel=kernel, stride=stride, padding=padding, pool=pool, norm=norm)


def c3d_blocks():
    def block3(channels, pool=None):
        return block(channels, (3, 3, 3), (1, 1, 1), (1, 1, 1), pool)
    return [block3(64, (1, 2, 2)), block3(128, (2, 2, 2)), block3(256), block3(256, (2, 2, 2)),
            block3(512), block3(512, (2, 2, 2)), block3(512), block3(512)]


def signal():
    return dict(channels=3, grid=(128, 1, 1), blocks=[
        block(16, (7, 1, 1), (4, 1, 1), (3, 0, 0), norm=True), block(16, (5, 1, 1), (2, 1, 1), (2, 0, 0), norm=True),
        block(16, (3, 1, 1), (2, 1, 1), (1, 0, 0), norm=True)])


# channels and grid (T, H, W) of each modality, its blocks, and what follows.
PAPER = dict(
    modalities=[dict(channels=3, grid=(16, 112, 112), blocks=c3d_blocks())],
    width=512, units=512, fc=(4096, 4096), classes=60, dropout=0.5, token_dropout=0.0, positions=False)
MEX = dict(
    modalities=[
        dict(channels=1, grid=(16, 12, 16), blocks=[
            block(8, (3, 3, 3), (2, 2, 2), (1, 1, 1), norm=True),
            block(16, (3, 3, 3), (1, 2, 2), (1, 1, 1), norm=True)]),
        dict(channels=1, grid=(16, 32, 16), blocks=[
            block(8, (3, 5, 3), (2, 4, 2), (1, 2, 1), norm=True),
            block(16, (3, 3, 3), (1, 2, 2), (1, 1, 1), norm=True)]),
        signal(), signal()],
    width=32, units=32, fc=(), classes=7, dropout=0.2, token_dropout=0.2, positions=True)

MODELS = {"paper.b1": (PAPER, 1), "paper.b4": (PAPER, 4), "paper.b8": (PAPER, 8),
          "mex.b1": (MEX, 1), "mex.b32": (MEX, 32)}


def grid_after(modality):
    """(channels, T, H, W) that a modality's blocks leave."""
    size = modality["grid"]
    for b in modality["blocks"]:
        size = [(s + 2 * p - k) // t + 1 for s, p, k, t in zip(size, b["padding"], b["kernel"], b["stride"])]
        size = [s // q for s, q in zip(size, b["pool"] or (1, 1, 1))]
    return [modality["blocks"][-1]["channels"], *size]
