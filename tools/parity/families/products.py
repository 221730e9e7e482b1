"""Matrix products, convolutions, pools, attention, cells."""

import pathlib
import re

import torch
import torch.nn.functional as F

from harness import bools, case, floats, i32, real
from families.common import inf, nan

for sa, sb in [((2, 3), (3, 4)), ((1, 3), (3, 1)), ((2, 0), (0, 3)), ((0, 2), (2, 3)), ((2, 2, 3), (3, 2)), ((2, 1, 2, 3), (3, 3, 1)), ((2, 2, 3), (2, 3, 2))]:
    case("MatMul", torch.matmul, real(*sa), real(*sb))
for ta, tb in [(True, False), (False, True), (True, True)]:
    for lead in [(), (2,)]:
        case("MatMul", lambda a, b: torch.matmul(a.mT if ta else a, b.mT if tb else b), real(*lead, *((3, 2) if ta else (2, 3))), real(*((4, 3) if tb else (3, 4))), ta=ta, tb=tb)

info = (pathlib.Path(__file__).resolve().parents[3] / "ops" / "einsum_info.go").read_text()
equations = re.findall(r'^\t\{"(.*?)", \[\]\[\]int\{(.*)\}\},$', info, re.M)  # the cases that are checked in Go
assert len(equations) > 30
for k, (of, dims) in enumerate(equations):
    shapes = [tuple(int(n) for n in d.split(",") if n) for d in re.findall(r"\{([\d, ]*)\}", dims)]
    case("Einsum", lambda *x: torch.einsum(of, *x), *[real(*s) for s in shapes], name=f"{k} {of}", equation=of)
case("Einsum", lambda a, b: torch.einsum("ij,jk", a, b), i32([1, 2, 3, 4, 5, 6], 2, 3), i32([1, -2, 3], 3, 1), name="i32", equation="ij,jk")


def padded(x, attr, value=0.0):
    """Pads before and after each spatial dimension: pad, padAfter or, so that size/stride elements result, same."""
    d, before, after = x.dim() - 2, list(attr.get("pad", [0])), list(attr.get("padAfter", attr.get("pad", [0])))
    before, after = before * (d // len(before)), after * (d // len(after))
    if attr.get("same"):
        for k in range(d):
            n, stride, dilation = x.shape[2 + k], attr["stride"][k], attr.get("dilation", [1] * d)[k]
            more = max(0, (-(-n // stride) - 1) * stride + (attr["window"][k] - 1) * dilation + 1 - n)
            before[k], after[k] = more // 2, more - more // 2
    return F.pad(x, [p for k in reversed(range(d)) for p in (before[k], after[k])], value=value)


def convolve(sx, sw, **attr):
    f, groups = [F.conv1d, F.conv2d, F.conv3d][len(sx) - 3], attr.get("groups", 1)
    of = {**attr, "window": sw[2:]}
    case("Conv", lambda x, w: f(padded(x, of), w, stride=attr.get("stride", 1), dilation=attr.get("dilation", 1), groups=groups), real(*sx), real(*sw), **attr)


convolve((2, 2, 7), (3, 2, 3))
convolve((1, 2, 8), (2, 2, 3), stride=[2], pad=[2], padAfter=[1], dilation=[2])
convolve((1, 2, 4, 5), (2, 2, 3, 2))
convolve((1, 4, 4, 4), (4, 2, 3, 3), pad=[1], groups=2, stride=[1, 2])
convolve((1, 3, 5, 4), (3, 1, 2, 2), groups=3, dilation=[2, 1])
convolve((1, 1, 5, 6), (1, 1, 3, 2), same=True, stride=[2, 2])
convolve((1, 2, 3, 3, 3), (2, 2, 2, 2, 2), stride=[2, 1, 1], pad=[1, 0, 0])
convolve((0, 2, 4), (3, 2, 3))


def transposed(sy, sw, **attr):
    f, pad = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][len(sy) - 3], attr.get("pad", 0)
    case("ConvTranspose", lambda y, w: f(y, w, stride=attr.get("stride", 1), dilation=attr.get("dilation", 1), groups=attr.get("groups", 1), padding=pad,
        output_padding=attr.get("outputPad", 0)), real(*sy), real(*sw), **attr)


transposed((2, 3, 4), (3, 2, 3))
transposed((1, 2, 3, 2), (2, 2, 3, 2), stride=[2, 3], pad=[1], outputPad=[1, 2])
transposed((1, 4, 3, 3), (4, 1, 2, 2), groups=2, dilation=[2])
transposed((1, 2, 2, 2, 2), (2, 1, 2, 2, 2), stride=[2], outputPad=[1])


def pools(sx, **attr):
    d = len(sx) - 2
    k = attr["window"] = attr["window"] * (d // len(attr["window"]))
    stride, dilation = attr.get("stride", k), attr.get("dilation", 1)
    case("MaxPool", lambda x: [F.max_pool1d, F.max_pool2d, F.max_pool3d][d - 1](padded(x, {"stride": k, **attr}, -inf), k, stride, 0, dilation), real(*sx), **attr)
    if dilation == 1:
        avg, unfold = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][d - 1], {"stride": k, **attr}
        case("AvgPool", lambda x: avg(padded(x, unfold), k, stride), real(*sx), **attr)
        case("AvgPool", lambda x: avg(padded(x, unfold), k, stride) / avg(padded(torch.ones_like(x), unfold), k, stride), real(*sx), skipPadding=True, **attr)


pools((1, 2, 7), window=[2])
pools((2, 1, 7), window=[3], stride=[2], pad=[1])
pools((1, 2, 4, 5), window=[2, 3], stride=[1, 2], pad=[1, 0], padAfter=[0, 1])
pools((1, 1, 5, 5), window=[3, 2], stride=[2, 2], same=True)
pools((1, 1, 7, 5), window=[2], stride=[1], dilation=[3, 2])
pools((1, 1, 3, 4, 2), window=[2])
case("MaxPool", lambda x: F.max_pool1d(x, 3, 1), floats([1.0, 1.0, 0.5, 1.0, 1.0, nan, inf, -inf, -inf, -inf], 1, 1, 10), name="ties and special", window=[3], stride=[1])



def attention(sq, sk, sv, mask=None, bias=None, residual=True, **attr):
    """The residual is the sum that PyTorch does not return; it is left out where a query sees no key."""
    causal, scale = attr.get("causal", False), attr.get("scale", sq[-1] ** -0.5)

    def f(q, k, v, *masks):
        t, s, group = sq[-2], sk[-2], sq[-3] // sk[-3]
        scores = scale * q @ k.repeat_interleave(group, -3).mT
        seen = torch.ones(t, s, dtype=torch.bool).tril(s - t if causal else s)
        for m in masks:
            if m.dtype == torch.bool:
                seen = seen & m
            else:
                scores = scores + m
        more = sum([m for m in masks if m.dtype != torch.bool], torch.zeros(t, s, dtype=q.dtype)).masked_fill(~seen, -inf)
        plain = causal and t == s and not masks
        y = F.scaled_dot_product_attention(q, k, v, None if plain else more, is_causal=plain, scale=attr.get("scale"), enable_gqa=group > 1)
        return [y, scores.masked_fill(~seen, -inf).logsumexp(-1)] if residual else y

    if residual:
        attr["residual"] = True
    case("Attention", f, real(*sq), real(*sk), real(*sv), *[m for m in [mask, bias] if m is not None], **attr)


attention((1, 3, 2), (1, 3, 2), (1, 3, 2))
attention((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3), scale=-0.75)
attention((2, 2, 4, 3), (2, 2, 4, 3), (2, 2, 4, 3), causal=True)
attention((1, 2, 2, 3), (1, 2, 5, 3), (1, 2, 5, 3), causal=True)
attention((2, 4, 3, 2), (2, 2, 4, 2), (2, 2, 4, 2), causal=True)
attention((2, 3, 1, 2), (2, 1, 4, 2), (2, 1, 4, 1))
attention((2, 2, 3, 2), (2, 2, 3, 2), (2, 2, 3, 2), mask=bools([1, 0, 1, 1, 1, 0], 2, 1, 1, 3))
attention((2, 2, 2, 2), (2, 2, 3, 2), (2, 2, 3, 2), bias=real(2, 3))
attention((2, 2, 2, 2), (2, 1, 3, 2), (2, 1, 3, 2), mask=bools([1, 1, 0, 0, 1, 1], 2, 3), bias=real(2, 1, 3), causal=True)
attention((1, 3, 2), (1, 3, 2), (1, 3, 2), mask=bools([1, 1, 0, 0, 0, 0, 0, 1, 1], 3, 3), residual=False)
attention((1, 3, 2), (1, 2, 2), (1, 2, 2), bias=floats([0.5, -inf, -inf, -inf, -1.0, 2.0], 3, 2), residual=False)


# Cells: PyTorch's with no weights, the pre-activations in place of the biases.
def lstm_cell(x, u, c):
    n, zero = c.shape[-1], x.new_zeros
    rows = [torch.lstm_cell(zero(1, 1), (zero(1, n), r[None]), zero(4 * n, 1), zero(4 * n, n), a, b) for a, b, r in zip(x.reshape(-1, 4 * n), u.reshape(-1, 4 * n), c.reshape(-1, n))]
    return [torch.cat(y).reshape(c.shape) for y in zip(*rows)]


def gru_cell(x, u, h):
    n, zero = h.shape[-1], x.new_zeros
    rows = [torch.gru_cell(zero(1, 1), r[None], zero(3 * n, 1), zero(3 * n, n), a, b) for a, b, r in zip(x.reshape(-1, 3 * n), u.reshape(-1, 3 * n), h.reshape(-1, n))]
    return torch.cat(rows).reshape(h.shape)


for shape in [(1,), (3,), (2, 3), (2, 1, 2), (1, 9)]:
    case("LSTMCell", lstm_cell, real(*shape[:-1], 4 * shape[-1]), real(*shape[:-1], 4 * shape[-1]), real(*shape))
    case("GRUCell", gru_cell, real(*shape[:-1], 3 * shape[-1]), real(*shape[:-1], 3 * shape[-1]), real(*shape))
case("LSTMCell", lstm_cell, floats([60.0, -60.0, 9.0, 60.0, inf, -inf, -inf, -60.0]), floats([0.0] * 8), floats([0.5, -2.0]), name="saturated")
case("GRUCell", gru_cell, floats([60.0, -60.0, inf, -60.0, 60.0, -inf]), floats([0.0] * 6), floats([0.5, -2.0]), name="saturated")
