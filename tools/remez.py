"""Coefficients of the polynomials in internal/kernel/vec/internal/gen: minimax by Remez's exchange in 40 digits, then rounded to
float32 one after the other, those not yet rounded fitted again each time.

	python3 tools/remez.py sin | cos | gelu | geluSlope | geluTanh | geluTanhSlope

GELU and its like are pieces on intervals of one width, see gen/gelu.go: least squares at Chebyshev's points, close to minimax, rounded likewise; a
Go table is printed. For the others f(x) is approximated by the sum of c[i]·x**i, weighted by w(x); what is printed is the largest |w·(f − p)| as a power of two.
"""
import sys

import mpmath as mp
import numpy as np

mp.mp.dps = 40


def fit(f, w, basis, lo, hi, tries=40):
	"""Returns coefficients of the functions in basis, and the largest weighted error."""
	m = len(basis)
	x = [lo + (hi - lo) * (1 - mp.cos(mp.pi * i / m)) / 2 for i in range(m + 1)]
	grid = [lo + (hi - lo) * (1 - mp.cos(mp.pi * (i + mp.mpf(1) / 2) / 1200)) / 2 for i in range(1200)]
	for _ in range(tries):
		a = mp.matrix(m + 1, m + 1)
		b = mp.matrix(m + 1, 1)
		for i, v in enumerate(x):
			for j, g in enumerate(basis):
				a[i, j] = g(v)
			a[i, m] = (-1) ** i / w(v)
			b[i] = f(v)
		s = mp.lu_solve(a, b)
		c, level = list(s[:m]), abs(s[m])
		e = [w(v) * (f(v) - sum(k * g(v) for k, g in zip(c, basis))) for v in grid]
		peaks, start = [], 0  # the largest error of each run of one sign
		for i in range(1, len(e) + 1):
			if i == len(e) or e[i] * e[start] < 0:
				peaks.append(max(range(start, i), key=lambda k: abs(e[k])))
				start = i
		while len(peaks) > m + 1:
			peaks.pop(0 if abs(e[peaks[0]]) < abs(e[peaks[-1]]) else -1)
		if len(peaks) < m + 1:
			break
		x = [grid[i] for i in peaks]
		worst = max(abs(v) for v in e)
		if worst < level * mp.mpf("1.0001"):
			break
	return c, max(abs(v) for v in e)


def rounded(f, w, powers, lo, hi):
	"""Fits, and rounds the coefficients in turn, the most important one first."""
	lo, hi = mp.mpf(lo), mp.mpf(hi)
	done, left = {}, list(powers)
	c, worst = fit(f, w, [lambda v, p=p: v**p for p in left], lo, hi)
	print("unrounded: 2^%.2f" % mp.log(worst, 2))
	while left:
		p = left.pop(0)
		done[p] = float(np.float32(float(c[0])))
		rest = lambda v: f(v) - sum(k * v**q for q, k in done.items())
		if left:
			c, _ = fit(rest, w, [lambda v, p=p: v**p for p in left], lo, hi)
	grid = [lo + (hi - lo) * i / 4000 for i in range(1, 4001)]
	worst = max(abs(w(v) * rest(v)) for v in grid)
	print("rounded: 2^%.2f" % mp.log(worst, 2))
	print(", ".join(str(np.float32(done[p])) for p in powers))


r = mp.sqrt
EDGE = mp.mpf("0.6401")  # 0.80 squared
FUNCTIONS = {
	# sin r = r + r³·S(z), z = r², relative error
	"sin": (lambda z: (mp.sin(r(z)) / r(z) - 1) / z, lambda z: z * r(z) / mp.sin(r(z)), range(3), "1e-6", EDGE),
	# cos r = 1 − z/2 + z²·C(z), relative error
	"cos": (lambda z: (mp.cos(r(z)) - 1 + z / 2) / z**2, lambda z: z**2 / mp.cos(r(z)), range(3), "1e-6", EDGE),
}



def piece(f, centre, lo, hi, degree, first=None):
	"""Returns coefficients of f(centre + d) by powers of d in [lo, hi], and the largest error. The first may be given."""
	points = 400
	d = (lo + hi) / 2 + (hi - lo) / 2 * np.cos(np.pi * (np.arange(points) + 0.5) / points)
	rest = np.array([float(f(mp.mpf(centre + v))) for v in d])
	c, scale = [], max(-lo, hi)
	for k in range(degree + 1):
		if k == 0 and first is not None:
			c.append(first)
		else:
			basis = (d / scale)[:, None] ** np.arange(k, degree + 1)
			c.append(float(np.float32(np.linalg.lstsq(basis, rest, rcond=None)[0][0] / scale**k)))
		rest = rest - c[k] * d**k
	return c, np.abs(rest).max()


WIDTH = 0.875  # of an interval; the eighth is 0


def pieces(f, degree):
	cs = []
	for i in range(7):
		c, worst = piece(f, i * WIDTH, -WIDTH / 2 if i else 0.0, WIDTH / 2, degree, None if i else 0.5)
		print("// interval %d: 2^%.1f" % (i, np.log2(worst)))
		cs.append(c)
	for power in zip(*cs):
		print("{" + ", ".join("%.9g" % v for v in power) + "},")


C = 2 * mp.sqrt(2 / mp.pi)
sigma = lambda a: 1 / (1 + mp.exp(C * (a + mp.mpf("0.044715") * a**3)))  # σ(−u)
normal = lambda a: mp.erfc(a / mp.sqrt(2)) / 2  # Φ(−a)
PIECES = {
	"gelu": (normal, 7),
	"geluSlope": (lambda a: normal(a) - a * mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi), 8),
	"geluTanh": (sigma, 7),
	"geluTanhSlope": (lambda a: sigma(a) - a * sigma(a) * (1 - sigma(a)) * C * (1 + 3 * mp.mpf("0.044715") * a * a), 8),
}

for name in sys.argv[1:]:
	print(name)
	if name in PIECES:
		pieces(*PIECES[name])
	else:
		rounded(*FUNCTIONS[name])
