package vec

// Add writes x + y.
func Add[T Float](dst, x, y []T) {
	if !binary(add, dst, x, y, 0) {
		addGo(dst, x, y)
	}
}

// AddTo adds x to dst.
func AddTo[T Float](dst, x []T) { Add(dst, dst, x) }

// Sub writes x − y.
func Sub[T Float](dst, x, y []T) {
	if !binary(sub, dst, x, y, 0) {
		subGo(dst, x, y)
	}
}

// Mul writes x·y.
func Mul[T Float](dst, x, y []T) {
	if !binary(mul, dst, x, y, 0) {
		mulGo(dst, x, y)
	}
}

// Div writes x/y.
func Div[T Float](dst, x, y []T) {
	if !binary(div, dst, x, y, 0) {
		divGo(dst, x, y)
	}
}

// Maximum writes the larger of x and y, NaN where either is; +0 is larger than −0.
func Maximum[T Float](dst, x, y []T) {
	if !binary(maximum, dst, x, y, 0) {
		maximumGo(dst, x, y)
	}
}

// Minimum writes the smaller of x and y, NaN where either is; −0 is smaller than +0.
func Minimum[T Float](dst, x, y []T) {
	if !binary(minimum, dst, x, y, 0) {
		minimumGo(dst, x, y)
	}
}

// AddScaled writes x + a·y, rounded twice.
func AddScaled[T Float](dst, x, y []T, a T) {
	if !binary(addScaled, dst, x, y, a) {
		addScaledGo(dst, x, y, a)
	}
}

// Scale writes a·x.
func Scale[T Float](dst, x []T, a T) {
	if !unary(scale, dst, x, a, 0) {
		scaleGo(dst, x, a)
	}
}

// Affine writes a·x + b, rounded twice.
func Affine[T Float](dst, x []T, a, b T) {
	if !unary(affine, dst, x, a, b) {
		affineGo(dst, x, a, b)
	}
}

func addGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v + y[i]
	}
}

func subGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v - y[i]
	}
}

func mulGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v * y[i]
	}
}

func divGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v / y[i]
	}
}

func maximumGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = max(v, y[i])
	}
}

func minimumGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = min(v, y[i])
	}
}

func addScaledGo[T Float](dst, x, y []T, a T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v + T(a*y[i])
	}
}

func scaleGo[T Float](dst, x []T, a T) {
	for i, v := range x[:len(dst)] {
		dst[i] = a * v
	}
}

func affineGo[T Float](dst, x []T, a, b T) {
	for i, v := range x[:len(dst)] {
		dst[i] = T(a*v) + b
	}
}
