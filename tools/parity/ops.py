"""The parity cases of package ops: python tools/parity/ops.py [OP ...]

A case is case(op, counterpart, operands..., attributes). Operands are real(shape) or positive(shape), drawn by the formula in
harness.py, or stated: floats, i32, i64, u8, bools. Sizes are kept small: every row of ops.All has a golden of its own.
"""

import math

import functools
import pathlib
import re

import numpy
import scipy.special
import torch
import torch.nn.functional as F

import philox
from harness import bools, case, floats, i32, i64, positive, real, u8, write

inf, nan = float("inf"), float("nan")


def unary(op, f, draw=real, at=(), **attr):
    """Ranks 0 to 5 with sizes 0 and 1, and the special values that float32 has as well."""
    for shape in [(), (0,), (1,), (7,), (2, 3), (2, 1, 3), (1, 2, 1, 2, 2)]:
        case(op, f, draw(*shape), **attr)
    case(op, f, floats([nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 30.0, -30.0, *at]), name=" ".join([f"{k}={v}" for k, v in attr.items()] + ["special"]), **attr)


def binary(op, f, a=real, b=real):
    """Broadcasting each way, empty operands, and each special value against each."""
    for sa, sb in [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((0, 3), (3,)), ((2, 1, 2), (3, 1)), ((2, 1, 1, 2, 1), (1, 2, 1, 2))]:
        case(op, f, a(*sa), b(*sb))
    values = [inf, -inf, 0.0, -0.0, 1.5, -1.5]
    case(op, f, floats(values, 6, 1), floats(values, 1, 6), name="special")
    case(op, f, floats([nan, 1.5, nan]), floats([1.5, nan, nan]), name="NaN")
    case(op, f, floats([1.5, -2.0, 0.0]), floats([1.5, -2.0, 0.0]), name="ties")


def reduction(op, f):
    """f takes x and a list of axes."""
    for shape, axes in [((5,), [0]), ((2, 3), [0]), ((2, 3), [-1]), ((2, 3, 2), [0, 2]), ((2, 3, 2), [1]), ((1, 4), [0]), ((0, 3), [1])]:
        case(op, lambda x: f(x, axes), real(*shape), axes=axes)
    case(op, lambda x: f(x, list(range(x.dim()))), real(2, 3, 2), name="all")
    for values in [[1.0, nan, inf], [1.0, inf, -inf], [-inf, -inf], [inf, 1.0], [-0.0, -0.0]]:
        case(op, lambda x: f(x, [0]), floats(values), name=f"special {values}", axes=[0])


def integers(op, f, *operands):
    for make, low in [(i32, -9), (i64, -9), (u8, 0)]:
        case(op, f, *[make([max(low, v) for v in o]) for o in operands], name=f"{make.__name__}")


def np_op(f, slope):
    """NumPy's function of one operand, which PyTorch has not."""

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = torch.as_tensor(f(x.detach().numpy()))
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, dy):
            return dy * slope(*ctx.saved_tensors)

    return Function.apply


def psi(n):
    """The polygamma function of order n, of tensors or arrays."""
    return lambda x: torch.tensor(scipy.special.psi(x) if n == 0 else scipy.special.polygamma(n, x))


# Pointwise, one operand.
unary("Abs", torch.abs)
unary("Acos", torch.acos, at=[0.5, -0.96875, 1.5])
unary("Acosh", lambda x: torch.acosh(x), at=[1.5, 1.03125, 0.5])
unary("Asin", torch.asin, at=[0.5, -0.96875, 1.5])
unary("Asinh", torch.asinh, at=[2.0**-20])
unary("Atan", torch.atan)
unary("Atanh", torch.atanh, at=[0.5, -0.96875, 1.5, 2.0**-20])
unary("Barrier", torch.clone)
unary("Cbrt", np_op(numpy.cbrt, lambda x, y: 1 / (3 * y * y)))
unary("Ceil", torch.ceil, at=[0.5, 1.5, -2.5])
unary("Cos", torch.cos)
unary("Cosh", torch.cosh)
unary("Digamma", np_op(scipy.special.psi, lambda x, y: psi(1)(x)), positive, at=[12.5, 0.015625, -1.5, -3.25])  # trigamma has 10 digits in PyTorch
unary("Erfc", torch.special.erfc, at=[0.5, 2.5, -4.0])
unary("Erfinv", torch.special.erfinv, at=[0.5, 0.984375, -0.25])
unary("Exp2", torch.exp2)
unary("Expm1", torch.expm1, at=[2**-20, -(2**-20)])
unary("Floor", torch.floor, at=[0.5, 1.5, -2.5])
unary("IsInf", torch.isinf)
unary("IsNaN", torch.isnan)
unary("Lgamma", np_op(lambda x: scipy.special.gammaln(x), lambda x, y: psi(0)(x)), positive, at=[12.5, 0.015625, -1.5, -3.25])
unary("Log10", torch.log10, positive)
unary("Log2", torch.log2, positive)
case("Logit", torch.logit, floats([0.25, 0.5, 0.515625, 0.984375, 2.0**-10, 0.75, 1 - 2.0**-10, 0.375]))
case("Logit", torch.logit, floats([0.25, 0.5, 0.015625, 0.984375], 2, 1, 2))
case("Logit", torch.logit, floats([0.0, 1.0, nan]), name="special")
for n in [0, 1, 2, 3, 6]:
    unary("Polygamma", np_op(psi(n), lambda x, y: psi(n + 1)(x)), positive, at=[12.5, 0.015625], n=n)
unary("Round", torch.round, at=[0.5, 1.5, -2.5])
unary("Sinh", torch.sinh, at=[2.0**-20])
unary("Tan", torch.tan)
unary("Trunc", torch.trunc, at=[0.5, 1.5, -2.5])
unary("Erf", torch.erf, at=[0.5, 2.5, -4.0])
unary("Exp", torch.exp)
unary("GELU", F.gelu)
unary("GELUTanh", lambda x: F.gelu(x, approximate="tanh"))
unary("IsFinite", torch.isfinite)
unary("Log", torch.log, positive)
unary("Log1p", torch.log1p, positive, at=[2**-20, -(2**-20), -0.5])
unary("Neg", torch.neg)
unary("ReLU", torch.relu)
unary("Reciprocal", torch.reciprocal)
unary("Rsqrt", torch.rsqrt, positive)
unary("Sigmoid", torch.sigmoid)
unary("Sign", torch.sign)
unary("Sin", torch.sin)
unary("Softplus", F.softplus)
unary("Sqrt", torch.sqrt, positive)
unary("Square", torch.square)
unary("Step", lambda x: (x > 0).to(x.dtype))
unary("StopGradient", torch.detach)
unary("Tanh", torch.tanh)
unary("Tap", torch.clone)
for op, f in [("Abs", torch.abs), ("Neg", torch.neg), ("Sign", torch.sign), ("Square", torch.square)]:
    integers(op, f, [3, -4, 0, 7])
for a, b in [(1.5, -0.25), (-2.0, 0.0)]:
    unary("Affine", lambda x: a * x + b if b else a * x, a=a, b=b)
unary("Scale", lambda x: -1.5 * x, a=-1.5)
for lo, hi in [(-0.5, 0.75), (-inf, 0.25), (-1.0, inf)]:
    unary("Clamp", lambda x: x.clamp(lo, hi), lo=lo, hi=hi)
case("Clamp", lambda x: x.clamp(-0.5, 0.5), floats([-0.5, 0.5, 0.0]), name="bounds", lo=-0.5, hi=0.5)
unary("LeakyReLU", lambda x: F.leaky_relu(x, 0.125), slope=0.125)
for p in [2.0, 3.0, -1.0, 0.0, 1.0]:
    unary("Pow", lambda x: x.pow(p), p=p)
for p in [0.5, -1.5]:
    unary("Pow", lambda x: x.pow(p), positive, p=p)

# Activations.
for alpha in [1.0, 0.75]:
    unary("CELU", lambda x: F.celu(x, alpha), alpha=alpha)
    unary("ELU", lambda x: F.elu(x, alpha), alpha=alpha)
unary("HardSigmoid", lambda x: F.relu6(x + 3) / 6, at=[3.0, -3.0, 2.5])  # the derivative of hardsigmoid has 1/6 in float32 only
unary("HardSwish", F.hardswish, at=[3.0, -3.0, 2.5])
for lo, hi in [(-1.0, 1.0), (-0.5, 0.75)]:
    unary("HardTanh", lambda x: F.hardtanh(x, lo, hi), at=[-0.5, 0.75], lo=lo, hi=hi)
unary("LogSigmoid", F.logsigmoid)
unary("Mish", F.mish)
unary("ReLU6", F.relu6, at=[6.0, 5.5])
unary("SELU", F.selu)
unary("SiLU", F.silu)
for beta in [2.0, 0.5]:
    unary("SoftplusBeta", lambda x: F.softplus(x, beta, threshold=1000), beta=beta)
unary("SoftSign", F.softsign)
unary("TanhShrink", F.tanhshrink)
for lam in [0.5, 0.0, 1.0]:
    unary("HardShrink", lambda x: F.hardshrink(x, lam), at=[0.5, -0.5], **{"lambda": lam})
    unary("SoftShrink", lambda x: F.softshrink(x, lam), at=[0.5, -0.5], **{"lambda": lam})
for t, v in [(0.5, -2.0), (-1.0, 0.25)]:
    unary("Threshold", lambda x: F.threshold(x, t, v), threshold=t, value=v)
for shape, slope in [((), ()), ((5,), ()), ((2, 3, 2), (3, 1)), ((0, 3), (3,)), ((2, 1, 2), (1,))]:
    case("PReLU", lambda x, w: torch.where(x > 0, x, w * x), real(*shape), real(*slope))
case("PReLU", lambda x, w: F.prelu(x, w), floats([nan, inf, -inf, 1.0, -2.0]), floats([0.25]), name="special")
for shape, axis in [((4,), 0), ((2, 6), 1), ((2, 6), -1), ((4, 3, 2), 0), ((2, 4, 1), -2), ((0, 2), 1)]:
    case("GLU", lambda x: F.glu(x, axis), real(*shape), axis=axis)
    case("SwiGLU", lambda x: F.silu(x.chunk(2, axis)[0]) * x.chunk(2, axis)[1], real(*shape), axis=axis)

# Pointwise, two operands and three.
binary("Add", torch.add)
binary("Div", torch.div, b=positive)
binary("Maximum", torch.maximum)
binary("Minimum", torch.minimum)
binary("Mul", torch.mul)
binary("Sub", torch.sub)
binary("Atan2", torch.atan2)
binary("CopySign", torch.copysign)
binary("Hypot", torch.hypot)
binary("LogAddExp", torch.logaddexp)
binary("Mod", torch.remainder, b=positive)
binary("Rem", torch.fmod, b=positive)
for op, f in [("Mod", torch.remainder), ("Rem", torch.fmod)]:
    integers(op, f, [7, -7, 6, -9, 5], [2, 2, 3, 4, 9])
    case(op, f, i32([7, -7, 7, -7, 6]), i32([3, 3, -3, -3, -2]), name="signs")
    case(op, f, floats([7.0, -7.0, 7.0, -7.0, 6.0]), floats([3.0, 3.0, -3.0, -3.0, -2.0]), name="signs of floats")
for op, f in [("Add", torch.add), ("Mul", torch.mul), ("Sub", torch.sub), ("Maximum", torch.maximum), ("Minimum", torch.minimum)]:
    integers(op, f, [3, -4, 0, 7], [2, 3, -5, 7])
integers("Div", lambda a, b: torch.div(a, b, rounding_mode="trunc"), [7, -7, 6, -9], [2, 2, 3, 4])
for op, f in [
    ("Equal", torch.eq), ("NotEqual", torch.ne), ("Less", torch.lt), ("LessEqual", torch.le), ("Greater", torch.gt), ("GreaterEqual", torch.ge),
]:
    binary(op, f)
    integers(op, f, [3, -4, 0, 7], [2, 3, 0, 7])
    case(op, f, bools([0, 0, 1, 1]), bools([0, 1, 0, 1]), name="bool")
for op, f in [("And", torch.bitwise_and), ("Or", torch.bitwise_or), ("Xor", torch.bitwise_xor)]:
    integers(op, f, [3, -4, 0, 7, 85], [6, 5, -1, 9, 51])
    case(op, f, bools([0, 0, 1, 1]), bools([0, 1, 0, 1]), name="table")
    case(op, f, bools([0, 1], 2, 1), bools([0, 1, 1], 1, 3), name="broadcast")
    case(op, f, bools([], 0), bools([1], 1), name="empty")
case("Not", torch.logical_not, bools([0, 1]), name="table")
case("Not", torch.logical_not, bools([], 0, 2), name="empty")
integers("Not", torch.bitwise_not, [3, -4, 0, 7])
for op, f in [("ShiftLeft", torch.bitwise_left_shift), ("ShiftRight", torch.bitwise_right_shift)]:
    integers(op, f, [3, -4, 0, 7, 85], [6, 1, 3, 0, 2])
    case(op, f, i64([1, -9, 5], 3, 1), i64([0, 1, 2, 3]), name="broadcast")
case("Where", torch.where, bools([1, 0, 1]), real(3), real(3))
case("Where", torch.where, bools([1, 0], 2, 1), real(3), real())
case("Where", torch.where, bools([1, 0, 0], 3), real(2, 1), real(2, 3))
case("Where", torch.where, bools([], 0), real(1), real(0))
case("Where", torch.where, bools([1, 0, 1, 0]), floats([nan, nan, -0.0, inf]), floats([1.0, -0.0, nan, -inf]), name="special")

# Dtypes.
case("Cast", lambda x: x.to(torch.int32), floats([1.75, -1.75, 0.5, -0.5, -0.0, 100.0]), name="f to i32", dtype="i32")
case("Cast", lambda x: x.to(torch.int64), floats([1.75, -1.75, 2.0**40]), name="f to i64", dtype="i64")
case("Cast", lambda x: x.to(torch.uint8), floats([1.75, 254.5, 0.0]), name="f to u8", dtype="u8")
case("Cast", lambda x: x.to(torch.bool), floats([1.75, 0.0, -0.0, nan, inf, 0.25]), name="f to b", dtype="b")
case("Cast", lambda x: x.to(torch.float32).to(torch.float64), real(2, 3), name="f to f", dtype="f")
case("Cast", lambda x: x.to(torch.uint8), i32([1, -1, 256, 300, -200]), name="i32 to u8", dtype="u8")
case("Cast", lambda x: x.to(torch.int32), i64([1, -1, 2**31, 2**32 + 5]), name="i64 to i32", dtype="i32")
case("Cast", lambda x: x.to(torch.float64), i64([1, -1, 2**20]), name="i64 to f", dtype="f")
case("Cast", lambda x: x.to(torch.float64), bools([1, 0], 2, 1), name="b to f", dtype="f")
case("Cast", lambda x: x.to(torch.bool), u8([2, 0, 255]), name="u8 to b", dtype="b")

# Shapes.
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

# Indices.
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

# Reductions.
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


def layer_norm(x, eps):
    mean, var = x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)
    return F.layer_norm(x, x.shape[-1:], eps=eps), mean, (var + eps).rsqrt()


def cross_entropy(x, labels):
    return F.cross_entropy(x.reshape(-1, x.shape[-1]), labels.long().flatten(), reduction="none").reshape(labels.shape), x.logsumexp(-1)


for shape, eps in [((5,), 1e-5), ((2, 3), 1e-5), ((2, 2, 4), 0.125), ((2, 1), 0.25), ((0, 3), 1e-5)]:
    case("LayerNorm", lambda x: layer_norm(x, eps), real(*shape), eps=eps)
for x, labels in [(real(2, 3), i32([2, 0])), (real(2, 2, 3), i64([0, 2, 1, 1], 2, 2)), (real(2, 1), i32([0, 0])), (real(0, 3), i32([], 0))]:
    case("SoftmaxCrossEntropy", cross_entropy, x, labels)
case("SoftmaxCrossEntropy", cross_entropy, floats([500.0, 0.0, -500.0, -inf, 1.0, 2.0], 2, 3), i32([2, 1]), name="special")


def adam_update(w, m, v, d, size, second, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * d, beta2 * v + (1 - beta2) * d * d
    return w - size * m / (v.sqrt() * second + eps), m, v


for shape in [(), (0,), (5,), (2, 3)]:
    case("AdamUpdate", lambda *x: adam_update(*x, 0.9, 0.99, 1e-2), real(*shape), real(*shape), positive(*shape), real(*shape),
         positive(), positive(), beta1=0.9, beta2=0.99, eps=1e-2)


def batch_norm(x, scale, shift, eps):
    axes = [i for i in range(x.dim()) if i != 1]
    return F.batch_norm(x, None, None, scale, shift, training=True, eps=eps), x.mean(axes), x.var(axes, correction=0)


for shape in [(3, 2), (2, 3, 5), (2, 2, 2, 3), (2, 1, 2, 1, 2), (1, 2, 6)]:
    case("BatchNorm", lambda *x: batch_norm(*x, 1e-2), real(*shape), real(shape[1]), real(shape[1]), eps=1e-2)


def layer_norm_affine(x, scale, shift, eps):
    mean, var = x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)
    return F.layer_norm(x, x.shape[-1:], scale, shift, eps), mean, (var + eps).rsqrt()


for shape in [(5,), (2, 3), (2, 2, 4), (0, 3), (1, 1)]:
    case("LayerNormAffine", lambda *x: layer_norm_affine(*x, 1e-2), real(*shape), real(shape[-1]), real(shape[-1]), eps=1e-2)


def rms_norm(x, scale, eps):
    return F.rms_norm(x, x.shape[-1:], scale, eps), (x.square().mean(-1, keepdim=True) + eps).rsqrt()


for shape in [(5,), (2, 3), (2, 2, 4), (0, 3), (1, 1)]:
    case("RMSNorm", lambda *x: rms_norm(*x, 1e-2), real(*shape), real(shape[-1]), eps=1e-2)


def group_norm(x, scale, shift, groups, eps):
    rows = x.reshape(x.shape[0], groups, x[0].numel() // groups)
    mean, var = rows.mean(-1), rows.var(-1, correction=0)
    return F.group_norm(x, groups, scale, shift, eps), mean, (var + eps) ** -0.5


for groups, shape in [(2, (3, 4)), (1, (2, 3, 5)), (3, (2, 6, 3, 2)), (4, (1, 4, 2, 1, 3)), (2, (5, 2, 9))]:
    case("GroupNorm", lambda *x: group_norm(*x, groups, 1e-2), real(*shape), real(shape[1]), real(shape[1]), groups=groups, eps=1e-2)

# Draws: see philox.py.
for seed, step, stream, dims in [(1, 0, 4, [5]), (2**40 + 3, 2**33 + 5, 7, [2, 3]), (0, 1, 3, [])]:
    of, n = {"seed": seed, "step": step, "stream": stream}, math.prod(dims)
    for dtype in ["f32", "f64"]:
        case("Uniform", lambda: torch.tensor(philox.uniform(n, dtype, **of)).reshape(dims), dims=dims, dtype=dtype, **of)
        case("Normal", lambda: torch.tensor(philox.normal(n, dtype, **of)).reshape(dims), dims=dims, dtype=dtype, **of)
    for p in [0.5, 0.25, 0.9]:
        case("Dropout", lambda x: x * torch.tensor(philox.kept(n, p, **of)).reshape(dims) / (1 - p), real(*dims), p=p, **of)
case("Dropout", lambda x: x, real(3), p=0.0, seed=1, step=0, stream=3)

# Products.
for sa, sb in [((2, 3), (3, 4)), ((1, 3), (3, 1)), ((2, 0), (0, 3)), ((0, 2), (2, 3)), ((2, 2, 3), (3, 2)), ((2, 1, 2, 3), (3, 3, 1)), ((2, 2, 3), (2, 3, 2))]:
    case("MatMul", torch.matmul, real(*sa), real(*sb))
for ta, tb in [(True, False), (False, True), (True, True)]:
    for lead in [(), (2,)]:
        case("MatMul", lambda a, b: torch.matmul(a.mT if ta else a, b.mT if tb else b), real(*lead, *((3, 2) if ta else (2, 3))), real(*((4, 3) if tb else (3, 4))), ta=ta, tb=tb)

info = (pathlib.Path(__file__).resolve().parents[2] / "ops" / "einsum_info.go").read_text()
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

write("ops/testdata/parity")
