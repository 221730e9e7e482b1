"""Prints the coefficients of the polynomials in exp.go, log.go and erf.go. Run by hand; it needs mpmath and takes a minute or two."""

import struct

from mpmath import cos, erf, erfc, exp, fabs, log, log1p, lu_solve, matrix, mp, mpf, pi, sqrt, tanh

mp.dps = 40


def float32(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def power(k):
    return lambda x: x**k if k else mpf(1)


def remez(target, basis, weight, a, b, points=600):
    """Minimises max |weight·(target − Σ c·basis)| over [a, b] by Remez's second algorithm, on a grid that is dense at the ends."""
    n = len(basis)
    grid = [(a + b) / 2 - (b - a) / 2 * cos(pi * mpf(i) / (points - 1)) for i in range(points)]
    t, w = [target(x) for x in grid], [weight(x) for x in grid]
    f = [[g(x) for g in basis] for x in grid]
    peaks = [int((points - 1) * i / mpf(n)) for i in range(n + 1)]
    for _ in range(25):
        m, r = matrix(n + 1, n + 1), matrix(n + 1, 1)
        for i, j in enumerate(peaks):
            for k in range(n):
                m[i, k] = f[j][k] * w[j]
            m[i, n], r[i] = (-1) ** i, t[j] * w[j]
        s = lu_solve(m, r)
        c = [s[k] for k in range(n)]
        e = [w[j] * (t[j] - sum(c[k] * f[j][k] for k in range(n))) for j in range(points)]
        runs, start = [], 0
        for j in range(1, points):
            if (e[j] > 0) != (e[start] > 0):
                runs.append((start, j))
                start = j
        runs.append((start, points))
        found = [max(range(lo, hi), key=lambda j: fabs(e[j])) for lo, hi in runs]
        while len(found) > n + 1:
            found.pop(0 if fabs(e[found[0]]) < fabs(e[found[-1]]) else -1)
        if len(found) < n + 1 or found == peaks:
            break
        peaks = found
    return c


def rounded(name, target, powers, weight, a, b):
    """Rounds the coefficients to float32 one after the other; those not yet rounded are fitted again each time."""
    a, b, c = mpf(a), mpf(b), []
    basis = [power(k) for k in powers]
    for k in range(len(basis)):
        left = lambda x: target(x) - sum(v * g(x) for v, g in zip(c, basis))
        c.append(float32(remez(left, basis[k:], weight, a, b)[0]))
    worst = max(
        fabs(weight(x) * (target(x) - sum(v * g(x) for v, g in zip(c, basis))))
        for x in (a + (b - a) * mpf(i) / 2000 for i in range(2001))
    )
    report(name, c, worst)


def report(name, c, worst):
    print("%s: %s; error 2^%.1f" % (name, ", ".join("%.9g" % v for v in c), float(log(worst, 2))))


half = log(mpf(2)) / 2 * mpf("1.001")
rounded("exp", lambda x: exp(x) - 1 - x, range(2, 7), lambda x: 1 / exp(x), -half, half)

# Close to 0 the functions are replaced by the first terms of their series.
near = lambda x: fabs(x) < mpf(10) ** -12
rounded(
    "log",
    lambda x: -x * x / 2 if near(x) else log1p(x) - x,
    range(2, 12),
    lambda x: mpf(10) ** 12 if near(x) else 1 / fabs(log1p(x)),
    sqrt(mpf(2)) / 2 - 1,
    sqrt(mpf(2)) - 1,
)
rounded("tanh", lambda x: tanh(x) - x, range(3, 12, 2), lambda x: 1 / tanh(x), "1e-4", "0.625")
rounded("erf", lambda x: erf(x) - x, range(1, 14, 2), lambda x: 1 / erf(x), "1e-4", 1)
rounded("−ln erfc", lambda x: -log(erfc(x)), range(7), lambda x: erfc(x) / erf(x), 1, "3.95")
