"""The parity cases of nn's dense layer, normalisations, flattening and gates: python tools/parity/layers.py [LAYER ...]

Operands are x, further inputs, then the parameters in the order of nn.Params; a dense layer's weights are [in, out], the transpose of
PyTorch's. The last results of a layer with state are that state after the steps.
"""

import torch
import torch.nn.functional as F

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

write("nn/testdata/parity")
