"""Indices."""

import numpy
import torch
import torch.nn.functional as F

from harness import bools, case, floats, i32, i64, real, u8
from families.common import inf, nan

for make in [i32, i64]:
    case("Gather", lambda x, i: x[i.long()], real(4, 2), make([3, 0, 3]))
    case("Gather", lambda x, i: x[i.long()], real(3), make([1, 2, 2, 0], 2, 2))
    case("OneHot", lambda i: F.one_hot(i.long(), 4).double(), make([3, 0, 1]), n=4, dtype="f")
    case("Pick", lambda x, i: x.gather(-1, i.long().unsqueeze(-1)).squeeze(-1), real(3, 4), make([1, 3, 1]))
    case("ScatterAdd", lambda u, i: torch.zeros(4, 2, dtype=u.dtype).index_add(0, i.long(), u), real(3, 2), make([3, 0, 3]), n=4)
case("Gather", lambda x, i: x[i.long()], real(3, 2), i32([], 0))
case("Gather", lambda x, i: x[i.long()], real(3, 2), i32([2], ))
case("Gather", lambda x, i: x[i.long()], i64([5, 6, 7]), i32([2, 1]))
for shape, index, dims, axis in [((2, 3), [2, 0], (2,), 1), ((2, 3, 2), [1, 1, 0, 2], (2, 2), 1), ((3, 2), [1, 1], (2,), 0), ((2, 3), [0], (1,), -1)]:
    case("GatherAxis", lambda x, i: x.index_select(axis, i.long().flatten()).unflatten(axis, dims), real(*shape), i32(index, *dims), axis=axis)
for shape, index, dims, axis in [((2, 3), [2, 0, 1, 1], (2, 2), 1), ((2, 3), [1, 0, 1], (1, 3), 0), ((2, 2, 3), [2, 0, 0, 1], (2, 2, 1), -1), ((4,), [3, 3, 0], (3,), 0), ((2, 3), [], (2, 0), 1)]:
    case("TakeAlongAxis", lambda x, i: torch.take_along_dim(x, i.long(), axis), real(*shape), i32(index, *dims), axis=axis)
case("TakeAlongAxis", lambda x, i: torch.take_along_dim(x, i, 1), real(2, 3), i64([1, 1], 1, 2), name="one list for all", axis=1)
case("TakeAlongAxis", lambda x, i: torch.take_along_dim(x, i, 0), real(3, 1), i64([1, 2], 1, 2), name="one line for all", axis=0)
for shape, index, axis, n in [((2, 2), [2, 0, 1, 1], 1, 3), ((2, 2), [2, 0, 2, 1], 0, 3), ((2, 1, 2), [1, 1, 0, 3], -1, 4), ((3,), [0, 0, 0], 0, 1), ((2, 0), [], 1, 2)]:
    case("AddAlongAxis", lambda u, i: torch.zeros(*u.shape[:axis % u.dim()], n, *u.shape[axis % u.dim() + 1:], dtype=u.dtype).scatter_add(axis, i.long(), u),
        real(*shape), i32(index, *shape), axis=axis, n=n)
case("OneHot", lambda i: F.one_hot(i.long(), 3).to(torch.uint8), i32([2, 0, 1, 1], 2, 2), n=3, dtype="u8")
case("OneHot", lambda i: F.one_hot(i.long(), 3).to(torch.int32), i32([], 0), n=3, dtype="i32")
case("Pick", lambda x, i: x.gather(-1, i.long().unsqueeze(-1)).squeeze(-1), real(2, 2, 3), i32([0, 2, 1, 1], 2, 2))
case("Pick", lambda x, i: x[i.long()], real(3), torch.tensor(2, dtype=torch.int32))
case("ScatterAdd", lambda u, i: torch.zeros(3, dtype=u.dtype).index_add(0, i.long().flatten(), u.flatten()), real(2, 2), i32([1, 1, 0, 1], 2, 2), n=3)
case("ScatterAdd", lambda u, i: torch.zeros(3, dtype=u.dtype).index_add(0, i.long(), u), i64([4, 5, 6]), i32([2, 2, 0]), n=3)
case("ScatterAdd", lambda u, i: torch.zeros(2, 2, dtype=u.dtype).index_add(0, i.long(), u), real(0, 2), i32([], 0), n=2)

for shape, index, dims, axis in [((4,), [2, 0], (2,), 0), ((2, 3), [2, 0, 1, 0], (2, 2), 1), ((3, 2), [2, 0], (1, 2), 0), ((2, 3), [], (2, 0), 1), ((3,), [1, 1, 1], (3,), 0)]:
    if index != [1, 1, 1]:  # PyTorch does not say which of several stays
        case("PutAlongAxis", lambda x, i, u: x.scatter(axis, i.long(), u), real(*shape), i32(index, *dims), real(*dims), axis=axis)
    for op, how in [("MaxAlongAxis", "amax"), ("MinAlongAxis", "amin")]:
        case(op, lambda x, i, u: x.scatter_reduce(axis, i.long(), u, how), real(*shape), i32(index, *dims), real(*dims), axis=axis)
for shape, index, dims in [((3, 2), [2, 1, 0, 0], (2, 2)), ((3, 2), [2, 1], (2, 1)), ((2, 2, 3), [1, 0, 1, 1, 1, 1], (3, 2)), ((4,), [3], (1,)), ((2, 3), [], (0, 2))]:
    pick = lambda i: tuple(i.long().unbind(-1))
    case("GatherND", lambda x, i: x[pick(i)], real(*shape), i32(index, *dims))
    k = dims[-1]
    case("ScatterND", lambda u, i: torch.zeros(shape, dtype=u.dtype).index_put(pick(i), u, accumulate=True), real(*dims[:-1], *shape[k:]), i64(index, *dims), dims=list(shape[:k]))
for right in [False, True]:
    for row, v in [([1.0, 2.0, 2.0, 5.0], [0.0, 1.0, 2.0, 3.0, 5.0, 9.0]), ([], [1.0]), ([1.0, inf, nan], [inf, nan, -inf])]:
        case("Searchsorted", lambda x, v: torch.tensor(numpy.searchsorted(x.detach().numpy(), v.detach().numpy(), "right" if right else "left")).int(), floats(row), floats(v), right=right, name=f"{row} {right}")
    case("Searchsorted", lambda x, v: torch.searchsorted(x, v, right=right, out_int32=True), i32([1, 3, 5, 0, 0, 2], 2, 3), i32([3, 4, 0, 9], 2, 2), right=right, name=f"rows {right}")
for shape, mask, n in [((5,), [1, 0, 1, 1, 0], 4), ((5,), [1, 0, 1, 1, 0], 2), ((2, 3), [0, 1, 1], 5), ((3,), [0, 0, 0], 2)]:
    case("MaskedSelect", lambda x, m: (F.pad(x.masked_select(m), (0, 9), value=0.5)[:n], m.expand_as(x).sum().int()), real(*shape), bools(mask), n=n)
for op, f in [("SegmentSum", "sum"), ("SegmentMean", "mean"), ("SegmentMax", "amax")]:
    for shape, ids, n in [((4, 2), [1, 0, 1, 2], 3), ((3,), [0, 0, 0], 1), ((3, 1, 2), [1, 0, 1], 2)]:
        def segments(x, i):
            at = i.long().reshape(-1, *[1] * (x.dim() - 1)).expand_as(x)
            base = torch.full((n, *x.shape[1:]), -inf if f == "amax" else 0.0, dtype=x.dtype)
            return base.scatter_reduce(0, at, x, f, include_self=False)
        case(op, segments, real(*shape), i32(ids), n=n)
case("Bincount", lambda i: torch.bincount(i.long().flatten(), minlength=5).int(), i32([0, 3, 3, 1, 0, 3], 2, 3), n=5)
case("Bincount", lambda i: torch.bincount(i, minlength=2).int(), i64([1, 1]), n=2)
for values, bins, lo, hi in [([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, -0.5, nan], 4, 0.0, 1.0), ([-1.0, 1.0, 0.0, 0.125, inf], 3, -1.0, 1.0)]:
    case("Histogram", lambda x: torch.tensor(numpy.histogram(x.detach().numpy()[numpy.isfinite(x.detach().numpy())], bins, (lo, hi))[0]).int(), floats(values), bins=bins, lo=lo, hi=hi)
