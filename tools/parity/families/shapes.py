"""Shapes."""

import numpy
import torch
import torch.nn.functional as F

from harness import bools, case, floats, i32, i64, real, u8
from families.common import inf, nan

case("Concat", lambda *x: torch.cat(x, 0), real(3), real(0), real(2), axis=0)
case("Concat", lambda *x: torch.cat(x, 1), real(2, 1), real(2, 3), axis=1)
case("Concat", lambda *x: torch.cat(x, -2), real(2, 1, 3), real(2, 2, 3), real(2, 1, 3), axis=-2)
case("Concat", lambda *x: torch.cat(x, 0), real(2), axis=0)
for shape, to in [((), [3]), ((1,), [0]), ((3,), [2, 3]), ((2, 1), [2, 4]), ((2, 1, 3), [3, 2, 2, 3]), ((1, 1), [1, 1])]:
    case("Expand", lambda x: x.expand(to), real(*shape), to=to)
for shape, start in [((2, 3), 0), ((2, 3, 2), 1), ((2, 3, 1, 2), -2), ((2, 0), 0), ((5,), 0)]:
    case("Flatten", lambda x: x.flatten(start), real(*shape), **{"from": start})
for shape, axis in [((5,), 0), ((2, 3), 1), ((2, 3, 2), -2), ((1, 3), 0), ((0, 2), 0)]:
    case("Flip", lambda x: x.flip(axis), real(*shape), axis=axis)
for dtype, name in [(torch.float64, "f"), (torch.int32, "i32"), (torch.int64, "i64"), (torch.uint8, "u8")]:
    for n in [0, 1, 5]:
        case("Iota", lambda: torch.arange(n, dtype=dtype), n=n, dtype=name)
for shape, axis, before, after, value in [((3,), 0, 1, 2, 0.0), ((2, 3), 0, 2, 0, -1.5), ((2, 3), -1, 0, 1, 0.25), ((2, 0, 1), 1, 1, 1, 3.0), ((2,), 0, 0, 0, 1.0)]:
    case("Pad", lambda x: F.pad(x.movedim(axis, -1), (before, after), value=value).movedim(-1, axis), real(*shape), axis=axis, before=before, after=after, value=value)
for shape, to in [((6,), [2, 3]), ((2, 3), [3, -1]), ((1, 1), []), ((), [1, 1]), ((0, 3), [3, 0]), ((2, 3, 2), [-1])]:
    case("Reshape", lambda x: x.reshape(to), real(*shape), to=to)
for shape, axis, at, n, step in [((7,), 0, 1, 3, 1), ((7,), 0, 0, 3, 3), ((7,), 0, 6, 4, -2), ((2, 5), -1, 4, 5, -1), ((3, 4, 2), 1, 1, 2, 2), ((4,), 0, 2, 0, 1)]:
    case("Slice", lambda x: x.index_select(axis, torch.arange(n) * step + at), real(*shape), axis=axis, at=at, n=n, step=step)
for shape, axis, sizes in [((5,), 0, [2, 3]), ((2, 6), 1, [1, 2, 3]), ((4, 2), -2, [0, 4]), ((3,), 0, [3])]:
    case("Split", lambda x: x.split(sizes, axis), real(*shape), axis=axis, sizes=sizes)
for shape, axes in [((1, 3), [0]), ((2, 1, 3, 1), [1, -1]), ((1,), [0])]:
    case("Squeeze", lambda x: x.squeeze(axes), real(*shape), axes=axes)
case("Squeeze", lambda x: x.squeeze(), real(1, 2, 1), name="all")
for shapes, axis in [([(3,), (3,)], 0), ([(3,), (3,)], -1), ([(2, 3)] * 3, 1), ([()] * 2, 0), ([(0, 2)], 2)]:
    case("Stack", lambda *x: torch.stack(x, axis), *[real(*s) for s in shapes], axis=axis)
for shape, perm in [((2, 3), [1, 0]), ((2, 3, 4), [2, 0, 1]), ((2, 3, 1, 2), [0, -1, 2, 1]), ((0, 2), [1, 0]), ((3,), [0])]:
    case("Transpose", lambda x: x.permute(perm), real(*shape), perm=perm)
case("Transpose", lambda x: x.permute(2, 1, 0), real(2, 3, 2), name="reversed")
for shape, axis in [((), 0), ((3,), 0), ((3,), -1), ((2, 3), 1), ((0,), 0)]:
    case("Unsqueeze", lambda x: x.unsqueeze(axis), real(*shape), axis=axis)

for op, f in [("Tril", torch.tril), ("Triu", torch.triu)]:
    for shape, k in [((3, 3), 0), ((2, 4), 1), ((4, 2), -2), ((2, 2, 3), -1), ((0, 2), 0), ((1, 1), 5)]:
        case(op, lambda x: f(x, k), real(*shape), k=k)
    case(op, lambda x: f(x, 0), i32([1, 2, 3, 4], 2, 2), k=0)
    case(op, lambda x: f(x, 0), floats([nan, nan, inf, -0.0], 2, 2), name="special", k=0)


for shape, axis, shift in [((5,), 0, 2), ((5,), 0, -7), ((2, 3), 1, 1), ((2, 3), -2, 1), ((0, 2), 0, 3), ((2, 3), 0, 4)]:
    case("Roll", lambda x: x.roll(shift, axis), real(*shape), axis=axis, shift=shift)
for shape, reps in [((3,), [2]), ((2, 3), [2, 3]), ((2, 3), [2]), ((3,), [2, 2]), ((), [3]), ((2, 1), [0, 2]), ((2, 1, 2, 1, 2), [2, 1, 2, 2, 1])]:
    case("Tile", lambda x: x.tile(reps), real(*shape), reps=reps)
for shape, axis, n in [((3,), 0, 2), ((2, 3), 1, 3), ((2, 3), 0, 1), ((2, 3), -1, 0), ((0, 2), 0, 2), ((2, 1, 2, 1, 2, 1, 1, 2), 4, 2)]:
    case("Repeat", lambda x: x.repeat_interleave(n, axis), real(*shape), axis=axis, n=n)
for shape, k in [((3, 3), 0), ((2, 4), 1), ((4, 2), -2), ((2, 2, 3), -1), ((2, 3), 2), ((3, 2), 2)]:
    case("Diag", lambda x: x.diagonal(k, -2, -1), real(*shape), k=k)
for shape, k in [((3,), 0), ((2, 2), 1), ((3,), -2), ((0,), 0), ((1, 2, 2), 0)]:
    case("DiagEmbed", lambda x: torch.diag_embed(x, k), real(*shape), k=k)
for shape in [(3, 3), (2, 4), (1, 1), (3, 2)]:
    case("Trace", torch.trace if shape[0] == shape[1] else lambda x: x.diagonal().sum(), real(*shape))
case("Trace", lambda x: x.diagonal(0, -2, -1).sum(-1), real(2, 3, 3))
for dtype, name in [(torch.float64, "f"), (torch.int32, "i32"), (torch.bool, "b")]:
    for n in [0, 1, 3]:
        case("Eye", lambda: torch.eye(n, dtype=dtype), n=n, dtype=name)
for sizes in [(3,), (2, 3), (2, 1, 3), (0, 2)]:
    case("Meshgrid", lambda *x: torch.meshgrid(*x, indexing="ij"), *[real(n) for n in sizes])
for op, mode in [("PadReflect", "reflect"), ("PadReplicate", "replicate"), ("PadCircular", "circular")]:
    for shape, axis, before, after in [((1, 4), 1, 1, 2), ((2, 3), 1, 2, 0), ((3, 2), 0, 1, 1), ((2, 3, 2), 1, 0, 2)]:
        case(op, lambda x: F.pad(x.movedim(axis, -1), (before, after), mode=mode).movedim(-1, axis), real(*shape), axis=axis, before=before, after=after)
for shape, r in [((4, 2, 2), 2), ((1, 9, 1, 2), 3), ((2, 4, 1, 1), 2), ((1, 2, 3), 1)]:
    case("PixelShuffle", lambda x: F.pixel_shuffle(x, r), real(*shape), r=r)
for shape, r in [((1, 4, 2), 2), ((2, 1, 3, 6), 3), ((1, 2, 3), 1)]:
    case("PixelUnshuffle", lambda x: F.pixel_unshuffle(x, r), real(*shape), r=r)
for shape, window, stride, dilation, pad in [((1, 2, 3, 4), [2, 2], [1, 1], [1, 1], [0, 0]), ((2, 1, 4, 4), [3, 2], [2, 1], [1, 2], [1, 0]), ((1, 1, 5, 1), [2, 1], [1, 1], [3, 1], [0, 1])]:
    how = {"window": window, "stride": stride, "dilation": dilation, "pad": pad}
    case("Unfold", lambda x: F.unfold(x, window, dilation, pad, stride), real(*shape), **how)
    columns = F.unfold(torch.zeros(shape), window, dilation, pad, stride).shape
    case("Fold", lambda x: F.fold(x, shape[2:], window, dilation, pad, stride), real(*columns), sizes=list(shape[2:]), **how)
case("Unfold", lambda x: x.unfold(1, 2, 2).transpose(1, 2)[0], real(1, 5), name="one axis", window=[2], stride=[2], dilation=[1], pad=[0])
case("Fold", lambda u: torch.stack([u[0, 0], u[1, 0] + u[0, 1], u[1, 1]]).reshape(1, 3), real(2, 2), name="one axis", window=[2], stride=[1], dilation=[1], pad=[0], sizes=[3])
for a, b in [(3, 2), (1, 1), (0, 2)]:
    case("Outer", torch.outer, real(a), real(b))
for a, b in [((2,), (3,)), ((2, 3), (1, 2)), ((2, 1, 2), (1, 2, 2)), ((), ())]:
    case("Kron", torch.kron, real(*a), real(*b))
for a, b, n in [((2, 3), (3, 2), 1), ((2, 2, 3), (2, 3, 2), 2), ((2,), (3,), 0), ((3,), (3,), 1), ((2, 3), (2, 3), 2)]:
    case("TensorDot", lambda x, y: torch.tensordot(x, y, n), real(*a), real(*b), n=n)


def block(x, sizes, starts):
    """The slices of a block of x that is moved inside, as XLA does."""
    at = [max(0, min(int(i), n - k)) for n, k, i in zip(x.shape, sizes, starts)]
    return tuple(slice(i, i + k) for i, k in zip(at, sizes))


def written(x, u, *starts):
    y = x.clone()
    y[block(x, u.shape, starts)] = u
    return y


for shape, sizes, starts in [((5,), [2], [1]), ((5,), [2], [4]), ((3, 4), [2, 2], [1, 1]), ((3, 4), [2, 3], [-1, 9]), ((2, 3, 2), [1, 3, 1], [1, 0, 1]), ((2, 3), [0, 3], [1, 1])]:
    at = [torch.tensor(i, dtype=[torch.int32, torch.int64][k % 2]) for k, i in enumerate(starts)]
    case("DynamicSlice", lambda x, *i: x[block(x, sizes, i)], real(*shape), *at, name=f"{shape} {sizes} at {starts}", sizes=sizes)
    case("DynamicUpdateSlice", written, real(*shape), real(*sizes), *at, name=f"{shape} {sizes} at {starts}")


def subscripted(x, spec):
    """NumPy's basic indexing, of the numbers of the elements."""
    at = numpy.arange(x.numel()).reshape(x.shape)[eval(f"numpy.s_[{spec.replace('new', 'None')}]")]
    return x.flatten()[torch.tensor(numpy.array(at))]


for spec in ["...", "1", "-1", "1:", ":-1", "::-1", "::2", "-2::-2", "5:1:-1", "3:-9:-2", "9:", "-9:2", "2:1", ":, None", "None, ..., None", "..., ::-1", "1, ..., 0", ":, 1:3, ::-2", "..., -1, :", "4::-3, 0"]:
    case("Subscript", lambda x: subscripted(x, spec), real(5, 4, 3), spec=spec.replace("None", "new"))
    case("Subscript", lambda x: subscripted(x, spec), real(2, 3, 2), spec=spec.replace("None", "new"))
case("Subscript", lambda x: subscripted(x, "::-1, ..."), i32([1, 2, 3, 4], 2, 2), spec="::-1, ...")
case("Subscript", lambda x: subscripted(x, "1:, :"), bools([1, 0, 0], 3, 1), spec="1:, :")
