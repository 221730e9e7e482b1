"""The parity cases of nn's embedding, positions, attention and transformer blocks: python tools/parity/transformer.py [LAYER ...]

Operands are x, further inputs, then the parameters in the order of nn.Params, weights as [in, out]: the transpose of PyTorch's.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call

from harness import Draw, bools, case, i32, i64, write


def small(*shape):
    """Weights such that sums stay about 1."""
    return Draw(shape, lambda k, i: ((37 * i + 11 * k + 5) % 97 - 47.5) / 64)


def called(module, names, params, *args, **kw):
    """Runs a module with parameters in place of its own; matrices come transposed."""
    at = {n: p.T if p.dim() == 2 else p for n, p in zip(names, params)}
    return functional_call(module.double(), at, args, kw, strict=True)


# Embedding.
case("Embedding", lambda t, w: F.embedding(t, w), i64([2, 0, 2, 1], 2, 2), small(3, 4))
case("Embedding", lambda t, w: F.embedding(t, w, padding_idx=1), i32([2, 1, 1, 0, 2]), small(3, 2), padding=1)

# Rotary positions, by complex numbers: (a + ib)·e^(i·angle).
def rotary(x, base, halves, at, width=0):
    n = width or x.shape[-1]
    turn, rest = x[..., :n], x[..., n:]
    angle = (at + torch.arange(x.shape[-2], dtype=torch.float64))[:, None] * base ** (-2 * torch.arange(n // 2, dtype=torch.float64) / n)
    pairs = torch.stack(turn.chunk(2, -1), -1) if halves else turn.unflatten(-1, (n // 2, 2))
    z = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * torch.polar(torch.ones_like(angle), angle))
    y = torch.cat([z[..., 0], z[..., 1]], -1) if halves else z.flatten(-2)
    return torch.cat([y, rest], -1)


for halves in [False, True]:
    case("Rotary", lambda x: rotary(x, 10000.0, halves, 0), small(2, 3, 4), halves=halves, base=10000, at=0)
    case("Rotary", lambda x: rotary(x, 100.0, halves, 5), small(1, 2, 3, 6), halves=halves, base=100, at=5)
    case("Rotary", lambda x: rotary(x, 100.0, halves, 1, 4), small(3, 7), halves=halves, base=100, at=1, width=4)

# Sinusoids, after the formula of Vaswani et al.
def sinusoids(x, base, halves, at):
    n = x.shape[-1]
    angle = (at + torch.arange(x.shape[-2], dtype=torch.float64))[:, None] / base ** (torch.arange(0, n, 2, dtype=torch.float64) / n)
    code = torch.empty(x.shape[-2:], dtype=torch.float64)
    first, second = (slice(0, n // 2), slice(n // 2, n)) if halves else (slice(0, n, 2), slice(1, n, 2))
    code[:, first], code[:, second] = angle.sin(), angle.cos()
    return x + code


for halves in [False, True]:
    case("Sinusoids", lambda x: sinusoids(x, 10000.0, halves, 0), small(2, 5, 6), halves=halves, base=10000, at=0)
    case("Sinusoids", lambda x: sinusoids(x, 50.0, halves, 1000), small(3, 2), halves=halves, base=50, at=1000)

case("Positions", lambda x, w: x + F.embedding(torch.arange(3) + 2, w), small(2, 3, 4), small(6, 4), at=2)
case("Positions", lambda x, w: x + F.embedding(torch.arange(3), w), small(3, 4), small(3, 4), at=0)

MHA = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]


def attention(x, heads, bias=True, causal=False, padding=None, add=None):
    """Self-attention; padding is True where a place is none."""
    t, e = x[-2:]

    def f(x, *more):
        more = list(more)
        drop = more.pop(0)[:, 0, 0].logical_not() if padding else None
        mask = more.pop(0) if add else None
        if causal:
            mask = torch.full((t, t), -torch.inf, dtype=x.dtype).triu(1) + (0 if mask is None else mask)
        m = nn.MultiheadAttention(e, heads, bias=bias, batch_first=True)
        if drop is not None and mask is not None:
            drop = torch.zeros_like(drop, dtype=x.dtype).masked_fill(drop, -torch.inf)
        return called(m, MHA if bias else MHA[::2], more, x, x, x, key_padding_mask=drop, attn_mask=mask, need_weights=False)[0]

    params = [small(e, 3 * e), small(3 * e), small(e, e), small(e)]
    extra = ([bools([not p for p in padding], x[0], 1, 1, t)] if padding else []) + ([small(t, t)] if add else [])
    case("MultiHeadAttention", f, small(*x), *extra, *(params if bias else params[::2]), heads=heads, bias=bias, causal=causal,
         padding=bool(padding), add=bool(add))


attention([2, 3, 4], 2)
attention([1, 5, 6], 3, bias=False, causal=True)
attention([2, 3, 4], 1, padding=[0, 0, 1, 0, 1, 1])
attention([2, 3, 4], 2, add=True)
attention([2, 3, 4], 2, add=True, causal=True, padding=[0, 0, 1, 0, 0, 0])


def cross(x, m, heads):
    e, d = x[-1], m[-1]
    mha = nn.MultiheadAttention(e, heads, kdim=d, vdim=d, batch_first=True)

    def f(x, memory, wq, bq, wkv, bkv, wo, bo):
        at = {"q_proj_weight": wq.T, "k_proj_weight": wkv[:, :e].T, "v_proj_weight": wkv[:, e:].T, "in_proj_bias": torch.cat([bq, bkv]),
              "out_proj.weight": wo.T, "out_proj.bias": bo}
        return functional_call(mha.double(), at, (x, memory, memory), {"need_weights": False}, strict=True)[0]

    case("CrossAttention", f, small(*x), small(*m), small(e, e), small(e), small(d, 2 * e), small(2 * e), small(e, e), small(e), heads=heads)


cross([2, 3, 4], [2, 5, 3], 2)
cross([1, 2, 6], [1, 3, 4], 3)  # with a memory of its own width PyTorch has other parameters


def grouped(x, heads, shared):
    e = x[-1]
    d = e // heads

    def f(x, w, wo):
        q, k, v = (x @ w).split([heads * d, shared * d, shared * d], -1)
        q, k, v = [a.unflatten(-1, (-1, d)).transpose(-2, -3) for a in (q, k, v)]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return y.transpose(-2, -3).flatten(-2) @ wo

    case("GroupedQueries", f, small(*x), small(e, (heads + 2 * shared) * d), small(e, e), heads=heads, shared=shared)


grouped([2, 3, 8], 4, 2)
grouped([1, 4, 4], 4, 1)

SELF = ["self_attn." + n for n in MHA]
NORM = [["norm%d.weight" % i, "norm%d.bias" % i] for i in (1, 2, 3)]
FF = ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"]


def widths(e, hidden):
    norm, mha = [small(e), small(e)], [small(e, 3 * e), small(3 * e), small(e, e), small(e)]
    return norm, mha, [small(e, hidden), small(hidden), small(hidden, e), small(e)]


def encoder(x, heads, hidden, pre, act):
    norm, mha, ff = widths(x[-1], hidden)
    layer = nn.TransformerEncoderLayer(x[-1], heads, hidden, 0.0, getattr(F, act), batch_first=True, norm_first=pre)
    names = NORM[0] + SELF + NORM[1] + FF
    case("TransformerEncoder", lambda x, *p: called(layer, names, p, x), small(*x), *norm, *mha, *norm, *ff, heads=heads, hidden=hidden, post=not pre, act=act)


def decoder(x, memory, heads, hidden, pre):
    norm, mha, ff = widths(x[-1], hidden)
    e = x[-1]
    layer = nn.TransformerDecoderLayer(e, heads, hidden, 0.0, F.gelu, batch_first=True, norm_first=pre)
    names = NORM[0] + SELF + NORM[1] + ["multihead_attn." + n for n in MHA] + NORM[2] + FF

    def f(x, m, *p):
        p = list(p)
        wq, bq, wkv, bkv = p[8:12]
        p[8:12] = [torch.cat([wq, wkv], 1), torch.cat([bq, bkv])]
        return called(layer, names, p, x, m, tgt_mask=nn.Transformer.generate_square_subsequent_mask(x.shape[-2], dtype=x.dtype), tgt_is_causal=True)

    across = [small(e, e), small(e), small(e, 2 * e), small(2 * e), small(e, e), small(e)]
    case("TransformerDecoder", f, small(*x), small(*memory), *norm, *mha, *norm, *across, *norm, *ff, heads=heads, hidden=hidden, post=not pre)


encoder([2, 3, 4], 2, 6, False, "relu")
encoder([2, 3, 4], 1, 5, True, "gelu")
decoder([2, 3, 4], [2, 2, 4], 2, 6, False)
decoder([1, 4, 4], [1, 3, 4], 2, 5, True)

write("nn/testdata/parity")
