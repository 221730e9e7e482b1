"""The ten programs of ten_test.go in JAX; they print the same."""
import os
import tempfile

import jax
import jax.numpy as jnp
import numpy as np


def ramp(*dims):
    n = int(np.prod(dims))
    return (jnp.arange(n) / n).reshape(dims)


def show(*ts):
    for t in ts:
        print("[" + " ".join(f"{x:.4f}" for x in t.reshape(-1)) + "]" if t.ndim else f"{t:.4f}")


def gradient():
    f = lambda x: jnp.sum(x * x**2)
    show(jax.grad(f)(jnp.array([1.0, 2, 3])))


def regression():
    x, y = jnp.array([0.0, 1, 2, 3]), jnp.array([1.0, 3, 5, 7])
    loss = lambda p: jnp.mean((p[0] * x + p[1] - y) ** 2)
    step = jax.jit(lambda p: p - 0.1 * jax.grad(loss)(p))
    p = jnp.zeros(2)
    for _ in range(100):
        p = step(p)
    print(f"[{p[0]:.2f}] [{p[1]:.2f}] <nil>")


def mlp():
    p = {"w1": ramp(2, 4), "b1": ramp(4), "w2": ramp(4, 3), "b2": ramp(3)}
    x, labels = jnp.array([[1.0, 2], [3, 4]]), jnp.array([0, 2])

    def loss(p):
        logits = jax.nn.relu(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]
        return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(2), labels])

    @jax.jit
    def step(p, m, v, t):  # Adam; optax has it ready-made
        l, g = jax.value_and_grad(loss)(p)
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        move = lambda p, m, v: p - 0.01 * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
        return l, jax.tree.map(move, p, m, v), m, v

    m = v = jax.tree.map(jnp.zeros_like, p)
    for t in (1, 2, 3):
        l, p, m, v = step(p, m, v, t)
        print(f"{l:.4f}")
    print("<nil>")


def convolution():
    image, filter = ramp(1, 1, 6, 6), ramp(2, 1, 3, 3)

    def loss(filter):
        y = jax.nn.relu(jax.lax.conv(image, filter, (1, 1), "VALID"))
        return jnp.sum(jax.lax.reduce_window(y, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID"))

    l, d = jax.value_and_grad(loss)(filter)
    show(l, d.sum((1, 2, 3)))


def per_example():
    w, xs, ys = jnp.array([1.0, -1]), ramp(3, 2), jnp.array([1.0, 0, 2])
    loss = lambda w, x, y: (jnp.sum(w * x) - y) ** 2
    show(jax.vmap(jax.grad(loss), (None, 0, 0))(w, xs, ys))


def hvp():
    x, v = jnp.array([1.0, 2, 3]), jnp.array([1.0, 0, -1])
    show(jax.jvp(jax.grad(jnp.prod), (x,), (v,))[1])


def scan():
    xs = jnp.array([1.0, 0.5, -1, 2])

    def last(w):
        def step(h, x):
            h = jnp.tanh(w * h + x)
            return h, h[0]

        h, hs = jax.lax.scan(step, jnp.zeros(1), xs)
        return h.sum(), hs

    (_, hs), d = jax.value_and_grad(last, has_aux=True)(jnp.array([0.5]))
    show(hs, d)


def dropout():
    def mask(seed):
        keep = jax.random.bernoulli(jax.random.key(seed), 0.5, (1000,))
        return jnp.where(keep, 2.0, 0.0)

    a, b = mask(1), mask(1)
    kept = int((a > 0).sum())
    print(str(bool((a == b).all())).lower(), str(400 < kept < 600).lower())


def checkpoint():
    f = jax.checkpoint(lambda x: jnp.sin(jnp.exp(x)))
    show(jax.grad(lambda x: f(x).sum())(jnp.array([0.5, 1])))


@jax.custom_vjp
def round(x):
    return jnp.round(x)


round.defvjp(lambda x: (jnp.round(x), None), lambda _, dy: (dy,))


def own():
    w = jnp.array([0.4, 1.6])
    path = os.path.join(tempfile.gettempdir(), "ten.npz")
    np.savez(path, w=w)
    w = jnp.array(np.load(path)["w"])
    os.remove(path)
    print("<nil> <nil>")
    show(round(w), jax.grad(lambda w: (round(w) ** 2).sum())(w))


for f in (gradient, regression, mlp, convolution, per_example, hvp, scan, dropout, checkpoint, own):
    f()
