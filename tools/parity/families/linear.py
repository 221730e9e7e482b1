"""Linear algebra, at operands that are well conditioned: float32 is held to what rounding costs."""

import torch

from families.common import nan
from harness import case, floats, real


class Near:
    """An operand near the identity, or near a diagonal matrix of other values: real values over 8 added to it."""

    def __init__(self, *shape, step=0.0, symmetric=False, first=2.0):
        self.x, self.step, self.symmetric, self.first = real(*shape), step, symmetric, first

    def tensor(self, k):
        x = self.x.tensor(k) / 8
        if self.symmetric:
            x = x + x.mT
        for i in range(min(x.shape[-2:])):
            x[..., i, i] += self.first + self.step * i
        return x


def near(*shape, **how):
    return Near(*shape, **how).tensor(0)


lead = [(), (2,), (2, 1), (0,)]
for n in range(5):
    for s in lead:
        case("Inverse", torch.linalg.inv, near(*s, n, n))
        case("Det", torch.linalg.det, near(*s, n, n).flip(-1))
        case("LogDet", torch.linalg.slogdet, near(*s, n, n).flip(-1))
        case("MatrixExp", torch.linalg.matrix_exp, near(*s, n, n, first=0.0))
        case("Cholesky", torch.linalg.cholesky, near(*s, n, n, symmetric=True))
case("MatrixExp", torch.linalg.matrix_exp, near(3, 3, first=-6.0, step=5.0), name="large")
case("Det", torch.linalg.det, near(9, 9))
case("LogDet", torch.linalg.slogdet, near(9, 9).roll(1, 0), name="odd")
case("Cholesky", torch.linalg.cholesky, near(9, 9, symmetric=True, first=6.0))
for values in [[1.0, 2.0, 2.0, 1.0], [-1.0, 0.0, 0.0, 1.0], [1.0, nan, nan, 1.0]]:
    case("Cholesky", lambda a: a * nan, floats(values, 2, 2), name=f"not definite {values}")
for a, b in [((2,), (2,)), ((2, 3), (3,)), ((2, 1, 4), (3, 4)), ((0,), (0,)), ((2, 0, 3), (3,))]:
    case("Dot", lambda x, y: (x * y).sum(-1), real(*a), real(*b))
for a, b in [((1, 1), (1, 2)), ((2, 2), (2, 1)), ((3, 3), (3, 2)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 1)), ((2, 1, 2, 2), (3, 2, 2)), ((0, 0), (0, 2)), ((4, 4), (4, 0))]:
    case("Solve", torch.linalg.solve, near(*a), real(*b))
    case("Solve", torch.linalg.solve, near(*a).flip(-2), real(*b), name=f"exchanged {a} {b}")
    for upper in [False, True]:
        for transposed in [False, True]:
            for unit in [False, True]:
                def solve(a, b):
                    half = a.triu() if upper else a.tril()
                    return torch.linalg.solve_triangular(half.mT if transposed else half, b, upper=upper != transposed, unitriangular=unit)
                case("TriangularSolve", solve, near(*a), real(*b), upper=upper, transposed=transposed, unit=unit)
for s in [(), (2,), (0,)]:
    for m, n in [(1, 1), (2, 2), (3, 3), (3, 2), (4, 1), (2, 3), (1, 3), (7, 5), (0, 2), (2, 0)]:
        case("QR", torch.linalg.qr, near(*s, m, n))


def upright(x, dim):
    """The signs that make the element of the largest magnitude along dim positive."""
    return x.gather(dim, x.detach().abs().argmax(dim, keepdim=True)).sign().detach()


def eigh(a):
    w, v = torch.linalg.eigh(a)
    return (w, v * upright(v, -2)) if v.numel() else (w, v)


def svd(a):
    u, s, vt = torch.linalg.svd(a, full_matrices=False)
    if not u.numel() or not vt.numel():
        return u, s, vt
    signs = upright(u, -2) if a.shape[-2] >= a.shape[-1] else upright(vt, -1).mT
    return u * signs, s, vt * signs.mT


for s in [(), (2,), (0,)]:
    for n in range(6):
        case("Eigh", eigh, near(*s, n, n, step=1.0, symmetric=True))
    for m, n in [(1, 1), (2, 2), (3, 3), (3, 2), (4, 1), (2, 3), (1, 3), (7, 4), (0, 2), (2, 0)]:
        case("SVD", svd, near(*s, m, n, step=1.0))
for n in [1, 2, 3, 4, 5, 8, 12, 37, 74]:
    for s in [(), (2,), (0,)]:
        case("RFFT", lambda x: [(y := torch.fft.rfft(x)).real, y.imag], real(*s, n))
        case("IRFFT", lambda re, im: torch.fft.irfft(torch.complex(re, im), n), real(*s, n // 2 + 1), real(*s, n // 2 + 1), n=n)
