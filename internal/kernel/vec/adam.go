package vec

import "math"

// Adam writes a step of Adam (Kingma & Ba, 2015, algorithm 1), whose corrections for the number of steps are in size and second:
//
//	nm = b1·m + c1·g        nv = b2·v + c2·g²        nw = w − size·nm/(√nv·second + eps)
//
// Moments that would be subnormal are 0: those of weights that get no gradient any more would else shrink until rounding holds them there,
// where every operation takes a hundred times as long. The results may lie where w, m and v do.
func Adam[T Float](nw, nm, nv, w, m, v, g, size, second []T, b1, c1, b2, c2, eps T) {
	if adam(nw, nm, nv, w, m, v, g, size, second, b1, c1, b2, c2, eps) {
		return
	}
	tiny := float64(0x1p-126)
	if !isSingle[T]() {
		tiny = 0x1p-1022
	}
	flush := func(x T) T {
		if math.Abs(float64(x)) < tiny {
			return 0
		}
		return x
	}
	for i := range nw {
		first := flush(T(b1*m[i]) + T(c1*g[i]))
		squares := flush(T(b2*v[i]) + T(c2*T(g[i]*g[i])))
		by := first / (T(T(math.Sqrt(float64(squares)))*second[i]) + eps)
		nw[i], nm[i], nv[i] = w[i]-T(size[i]*by), first, squares
	}
}
