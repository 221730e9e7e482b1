package vec

// What normalisation of a row takes: see package ops for the formulas. A sum has the tree of Sum.

// Shifted writes (x − m)·a + b, each operation rounded.
func Shifted[T Float](dst, x []T, m, a, b T) {
	if !shifted(dst, x, m, a, b) {
		shiftedGo(dst, x, m, a, b)
	}
}

// Normalized writes (x − m)·r·scale + shift, each operation rounded: a row that is standardised, then scaled and shifted place by place.
func Normalized[T Float](y, x, scale, shift []T, m, r T) {
	if !normalized(y, x, scale, shift, m, r) {
		normalizedGo(y, x, scale, shift, m, r)
	}
}

// MulScaled writes a·x·y, rounded twice.
func MulScaled[T Float](dst, x, y []T, a T) {
	if !binary(mulScaled, dst, x, y, a) {
		mulScaledGo(dst, x, y, a)
	}
}

// Mixed writes (x − m)·a + y·b + c, each operation rounded, from left to right: the cotangent of a norm's row x, with y that of its
// result.
func Mixed[T Float](dst, x, y []T, m, a, b, c T) {
	if !mixed(dst, x, y, m, a, b, c) {
		mixedGo(dst, x, y, m, a, b, c)
	}
}

// MixedScaled is Mixed with y·scale for y.
func MixedScaled[T Float](dst, x, y, scale []T, m, a, b, c T) {
	if !mixedScaled(dst, x, y, scale, m, a, b, c) {
		mixedScaledGo(dst, x, y, scale, m, a, b, c)
	}
}

// Moments returns the mean m of x, Sum(x) divided by its length, and SumSquaresShift(x, m), with their bits. It fetches what follows x in
// memory, which is likely to be the next row.
func Moments[T Float](x []T) (mean, squares T) {
	if len(x) <= block {
		if mean, squares, ok := moments(x); ok {
			return mean, squares
		}
	}
	mean = Sum(x) / T(len(x))
	return mean, SumSquaresShift(x, mean)
}

// SumDotShift returns Sum(y) and DotShift(x, y, m), with their bits.
func SumDotShift[T Float](x, y []T, m T) (sum, product T) {
	y = y[:len(x)]
	if len(x) > block {
		h := half(len(x))
		a, b := SumDotShift(x[:h], y[:h], m)
		c, d := SumDotShift(x[h:], y[h:], m)
		return a + c, b + d
	}
	if sum, product, ok := sumDotShift(x, y, m); ok {
		return sum, product
	}
	return sumGo(y), dotShiftGo(x, y, m)
}

// NormSums returns Σ d and Σ d·z, and adds dy·z to dscale and dy to dshift, where d = dy·scale and z = (x − m)·r; each operation is rounded.
// It fetches what follows x and dy, like Moments.
func NormSums[T Float](x, dy, scale, dscale, dshift []T, m, r T) (sum, product T) {
	if n := len(x); n > block {
		h := half(n)
		a, b := NormSums(x[:h], dy[:h], scale[:h], dscale[:h], dshift[:h], m, r)
		c, d := NormSums(x[h:], dy[h:n], scale[h:n], dscale[h:n], dshift[h:n], m, r)
		return a + c, b + d
	}
	if sum, product, ok := normSums(x, dy, scale, dscale, dshift, m, r); ok {
		return sum, product
	}
	return normSumsGo(x, dy, scale, dscale, dshift, m, r)
}

// RMSSums returns Σ d·z, and adds dy·z to dscale, where d = dy·scale and z = x·r; each operation is rounded.
func RMSSums[T Float](x, dy, scale, dscale []T, r T) (product T) {
	if n := len(x); n > block {
		h := half(n)
		return RMSSums(x[:h], dy[:h], scale[:h], dscale[:h], r) + RMSSums(x[h:], dy[h:n], scale[h:n], dscale[h:n], r)
	}
	if product, ok := rmsSums(x, dy, scale, dscale, r); ok {
		return product
	}
	return rmsSumsGo(x, dy, scale, dscale, r)
}

func shiftedGo[T Float](dst, x []T, m, a, b T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = T((x[i]-m)*a) + b
	}
}

func normalizedGo[T Float](y, x, scale, shift []T, m, r T) {
	x, scale, shift = x[:len(y)], scale[:len(y)], shift[:len(y)]
	for i := range y {
		y[i] = T(T((x[i]-m)*r)*scale[i]) + shift[i]
	}
}

func mulScaledGo[T Float](dst, x, y []T, a T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = T(a*x[i]) * y[i]
	}
}

func mixedGo[T Float](dst, x, y []T, m, a, b, c T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = T(T((x[i]-m)*a)+T(y[i]*b)) + c
	}
}

func mixedScaledGo[T Float](dst, x, y, scale []T, m, a, b, c T) {
	x, y, scale = x[:len(dst)], y[:len(dst)], scale[:len(dst)]
	for i := range dst {
		dst[i] = T(T((x[i]-m)*a)+T(T(y[i]*scale[i])*b)) + c
	}
}

func normSumsGo[T Float](x, dy, scale, dscale, dshift []T, m, r T) (sum, product T) {
	var p, q partial[T]
	w := width[T]()
	for i, v := range x {
		z, d := (v-m)*r, dy[i]*scale[i]
		p[i&(w-1)] += T(d)
		q[i&(w-1)] += T(d * z)
		dscale[i] += T(dy[i] * z)
		dshift[i] += dy[i]
	}
	return p.tree(), q.tree()
}

func rmsSumsGo[T Float](x, dy, scale, dscale []T, r T) T {
	var p partial[T]
	w := width[T]()
	for i, v := range x {
		z, d := T(v*r), T(dy[i]*scale[i])
		p[i&(w-1)] += T(d * z)
		dscale[i] += T(dy[i] * z)
	}
	return p.tree()
}
