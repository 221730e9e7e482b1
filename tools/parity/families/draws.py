"""Draws: see philox.py."""

import math

import torch

import philox
from harness import case, real

for seed, step, stream, dims in [(1, 0, 4, [5]), (2**40 + 3, 2**33 + 5, 7, [2, 3]), (0, 1, 3, [])]:
    of, n = {"seed": seed, "step": step, "stream": stream}, math.prod(dims)
    for dtype in ["f32", "f64"]:
        case("Uniform", lambda: torch.tensor(philox.uniform(n, dtype, **of)).reshape(dims), dims=dims, dtype=dtype, **of)
        case("Normal", lambda: torch.tensor(philox.normal(n, dtype, **of)).reshape(dims), dims=dims, dtype=dtype, **of)
    for p in [0.5, 0.25, 0.9]:
        case("Dropout", lambda x: x * torch.tensor(philox.kept(n, p, **of)).reshape(dims) / (1 - p), real(*dims), p=p, **of)
case("Dropout", lambda x: x, real(3), p=0.0, seed=1, step=0, stream=3)
