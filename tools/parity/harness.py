"""Runs cases in PyTorch, in float64, and writes goldens for `go test`, which needs no Python.

A golden is a file for each op, <folder>/<op>.json.gz: a list of cases, each with

  name   the attributes and shapes, or what the case is called
  attr   attributes for the Go row
  in     operands; out: results; each {t: dtype, s: shape, v: values in row-major order}; t is "f" for the float dtype under test
  grad   the gradients of sum over r of w_r . y_r, for each float operand, with y_r the float results and w_r[i] = weight(r, i)
  signs  the sign of a zero counts among the results

Operands are multiples of 1/64, unless a case states them, so that float32 holds them exactly.
"""

import gzip
import json
import math
import pathlib
import sys

import torch

TAGS = {torch.float64: "f", torch.float32: "f32", torch.int32: "i32", torch.int64: "i64", torch.uint8: "u8", torch.bool: "b"}

cases = {}


class Draw:
    """An operand of the given shape, filled by value(k, i, n) when its number k among the operands is known."""

    def __init__(self, shape, value):
        self.shape, self.value = shape, value

    def tensor(self, k):
        n = math.prod(self.shape)
        return torch.tensor([self.value(k, i) for i in range(n)], dtype=torch.float64).reshape(self.shape)


def real(*shape):
    """Values in (-1.52, 1.52), none of them 0; up to 97 all differ."""
    return Draw(shape, lambda k, i: ((37 * i + 11 * k + 5) % 97 - 47.5) / 32)


def positive(*shape):
    """Values in (0.26, 3.3)."""
    return Draw(shape, lambda k, i: ((37 * i + 11 * k + 5) % 97 + 8.5) / 32)


def floats(values, *shape):
    return torch.tensor(values, dtype=torch.float64).reshape(shape or (len(values),))


def i32(values, *shape):
    return torch.tensor(values, dtype=torch.int32).reshape(shape or (len(values),))


def i64(values, *shape):
    return torch.tensor(values, dtype=torch.int64).reshape(shape or (len(values),))


def u8(values, *shape):
    return torch.tensor(values, dtype=torch.uint8).reshape(shape or (len(values),))


def bools(values, *shape):
    return torch.tensor(values, dtype=torch.bool).reshape(shape or (len(values),))


def weight(r, i):
    return ((5 * i + 3 * r) % 11 - 4.5) / 4


def case(op, f, *operands, name=None, **attr):
    """Adds a case: f, the counterpart in PyTorch or NumPy, takes the operands as tensors; attr goes to the Go row."""
    xs = [x.tensor(k) if isinstance(x, Draw) else x.clone() for k, x in enumerate(operands)]
    diff = [x.requires_grad_() for x in xs if x.dtype == torch.float64]
    ys = f(*xs)
    ys = [ys] if isinstance(ys, torch.Tensor) else list(ys)
    of = [y for y in ys if y.dtype == torch.float64]
    golden = {
        "name": name or " ".join([f"{k}={v}" for k, v in attr.items()] + [TAGS[x.dtype].strip("f") + str(list(x.shape)).replace(",", "") for x in xs]),
        "attr": {k: number(v) if isinstance(v, float) else v for k, v in attr.items()},
        "in": [array(x) for x in xs],
        "out": [array(y) for y in ys],
    }
    if any(special(v) for x in diff for v in x.detach().flatten().tolist()):
        golden["signs"] = True
    if diff and of:
        grads = [None] * len(diff)
        with_grad = [(r, y) for r, y in enumerate(of) if y.requires_grad]
        if with_grad:
            w = [torch.tensor([weight(r, i) for i in range(y.numel())], dtype=y.dtype).reshape(y.shape) for r, y in with_grad]
            grads = torch.autograd.grad([y for _, y in with_grad], diff, w, allow_unused=True)
        golden["grad"] = [array(torch.zeros_like(x) if d is None else d) for x, d in zip(diff, grads)]
    file = cases.setdefault(op, [])
    assert golden["name"] not in [g["name"] for g in file], (op, golden["name"])
    file.append(golden)


def special(v):
    return not math.isfinite(v) or v == 0 and math.copysign(1, v) < 0


def number(v):
    """JSON has no infinities and no NaN."""
    if isinstance(v, float) and not math.isfinite(v):
        return "nan" if math.isnan(v) else "inf" if v > 0 else "-inf"
    return int(v) if isinstance(v, float) and v == int(v) and not special(v) else v


def array(x):
    x = x.detach()
    v = x.int() if x.dtype == torch.bool else x
    return {"t": TAGS[x.dtype], "s": list(x.shape), "v": [number(e) for e in v.flatten().tolist()]}


def write(folder):
    """Writes the goldens of the ops named on the command line, or of all; the same bytes every time."""
    folder = pathlib.Path(__file__).resolve().parents[2] / folder
    folder.mkdir(parents=True, exist_ok=True)
    for op, goldens in cases.items():
        if len(sys.argv) == 1 or op in sys.argv[1:]:
            text = json.dumps(goldens, separators=(",", ":")).encode()
            (folder / f"{op.lower()}.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
