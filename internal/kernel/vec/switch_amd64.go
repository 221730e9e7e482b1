//go:build amd64 && !noasm

package vec

//go:noinline
func binary32(r routine, dst, x, y *float32, n int, a float32) {
	switch r {
	case add:
		add32(dst, x, y, n)
	case sub:
		sub32(dst, x, y, n)
	case mul:
		mul32(dst, x, y, n)
	case div:
		div32(dst, x, y, n)
	case maximum:
		maximum32(dst, x, y, n)
	case minimum:
		minimum32(dst, x, y, n)
	case addScaled:
		addScaled32(dst, x, y, n, a)
	}
}

//go:noinline
func unary32(r routine, dst, x *float32, n int, a, b float32) {
	switch r {
	case scale:
		scale32(dst, x, n, a)
	case affine:
		affine32(dst, x, n, a, b)
	case neg:
		neg32(dst, x, n)
	case abs:
		abs32(dst, x, n)
	case square:
		square32(dst, x, n)
	case sqrt:
		sqrt32(dst, x, n)
	case rsqrt:
		rsqrt32(dst, x, n)
	case reciprocal:
		reciprocal32(dst, x, n)
	case sign:
		sign32(dst, x, n)
	case relu:
		relu32(dst, x, n)
	case step:
		step32(dst, x, n)
	case leakyReLU:
		leakyReLU32(dst, x, n, a)
	case clamp:
		clamp32(dst, x, n, a, b)
	case exp:
		exp32(dst, x, n)
	case log:
		log32(dst, x, n)
	case log1p:
		log1p32(dst, x, n)
	case tanh:
		tanh32(dst, x, n)
	case sigmoid:
		sigmoid32(dst, x, n)
	case softplus:
		softplus32(dst, x, n)
	case erf:
		erf32(dst, x, n)
	case gelu:
		gelu32(dst, x, n)
	case geluTanh:
		geluTanh32(dst, x, n)
	case silu:
		silu32(dst, x, n)
	}
}

//go:noinline
func comparison32(r routine, dst *bool, x, y *float32, n int) {
	switch r {
	case less:
		less32(dst, x, y, n)
	case lessEqual:
		lessEqual32(dst, x, y, n)
	case equal:
		equal32(dst, x, y, n)
	case notEqual:
		notEqual32(dst, x, y, n)
	}
}

//go:noinline
func binary64(r routine, dst, x, y *float64, n int, a float64) {
	switch r {
	case add:
		add64(dst, x, y, n)
	case sub:
		sub64(dst, x, y, n)
	case mul:
		mul64(dst, x, y, n)
	case div:
		div64(dst, x, y, n)
	case maximum:
		maximum64(dst, x, y, n)
	case minimum:
		minimum64(dst, x, y, n)
	case addScaled:
		addScaled64(dst, x, y, n, a)
	}
}

//go:noinline
func unary64(r routine, dst, x *float64, n int, a, b float64) {
	switch r {
	case scale:
		scale64(dst, x, n, a)
	case affine:
		affine64(dst, x, n, a, b)
	case neg:
		neg64(dst, x, n)
	case abs:
		abs64(dst, x, n)
	case square:
		square64(dst, x, n)
	case sqrt:
		sqrt64(dst, x, n)
	case rsqrt:
		rsqrt64(dst, x, n)
	case reciprocal:
		reciprocal64(dst, x, n)
	case sign:
		sign64(dst, x, n)
	case relu:
		relu64(dst, x, n)
	case step:
		step64(dst, x, n)
	case leakyReLU:
		leakyReLU64(dst, x, n, a)
	case clamp:
		clamp64(dst, x, n, a, b)
	}
}

//go:noinline
func comparison64(r routine, dst *bool, x, y *float64, n int) {
	switch r {
	case less:
		less64(dst, x, y, n)
	case lessEqual:
		lessEqual64(dst, x, y, n)
	case equal:
		equal64(dst, x, y, n)
	case notEqual:
		notEqual64(dst, x, y, n)
	}
}
