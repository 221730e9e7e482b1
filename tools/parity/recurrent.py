"""The parity cases of nn's recurrent nets: python tools/parity/recurrent.py [NET ...]

Operands are x, the initial states (and cells), the lengths if there are any, then the parameters in the order of nn.Params: layer by layer
ahead, then back, each W, U, BW, BU, weights as [in, out]: the transpose of PyTorch's. The result is y, then the last states (and cells), joined.
"""

import torch
import torch.nn as nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from harness import Draw, case, i64, write


def small(*shape):
    """Weights such that gates are neither open nor shut."""
    return Draw(shape, lambda k, i: ((37 * i + 11 * k + 5) % 97 - 47.5) / 64)


def unrolled(net, x, h, lengths, params, bias):
    """Runs a module of PyTorch with parameters in place of its own."""
    names = ["weight_ih_l{}", "weight_hh_l{}"] + (["bias_ih_l{}", "bias_hh_l{}"] if bias else [])
    ends = [""] + (["_reverse"] if net.bidirectional else [])
    order = [n.format(l) + end for end in ends for l in range(net.num_layers) for n in names]
    at = {n: p.T if p.dim() == 2 else p for n, p in zip(order, params, strict=True)}
    if lengths is None:
        y, last = functional_call(net.double(), at, (x, h), strict=True)
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, last = functional_call(net.double(), at, (packed, h), strict=True)
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
    last = last if isinstance(last, tuple) else (last,)
    return torch.cat([v.flatten() for v in (y, *last)])


def recurrent(op, make, gates, batch, steps, width, hidden, layers=1, both=False, bias=True, lengths=None, cells=False, **attr):
    way = 2 if both else 1
    state = [small(layers * way, batch, hidden) for _ in range(2 if cells else 1)]
    params = []
    for _ in range(way):
        for l in range(layers):
            params += [small(way * hidden if l else width, gates * hidden), small(hidden, gates * hidden)]
            params += [small(gates * hidden), small(gates * hidden)] if bias else []
    net = make(width, hidden, num_layers=layers, bidirectional=both, bias=bias, batch_first=True)

    def f(x, *rest):
        h = rest[: len(state)]
        rest = rest[len(state) :]
        return unrolled(net, x, h if cells else h[0], lengths and rest[0], rest[1:] if lengths else rest, bias)

    case(op, f, small(batch, steps, width), *state, *([i64(lengths)] if lengths else []), *params,
         name=f"{steps} steps of {width} to {hidden}, {layers} layers, {'both ways' if both else 'ahead'}, bias {bias}, lengths {lengths} {attr or ''}",
         hidden=hidden, layers=layers, both=both, bias=bias, lengths=bool(lengths), **attr)


for op, make, gates, more in [("RNN", nn.RNN, 1, {}), ("RNN", lambda *a, **k: nn.RNN(*a, nonlinearity="relu", **k), 1, {"act": "relu"}),
                              ("LSTM", nn.LSTM, 4, {"cells": True}), ("GRU", nn.GRU, 3, {})]:
    recurrent(op, make, gates, 2, 3, 2, 3, **more)
    recurrent(op, make, gates, 1, 1, 1, 1, bias=False, **more)
    recurrent(op, make, gates, 2, 4, 2, 3, layers=2, **more)
    recurrent(op, make, gates, 2, 4, 3, 2, both=True, **more)
    recurrent(op, make, gates, 2, 3, 2, 2, layers=2, both=True, **more)
    recurrent(op, make, gates, 3, 4, 2, 2, lengths=[2, 4, 1], **more)
    recurrent(op, make, gates, 3, 4, 2, 2, layers=2, both=True, lengths=[4, 1, 3], **more)


# minGRU, step by step, after the formula of the paper.
def mingru(x, h, w, b, lengths, back):
    z, c = (x @ w + b).chunk(2, -1)
    z = z.sigmoid()
    ys = [None] * x.shape[1]
    for t in reversed(range(x.shape[1])) if back else range(x.shape[1]):
        valid = (t < lengths)[:, None]
        h = torch.where(valid, (1 - z[:, t]) * h + z[:, t] * c[:, t], h)
        ys[t] = torch.where(valid, h, 0)
    return torch.stack(ys, 1), h


def mingru_net(batch, steps, width, hidden, layers=1, both=False, lengths=None):
    way = 2 if both else 1

    def f(x, h, *rest):
        n, rest = (rest[0], rest[1:]) if lengths else (torch.full((batch,), steps), rest)
        last = []
        for l in range(layers):
            ys = []
            for d in range(way):
                w, b = rest[2 * (d * layers + l) : 2 * (d * layers + l) + 2]
                y, end = mingru(x, h[l * way + d], w, b, n, d == 1)
                ys, last = ys + [y], last + [end]
            x = torch.cat(ys, -1)
        return torch.cat([x.flatten(), torch.stack(last).flatten()])

    params = [p for _ in range(way) for l in range(layers) for p in (small(way * hidden if l else width, 2 * hidden), small(2 * hidden))]
    case("MinGRU", f, small(batch, steps, width), small(layers * way, batch, hidden), *([i64(lengths)] if lengths else []), *params,
         name=f"{steps} steps of {width} to {hidden}, {layers} layers, {'both ways' if both else 'ahead'}, lengths {lengths}",
         hidden=hidden, layers=layers, both=both, bias=True, lengths=bool(lengths))


mingru_net(2, 1, 2, 3)
mingru_net(2, 5, 2, 3)
mingru_net(2, 4, 3, 2, both=True)
mingru_net(2, 7, 2, 2, layers=2, both=True)
mingru_net(3, 4, 2, 2, lengths=[2, 4, 1])
mingru_net(3, 6, 2, 2, layers=2, both=True, lengths=[6, 1, 3])

write("nn/testdata/parity")
