"""Losses and gradients of package rl's objectives, by hand in NumPy, on fixed batches: no automatic differentiation, so that the derivatives
are a second opinion. The networks are linear: out = obs·W, reshaped to [N, actions, numbers]. Run from the root of the repository:

    python tools/rl/goldens.py

It writes objectives.json, boxes.json, rollouts.json, recurrent.json and sight.json in rl/testdata.
"""
import json

import numpy as np

N, OBS, ACTIONS = 6, 3, 4
rng = np.random.default_rng(20261130)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def huber(u):  # and its derivative
    a = np.abs(u)
    return np.where(a <= 1, u * u / 2, a - 0.5), np.clip(u, -1, 1)


def batch(numbers, scale):
    return dict(
        obs=rng.normal(size=(N, OBS)), next=rng.normal(size=(N, OBS)), actions=rng.integers(ACTIONS, size=N), rewards=rng.normal(size=N) * 1.5,
        discounts=np.array([0.9, 0.9, 0.0, 0.81, 0.9, 0.0]), weights=rng.uniform(0.3, 1, size=N),
        online=rng.normal(size=(OBS, ACTIONS * numbers)) * scale, target=rng.normal(size=(OBS, ACTIONS * numbers)) * scale)


def out(obs, w, numbers):
    return (obs @ w).reshape(N, ACTIONS, numbers)


def finish(name, b, numbers, each, priority, dout, **settings):
    """dout is the derivative of each loss in the outputs of its chosen action [N, numbers]."""
    d = np.zeros((N, ACTIONS, numbers))
    d[np.arange(N), b["actions"]] = dout * b["weights"][:, None] / N
    return dict(
        name=name, numbers=numbers, settings=settings, each=each.tolist(), priority=priority.tolist(), loss=float((b["weights"] * each).mean()),
        gradient=(b["obs"].T @ d.reshape(N, -1)).ravel().tolist(), **{k: np.asarray(v).ravel().tolist() for k, v in b.items()})


def mean(double):
    b = batch(1, 1.2)
    q, nq, nt = (out(b[o], b[w], 1)[..., 0] for o, w in (("obs", "online"), ("next", "online"), ("next", "target")))
    value = nt[np.arange(N), nq.argmax(-1)] if double else nt.max(-1)
    u = q[np.arange(N), b["actions"]] - (b["rewards"] + b["discounts"] * value)
    each, d = huber(u)
    return finish("double" if double else "mean", b, 1, each, np.abs(u), d[:, None], Double=double)


def munchausen():
    tau, alpha, least = 0.3, 0.9, -1.0
    b = batch(1, 0.6)
    q, t, nt = (out(b[o], b[w], 1)[..., 0] for o, w in (("obs", "online"), ("obs", "target"), ("next", "target")))
    rows = np.arange(N)
    bonus = np.clip(tau * np.log(softmax(t / tau)[rows, b["actions"]]), least, 0)
    pi = softmax(nt / tau)
    value = (pi * (nt - tau * np.log(pi))).sum(-1)
    u = q[rows, b["actions"]] - (b["rewards"] + alpha * bonus + b["discounts"] * value)
    each, d = huber(u)
    return finish("munchausen", b, 1, each, np.abs(u), d[:, None], Temperature=tau, LogShare=alpha, LogLeast=least)


def c51(double):
    atoms, low, high = 7, -3.0, 4.0
    b = batch(atoms, 1.0)
    z = np.linspace(low, high, atoms)
    dz = z[1] - z[0]
    rows = np.arange(N)
    logits, nq, nt = (out(b[o], b[w], atoms) for o, w in (("obs", "online"), ("next", "online"), ("next", "target")))
    best = (softmax(nq if double else nt) @ z).argmax(-1)
    p = softmax(nt)[rows, best]
    m = np.zeros((N, atoms))
    for n in range(N):  # algorithm 1 of the paper
        for j in range(atoms):
            at = (np.clip(b["rewards"][n] + b["discounts"][n] * z[j], low, high) - low) / dz
            lo, hi = int(np.floor(at)), int(np.ceil(at))
            if lo == hi:
                m[n, lo] += p[n, j]
            else:
                m[n, lo] += p[n, j] * (hi - at)
                m[n, hi] += p[n, j] * (at - lo)
    mine = softmax(logits[rows, b["actions"]])
    each = -(m * np.log(mine)).sum(-1)
    return finish("c51 double" if double else "c51", b, atoms, each, each, mine - m, Atoms=atoms, Returns=[low, high], Double=double)


def quantiles(double):
    count = 5
    b = batch(count, 1.1)
    rows = np.arange(N)
    theta, nq, nt = (out(b[o], b[w], count) for o, w in (("obs", "online"), ("next", "online"), ("next", "target")))
    best = (nq if double else nt).mean(-1).argmax(-1)
    target = b["rewards"][:, None] + b["discounts"][:, None] * nt[rows, best]
    level = (np.arange(count) + 0.5) / count
    u = target[:, None, :] - theta[rows, b["actions"]][:, :, None]  # [N, i, j]
    h, dh = huber(u)
    weight = np.abs(level[None, :, None] - (u < 0))
    each = (weight * h).mean(-1).sum(-1)
    return finish("quantiles double" if double else "quantiles", b, count, each, each, -(weight * dh).mean(-1), Quantiles=count, Double=double)


with open("rl/testdata/objectives.json", "w") as f:
    json.dump([mean(False), mean(True), munchausen(), c51(False), c51(True), quantiles(False), quantiles(True)], f)
    f.write("\n")


# Actors and critics of actions that are vectors. The critics are linear: q = [s, a]·w + b.
D = 2
rng = np.random.default_rng(7)
alpha, gamma_d = 0.3, np.array([0.9, 0.9, 0.0, 0.9, 0.9, 0.0])
s, s2, a, r, e = rng.normal(size=(N, OBS)), rng.normal(size=(N, OBS)), np.tanh(rng.normal(size=(N, D))), rng.normal(size=N), rng.normal(size=(N, D))
m, ls = rng.normal(size=(N, D)) * 0.7, rng.normal(size=(N, D)) * 0.5 - 0.5
w, wt = rng.normal(size=(2, OBS + D)), rng.normal(size=(2, OBS + D))  # two critics, and their targets


def q(w, obs, act):
    return np.concatenate([obs, act], 1) @ w.T  # [N, critics]


y = np.tanh(m + np.exp(ls) * e)
logp = (-0.5 * e**2 - ls - 0.5 * np.log(2 * np.pi) - np.log(1 - y**2)).sum(1)
td3 = q(wt, s2, y).min(1)
sac = td3 - alpha * logp
out = dict(obs=s, next=s2, actions=a, rewards=r, discounts=gamma_d, noise=e, mean=m, logstd=ls, critics=w, targets=wt, td3=td3, sac=sac)
for name, value in (("td3", td3), ("sac", sac)):
    d = q(w, s, a) - (r + gamma_d * value)[:, None]
    out[name + "_loss"] = (d**2).mean(0).sum()
    out[name + "_gradient"] = (2 * d[:, :, None] * np.concatenate([s, a], 1)[:, None, :]).mean(0)
qa = q(w, s, y)
slope = w[qa.argmin(1), OBS:]  # of the least critic in the action
ds = np.exp(ls) * e
out["actor_loss"] = (alpha * logp - qa.min(1)).mean()
out["actor_mean_gradient"] = (alpha * 2 * y - slope * (1 - y**2)) / N
out["actor_logstd_gradient"] = (alpha * (2 * y * ds - 1) - slope * (1 - y**2) * ds) / N
with open("rl/testdata/boxes.json", "w") as f:
    json.dump({k: np.asarray(v).ravel().tolist() for k, v in out.items()}, f)
    f.write("\n")


# Policy gradients, and PQN, in the logits or values of each action and the state's value.
def policy_loss(z, v, act, old, adv, ret, oldv, clip, clip_value, normalize, share, entropy):
    """The loss, and its derivatives in the logits z and the values v."""
    p, rows = softmax(z), np.arange(len(z))
    log = np.log(p[rows, act])
    norm = (adv - adv.mean()) / (adv.std(ddof=1) + 1e-8) if normalize else adv
    if clip:
        ratio = np.exp(log - old)
        free, held = ratio * norm, np.clip(ratio, 1 - clip, 1 + clip) * norm
        gain, dgain = np.minimum(free, held), np.where(free <= held, ratio * norm, 0)
    else:
        gain, dgain = norm * log, norm
    off, doff = (v - ret) ** 2, v - ret
    if clip and clip_value:
        near = oldv + np.clip(v - oldv, -clip, clip)
        other = (near - ret) ** 2
        doff = np.where(off >= other, v - ret, (near - ret) * (np.abs(v - oldv) < clip))
        off = np.maximum(off, other)
    h = -(p * np.log(p)).sum(1)
    one = np.eye(ACTIONS)[act]
    dz = (-dgain[:, None] * (one - p) + entropy * p * (np.log(p) + h[:, None])) / len(z)
    return -gain.mean() + share * 0.5 * off.mean() - entropy * h.mean(), dz, share * doff / len(z)


def policy(name, clip, clip_value, normalize, share, entropy):
    z, v = rng.normal(size=(N, ACTIONS)), rng.normal(size=N)
    act, old, adv, ret, oldv = rng.integers(ACTIONS, size=N), -rng.uniform(0.3, 2.5, size=N), rng.normal(size=N), rng.normal(size=N), v + rng.normal(size=N) * 0.3
    loss, dz, dv = policy_loss(z, v, act, old, adv, ret, oldv, clip, clip_value, normalize, share, entropy)
    return dict(name=name, clip=clip, clipvalue=clip_value, normalize=normalize, valueshare=share, entropy=entropy, logits=z, values=v, actions=act,
                logprobs=old, advantages=adv, returns=ret, oldvalues=oldv, loss=loss, dlogits=dz, dvalues=dv)


def pqn():
    z, act, ret = rng.normal(size=(N, ACTIONS)), rng.integers(ACTIONS, size=N), rng.normal(size=N)
    d = z[np.arange(N), act] - ret
    zero = np.zeros(N)
    return dict(name="pqn", clip=0, clipvalue=False, normalize=False, valueshare=0, entropy=0, logits=z, values=zero, actions=act, logprobs=zero,
                advantages=zero, returns=ret, oldvalues=zero, loss=0.5 * (d**2).mean(), dlogits=np.eye(ACTIONS)[act] * d[:, None] / N, dvalues=zero)


rng = np.random.default_rng(11)
cases = [policy("ppo", 0.2, True, True, 0.5, 0.01), policy("ppo plain", 0.3, False, False, 0.7, 0.0), policy("a2c", 0.0, False, False, 0.5, 0.02), pqn()]
with open("rl/testdata/rollouts.json", "w") as f:
    json.dump([{k: v.ravel().tolist() if isinstance(v, np.ndarray) else v for k, v in c.items()} for c in cases], f)
    f.write("\n")


# Recurrent PPO: gated recurrent units (gates r, z, n in PyTorch's order), linear heads on their states, and the loss of all steps of a round,
# whose derivatives go back through all of it. The state that an environment brings is not learned.
def recurrent():
    T, E, C = 5, 3, 4  # steps, environments, cells
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    draw = lambda *size: rng.normal(size=size) * 0.7
    x, first, goes_on = draw(T, E, OBS), draw(E, C), np.ones((T, E))
    goes_on[2, 0] = goes_on[1, 2] = goes_on[4, 2] = 0
    w = dict(w=draw(OBS, 3 * C), u=draw(C, 3 * C), bw=draw(3 * C), bu=draw(3 * C), actor=draw(C, ACTIONS), bactor=draw(ACTIONS), critic=draw(C, 1), bcritic=draw(1))
    act, old = rng.integers(ACTIONS, size=T * E), -rng.uniform(0.5, 2, size=T * E)
    adv, ret = rng.normal(size=T * E), rng.normal(size=T * E)
    steps, h = [], first
    for t in range(T):
        h = h * goes_on[t][:, None]
        a, b = x[t] @ w["w"] + w["bw"], h @ w["u"] + w["bu"]
        r, z = sigmoid(a[:, :C] + b[:, :C]), sigmoid(a[:, C : 2 * C] + b[:, C : 2 * C])
        n = np.tanh(a[:, 2 * C :] + r * b[:, 2 * C :])
        steps.append((h, r, z, n, b[:, 2 * C :]))
        h = (1 - z) * n + z * h
        steps[-1] += (h,)
    states = np.concatenate([s[-1] for s in steps])
    loss, dlogits, dvalues = policy_loss(states @ w["actor"] + w["bactor"], (states @ w["critic"])[:, 0] + w["bcritic"], act, old, adv, ret, None, 0.2, False, True, 0.5, 0.02)
    dvalues = dvalues[:, None]
    d = dict(w=0, u=0, bw=0, bu=0, actor=states.T @ dlogits, bactor=dlogits.sum(0), critic=states.T @ dvalues, bcritic=dvalues.sum(0))
    from_heads = (dlogits @ w["actor"].T + dvalues @ w["critic"].T).reshape(T, E, C)
    dh = np.zeros((E, C))
    for t in reversed(range(T)):
        h, r, z, n, un, _ = steps[t]
        dh = dh + from_heads[t]
        dn = dh * (1 - z) * (1 - n**2)
        dr, dz = dn * un * r * (1 - r), dh * (h - n) * z * (1 - z)
        da, db = np.concatenate([dr, dz, dn], 1), np.concatenate([dr, dz, dn * r], 1)
        d["w"], d["bw"], d["u"], d["bu"] = d["w"] + x[t].T @ da, d["bw"] + da.sum(0), d["u"] + h.T @ db, d["bu"] + db.sum(0)
        dh = (dh * z + db @ w["u"].T) * goes_on[t][:, None]
    return dict(obs=x, first=first, goeson=goes_on, actions=act, logprobs=old, advantages=adv, returns=ret, loss=loss, states=states, weights=w, gradients=d)


flat = lambda v: {k: flat(x) for k, x in v.items()} if isinstance(v, dict) else np.asarray(v).ravel().tolist()
rng = np.random.default_rng(13)
with open("rl/testdata/recurrent.json", "w") as f:
    json.dump(flat(recurrent()), f)
    f.write("\n")


# A network with convolutions: its values, DQN's loss by it, and the gradient in all of its parameters, in their order.
def network(p, x, image, filters, norms):
    """Values of a batch, and a function from their derivative to those of p."""
    n, (c, h, w) = len(x), image
    patches = np.stack([x.reshape(n, c, h, w)[:, :, i:i + 3, j:j + 3].reshape(n, -1) for i in range(h - 2) for j in range(w - 2)], 1)  # [n, places, taps]
    (cw, cb), *rest = p["conv"], *p["layers"]
    steps, y = [], (patches @ cw.reshape(filters, -1).T + cb).transpose(0, 2, 1).reshape(n, -1)

    def act(y, k):
        if norms:
            m, r = y.mean(1, keepdims=True), 1 / np.sqrt(y.var(1, keepdims=True) + 1e-5)
            z = (y - m) * r
            steps.append((z, r))
            y = z * p["norms"][k][0] + p["norms"][k][1]
        steps.append(y > 0)
        return np.maximum(y, 0)

    y0 = act(y, 0)
    y1 = act(y0 @ rest[0][0] + rest[0][1], 1)
    out = y1 @ rest[1][0] + rest[1][1]

    def back(d):
        g = {"conv": None, "layers": [None, None], "norms": [None, None]}

        def undo(d, k):
            d = d * steps.pop()
            if norms:
                z, r = steps.pop()
                g["norms"][k] = ((d * z).sum(0), d.sum(0))
                e = d * p["norms"][k][0]
                d = r * (e - e.mean(1, keepdims=True) - z * (e * z).mean(1, keepdims=True))
            return d

        g["layers"][1] = (y1.T @ d, d.sum(0))
        d = undo(d @ rest[1][0].T, 1)
        g["layers"][0] = (y0.T @ d, d.sum(0))
        d = undo(d @ rest[0][0].T, 0).reshape(n, filters, -1)
        g["conv"] = (np.einsum("nfp,npt->ft", d, patches), d.sum((0, 2)))
        return g

    return out, back


def in_order(p, norms):  # Sight.Convs, Sight.Norms, Hidden, Norms, Actions
    order = [p["conv"]] + ([p["norms"][0]] if norms else []) + [p["layers"][0]] + ([p["norms"][1]] if norms else []) + [p["layers"][1]]
    return [np.asarray(x).ravel().tolist() for pair in order for x in pair]


rng = np.random.default_rng(16)
cases = []
for norms in (False, True):
    image, filters, hidden = (2, 5, 6), 3, 7
    size = filters * (image[1] - 2) * (image[2] - 2)

    def draw():
        return dict(
            conv=(rng.normal(size=(filters, image[0], 3, 3)) * 0.4, rng.normal(size=filters) * 0.2),
            layers=[(rng.normal(size=s) * 0.3, rng.normal(size=s[1]) * 0.2) for s in ((size, hidden), (hidden, ACTIONS))],
            norms=[(1 + rng.normal(size=s) * 0.2, rng.normal(size=s) * 0.2) for s in (size, hidden)])

    online, target = draw(), draw()
    s, s2 = ((rng.random(size=(N, np.prod(image))) < 0.4).astype(float) for _ in range(2))
    act, r, gamma = rng.integers(ACTIONS, size=N), rng.normal(size=N), np.array([0.9, 0.9, 0.0, 0.81, 0.9, 0.0])
    q, back = network(online, s, image, filters, norms)
    value = network(target, s2, image, filters, norms)[0].max(1)
    h, dh = huber(q[np.arange(N), act] - (r + gamma * value))
    d = np.zeros_like(q)
    d[np.arange(N), act] = dh / N
    cases.append(dict(
        layernorm=norms, image=image, filters=filters, hidden=hidden, obs=s.ravel().tolist(), next=s2.ravel().tolist(), actions=act.tolist(),
        rewards=r.tolist(), discounts=gamma.tolist(), online=in_order(online, norms), target=in_order(target, norms), values=q.ravel().tolist(),
        loss=h.mean(), gradients=in_order(back(d), norms)))
with open("rl/testdata/sight.json", "w") as f:
    json.dump(cases, f)
    f.write("\n")
