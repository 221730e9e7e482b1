"""Coefficients of the polynomials in internal/kernel/vec/internal/gen: minimax by Remez's exchange in 40 digits, then rounded to
float32 one after the other, those not yet rounded fitted again each time.

	python3 tools/remez.py sin | cos

f(x) is approximated by the sum of c[i]·x**i, weighted by w(x); what is printed is the largest |w·(f − p)| as a power of two.
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

for name in sys.argv[1:]:
	print(name)
	rounded(*FUNCTIONS[name])
