package vec

import (
	"flag"
	"math"
	"testing"
)

var every = flag.Int("every", 4099, "test elementary functions at every so many float32")

// An elementary function has bounds on its error, in ulp, as assembly and as the rounded float64 function.
type elementaryFunction struct {
	name  string
	f32   func(dst, x []float32)
	f64   func(dst, x []float64)
	exact func(float64) float64
	bound float64
	tail  bool // what is below x = 0 may have errors of 2⁻²⁴·|x|
}

// allowed is the largest error at x.
func (f *elementaryFunction) allowed(x, want float64) float64 {
	if f.tail && x < 0 {
		return max(f.bound*unit(want), 0x1p-24*min(32, -x))
	}
	return f.bound * unit(want)
}

var elementary = []elementaryFunction{
	{"Exp", Exp[float32], Exp[float64], math.Exp, 1, false},
	{"Log", Log[float32], Log[float64], math.Log, 1, false},
	{"Log1p", Log1p[float32], Log1p[float64], math.Log1p, 1, false},
	{"Tanh", Tanh[float32], Tanh[float64], math.Tanh, 1, false},
	{"Sigmoid", Sigmoid[float32], Sigmoid[float64], sigmoid64, 1, false},
	{"Softplus", Softplus[float32], Softplus[float64], softplus64, 2, false},
	{"Erf", Erf[float32], Erf[float64], math.Erf, 1, false},
	{"GELU", GELU[float32], GELU[float64], gelu64, 2, true},
	{"GELUTanh", GELUTanh[float32], GELUTanh[float64], geluTanh64, 2, true},
	{"SiLU", SiLU[float32], SiLU[float64], silu64, 3, false},
	{"Sin", Sin[float32], Sin[float64], math.Sin, 1, false},
	{"Cos", Cos[float32], Cos[float64], math.Cos, 1, false},
	{"ELU", elu[float32], elu[float64], elu64, 3, false},
}

func elu[T Float](dst, x []T) { ELU(dst, x, 1, 1, 1) }

func elu64(x float64) float64 {
	if x > 0 {
		return x
	}
	return math.Expm1(x)
}

// ulps is the distance of got from the exact value, in units of the last place of the float32 nearest to it.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	if math.IsNaN(want) || math.IsInf(float64(w), 0) || math.IsInf(float64(got), 0) || w == 0 {
		if same(got, w) {
			return 0
		}
		// At the edges of 0 and of infinity the neighbour is one unit away.
		if n := math.Nextafter32(w, got); n == got && !math.IsNaN(want) && (w != 0 || math.Signbit(float64(got)) == math.Signbit(want)) {
			return math.Abs(float64(got)-want) / unit(want)
		}
		return math.Inf(1)
	}
	return math.Abs(float64(got)-want) / unit(want)
}

// unit is the unit of the last place of the float32 nearest to v.
func unit(v float64) float64 {
	return math.Ldexp(1, max(math.Ilogb(min(math.Abs(v), math.MaxFloat32)), -126)-23)
}

func TestElementary(t *testing.T) {
	for _, f := range elementary {
		t.Run(f.name, func(t *testing.T) {
			t.Run("vec", func(t *testing.T) { accurate(t, f, f.f32, uint64(*every)) })
			t.Run("plain", func(t *testing.T) {
				f.bound = 0.501
				accurate(t, f, func(dst, x []float32) { mapped(f.exact, dst, x) }, 64*uint64(*every)+1)
			})
		})
	}
}

// accurate tries special numbers, every so many of all float32, and a finer grid where the functions bend.
func accurate(t *testing.T, f elementaryFunction, g func(dst, x []float32), every uint64) {
	const n = 4099
	x, y := make([]float32, 0, n), make([]float32, n)
	worst, at := 0.0, float32(0)
	flush := func() {
		g(y[:len(x)], x)
		for i, v := range x {
			want := f.exact(float64(v))
			u := ulps(y[i], want)
			if f.tail && v < 0 {
				u = f.bound * math.Abs(float64(y[i])-want) / f.allowed(float64(v), want)
			}
			if !(u <= worst) {
				worst, at = u, v
			}
		}
		x = x[:0]
	}
	try := func(v float32) {
		if x = append(x, v); len(x) == n {
			flush()
		}
	}
	for _, v := range special {
		try(float32(v))
	}
	for b := uint64(0); b < 1<<32; b += every {
		try(math.Float32frombits(uint32(b)))
	}
	for v := float64(-110); v < 110; v += 0.00017 * float64(every) / 4099 {
		try(float32(v))
	}
	flush()
	t.Logf("at most %.2f ulp, at %v", worst, at)
	if worst > f.bound {
		t.Errorf("%.2f ulp at %v (bits %#x), more than %v", worst, at, math.Float32bits(at), f.bound)
	}
}

func TestElementaryLimits(t *testing.T) {
	inf, zero, nan := math.Inf(1), math.Copysign(0, -1), math.NaN()
	for _, c := range []struct {
		name    string
		x, want float64
	}{
		{"Exp", inf, inf},
		{"Exp", -inf, 0},
		{"Exp", zero, 1},
		{"Log", 0, -inf},
		{"Log", zero, -inf},
		{"Log", -1, nan},
		{"Log", -inf, nan},
		{"Log", inf, inf},
		{"Log1p", zero, zero},
		{"Log1p", -1, -inf},
		{"Log1p", -2, nan},
		{"Log1p", inf, inf},
		{"Tanh", zero, zero},
		{"Tanh", inf, 1},
		{"Tanh", -inf, -1},
		{"Sigmoid", inf, 1},
		{"Sigmoid", -inf, 0},
		{"Softplus", inf, inf},
		{"Softplus", -inf, 0},
		{"Erf", zero, zero},
		{"Erf", inf, 1},
		{"Erf", -inf, -1},
		{"GELU", zero, zero},
		{"GELU", inf, inf},
		{"GELU", -inf, zero},
		{"GELUTanh", zero, zero},
		{"GELUTanh", inf, inf},
		{"GELUTanh", -inf, zero},
		{"SiLU", zero, zero},
		{"SiLU", inf, inf},
		{"SiLU", -inf, zero},
		{"Sin", zero, zero},
		{"Sin", inf, nan},
		{"Sin", -inf, nan},
		{"Cos", zero, 1},
		{"Cos", inf, nan},
		{"Cos", -inf, nan},
		{"ELU", zero, zero},
		{"ELU", inf, inf},
		{"ELU", -inf, -1},
	} {
		for _, f := range elementary {
			if f.name != c.name {
				continue
			}
			single, double := []float32{float32(c.x)}, []float64{c.x}
			f.f32(single, single)
			f.f64(double, double)
			if !same(single[0], float32(c.want)) || !same(double[0], c.want) {
				t.Errorf("%s(%v) = %v, %v; want %v", c.name, c.x, single[0], double[0], c.want)
			}
		}
	}
	for _, f := range elementary {
		single, double := []float32{float32(nan)}, []float64{nan}
		f.f32(single, single)
		f.f64(double, double)
		if single[0] == single[0] || double[0] == double[0] {
			t.Errorf("%s(NaN) = %v, %v", f.name, single[0], double[0])
		}
	}
}
