"""Writes the goldens of nn/optim: 50 steps of each optimiser and 100 of each rate, in float64, by PyTorch or by the
formulas of the paper where PyTorch has no such optimiser.

    python tools/parity/optim.py

Weights and gradients come from one stated formula that both sides compute exactly (see weight and gradient)."""

import gzip
import json
import math
import pathlib

import numpy as np
import torch
from torch.optim import lr_scheduler as sched

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).resolve().parents[2] / "nn" / "optim" / "testdata"
SIZES = [1.0, 1e-4, 1e-8, 0.0]  # of the gradients of the four parameters
SHAPES = [(2, 3), (3, 2), (2, 3), (3, 2)]
KEPT = [1, 10, 50]


def weight(k, i):
    sign = -1.0 if (i + k) % 2 else 1.0
    return sign * (1 + (5 * i + 3 * k) % 7) / 4 * (SIZES[k] or 1.0)


def gradient(k, i, t):
    return ((7 * i + 11 * t + 5 * k) % 31 - 13) / 16 * SIZES[k]


def array(f, k):
    return np.array([f(k, i) for i in range(6)], dtype=np.float64).reshape(SHAPES[k])


def run_torch(make, states=None, before=None, schedule=None):
    ps = [torch.nn.Parameter(torch.from_numpy(array(weight, k))) for k in range(4)]
    opt = make(ps)
    plan = schedule(opt) if schedule else None
    out = {"params": [], "states": {}}
    for t in range(50):
        for k, p in enumerate(ps):
            p.grad = torch.from_numpy(array(lambda k, i: gradient(k, i, t), k))
        if before:
            before(ps)
        opt.step()
        if plan:
            plan.step()
        if t + 1 in KEPT:
            out["params"].append([p.detach().flatten().tolist() for p in ps])
    for ours, theirs in (states or {}).items():
        out["states"][ours] = [opt.state[p][theirs].flatten().tolist() for p in ps if theirs in opt.state[p]]
    return out


def run_numpy(step, names):
    """step(w, d, state, t) returns the next w and changes state, a dict of arrays; t counts from 1."""
    ws = [array(weight, k) for k in range(4)]
    ss = [{n: np.zeros(SHAPES[k]) for n in names} for k in range(4)]
    out = {"params": [], "states": {}}
    for t in range(50):
        ws = [step(w, array(lambda k, i: gradient(k, i, t), k), ss[k], t + 1) for k, w in enumerate(ws)]
        if t + 1 in KEPT:
            out["params"].append([w.flatten().tolist() for w in ws])
    for n in names:
        out["states"][n] = [s[n].flatten().tolist() for s in ss]
    return out


def lion(rate, b1, b2, decay):
    """Chen et al., 2023, algorithm 2."""

    def step(w, d, s, _):
        c = b1 * s["m"] + (1 - b1) * d
        s["m"] = b2 * s["m"] + (1 - b2) * d
        return w - rate * (np.sign(c) + decay * w)

    return run_numpy(step, ["m"])


def lamb(rate, b1, b2, eps, decay):
    """You et al., 2020, algorithm 2, with the identity for phi, and a ratio of 1 where a norm is 0."""

    def step(w, d, s, t):
        s["m"] = b1 * s["m"] + (1 - b1) * d
        s["v"] = b2 * s["v"] + (1 - b2) * d * d
        r = (s["m"] / (1 - b1**t)) / (np.sqrt(s["v"] / (1 - b2**t)) + eps) + decay * w
        nw, nr = np.sqrt((w * w).sum()), np.sqrt((r * r).sum())
        ratio = nw / nr if nw > 0 and nr > 0 else 1.0
        return w - rate * ratio * r

    return run_numpy(step, ["m", "v"])


def muon(**kw):
    """PyTorch orthogonalises in bfloat16 whatever the dtype of the parameters; here it is made to do it in float64."""
    half, torch.bfloat16 = torch.bfloat16, torch.float64
    try:
        return run_torch(lambda ps: torch.optim.Muon(ps, **kw), {"m": "momentum_buffer"})
    finally:
        torch.bfloat16 = half


def optimisers():
    o = torch.optim
    moments = {"m": "exp_avg", "v": "exp_avg_sq"}
    velocity = {"v": "momentum_buffer"}
    out = {
        "sgd": run_torch(lambda p: o.SGD(p, 0.01)),
        "sgd-decay": run_torch(lambda p: o.SGD(p, 0.01, weight_decay=0.1)),
        "sgd-momentum": run_torch(lambda p: o.SGD(p, 0.01, momentum=0.9, weight_decay=0.1), velocity),
        "sgd-dampening": run_torch(lambda p: o.SGD(p, 0.01, momentum=0.9, dampening=0.3), velocity),
        "sgd-nesterov": run_torch(lambda p: o.SGD(p, 0.01, momentum=0.9, weight_decay=0.1, nesterov=True), velocity),
        "sgd-clipnorm": run_torch(
            lambda p: o.SGD(p, 0.01, momentum=0.9), velocity, before=lambda ps: torch.nn.utils.clip_grad_norm_(ps, 0.5)
        ),
        "sgd-clipvalue": run_torch(
            lambda p: o.SGD(p, 0.01, momentum=0.9), velocity, before=lambda ps: torch.nn.utils.clip_grad_value_(ps, 0.25)
        ),
        "adam": run_torch(lambda p: o.Adam(p, 0.01), moments),
        "adam-l2": run_torch(lambda p: o.Adam(p, 0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1), moments),
        "adam-cosine": run_torch(lambda p: o.Adam(p, 0.01), moments, schedule=lambda x: sched.CosineAnnealingLR(x, 60, 1e-3)),
        "adam-beta0": run_torch(lambda p: o.Adam(p, 0.01, betas=(0.0, 0.9)), moments),
        "adamw": run_torch(lambda p: o.AdamW(p, 0.01, weight_decay=0.1), moments),
        "adagrad": run_torch(lambda p: o.Adagrad(p, 0.01), {"v": "sum"}),
        "adagrad-decay": run_torch(
            lambda p: o.Adagrad(p, 0.01, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.1)
        ),
        "rmsprop": run_torch(lambda p: o.RMSprop(p, 0.01), {"v": "square_avg"}),
        "rmsprop-centred": run_torch(
            lambda p: o.RMSprop(p, 0.01, alpha=0.9, centered=True, weight_decay=0.1), {"v": "square_avg", "m": "grad_avg"}
        ),
        "rmsprop-momentum": run_torch(
            lambda p: o.RMSprop(p, 0.01, momentum=0.9, weight_decay=0.1), {"v": "square_avg", "u": "momentum_buffer"}
        ),
        "adadelta": run_torch(lambda p: o.Adadelta(p, 1.0), {"v": "square_avg", "u": "acc_delta"}),
        "adadelta-decay": run_torch(
            lambda p: o.Adadelta(p, 0.5, rho=0.95, weight_decay=0.1), {"v": "square_avg", "u": "acc_delta"}
        ),
        "nadam": run_torch(lambda p: o.NAdam(p, 0.01), moments),
        "nadam-l2": run_torch(lambda p: o.NAdam(p, 0.01, weight_decay=0.1), moments),
        "nadam-decay": run_torch(lambda p: o.NAdam(p, 0.01, weight_decay=0.1, decoupled_weight_decay=True), moments),
        "radam": run_torch(lambda p: o.RAdam(p, 0.01), moments),
        "radam-l2": run_torch(lambda p: o.RAdam(p, 0.01, betas=(0.9, 0.9), weight_decay=0.1), moments),
        "radam-decay": run_torch(lambda p: o.RAdam(p, 0.01, weight_decay=0.1, decoupled_weight_decay=True), moments),
        "lion": lion(0.01, 0.9, 0.99, 0.0),
        "lion-decay": lion(0.01, 0.95, 0.98, 0.1),
        "lamb": lamb(0.01, 0.9, 0.999, 1e-6, 0.0),
        "lamb-decay": lamb(0.01, 0.9, 0.99, 1e-6, 0.1),
        "muon": muon(lr=0.01),
        "muon-plain": muon(lr=0.01, momentum=0.8, nesterov=False, weight_decay=0.0, ns_steps=3),
        "muon-rms": muon(lr=0.01, adjust_lr_fn="match_rms_adamw"),
        "groups-sgd": run_torch(
            lambda p: o.SGD(
                [
                    {"params": p[:2], "lr": 0.02, "momentum": 0.5},
                    {"params": p[2:], "weight_decay": 0.2},
                ],
                0.01,
                momentum=0.9,
            ),
            velocity,
        ),
        "groups-adamw": run_torch(
            lambda p: o.AdamW(
                [{"params": [p[0], p[3]], "weight_decay": 0.0}, {"params": p[1:3], "betas": (0.8, 0.9), "lr": 0.1, "eps": 1e-5}],
                0.01,
                weight_decay=0.1,
            ),
            moments,
        ),
    }
    return out


def averages():
    """The running mean of what SGD leaves after each step."""
    out = {}
    swa = torch.optim.swa_utils
    for name, f in [("ema", swa.get_ema_multi_avg_fn(0.9)), ("swa", None)]:
        box = {}

        class Model(torch.nn.Module):
            def __init__(self, ps):
                super().__init__()
                self.ps = torch.nn.ParameterList(ps)

        def make(ps, f=f, box=box):
            m = Model(ps)
            box["m"], box["a"] = m, swa.AveragedModel(m, multi_avg_fn=f)
            opt = torch.optim.SGD(ps, 0.01, momentum=0.9)
            opt.register_step_post_hook(lambda *_: box["a"].update_parameters(m))
            return opt

        run_torch(make)
        out[name] = [p.detach().flatten().tolist() for p in box["a"].module.ps]
    return out


def rates():
    def run(make, base=0.1, steps=100):
        p = torch.nn.Parameter(torch.zeros(1))
        opt = torch.optim.SGD([p], base)
        s, out = make(opt), []
        for _ in range(steps):
            out.append(opt.param_groups[0]["lr"])
            opt.step()
            s.step()
        return out

    def warm(o):
        up = sched.LinearLR(o, 1 / 10, 1.0, 9)
        return sched.SequentialLR(o, [up, sched.CosineAnnealingLR(o, 90, 1e-3)], [10])

    def noam(o):
        return sched.LambdaLR(o, lambda t: 64**-0.5 * min((t + 1) ** -0.5, (t + 1) * 20**-1.5))

    def plateau(**kw):
        """Losses that fall, stay, jump and fall again; ours computes the same ones."""
        p = torch.nn.Parameter(torch.zeros(1))
        opt = torch.optim.SGD([p], 0.1)
        s, out = sched.ReduceLROnPlateau(opt, **kw), []
        sign = -1 if kw.get("mode") == "max" else 1
        for t in range(100):
            out.append(opt.param_groups[0]["lr"])
            s.step(sign * (1 + ((7 * t) % 11) / 16 - min(t, 40) / 64))
        return out

    return {
        "constant": run(lambda o: sched.ConstantLR(o, 1.0)),
        "linear": run(lambda o: sched.LinearLR(o, 1.0, 0.25, 60)),
        "cosine": run(lambda o: sched.CosineAnnealingLR(o, 99, 1e-3)),
        "warmup": run(warm),
        "step": run(lambda o: sched.StepLR(o, 7, 0.8)),
        "multistep": run(lambda o: sched.MultiStepLR(o, [5, 30, 31, 80], 0.3)),
        "exponential": run(lambda o: sched.ExponentialLR(o, 0.93)),
        "polynomial": run(lambda o: sched.PolynomialLR(o, 80, 2.0)),
        "polynomial-root": run(lambda o: sched.PolynomialLR(o, 80, 0.5)),
        "restarts": run(lambda o: sched.CosineAnnealingWarmRestarts(o, 13, 1, 1e-3)),
        "restarts-longer": run(lambda o: sched.CosineAnnealingWarmRestarts(o, 7, 2, 1e-3)),
        "onecycle": run(lambda o: sched.OneCycleLR(o, 0.1, total_steps=101)),
        "onecycle-short": run(lambda o: sched.OneCycleLR(o, 0.1, total_steps=101, pct_start=0.13, div_factor=10, final_div_factor=50)),
        "noam": run(noam, 2.0),
        "sequence": run(lambda o: sched.SequentialLR(o, [sched.ExponentialLR(o, 0.9), sched.StepLR(o, 25, 0.5)], [20])),
        "plateau": plateau(factor=0.5, patience=3),
        "plateau-negative": plateau(mode="max", patience=5, threshold=0.1),
        "plateau-max": plateau(mode="max", factor=0.1, patience=2, threshold=0.01, threshold_mode="abs", cooldown=4, min_lr=1e-4),
    }


def minima():
    """Minima of a small problem without a closed form, by SciPy: logistic regression with an L2 penalty."""
    import scipy.optimize

    x = np.array([[((3 * i + 5 * j) % 11 - 5) / 4 for j in range(3)] for i in range(12)])
    y = np.array([1.0 if (5 * i) % 7 < 3 else -1.0 for i in range(12)])

    def f(w):
        z = y * (x @ w)
        return np.log1p(np.exp(-z)).mean() + 0.05 * (w @ w)

    def df(w):
        z = y * (x @ w)
        return -(x * (y / (1 + np.exp(z)))[:, None]).mean(0) + 0.1 * w

    r = scipy.optimize.minimize(f, np.zeros(3), jac=df, method="BFGS", options={"gtol": 1e-12})
    return {"logistic": r.x.tolist(), "logistic-loss": [float(r.fun)]}


def write(name, value):
    text = json.dumps(value, separators=(",", ":")).encode()
    (HERE / name).write_bytes(gzip.compress(text, 9, mtime=0))


if __name__ == "__main__":
    HERE.mkdir(parents=True, exist_ok=True)
    assert all(math.isfinite(v) for c in optimisers().values() for p in c["params"] for k in p for v in k)
    write("optimisers.json.gz", optimisers())
    write("averages.json.gz", averages())
    write("rates.json.gz", rates())
    write("minima.json.gz", minima())
