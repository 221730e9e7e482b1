#!/usr/bin/env python3
"""Goldens of whole training steps, from PyTorch: bench/testdata/steps.json.gz, which `go test ./bench` holds Kedja against.

  python -m venv venv && venv/bin/pip install -r tools/parity/requirements.txt
  venv/bin/python tools/parity/steps.py [MODEL ...]        models given by name are made anew, the others are kept

Each model is the one of the benchmark, on a smaller batch, with parameters and inputs from one formula of name and index (see formula
below, and bench/problem.go), so that no weights are stored. Recorded, for 20 steps: the loss of every step; at steps 1 and 20, for the gradient
and the updated value of every parameter, its norm and its product with a formula vector. In float64 that is the proof. In float32 the runs that
ought to agree (1 and 2 threads, oneDNN on and off, channels last, and float64) are compared with each other, and the largest distance of each figure is
recorded as what float32 can mean there.

Parameters whose gradient is zero in exact arithmetic (a bias before a norm over its channel, the bias of attention's keys) hold
nothing but rounding, which Adam blows up to the size of a step. They are listed under "skip" and compared with nothing.
"""
import gzip, json, math, os, sys
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

STEPS = 20
OUT = os.path.join(os.path.dirname(__file__), "../../bench/testdata/steps.json.gz")


def uniform(name, n):
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    z = np.uint64(h) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def formula(name, shape, lo, hi):
    n = int(np.prod(shape, dtype=np.int64))
    return torch.from_numpy((lo + (hi - lo) * uniform(name, n)).reshape(shape))


def indices(name, limit, shape):
    return formula(name, shape, 0, limit).floor().long()


# ------------------------------------------------------------------------------------------------ parameters by Kedja's names
def dense(name, m):
    """Kedja keeps W as [in, out]."""
    yield name + ".W", m.weight, True
    if m.bias is not None:
        yield name + ".B", m.bias, False


def conv(name, m):
    yield name + ".W", m.weight, False
    if m.bias is not None:
        yield name + ".B", m.bias, False


def norm(name, m):
    yield name + ".Scale", m.weight, False
    yield name + ".Shift", m.bias, False


def table(name, m):
    yield name + ".W", m.weight, False


def init(entries, prefix=""):
    """Gives parameters the values that bench/problem.go gives them, and returns {name: (parameter, transposed)}."""
    out = {}
    for name, p, transposed in entries:
        name = prefix + name
        shape = tuple(p.shape[::-1]) if transposed else tuple(p.shape)
        if len(shape) == 1:
            lo, hi = (0.9, 1.1) if name.endswith("Scale") else (-0.1, 0.1)
        else:
            fan = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
            lo, hi = -1 / math.sqrt(fan), 1 / math.sqrt(fan)
        v = formula(name, shape, lo, hi)
        with torch.no_grad():
            p.copy_(v.T if transposed else v)
        out[name] = (p, transposed)
    return out


class Problem:
    """A model ready to step: step() returns the loss, params maps Kedja's names to (parameter, transposed)."""

    def __init__(self, params, step, grads=None, skip=()):
        self.params, self.step, self.skip = params, step, skip


def simple(params, optim, loss_of, skip=()):
    def step():
        optim.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        grads = {k: p.grad.detach().clone() for k, (p, _) in params.items()}
        optim.step()
        return loss.item(), grads

    return Problem(params, step, skip=skip)


# ------------------------------------------------------------------------------------------------ the models
def mlp(dt, cl, batch):
    m = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)).to(dt)
    params = init([e for i in (0, 2, 4) for e in dense(str(i), m[i])])
    x, y = formula("x", (batch, 784), -1.7, 1.7).to(dt), indices("y", 10, (batch,))
    return simple(params, torch.optim.Adam(m.parameters(), lr=1e-3), lambda: F.cross_entropy(m(x), y))


def cnn(dt, cl, batch):
    m = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10)).to(dt)
    params = init([e for i in (0, 2) for e in conv(str(i), m[i])] + [e for i in (6, 8) for e in dense(str(i), m[i])])
    x, y = formula("x", (batch, 1, 28, 28), -1.7, 1.7).to(dt), indices("y", 10, (batch,))
    m, x = cl(m), cl(x)
    return simple(params, torch.optim.Adam(m.parameters(), lr=1e-3), lambda: F.cross_entropy(m(x), y))


class Block(nn.Module):
    def __init__(s, a, b, stride):
        super().__init__()
        s.c1, s.n1 = nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b)
        s.c2, s.n2 = nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b)
        s.sc = s.sn = None
        if a != b or stride != 1:
            s.sc, s.sn = nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b)

    def forward(s, x):
        h = s.n2(s.c2(F.relu(s.n1(s.c1(x)))))
        return F.relu(h + (x if s.sc is None else s.sn(s.sc(x))))

    def entries(s, at):
        yield from conv(at + ".Conv1", s.c1)
        yield from conv(at + ".Conv2", s.c2)
        if s.sc is not None:
            yield from conv(at + ".Short", s.sc)
        yield from norm(at + ".Norm1", s.n1)
        yield from norm(at + ".Norm2", s.n2)
        if s.sc is not None:
            yield from norm(at + ".NormS", s.sn)


def resnet(dt, cl, batch):
    blocks, a = [], 16
    for b in (16, 32, 64):
        for i in range(3):
            blocks.append(Block(a, b, 2 if i == 0 and b > 16 else 1))
            a = b
    m = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *blocks,
                      nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)).to(dt)
    e = list(conv("0", m[0])) + list(norm("1", m[1]))
    for i, b in enumerate(blocks):
        e += list(b.entries(str(3 + i)))
    params = init(e + list(dense("13", m[14])))
    x, y = formula("x", (batch, 3, 32, 32), -1.7, 1.7).to(dt), indices("y", 10, (batch,))
    m, x = cl(m), cl(x)
    o = torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    return simple(params, o, lambda: F.cross_entropy(m(x), y))


def dqn(dt, cl, batch):
    def net():
        return nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 2)).to(dt)

    q, old = net(), net()
    init([e for i in (0, 2, 4) for e in dense(str(i), old[i])])
    params = init([e for i in (0, 2, 4) for e in dense(str(i), q[i])])
    s, s2 = formula("s", (batch, 4), -1.7, 1.7).to(dt), formula("next", (batch, 4), -1.7, 1.7).to(dt)
    a, r = indices("a", 2, (batch, 1)), formula("r", (batch,), -1.7, 1.7).to(dt)
    done = (formula("done", (batch,), 0, 1).to(dt) < 0.1).to(dt)

    def loss():
        with torch.no_grad():
            y = r + 0.99 * (1 - done) * old(s2).max(1).values
        return F.mse_loss(q(s).gather(1, a).squeeze(1), y)

    return simple(params, torch.optim.Adam(q.parameters(), lr=2.5e-4), loss)


class GPTBlock(nn.Module):
    def __init__(s, d, h):
        super().__init__()
        s.h = h
        s.ln1, s.qkv, s.o = nn.LayerNorm(d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        s.ln2, s.f1, s.f2 = nn.LayerNorm(d), nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(s, x):
        B, T, D = x.shape
        q, k, v = s.qkv(s.ln1(x)).view(B, T, 3, s.h, D // s.h).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + s.o(a.transpose(1, 2).reshape(B, T, D))
        return x + s.f2(F.gelu(s.f1(s.ln2(x)), approximate="tanh"))

    def entries(s, at):
        for n, m in (("Norm1", s.ln1), ("Norm2", s.ln2)):
            yield from norm(f"{at}.{n}", m)
        for n, m in (("Attention.QKV", s.qkv), ("Attention.Out", s.o), ("MLP.In", s.f1), ("MLP.Out", s.f2)):
            yield from dense(f"{at}.{n}", m)


def gpt(dt, cl, batch):
    V, T, d, L, h = 96, 128, 192, 6, 6
    tok, pos = nn.Embedding(V, d).to(dt), nn.Embedding(T, d).to(dt)
    blocks = nn.ModuleList([GPTBlock(d, h) for _ in range(L)]).to(dt)
    ln, head = nn.LayerNorm(d).to(dt), nn.Linear(d, V, bias=False).to(dt)
    e = list(table("Tokens", tok)) + list(table("Places", pos))
    for i, b in enumerate(blocks):
        e += list(b.entries(f"Blocks.{i}"))
    params = init(e + list(norm("Norm", ln)) + list(dense("Head", head)))
    x, y = indices("x", V, (batch, T)), indices("y", V, (batch, T))

    def loss():
        z = tok(x) + pos(torch.arange(T))
        for b in blocks:
            z = b(z)
        return F.cross_entropy(head(ln(z)).view(-1, V), y.view(-1))

    o = torch.optim.AdamW([p for p, _ in params.values()], lr=3e-4, weight_decay=0.01)
    skip = [[f"Blocks.{i}.Attention.QKV.B", d, 2 * d] for i in range(L)]
    return simple(params, o, loss, skip)


def lstm(dt, cl, batch):
    e, l, o = nn.Embedding(96, 64).to(dt), nn.LSTM(64, 256, batch_first=True).to(dt), nn.Linear(256, 96).to(dt)
    entries = list(table("Tokens", e)) + [("Cells.Ahead.0.W", l.weight_ih_l0, True), ("Cells.Ahead.0.U", l.weight_hh_l0, True),
                                          ("Cells.Ahead.0.BW", l.bias_ih_l0, False), ("Cells.Ahead.0.BU", l.bias_hh_l0, False)] + list(dense("Out", o))
    params = init(entries)
    x, y = indices("x", 96, (batch, 64)), indices("y", 96, (batch, 64))
    loss = lambda: F.cross_entropy(o(l(e(x))[0]).reshape(-1, 96), y.view(-1))
    return simple(params, torch.optim.Adam([p for p, _ in params.values()], lr=1e-3), loss)


def dcgan(dt, cl, batch):
    g = nn.Sequential(nn.Linear(64, 6272), nn.Unflatten(1, (128, 7, 7)), nn.BatchNorm2d(128), nn.ReLU(),
                      nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
                      nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh()).to(dt)
    d = nn.Sequential(nn.Conv2d(1, 64, 4, 2, 1), nn.LeakyReLU(0.2),
                      nn.Conv2d(64, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.LeakyReLU(0.2),
                      nn.Flatten(), nn.Linear(6272, 1)).to(dt)
    pd = init(list(conv("0", d[0])) + list(conv("2", d[2])) + list(norm("3", d[3])) + list(dense("6", d[6])), "D.")
    pg = init(list(dense("0", g[0])) + list(norm("2", g[2])) + list(conv("4", g[4])) + list(norm("5", g[5])) + list(conv("7", g[7])), "G.")
    z, real = formula("z", (batch, 64), -1.7, 1.7).to(dt), formula("real", (batch, 1, 28, 28), -1, 1).to(dt)
    g, d, real = cl(g), cl(d), cl(real)
    og = torch.optim.Adam(g.parameters(), lr=2e-4, betas=(0.5, 0.999))
    od = torch.optim.Adam(d.parameters(), lr=2e-4, betas=(0.5, 0.999))
    one, zero = torch.ones(batch, 1, dtype=dt), torch.zeros(batch, 1, dtype=dt)
    bce = F.binary_cross_entropy_with_logits

    def step():
        fake = g(z)
        od.zero_grad(set_to_none=True)
        loss = bce(d(real), one) + bce(d(fake.detach()), zero)
        loss.backward()
        grads = {k: p.grad.detach().clone() for k, (p, _) in pd.items()}
        od.step()
        og.zero_grad(set_to_none=True)
        for p in d.parameters():
            p.requires_grad_(False)
        bce(d(fake), one).backward()
        for p in d.parameters():
            p.requires_grad_(True)
        grads.update({k: p.grad.detach().clone() for k, (p, _) in pg.items()})
        og.step()
        return loss.item(), grads

    # The dense bias before the batch norm: of the mean over a channel's 49 places nothing is left, of the rest something.
    return Problem({**pd, **pg}, step)


class Res(nn.Module):
    def __init__(s, a, b):
        super().__init__()
        s.n1, s.c1, s.t = nn.GroupNorm(8, a), nn.Conv2d(a, b, 3, 1, 1), nn.Linear(128, b)
        s.n2, s.c2 = nn.GroupNorm(8, b), nn.Conv2d(b, b, 3, 1, 1)
        s.skip = None if a == b else nn.Conv2d(a, b, 1)

    def forward(s, x, t):
        h = s.c1(F.silu(s.n1(x))) + s.t(t)[:, :, None, None]
        return (x if s.skip is None else s.skip(x)) + s.c2(F.silu(s.n2(h)))

    def entries(s, at):
        yield from norm(at + ".Norm1", s.n1)
        yield from norm(at + ".Norm2", s.n2)
        yield from conv(at + ".Conv1", s.c1)
        yield from conv(at + ".Conv2", s.c2)
        if s.skip is not None:
            yield from conv(at + ".Skip", s.skip)
        yield from dense(at + ".Time", s.t)


class UNet(nn.Module):
    def __init__(s):
        super().__init__()
        s.t1, s.t2 = nn.Linear(32, 128), nn.Linear(128, 128)
        s.cin, s.r1, s.down = nn.Conv2d(1, 32, 3, 1, 1), Res(32, 32), nn.Conv2d(32, 32, 3, 2, 1)
        s.r2, s.mid, s.r3 = Res(32, 64), Res(64, 64), Res(128, 64)
        s.up, s.r4 = nn.Conv2d(64, 64, 3, 1, 1), Res(96, 32)
        s.nout, s.cout = nn.GroupNorm(8, 32), nn.Conv2d(32, 1, 3, 1, 1)

    def forward(s, x, t):
        a = t[:, None] * (10000.0 ** (-torch.arange(16, dtype=t.dtype) / 16))[None]
        te = F.silu(s.t2(F.silu(s.t1(torch.cat([a.sin(), a.cos()], 1)))))
        s1 = s.r1(s.cin(x), te)
        s2 = s.r2(s.down(s1), te)
        h = s.r3(torch.cat([s.mid(s2, te), s2], 1), te)
        h = s.up(F.interpolate(h, scale_factor=2.0, mode="nearest"))
        h = s.r4(torch.cat([h, s1], 1), te)
        return s.cout(F.silu(s.nout(h)))

    def entries(s):
        for n, m in (("Time1", s.t1), ("Time2", s.t2)):
            yield from dense(n, m)
        for n, m in (("In", s.cin), ("Down", s.down), ("Up", s.up), ("Out", s.cout)):
            yield from conv(n, m)
        for n, m in (("R1", s.r1), ("R2", s.r2), ("Mid", s.mid), ("R3", s.r3), ("R4", s.r4)):
            yield from m.entries(n)
        yield from norm("Norm", s.nout)


def ddpm(dt, cl, batch):
    m = UNet().to(dt)
    params = init(m.entries())
    x0, eps = formula("x0", (batch, 1, 28, 28), -1, 1).to(dt), formula("noise", (batch, 1, 28, 28), -1.7, 1.7).to(dt)
    t = indices("t", 1000, (batch,))
    m, x0, eps = cl(m), cl(x0), cl(eps)
    ab = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)
    sa, sb = ab.sqrt().to(dt), (1 - ab).sqrt().to(dt)

    def loss():
        xt = sa[t].view(-1, 1, 1, 1) * x0 + sb[t].view(-1, 1, 1, 1) * eps
        return F.mse_loss(m(xt, t.to(dt)), eps)

    return simple(params, torch.optim.Adam(m.parameters(), lr=2e-4), loss)


# Each with the batch of the recorded steps; the benchmark's own batch is the number in the name.
MODELS = {"mlp-b128": (mlp, 16), "cnn-b64": (cnn, 16), "resnet-b32": (resnet, 4), "dqn-b128": (dqn, 128), "gpt-b8": (gpt, 2),
          "lstm-b32": (lstm, 4), "dcgan-b64": (dcgan, 8), "ddpm-b32": (ddpm, 2)}


# ------------------------------------------------------------------------------------------------ recording
def figures(name, v, transposed, skip):
    """Norm, and product with the formula vector of the same name, in Kedja's layout."""
    v = (v.T if transposed else v).detach().double().contiguous().view(-1).clone()
    for n, lo, hi in skip:
        if n == name:
            v[lo:hi] = 0
    w = formula("w." + name, tuple(v.shape), -1, 1)
    return [v.norm().item(), (v @ w).item()]


def run(build, dt, batch, steps=STEPS, threads=1, onednn=True, channels_last=False):
    torch.set_num_threads(threads)
    cl = (lambda m: m.to(memory_format=torch.channels_last)) if channels_last else (lambda m: m)
    with torch.backends.mkldnn.flags(enabled=onednn):
        p = build(dt, cl, batch)
        losses, at = [], {}
        for step in range(1, steps + 1):
            loss, grads = p.step()
            losses.append(loss)
            if step in (1, STEPS):
                at[step] = {k: figures(k, grads[k], tr, p.skip) + figures(k, v, tr, p.skip) for k, (v, tr) in p.params.items()}
    return losses, at, p


def distance(a, b):
    """How far one run's figures are from another's: products are compared in units of the norm times the vector's root mean square."""
    la = [abs(x - y) / max(abs(x), 1e-12) for x, y in zip(a[0], b[0])]
    far = {}
    for step in a[1]:
        far[step] = {}
        for k in a[1][step]:
            x, y = a[1][step][k], b[1][step][k]
            d = []
            for i in (0, 2):
                unit = max(abs(x[i]), 1e-30)
                d += [abs(x[i] - y[i]) / unit, abs(x[i + 1] - y[i + 1]) / (unit * 3**-0.5)]
            far[step][k] = d
    return la, far


def record(name):
    build, batch = MODELS[name]
    exact = run(build, torch.float64, batch)
    biggest = max(v[0] for v in exact[1][1].values())
    zero = [k for k, v in exact[1][1].items() if v[0] < 1e-12 * biggest]
    skip = [list(s) for s in exact[2].skip] + [[k, 0, exact[2].params[k][0].numel()] for k in zero]
    narrow = lambda **how: run(build, torch.float32, batch, **how)
    runs = [narrow(), narrow(threads=2), narrow(onednn=False), narrow(threads=2, channels_last=True), exact]
    whole = run(build, torch.float64, int(name.split("-b")[1]), steps=1)
    loss = [0.0] * STEPS
    far = {s: {k: [0.0] * 4 for k in exact[1][1]} for s in (1, STEPS)}
    for i, a in enumerate(runs):
        for b in runs[i + 1:]:
            la, f = distance(a, b)
            loss = [max(x, y) for x, y in zip(loss, la)]
            for s in far:
                for k in far[s]:
                    far[s][k] = [max(x, y) for x, y in zip(far[s][k], f[s][k])]
    drop = {k for k in zero}
    r = lambda v: float(f"{v:.1e}")
    return {
        "batch": batch, "skip": skip, "loss0": whole[0][0], "loss": exact[0], "loss32": [r(v) for v in loss],
        "at": {str(s): {k: v for k, v in exact[1][s].items() if k not in drop} for s in exact[1]},
        "far32": {str(s): {k: [r(x) for x in v] for k, v in far[s].items() if k not in drop} for s in far},
    }


def main():
    all = {}
    if os.path.exists(OUT):
        all = json.loads(gzip.open(OUT).read())
    all["torch"] = torch.__version__.split("+")[0]
    for name in sys.argv[1:] or MODELS:
        all[name] = record(name)
        print(name, "loss", all[name]["loss"][0], "→", all[name]["loss"][-1], "float32 apart at step 20:", all[name]["loss32"][-1],
              "skipped:", len(all[name]["skip"]), flush=True)
    os.makedirs(os.path.dirname(OUT), exist_ok=True)
    with open(OUT, "wb") as f:
        f.write(gzip.compress(json.dumps(all, separators=(",", ":")).encode(), mtime=0))


main()
