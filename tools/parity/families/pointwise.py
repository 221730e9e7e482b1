"""Pointwise ops, activations and casts."""

import numpy
import scipy.special
import torch
import torch.nn.functional as F

from harness import bools, case, floats, i32, i64, positive, real, u8
from families.common import binary, inf, integers, nan, np_op, psi, unary

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
for via, dtype in [("f16", torch.float16), ("bf16", torch.bfloat16)]:
    least, most, last = {"f16": (2.0**-24, 65504.0, 2.0**-10), "bf16": (2.0**-133, 2.0**127 * (2 - 2.0**-7), 2.0**-7)}[via]
    values = [0.0, -0.0, 1.0, -2.5, 1 + last / 2, 1 + last * 1.5, 1 + last / 2 + 2.0**-20, 3.140625, least, least / 2, least * 0.75, -least * 1.5, least * 2.5, 1023.5 * least, most, -most,
        inf, -inf, nan, 1e-3, 0.3333333432674408, 123.456787109375]
    values += [65519.0, 65520.0, -1e9] if via == "f16" else [2.0**127 * (2 - 2.0**-8), -(2.0**127) * (2 - 2.0**-23)]
    case("Cast", lambda x: x.detach().to(dtype).to(torch.float64), floats(values), name=f"through {via}", dtype="f", via=via)
    case("Cast", lambda x: x.detach().to(dtype).to(torch.float64), real(2, 3, 4), dtype="f", via=via)
