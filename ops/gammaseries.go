package ops

import "math"

// lowerGamma is F over p: Σ xⁿ/(a·(a + 1)⋯(a + n)) (DLMF 8.7.1).
func lowerGamma(k int, a, x float64) (sum jet) {
	term := jet{1}
	for n := range 1_000_000 {
		done := true
		for j := range k + 1 { // over a + n + ε
			if j > 0 {
				term[j] -= term[j-1]
			}
			term[j] /= a + float64(n)
			sum[j] += term[j]
			done = done && math.Abs(term[j]) <= 0x1p-56*math.Abs(sum[j])
		}
		if done && n > k {
			break
		}
		for j := range k + 1 {
			term[j] *= x
		}
	}
	return sum
}

// upperGamma is 1 − F over p, by its continued fraction (DLMF 8.9.2), from the front (Lentz).
func upperGamma(k int, a, x float64) (h jet) {
	b := jet{x + 1 - a, -1}
	c, d := jet{1e300}, over(k, jet{1}, b)
	h = d
	for i := 1; i < 1_000_000; i++ {
		n := float64(i)
		an := jet{n * (a - n), n}
		b[0] += 2
		d = times(k, an, d)
		c = over(k, an, c)
		for j := range k + 1 {
			d[j] += b[j]
			c[j] += b[j]
		}
		d = over(k, jet{1}, d)
		step := times(k, c, d)
		h = times(k, h, step)
		done := math.Abs(step[0]-1) <= 0x1p-52
		for j := 1; j <= k; j++ {
			done = done && math.Abs(step[j]) <= 0x1p-52
		}
		if done {
			break
		}
	}
	return h
}

func times(k int, p, q jet) (r jet) {
	for n := range k + 1 {
		for j := range n + 1 {
			r[n] += p[j] * q[n-j]
		}
	}
	return r
}

func over(k int, p, q jet) (r jet) {
	for n := range k + 1 {
		r[n] = p[n]
		for j := range n {
			r[n] -= r[j] * q[n-j]
		}
		r[n] /= q[0]
	}
	return r
}
