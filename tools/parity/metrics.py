"""The parity cases of train/metrics, by scikit-learn: python tools/parity/metrics.py

Writes train/metrics/testdata/sklearn.json.gz: a list of cases, each with predictions, targets, what classes are made with, and the values by
the metrics' names for metrics.New. Predictions are multiples of 1/64, so that float32 holds them, but for those that are probabilities.
"""

import gzip
import json
import pathlib

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

cases = {}


def case(name, value, predictions, targets, classes=0, of="logits", ignore=(), note=""):
    predictions, targets = np.asarray(predictions), np.asarray(targets)
    assert np.isfinite(value), (name, note)
    golden = {
        "note": note, "classes": classes, "of": of, "ignore": list(ignore),
        "predictions": {"s": list(predictions.shape), "v": predictions.flatten().tolist()},
        "targets": {"t": "i32" if targets.dtype.kind == "i" else "f", "s": list(targets.shape), "v": targets.flatten().tolist()},
    }
    values = cases.setdefault(json.dumps(golden), golden).setdefault("values", {})
    assert name not in values, (name, note)
    values[name] = float(value)


def grid(r, *shape):
    """Logits with many ties: multiples of 1/64."""
    return np.round(r.normal(size=shape) * 1.5 * 64) / 64


def calibration_error(p, y, bins):
    """Guo et al. (2017), equation 3, over the bins of calibration_curve."""
    confidence, right = p.max(1), p.argmax(1) == y
    accuracy, mean = calibration_curve(right, confidence, n_bins=bins)
    k = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    counts = np.bincount(k, minlength=bins)
    return (counts[counts > 0] * np.abs(accuracy - mean)).sum() / len(y)


# Several classes. One of the 6 never occurs in "sparse", neither as truth nor as prediction.
for note, n, width, seed in [("", 500, 4, 1), ("two examples of a class", 40, 6, 2), ("sparse", 30, 6, 3), ("ten classes", 1000, 10, 4)]:
    r = np.random.RandomState(seed)
    y = r.randint(0, width - (note == "sparse"), n).astype(np.int32)
    z = grid(r, n, width)
    z[np.arange(n), y] += 1
    # No ties for the largest score, where conventions differ.
    z[np.arange(n), z.argmax(1)] += 1 / 128
    if note == "sparse":
        z[:, -1] = -20
    if note.startswith("two"):
        y[y == 5] = 4
        y[:2] = 5
    guess, p = z.argmax(1), softmax(z, 1)
    labels = np.arange(width)
    case("accuracy", sk.accuracy_score(y, guess), z, y, width, note=note)
    # A number drawn apart breaks ties, which scikit-learn gives to the higher class.
    apart = z + np.arange(width)[::-1] / 1024
    for k in [2, 3]:
        case(f"top{k}", sk.top_k_accuracy_score(y, apart, k=k, labels=labels), apart, y, width, note=note)
    for average in ["micro", "macro", "weighted"]:
        case(f"precision_{average}", sk.precision_score(y, guess, average=average, zero_division=0), z, y, width, note=note)
        case(f"recall_{average}", sk.recall_score(y, guess, average=average, zero_division=0), z, y, width, note=note)
        case(f"f1_{average}", sk.f1_score(y, guess, average=average, zero_division=0), z, y, width, note=note)
        if note != "sparse":
            v = sk.roc_auc_score(y, p, multi_class="ovr", average=average, labels=labels)
            case(f"auc_{average}", v, z, y, width, note=note)
            case(f"auc_{average}", v, p, y, width, of="probabilities", note=note)
    case("logloss", sk.log_loss(y, p, labels=labels), z, y, width, note=note)
    case("logloss", sk.log_loss(y, p, labels=labels), p, y, width, of="probabilities", note=note)
    case("perplexity", np.exp(sk.log_loss(y, p, labels=labels)), z, y, width, note=note)
    case("ece", calibration_error(p, y, 15), z, y, width, note=note)
    case("ece", calibration_error(p, y, 15), p, y, width, of="probabilities", note=note)

# Two classes, one score each, with ties, and few positives.
for note, n, share, seed in [("", 300, 0.5, 5), ("rare", 400, 0.05, 6), ("always wrong", 20, 0.5, 7)]:
    r = np.random.RandomState(seed)
    y = (r.uniform(size=n) < share).astype(np.int32)
    z = np.round((r.normal(size=n) + (1 if note != "always wrong" else -50) * (2 * y - 1)) * 8) / 8
    guess, p = (z > 0).astype(int), 1 / (1 + np.exp(-z))
    both = np.stack([1 - p, p], 1)
    case("accuracy", sk.accuracy_score(y, guess), z, y, 2, note=note)
    case("precision", sk.precision_score(y, guess, zero_division=0), z, y, 2, note=note)
    case("recall", sk.recall_score(y, guess, zero_division=0), z, y, 2, note=note)
    case("f1", sk.f1_score(y, guess, zero_division=0), z, y, 2, note=note)
    case("f1_macro", sk.f1_score(y, guess, average="macro", zero_division=0), z[:, None], y, 2, note=note)
    case("auc", sk.roc_auc_score(y, z), z, y, 2, note=note)
    case("auc", sk.roc_auc_score(y, z), z, y.astype(float), 2, note=note + " float targets")
    case("auc", sk.roc_auc_score(y, z), np.stack([z * 0, z], 1), y, 2, note=note + " two scores")
    case("auc", sk.roc_auc_score(y, p), both, y, 2, of="probabilities", note=note + " two scores")
    if note != "always wrong":
        case("logloss", sk.log_loss(y, p), z, y, 2, note=note)
        case("logloss", sk.log_loss(y, p), p, y, 2, of="probabilities", note=note)
        case("ece", calibration_error(both, y, 15), z, y, 2, note=note)

# Probabilities of 0 and 1 are moved by an epsilon.
p, y = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]), np.array([0, 1, 0, 1], np.int32)
case("logloss", sk.log_loss(y, p), p, y, 2, of="probabilities", note="certain")
case("logloss", sk.log_loss(y, p[:, 1]), p[:, 1], y, 2, of="probabilities", note="certain, one score")

# Tokens with padding.
r = np.random.RandomState(8)
z, y = grid(r, 3, 7, 11), r.randint(0, 11, (3, 7)).astype(np.int32)
y[:, 5:] = -100
here = y >= 0
nll = -log_softmax(z, -1)[here][np.arange(here.sum()), y[here]]
case("perplexity", np.exp(nll.mean()), z, y, 11, ignore=[-100], note="padding")
case("accuracy", sk.accuracy_score(y[here], z.argmax(-1)[here]), z, y, 11, ignore=[-100], note="padding")

# Numbers.
for note, shape, offset, seed in [("", (200,), 0, 9), ("far from 0", (100,), 4096, 10), ("columns", (50, 3), 0, 11), ("worse than the mean", (30,), 0, 12)]:
    r = np.random.RandomState(seed)
    y = grid(r, *shape) + offset
    x = y + grid(r, *shape) / 4 * (8 if note.startswith("worse") else 1)
    x = np.round(x * 64) / 64
    case("mse", sk.mean_squared_error(y, x), x, y, note=note)
    case("rmse", np.sqrt(sk.mean_squared_error(y, x)), x, y, note=note)
    case("mae", sk.mean_absolute_error(y, x), x, y, note=note)
    case("r2", sk.r2_score(y, x), x, y, note=note)
case("r2", sk.r2_score([2.0, 2.0, 2.0], [2.0, 2.0, 2.0]), [2.0, 2.0, 2.0], [2.0, 2.0, 2.0], note="constant, perfect")
case("r2", sk.r2_score([2.0, 2.0, 2.0], [2.0, 2.0, 3.0]), [2.0, 2.0, 3.0], [2.0, 2.0, 2.0], note="constant")

folder = pathlib.Path(__file__).resolve().parents[2] / "train/metrics/testdata"
folder.mkdir(parents=True, exist_ok=True)
text = json.dumps(list(cases.values()), separators=(",", ":")).encode()
(folder / "sklearn.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
