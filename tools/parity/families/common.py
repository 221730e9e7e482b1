"""What several families draw on."""

import scipy.special
import torch

from harness import case, floats, i32, i64, real, u8

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
