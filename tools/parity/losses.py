"""The parity cases of nn's losses: python tools/parity/losses.py [LOSS ...]

What PyTorch has no derivative in, weights and signs, is no operand but an attribute, `given`.
"""

import torch
import torch.nn.functional as F

from harness import Draw, case, floats, i32, i64, positive, real, write

REDUCTIONS = ["mean", "sum", "none"]


def unit(*shape):
    """Values in (0, 1), as probabilities."""
    return Draw(shape, lambda k, i: ((37 * i + 11 * k + 5) % 97 + 0.5) / 98)


def signs(*shape):
    return Draw(shape, lambda k, i: 1.0 if (i * 7 + i // 3) % 3 else -1.0)


def rows(*shape):
    """Probabilities along the last axis."""
    x = unit(*shape).tensor(1)
    return x / x.sum(-1, keepdim=True)


def large(*shape):
    """Logits up to 1e4."""
    return Draw(shape, lambda k, i: [1e4, -1e4, 0.0, 3.0, 9999.0, -50.0, 1e4][(i * 3 + k) % 7])


def reduced(op, f, *operands, name=None, **attr):
    for r in REDUCTIONS:
        case(op, lambda *xs: f(*xs, reduction=r), *operands, name=None if name is None else name + " " + r, r=r, **attr)


def given(x):
    """x as an attribute."""
    return {"s": list(x.shape), "v": x.flatten().tolist()}


def rows_reduced(v, reduction):
    return {"mean": v.mean, "sum": v.sum, "none": lambda: v}[reduction]()


# Elements.
reduced("MSE", F.mse_loss, real(2, 3), real(2, 3))
reduced("MSE", F.mse_loss, real(), real())
reduced("MSE", F.mse_loss, large(5), real(5), name="large")
reduced("L1", F.l1_loss, real(2, 3, 2), real(2, 3, 2))
reduced("L1", F.l1_loss, floats([1.0, 2.0, -3.0]), floats([1.0, 3.0, -4.0]), name="ties")
for delta in [0.5, 1.0, 2.0]:
    reduced("Huber", lambda x, y, reduction: F.huber_loss(x, y, delta=delta, reduction=reduction), real(3, 4), real(3, 4), delta=delta)
for beta in [0.0, 0.5, 1.0]:
    reduced("SmoothL1", lambda x, y, reduction: F.smooth_l1_loss(x, y, beta=beta, reduction=reduction), real(3, 4), real(3, 4), beta=beta)
reduced("SmoothL1", lambda x, y, reduction: F.smooth_l1_loss(x, y, beta=1.0, reduction=reduction), large(5), real(5),
        name="large", beta=1.0)
reduced("GaussianNLL", F.gaussian_nll_loss, real(3, 4), real(3, 4), positive(3, 4))
reduced("GaussianNLL", F.gaussian_nll_loss, real(3, 4), real(3, 4), positive(3, 1))
reduced("GaussianNLL", F.gaussian_nll_loss, floats([1.0, 2.0]), floats([1.0, 2.001]), floats([1e-9, 0.5]), name="a small variance")

# Probabilities.
reduced("BCE", F.binary_cross_entropy, unit(3, 4), unit(3, 4))
reduced("BCE", lambda p, y, reduction: F.binary_cross_entropy(p, y, reduction=reduction), unit(4), floats([0.0, 1.0, 1.0, 0.0]))
reduced("BCEWithLogits", F.binary_cross_entropy_with_logits, real(3, 4), unit(3, 4))
reduced("BCEWithLogits", F.binary_cross_entropy_with_logits, large(14), floats([0.0] * 7 + [1.0] * 7), name="large")
w4, w5, w7 = positive(4).tensor(2), positive(5).tensor(2), positive(7).tensor(2)
reduced("BCEWithLogitsWeighted", lambda z, y, reduction: F.binary_cross_entropy_with_logits(z, y, pos_weight=w4, reduction=reduction),
        real(3, 4), unit(3, 4), name="weighted", given=given(w4))
reduced("BCEWithLogitsWeighted", lambda z, y, reduction: F.binary_cross_entropy_with_logits(z, y, pos_weight=w7, reduction=reduction),
        large(2, 7), floats([0.0] * 7 + [1.0] * 7, 2, 7), name="large", given=given(w7))


def sigmoid_focal(z, y, alpha, gamma, reduction):
    """Lin et al. (2017), equations 1 to 5, in the form of torchvision's sigmoid_focal_loss, which is for y of 0 and 1."""
    p = z.sigmoid()
    ce = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    loss = ce * (1 - (p * y + (1 - p) * (1 - y))) ** gamma
    if alpha >= 0:
        loss = loss * (alpha * y + (1 - alpha) * (1 - y))
    return rows_reduced(loss, reduction)


hard = floats([0.0, 1.0, 1.0, 0.0, 1.0, 0.0], 2, 3)
for alpha, gamma in [(0.25, 2.0), (-1.0, 2.0), (0.5, 0.0), (0.75, 1.5)]:
    reduced("SigmoidFocal", lambda z, reduction: sigmoid_focal(z, hard, alpha, gamma, reduction), real(2, 3),
            name=f"alpha={alpha} gamma={gamma}",
            alpha=alpha, gamma=gamma, given=given(hard))


def focal(z, y, gamma, reduction):
    ce = F.cross_entropy(z, y.long(), reduction="none")
    return rows_reduced((1 - (-ce).exp()) ** gamma * ce, reduction)


for gamma in [0.0, 2.0, 1.5]:
    reduced("Focal", lambda z, y, reduction: focal(z, y, gamma, reduction), real(4, 5), i32([3, 0, 4, 1]), gamma=gamma)

reduced("KLDiv", F.kl_div, real(3, 4), rows(3, 4))
zeros = floats([0.0, 0.5, 0.5, 0.0])
reduced("KLDiv", lambda q, reduction: F.kl_div(q, zeros, reduction=reduction), real(4), name="zeros", given=given(zeros))
case("KLDiv", lambda q, p: F.kl_div(q, p, reduction="batchmean"), real(3, 4), rows(3, 4), r="batchmean")
reduced("KLDivLog", lambda q, p, reduction: F.kl_div(q, p, reduction=reduction, log_target=True), real(3, 4), real(3, 4))
case("KLDivLog", lambda q, p: F.kl_div(q, p, reduction="batchmean", log_target=True), real(3, 2, 4), real(3, 2, 4), r="batchmean")


def kl_normal(mean, log_var, reduction):
    q = torch.distributions.Normal(mean, (0.5 * log_var).exp())
    return rows_reduced(torch.distributions.kl_divergence(q, torch.distributions.Normal(torch.zeros_like(mean), 1.0)), reduction)


reduced("KLNormal", kl_normal, real(3, 4), real(3, 4))
reduced("KLNormal", kl_normal, floats([0.0, 30.0, -1e-3]), floats([0.0, -20.0, 1e-3]), name="far and near")
case("KLNormal", lambda m, v: kl_normal(m, v, "sum") / 3, real(3, 2), real(3, 2), r="batchmean")


# Classes: ours lie on the last axis, PyTorch's on the second.
def second(x):
    return x.movedim(-1, 1) if x.dim() > 1 else x


def cross(x, y, w=None, reduction="mean", ignore=-100, smoothing=0.0):
    y = second(y) if y.is_floating_point() else y.long()
    return F.cross_entropy(second(x), y, weight=w, ignore_index=ignore, label_smoothing=smoothing, reduction=reduction)


def nll(x, y, w=None, reduction="mean", ignore=-100):
    return F.nll_loss(second(x), y.long(), weight=w, ignore_index=ignore, reduction=reduction)


labels = i32([3, 0, 4, 1])
holes = i64([3, -100, 4, -100])
block = i64([0, 1, 2, 2, 1, 0], 2, 3)
for s in [0.0, 0.1, 1.0]:
    reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, None, reduction, smoothing=s), real(4, 5), labels, smoothing=s)
    reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, w5, reduction, smoothing=s), real(4, 5), labels,
            smoothing=s, name=f"weighted, smoothing {s}, labels", given=given(w5))
    reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, None, reduction, smoothing=s), real(4, 5), holes, smoothing=s, ignore=-100)
    reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, w5, reduction, smoothing=s), real(4, 5), holes, smoothing=s,
            ignore=-100, name=f"weighted, smoothing {s}, holes", given=given(w5))
    reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, None, reduction, smoothing=s), real(4, 5), rows(4, 5), smoothing=s)
    reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, w5, reduction, smoothing=s), real(4, 5), rows(4, 5),
            smoothing=s, name=f"weighted, smoothing {s}, soft", given=given(w5))
reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, w4, reduction, 1, 0.2), real(2, 3, 4), block, name="a block",
        smoothing=0.2, ignore=1, given=given(w4))
reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, None, reduction), real(2, 3, 4), rows(2, 3, 4))
reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, None, reduction), large(4, 5), labels, name="large")
reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, None, reduction, smoothing=0.1), large(4, 5), labels,
        name="large, smooth", smoothing=0.1)
reduced("CrossEntropy", lambda x, y, reduction: cross(x, y, None, reduction), large(4, 5), rows(4, 5), name="large, soft")
case("CrossEntropy", lambda x, y: cross(x, y), real(2, 3), i32([-100, -100]), name="all ignored", ignore=-100, r="mean")
reduced("NLL", nll, real(4, 5), labels)
reduced("NLL", lambda x, y, reduction: nll(x, y, w5, reduction), real(4, 5), labels, name="weighted", given=given(w5))
reduced("NLL", lambda x, y, reduction: nll(x, y, w5, reduction), real(4, 5), holes, name="ignored", ignore=-100, given=given(w5))
reduced("NLL", lambda x, y, reduction: nll(x, y, None, reduction, 2), real(2, 3, 4), block, ignore=2)

for p in [1, 2]:
    reduced("MultiMargin", lambda x, y, reduction: F.multi_margin_loss(x, y.long(), p=p, margin=0.5, reduction=reduction),
            real(4, 5), labels, p=p, margin=0.5)
reduced("Hinge", lambda x, y, reduction: rows_reduced((1 - x * y).relu(), reduction), real(3, 4), signs(3, 4))
sign = signs(3, 4).tensor(1)
reduced("HingeEmbedding", lambda x, reduction: F.hinge_embedding_loss(x, sign, margin=0.8, reduction=reduction), positive(3,
        4), name="margin=0.8",
        margin=0.8, given=given(sign))
for swap in [False, True]:
    reduced("TripletMargin", lambda a, p, n, reduction: F.triplet_margin_loss(a, p, n, margin=0.7, swap=swap, reduction=reduction),
            real(4, 3), real(4, 3), real(4, 3), margin=0.7, swap=swap)

# Similarities.
for shape, axis in [((3, 4), -1), ((3, 4), 0), ((2, 3, 2), 1)]:
    case("CosineSimilarity", lambda x, y: F.cosine_similarity(x, y, dim=axis), real(*shape), real(*shape), axis=axis)
sign5 = floats([1.0, -1.0, -1.0, 1.0, -1.0])
reduced("CosineEmbedding", lambda x, y, reduction: F.cosine_embedding_loss(x, y, sign5, margin=0.1, reduction=reduction),
        real(5, 4), real(5, 4), name="margin=0.1", margin=0.1, given=given(sign5))


def infonce(q, k, tau, reduction):
    logits = F.normalize(q) @ F.normalize(k).T / tau
    return F.cross_entropy(logits, torch.arange(len(q)), reduction=reduction)


def ntxent(x, y, tau, reduction):
    z = F.normalize(torch.cat([x, y]))
    n = len(x)
    logits = (z @ z.T / tau).masked_fill(torch.eye(2 * n, dtype=torch.bool), float("-inf"))
    return F.cross_entropy(logits, (torch.arange(2 * n) + n) % (2 * n), reduction=reduction)


for tau in [0.5, 0.1]:
    reduced("InfoNCE", lambda q, k, reduction: infonce(q, k, tau, reduction), real(4, 3), real(4, 3), tau=tau)
    reduced("NTXent", lambda q, k, reduction: ntxent(q, k, tau, reduction), real(4, 3), real(4, 3), tau=tau)


# CTC, by logits, those of 1e4 loosely: forward variables are as large, and their rounding is a relative error of the gradient.
# PyTorch's gradient with respect to logarithms of probabilities is one that log_softmax takes for granted.
def ctc(x, y, ni, nt, reduction, blank=0, zero=False):
    return F.ctc_loss(x.log_softmax(-1), y.long(), ni.long(), nt.long(), blank=blank, reduction=reduction, zero_infinity=zero)


reduced("CTC", ctc, real(6, 3, 4), i32([1, 2, 3, 2, 2, 0, 1, 0, 0], 3, 3), i32([6, 5, 4]), i32([3, 2, 1]), blank=0)
reduced("CTC", lambda *a, reduction: ctc(*a, reduction, blank=3), real(7, 2, 4), i64([1, 1, 2, 0, 2, 2], 2, 3), i64([7, 7]),
        i64([3, 3]), blank=3)
reduced("CTC", ctc, real(4, 2, 3), i32([1, 0, 2, 1], 2, 2), i32([4, 3]), i32([0, 2]), name="an empty target", blank=0)
reduced("CTC", lambda *a, reduction: ctc(*a, reduction, zero=True), real(3, 2, 3), i32([1, 1, 1, 2], 2, 2), i32([2, 3]), i32([2, 2]),
        name="one that does not fit", blank=0, zero=True)
targets = [(i * 5 + i // 3) % 7 + 1 for i in range(30)]
case("CTC", lambda *a: ctc(*a, reduction="mean"), Draw((30, 3, 8), lambda k, i: ((i * i * 13 + i * 7) % 211 - 105) / 32),
        i64(targets, 3, 10),
     i64([30, 24, 19]), i64([10, 9, 4]), name="thirty steps", blank=0, r="mean")
reduced("CTC", ctc, large(5, 2, 4), i32([1, 2, 3, 3], 2, 2), i32([5, 5]), i32([2, 2]), name="large", blank=0, loose=100.0)

write("nn/testdata/parity")
