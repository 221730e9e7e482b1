"""Draws: see philox.py."""

import math

import mpmath
import scipy.special
import torch

import philox
from harness import Draw, case, positive, real

for seed, step, stream, dims in [(1, 0, 4, [5]), (2**40 + 3, 2**33 + 5, 7, [2, 3]), (0, 1, 3, [])]:
    of, n = {"seed": seed, "step": step, "stream": stream}, math.prod(dims)
    for dtype in ["f32", "f64"]:
        case("Uniform", lambda: torch.tensor(philox.uniform(n, dtype, **of)).reshape(dims), dims=dims, dtype=dtype, **of)
        case("Normal", lambda: torch.tensor(philox.normal(n, dtype, **of)).reshape(dims), dims=dims, dtype=dtype, **of)
    for p in [0.5, 0.25, 0.9]:
        case("Dropout", lambda x: x * torch.tensor(philox.kept(n, p, **of)).reshape(dims) / (1 - p), real(*dims), p=p, **of)
case("Dropout", lambda x: x, real(3), p=0.0, seed=1, step=0, stream=3)


def by_elements(f, slope=None):
    """A draw of an element for each of x by its own source; the slope by mpmath, to 15 digits and more."""

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, of):
            v = x.detach().flatten().tolist()
            y = torch.tensor([float(f(philox.Own(i, **of), a)) for i, a in enumerate(v)], dtype=torch.float64).reshape(x.shape)
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, dy):
            x, y = ctx.saved_tensors
            s = [slope(a, b) if slope else 0.0 for a, b in zip(x.flatten().tolist(), y.flatten().tolist())]
            return dy * torch.tensor(s, dtype=torch.float64).reshape(x.shape), None

    return Function.apply


def gamma_slope(a, y):
    """How the logarithm y of a gamma variate moves with the shape a where the cumulative distribution is held."""
    with mpmath.workdps(40):
        x = mpmath.exp(mpmath.mpf(y))
        along = mpmath.diff(lambda s: mpmath.gammainc(s, 0, x, regularized=True), mpmath.mpf(a))
        return float(-along * mpmath.gamma(a) / (x**a * mpmath.exp(-x)))


log_gamma = by_elements(philox.Own.log_gamma, gamma_slope)
poisson = by_elements(philox.Own.poisson)
for seed, step, stream, dims in [(1, 0, 5, [5]), (2**40 + 3, 2**33 + 5, 7, [2, 3]), (0, 1, 9, []), (3, 4, 9, [0, 2])]:
    of, n = {"seed": seed, "step": step, "stream": stream}, math.prod(dims)
    more, u = {**of, "stream": stream + 1}, torch.tensor(philox.uniform(n, "f64", **of) if n else [], dtype=torch.float64).reshape(dims)
    gumbel = -torch.log(-torch.log(u))
    shape = positive(*dims)
    case("Gamma", lambda a: log_gamma(a, of).exp(), shape, **of)
    case("Gamma", lambda a: log_gamma(a, of).exp(), Draw(tuple(dims), lambda k, i: [0.125, 40.0, 0.5, 300.0, 1.0, 7.5][i % 6]), name=f"wide {dims}", **of)
    case("Beta", lambda a, b: torch.sigmoid(log_gamma(a, of) - log_gamma(b, more)), shape, positive(*dims), **of)
    case("Poisson", lambda m: poisson(m, of), Draw(tuple(dims), lambda k, i: [0.5, 40.0, 9.5, 300.0, 0.0, 12.0][i % 6]), **of)
    case("Bernoulli", lambda p: (u < p).to(p.dtype), Draw(tuple(dims), lambda k, i: (i + 1) / 8), **of)
    if dims:
        case("Dirichlet", lambda a: log_gamma(a, of).softmax(-1), shape, **of)
        case("Categorical", lambda x: (x + gumbel).argmax(-1).int(), real(*dims), **of)
    case("Gumbel", lambda: gumbel, dims=dims, dtype="f64", **of)
    for lo, hi in [(-2.0, 2.0), (0.5, 1.0), (4.0, 6.0), (-7.0, -3.0)]:
        erf = lambda x: scipy.special.erf(x / math.sqrt(2))
        z = torch.tensor(math.sqrt(2) * scipy.special.erfinv(erf(lo) + (erf(hi) - erf(lo)) * u.numpy()))
        case("TruncatedNormal", lambda: z.clamp(lo, hi), dims=dims, dtype="f64", lo=lo, hi=hi, **of)
    if len(dims) == 1:
        case("Permutation", lambda: torch.argsort(u, stable=True).int(), **{k: v for k, v in of.items()}, dims=dims)
case("Permutation", lambda: torch.argsort(torch.tensor(philox.uniform(9, "f64", seed=8, step=2, stream=6)), stable=True).int(), dims=[9], seed=8, step=2, stream=6)
