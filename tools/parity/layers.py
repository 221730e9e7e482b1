"""The parity cases of nn's dense layer, normalisations, flattening and gates: python tools/parity/layers.py [LAYER ...]

Operands are x, further inputs, then the parameters in the order of nn.Params; a dense layer's weights are [in, out], the transpose of
PyTorch's. The last results of a layer with state are that state after the steps.
"""

import math

import torch
import torch.nn.functional as F
from torch.func import functional_call

from harness import case, positive, real, write

# Dense.
for x, out in [([4, 3], 2), ([2, 3, 4], 5), ([0, 3], 2)]:
    case("Dense", lambda x, w, b: F.linear(x, w.T, b), real(*x), real(x[-1], out), real(out), bias=True)
    case("Dense", lambda x, w: F.linear(x, w.T), real(*x), real(x[-1], out), bias=False)

case("Flatten", lambda x: x.flatten(1), real(2, 3, 4))
case("Flatten", lambda x: x.flatten(1), real(2, 2, 1, 3))
case("Flatten", lambda x: x.unsqueeze(1), real(3))
for x, n in [([1, 2, 6], 2), ([2, 1, 7], 3), ([1, 2, 4, 6], 2), ([1, 1, 4, 4, 3], 2)]:
    d = len(x) - 2
    case("MaxPool", lambda x: {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[d](x, n), real(*x), size=[n])
    case("AvgPool", lambda x: {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[d](x, n), real(*x), size=[n])

# Normalisations.
for x, eps in [([4, 5], 1e-5), ([2, 3, 6], 1e-3), ([3, 1], 1e-5)]:
    n = x[-1:]
    case("LayerNorm", lambda x, w, b: F.layer_norm(x, n, w, b, eps), real(*x), real(*n), real(*n), eps=eps)

for x, eps in [([4, 3], 1e-5), ([2, 3, 4], 1e-3), ([2, 2, 3, 2], 1e-5), ([2, 1, 2, 2, 2], 1e-5)]:
    c = x[1]
    case("BatchNorm", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True, eps=eps), real(*x), real(c), real(c), eps=eps, mode="training")
    mean, var = [0.25 * i - 0.5 for i in range(c)], [0.5 * i + 0.25 for i in range(c)]
    case("BatchNorm", lambda x, w, b: F.batch_norm(x, torch.tensor(mean, dtype=x.dtype), torch.tensor(var, dtype=x.dtype), w, b, training=False, eps=eps),
         real(*x), real(c), real(c), eps=eps, mode="evaluation", mean=mean, var=var)

for x, groups, eps in [([2, 4], 2, 1e-5), ([2, 6, 3], 3, 1e-3), ([1, 4, 2, 3], 1, 1e-5), ([2, 2, 2, 1, 3], 2, 1e-5)]:
    c = x[1]
    case("GroupNorm", lambda x, w, b: F.group_norm(x, groups, w, b, eps), real(*x), real(c), real(c), groups=groups, eps=eps)

for x in [[2, 3, 4], [1, 2, 3, 3], [2, 1, 2, 2, 2]]:
    c = x[1]
    mean, var = [0.25 * i - 0.5 for i in range(c)], [0.5 * i + 0.25 for i in range(c)]
    case("InstanceNorm", lambda x, w, b: F.instance_norm(x, None, None, w, b, eps=1e-4), real(*x), real(c), real(c), eps=1e-4, affine=True)
    case("InstanceNorm", lambda x: F.instance_norm(x), real(*x), eps=1e-5, affine=False)
    case("InstanceNorm", lambda x, w, b: F.instance_norm(x, torch.tensor(mean, dtype=x.dtype), torch.tensor(var, dtype=x.dtype), w, b, use_input_stats=False),
         real(*x), real(c), real(c), eps=1e-5, affine=True, mode="evaluation", mean=mean, var=var)

for x, eps in [([4, 5], 1e-5), ([2, 3, 6], 1e-2), ([3, 1], 1e-6), ([5], 1e-5)]:
    n = x[-1:]
    case("RMSNorm", lambda x, w: F.rms_norm(x, n, w, eps), real(*x), real(*n), eps=eps)

case("RMSNorm", lambda x, w: F.rms_norm(x * 1e-8, [4], w), real(3, 4), real(4), name="the default epsilon")

# Gates; the second half is the gate.
GATES = {"GLU": torch.sigmoid, "SwiGLU": F.silu, "GEGLU": F.gelu, "ReGLU": F.relu}
for name, f in GATES.items():
    for x in [[3, 4], [2, 2, 6]]:
        case(name, (lambda x: F.glu(x)) if name == "GLU" else lambda x: x.chunk(2, -1)[0] * f(x.chunk(2, -1)[1]), real(*x))

# Weights in parts. The parameters are those of the layer within, then the lengths.
CONV = {1: torch.nn.Conv1d, 2: torch.nn.Conv2d, 3: torch.nn.Conv3d}


def within(x, w):
    """The layer around weights w as ours has them, and the turn that brings these to PyTorch's layout."""
    if len(w) == 2:
        return torch.nn.Linear(w[0], w[1]).double(), lambda v: v.T
    return CONV[len(w) - 2](w[1], w[0], w[2:]).double(), lambda v: v


for x, w in [([4, 3], [3, 2]), ([1, 2, 5], [3, 2, 3]), ([1, 2, 3, 4], [2, 2, 2, 2])]:
    out = w[1] if len(w) == 2 else w[0]

    def weight_norm(x, v, b, g):
        layer, turn = within(x.shape, list(v.shape))
        layer = torch.nn.utils.parametrizations.weight_norm(layer)
        at = {"parametrizations.weight.original0": g.reshape([-1] + [1] * (v.dim() - 1)), "parametrizations.weight.original1": turn(v), "bias": b}
        return functional_call(layer, at, x, strict=True)

    case("WeightNorm", weight_norm, real(*x), real(*w), real(out), real(out))

    rest = math.prod(w) // out
    u, v = [0.5 + 0.25 * i for i in range(out)], [0.75 - 0.25 * i for i in range(rest)]

    def spectral(layer):
        layer = torch.nn.utils.parametrizations.spectral_norm(layer)
        layer.parametrizations.weight[0]._u.copy_(torch.tensor(u, dtype=torch.float64))
        layer.parametrizations.weight[0]._v.copy_(torch.tensor(v, dtype=torch.float64))
        return layer

    def spectral_norm(x, weight, b):
        layer, turn = within(x.shape, list(weight.shape))
        layer = spectral(layer)
        layer.train(mode == "training")
        return functional_call(layer, {"parametrizations.weight.original": turn(weight), "bias": b}, x)  # u and v are its own

    for mode in ["training", "evaluation"]:
        case("SpectralNorm", spectral_norm, real(*x), real(*w), real(out), mode=mode, u=u, v=v)

    def spectral_steps(*xs):
        *xs, weight, b = xs
        layer, turn = within(xs[0].shape, w)
        with torch.no_grad():
            layer.weight.copy_(turn(weight))
            layer.bias.copy_(b)
        layer, seen = spectral(layer), []
        for x in xs[:3]:
            y = layer(x)
            at = layer.parametrizations.weight[0]
            seen += [at._u.clone(), at._v.clone()]
        layer.eval()
        return [y, layer(xs[3]), *seen]

    case("SpectralNormSteps", spectral_steps, *[real(*x)] * 4, real(*w), real(out), u=u, v=v)


def steps(layer):
    """Three steps in training, then one in evaluation: the last two results, and the running statistics after each step."""
    def run(x1, x2, x3, x4):
        track, seen = layer(x1.shape[1]), []
        for x in (x1, x2, x3):
            y = track(x)
            seen += [track.running_mean.clone(), track.running_var.clone()]
        track.eval()
        return [y, track(x4), *seen]
    return run


for momentum in [0.1, 0.3]:
    make = lambda c: torch.nn.BatchNorm1d(c, momentum=momentum).double()
    case("BatchNormSteps", steps(make), real(4, 3), positive(4, 3), real(2, 3), real(5, 3), momentum=momentum)
    make = lambda c: torch.nn.BatchNorm2d(c, momentum=momentum).double()
    case("BatchNormSteps", steps(make), real(2, 2, 3, 2), positive(2, 2, 3, 2), real(1, 2, 2, 2), real(1, 2, 1, 1), momentum=momentum)
    make = lambda c: torch.nn.InstanceNorm1d(c, momentum=momentum, affine=False, track_running_stats=True).double()
    case("InstanceNormSteps", steps(make), real(4, 2, 3), positive(4, 2, 3), real(2, 2, 5), real(5, 2, 1), momentum=momentum)

write("nn/testdata/parity")
