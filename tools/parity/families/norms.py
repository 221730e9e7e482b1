"""Normalisations, losses, updates."""

import torch.nn.functional as F

from harness import case, floats, i32, i64, positive, real
from families.common import inf, reduction


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
