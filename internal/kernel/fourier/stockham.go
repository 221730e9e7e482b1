package fourier

// stockham transforms z, as long as roots, in place; local is as long.
func stockham(z, local, roots []float64) {
	from, to := z, local
	n := len(z) / 2
	for rest, stride := n, 1; rest > 1; {
		radix := 4
		for rest%radix != 0 {
			radix = next(radix)
		}
		switch radix {
		case 2:
			radix2(from, to, roots, rest/2, stride)
		case 4:
			radix4(from, to, roots, rest/4, stride)
		default:
			anyRadix(from, to, roots, radix, rest/radix, stride)
		}
		from, to = to, from
		rest /= radix
		stride *= radix
	}
	if n > 0 && &from[0] != &z[0] {
		copy(z, from)
	}
}

func next(radix int) int {
	switch radix {
	case 4:
		return 2
	case 2:
		return 3
	}
	return radix + 2
}

// A pass makes of each of stride interleaved sequences of radix·m elements radix sequences of m, whose transforms interleave: element p of
// sequence k is Σⱼ x[p + m·j]·e^(−2πi·jk/radix), turned by e^(−2πi·pk/(radix·m)).

func radix2(x, y, roots []float64, m, stride int) {
	xr, xi := split(x)
	yr, yi := split(y)
	wr, wi := split(roots)
	for p := range m {
		c, s := wr[p*stride], wi[p*stride]
		a, b := p*stride, (p+m)*stride
		to := 2 * p * stride
		for q := range stride {
			ar, ai, br, bi := xr[a+q], xi[a+q], xr[b+q], xi[b+q]
			yr[to+q], yi[to+q] = ar+br, ai+bi
			dr, di := ar-br, ai-bi
			yr[to+stride+q], yi[to+stride+q] = dr*c-di*s, dr*s+di*c
		}
	}
}

func radix4(x, y, roots []float64, m, stride int) {
	xr, xi := split(x)
	yr, yi := split(y)
	wr, wi := split(roots)
	for p := range m {
		t := p * stride
		c1, s1, c2, s2, c3, s3 := wr[t], wi[t], wr[2*t], wi[2*t], wr[3*t], wi[3*t]
		a, b, c, d := t, t+m*stride, t+2*m*stride, t+3*m*stride
		to := 4 * t
		for q := range stride {
			ar, ai, br, bi := xr[a+q], xi[a+q], xr[b+q], xi[b+q]
			cr, ci, dr, di := xr[c+q], xi[c+q], xr[d+q], xi[d+q]
			ur, ui, vr, vi := ar+cr, ai+ci, ar-cr, ai-ci
			sr, si, er, ei := br+dr, bi+di, bi-di, dr-br // e is −i·(b − d)
			yr[to+q], yi[to+q] = ur+sr, ui+si
			kr, ki := vr+er, vi+ei
			yr[to+stride+q], yi[to+stride+q] = kr*c1-ki*s1, kr*s1+ki*c1
			kr, ki = ur-sr, ui-si
			yr[to+2*stride+q], yi[to+2*stride+q] = kr*c2-ki*s2, kr*s2+ki*c2
			kr, ki = vr-er, vi-ei
			yr[to+3*stride+q], yi[to+3*stride+q] = kr*c3-ki*s3, kr*s3+ki*c3
		}
	}
}

// anyRadix is for odd ones: what belongs to j and radix − j is added and subtracted first, and serves k and radix − k.
func anyRadix(x, y, roots []float64, radix, m, stride int) {
	xr, xi := split(x)
	yr, yi := split(y)
	wr, wi := split(roots)
	n := radix * m * stride
	var cos, sin [maxRadix]float64
	for t := range radix {
		cos[t], sin[t] = wr[t*(n/radix)], -wi[t*(n/radix)]
	}
	const half = maxRadix/2 + 1
	var sr, si, dr, di [half]float64
	h := radix / 2
	for p := range m {
		for q := range stride {
			at := q + stride*p
			zr, zi := xr[at], xi[at]
			to := q + stride*radix*p
			ar, ai := zr, zi
			for j := 1; j <= h; j++ {
				a, b := at+stride*m*j, at+stride*m*(radix-j)
				sr[j], si[j], dr[j], di[j] = xr[a]+xr[b], xi[a]+xi[b], xr[a]-xr[b], xi[a]-xi[b]
				ar, ai = ar+sr[j], ai+si[j]
			}
			yr[to], yi[to] = ar, ai
			for k := 1; k <= h; k++ {
				ar, ai, br, bi, t := zr, zi, 0.0, 0.0, 0
				for j := 1; j <= h; j++ {
					if t += k; t >= radix {
						t -= radix
					}
					ar, ai = ar+sr[j]*cos[t], ai+si[j]*cos[t]
					br, bi = br+dr[j]*sin[t], bi+di[j]*sin[t]
				}
				for e, v := range [2][2]float64{{ar + bi, ai - br}, {ar - bi, ai + br}} {
					k := k
					if e == 1 {
						k = radix - k
					}
					turn := p * k * stride
					yr[to+stride*k], yi[to+stride*k] = v[0]*wr[turn]-v[1]*wi[turn], v[0]*wi[turn]+v[1]*wr[turn]
				}
			}
		}
	}
}
