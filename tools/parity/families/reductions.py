"""Reductions, scans, orders, softmax."""

import functools

import torch

from harness import bools, case, floats, i32, i64, real, u8
from families.common import inf, integers, nan, reduction

for op, f in [("AnyTrue", torch.any), ("AllTrue", torch.all)]:
    for values, shape, axes in [([1, 0, 1, 1, 1, 1], (2, 3), [1]), ([0, 0, 1, 0], (2, 2), [0]), ([1, 0, 0, 0, 1, 1, 1, 1], (2, 2, 2), [0, 2]), ([], (0, 2), [0])]:
        case(op, lambda x: f(x, dim=axes), bools(values, *shape), axes=axes)
for op, f in [
    ("CumProd", torch.cumprod), ("CumMax", lambda x, a: x.cummax(a)[0]), ("CumMin", lambda x, a: x.cummin(a)[0]), ("LogCumSumExp", torch.logcumsumexp),
]:
    for shape, axis in [((1,), 0), ((7,), 0), ((2, 5), 1), ((3, 2), 0), ((2, 3, 2), -2), ((0, 2), 0)]:
        case(op, lambda x: f(x, axis), real(*shape), axis=axis)
case("CumProd", lambda x: x.cumprod(0), floats([2.0, 0.0, 3.0, 0.0, 5.0]), name="zeros", axis=0)
for make in [i32, i64]:
    case("CumProd", lambda x: x.cumprod(0, dtype=x.dtype), make([3, -4, 2, 7]), axis=0)
    case("CumMax", lambda x: x.cummax(0)[0], make([3, -4, 5, 4]), axis=0)
    case("CumMin", lambda x: x.cummin(0)[0], make([3, -4, 2, -7]), axis=0)
case("LogCumSumExp", lambda x: x.logcumsumexp(0), floats([-inf, 1.0, 1.0, -inf]), name="minus infinity", axis=0)
for shape, axis in [((5,), 0), ((2, 3), 1), ((3, 2), 0), ((1,), 0)]:
    case("Median", lambda x: x.quantile(0.5, axis), real(*shape), axis=axis)
case("Median", lambda x: x.quantile(0.5, 0), real(6), name="even", axis=0)
for q in [0.0, 0.3, 0.75, 1.0]:
    for shape, axis in [((5,), 0), ((2, 4), 1), ((3, 2), -2)]:
        case("Quantile", lambda x: x.quantile(q, axis), real(*shape), q=q, axis=axis)
reduction("Sum", lambda x, axes: x.sum(axes))
reduction("SumKeep", lambda x, axes: x.sum(axes, keepdim=True))
reduction("Mean", lambda x, axes: x.mean(axes))
reduction("MeanKeep", lambda x, axes: x.mean(axes, keepdim=True))
reduction("LogSumExp", lambda x, axes: x.logsumexp(axes))
reduction("LogSumExpKeep", lambda x, axes: x.logsumexp(axes, keepdim=True))
for keep, op in [(False, ""), (True, "Keep")]:  # along one axis, max and min send the cotangent to one element; amax and amin share it
    reduction("Max" + op, lambda x, axes: x.max(axes[0], keep)[0] if len(axes) == 1 else x.amax(axes, keep))
    reduction("Min" + op, lambda x, axes: x.min(axes[0], keep)[0] if len(axes) == 1 else x.amin(axes, keep))
for op, f in [("Sum", torch.sum), ("SumKeep", lambda x, axes: torch.sum(x, axes, keepdim=True)), ("Mean", torch.mean), ("LogSumExp", torch.logsumexp)]:
    case(op, lambda x: f(x, [0]), real(0, 2), name="of nothing", axes=[0])
for make in [i32, i64, u8]:
    case("Sum", lambda x: x.sum(0, dtype=x.dtype), make([7, 250, 3, 9]), axes=[0])
case("Sum", lambda x: x.sum(1, dtype=torch.int32), i32([2**31 - 1, 1, -5, -7], 2, 2), axes=[1])
for op, f in [("Max", torch.amax), ("Min", torch.amin)]:
    case(op, lambda x: f(x, [1]), floats([2.0, 3.0, 3.0, 1.0, 1.0, 1.0], 2, 3), name="ties", axes=[1])
    integers(op, lambda x: f(x, [0]), [3, -4, 0, 7])
for op, f in [("MaxWithIndex", torch.max), ("MinWithIndex", torch.min)]:
    for shape, axis in [((5,), 0), ((2, 3), 1), ((2, 3, 2), 1), ((3, 1), -1), ((0, 3), 1)]:
        case(op, lambda x: f(x, axis), real(*shape), axis=axis)
    case(op, lambda x: f(x, 1), floats([2.0, 3.0, 3.0, 1.0, 1.0, 1.0], 2, 3), name="ties", axis=1)
    case(op, lambda x: f(x, 1), floats([1.0, nan, inf, nan, nan, -inf, inf, inf, 1.0, -inf, -inf, 1.0], 4, 3), name="special", axis=1)
for op, f in [("ArgMax", torch.argmax), ("ArgMin", torch.argmin)]:
    for shape, axis in [((5,), 0), ((2, 3), 1), ((2, 3, 2), 1), ((3, 1), -1), ((0, 3), 1)]:
        case(op, lambda x: f(x, axis), real(*shape), axis=axis)
    case(op, lambda x: f(x, 1), floats([2.0, 3.0, 3.0, 1.0, 1.0, 1.0], 2, 3), name="ties", axis=1)
    case(op, lambda x: f(x, 1), floats([1.0, nan, inf, nan, nan, -inf, inf, inf, 1.0, -inf, -inf, 1.0], 4, 3), name="special", axis=1)
for shape, axis in [((5,), 0), ((2, 3), 1), ((2, 3, 2), -2), ((3, 1), -1), ((0, 3), 0)]:
    case("CumSum", lambda x: x.cumsum(axis), real(*shape), axis=axis)
case("CumSum", lambda x: x.cumsum(0), floats([1.0, inf, 2.0, -inf, 1.0]), name="special", axis=0)
case("CumSum", lambda x: x.cumsum(0).to(torch.int32), i32([5, -7, 2**31 - 1, 9]), axis=0)


def product(x, axes, keep=False):
    """By multiplications where there are infinities: the gradient of prod divides by the element, and is NaN there."""
    for axis in sorted((a % x.dim() for a in axes), reverse=True):
        x = x.prod(axis, keep) if x.isfinite().all() else functools.reduce(torch.mul, x.split(1, axis)).sum(axis, keep)
    return x


reduction("Prod", product)
reduction("ProdKeep", lambda x, axes: product(x, axes, True))
for values in [[0.0, 2.0, 3.0], [0.0, 2.0, 0.0, 4.0], [0.0, 0.0, 0.0], [2.0, 3.0, 4.0, 5.0, 0.5, 6.0, 7.0]]:
    case("Prod", lambda x: x.prod(), floats(values), name=f"{values}")
integers("Prod", lambda x: x.prod(0).to(x.dtype), [3, 4, 7, 5])
case("Prod", lambda x: x.prod(0), real(0, 2), name="of nothing", axes=[0])
for keep, op in [(False, ""), (True, "Keep")]:
    for name, f in [("Var" + op, torch.var), ("Std" + op, torch.std)]:
        for shape, axes in [((5,), [0]), ((2, 3), [0]), ((2, 3), [-1]), ((2, 3, 2), [0, 2]), ((2, 3, 2), [0, 1, 2])]:
            for correction in [0, 1]:
                case(name, lambda x: f(x, axes, correction=correction, keepdim=keep), real(*shape), axes=axes, correction=correction)
        case(name, lambda x: f(x, [0], correction=0, keepdim=keep), floats([1.0, nan, 2.0]), name="NaN", axes=[0], correction=0)
        case(name, lambda x: f(x, [0], correction=0, keepdim=keep), floats([3.0, 3.0, 3.0]), name="no variance", axes=[0], correction=0)
        case(name, lambda x: f(x, [0], correction=1, keepdim=keep), floats([2.0**20, 2.0**20 + 0.5, 2.0**20 + 1.0]), name="a large mean", axes=[0], correction=1)
    for p in [1.0, 2.0, 3.0, inf]:
        for shape, axes in [((5,), [0]), ((2, 3), [1]), ((2, 3, 2), [0, 2])]:
            case("Norm" + op, lambda x: torch.linalg.vector_norm(x, p, axes, keep), real(*shape), axes=axes, p=p)
    case("Norm" + op, lambda x: torch.linalg.vector_norm(x, 2, [0], keep), floats([0.0, 0.0]), name="of zeros", axes=[0], p=2)
    case("Norm" + op, lambda x: torch.linalg.vector_norm(x, 2, [0], keep), floats([3.0, -inf]), name="special", axes=[0], p=2)
for shape, axis in [((5,), 0), ((2, 7), 1), ((2, 3, 2), 1), ((3, 1), -1), ((2, 3), 0), ((0, 3), 1), ((2, 0), 1)]:
    for descending in [False, True]:
        of = {"axis": axis, "descending": descending}
        case("Sort", lambda x: torch.sort(x, dim=axis, descending=descending, stable=True)[0], real(*shape), **of)
        case("ArgSort", lambda x: torch.argsort(x, dim=axis, descending=descending, stable=True), real(*shape), **of)
        case("SortWithIndex", lambda x: torch.sort(x, dim=axis, descending=descending, stable=True), real(*shape), **of)
for descending in [False, True]:
    of = {"axis": 0, "descending": descending}
    for name, x in [("ties", floats([2.0, 3.0, 3.0, 1.0, 2.0, 1.0, 3.0])), ("special", floats([inf, nan, -0.0, 1.0, 0.0, -inf, nan, -0.0])), ("i32", i32([3, -4, 0, 3, 0])),
        ("i64", i64([2**40, -(2**40), 0, 2**40])), ("u8", u8([3, 255, 0, 3]))]:
        case("Sort", lambda x: torch.sort(x, dim=0, descending=descending, stable=True)[0], x, name=f"{name} {descending}", **of)
        case("ArgSort", lambda x: torch.argsort(x, dim=0, descending=descending, stable=True), x, name=f"{name} {descending}", **of)
        case("SortWithIndex", lambda x: torch.sort(x, dim=0, descending=descending, stable=True), x, name=f"{name} {descending}", **of)
        first = lambda x: [y[:3] for y in torch.sort(x, dim=0, descending=descending, stable=True)]
        case("TopK" if descending else "BottomK", first, x, name=name, axis=0, k=3)
for op, largest in [("TopK", True), ("BottomK", False)]:
    for shape, axis, k in [((5,), 0, 2), ((2, 7), 1, 3), ((2, 3, 2), 1, 3), ((3, 1), -1, 1), ((4, 3), 0, 2), ((2, 3), 1, 0), ((0, 3), 1, 2)]:
        case(op, lambda x: torch.topk(x, k, axis, largest), real(*shape), axis=axis, k=k)
for op, f in [("Softmax", torch.softmax), ("LogSoftmax", torch.log_softmax)]:
    for shape, axis in [((5,), 0), ((2, 3), 1), ((2, 3), 0), ((2, 3, 2), -2), ((3, 1), -1), ((0, 3), 1)]:
        case(op, lambda x: f(x, axis), real(*shape), axis=axis)
    case(op, lambda x: f(x, 1), floats([0.0, 500.0, -500.0, -inf, 1.0, 2.0, nan, 1.0, 2.0, inf, 1.0, 2.0, -inf, -inf, -inf], 5, 3), name="special", axis=1)
