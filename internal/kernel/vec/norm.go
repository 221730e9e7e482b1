package vec

// Shifted writes (x − m)·a + b, each operation rounded: what a norm makes of a row.
func Shifted[T Float](dst, x []T, m, a, b T) {
	if !shifted(dst, x, m, a, b) {
		shiftedGo(dst, x, m, a, b)
	}
}

func shiftedGo[T Float](dst, x []T, m, a, b T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = T((x[i]-m)*a) + b
	}
}

// Mixed writes (x − m)·a + y·b + c, each operation rounded, from left to right: the cotangent of a norm's row x, with y that of its
// result.
func Mixed[T Float](dst, x, y []T, m, a, b, c T) {
	if !mixed(dst, x, y, m, a, b, c) {
		mixedGo(dst, x, y, m, a, b, c)
	}
}

func mixedGo[T Float](dst, x, y []T, m, a, b, c T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = T(T((x[i]-m)*a)+T(y[i]*b)) + c
	}
}
