package vec

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// special holds what goes wrong first.
var special = []float64{
	0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 0x1p-149, -0x1p-149, 0x1p-126, -0x1p-126, 0x1.fffffep-127,
	math.MaxFloat32, -math.MaxFloat32, 88.72283, 88.72284, 88.73, 89, -87.33654, -87.4, -103.97, -103.98, -104, -110, 0.625, -0.625,
	0.62499994, 0.99999994, 1.0000001, -0.99999994, -1.0000001, 3.9, 3.95, 4, 9, 10, -10, 12, -12, 14.6, -14.6, 20, 1e-3, 1e-8, 16777217,
	0.70710677, 0.70710683, 1.4142135, 1.4142137, 2, 0.5, 1e30, -1e30, 5e-324, -5e-324, math.MaxFloat64, 710,
}

// draw returns numbers of many sizes, a quarter of them special.
func draw[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64() * math.Exp(4*r.NormFloat64()))
		if r.IntN(4) == 0 {
			x[i] = T(special[r.IntN(len(special))])
		}
	}
	return x
}

// anyFloat draws numbers from the whole range and special ones.
func anyFloat[T Float]() *rapid.Generator[T] {
	return rapid.Custom(func(t *rapid.T) T {
		if rapid.Bool().Draw(t, "special") {
			return T(rapid.SampledFrom(special).Draw(t, "value"))
		}
		if isSingle[T]() {
			return T(rapid.Float32().Draw(t, "value"))
		}
		return T(rapid.Float64().Draw(t, "value"))
	})
}

// same says whether a and b are one value: the same zero, or both NaN.
func same[T Float](a, b T) bool {
	return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b
}

// pattern is the bits of v.
func pattern[T Float](v T) uint64 {
	if isSingle[T]() {
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(float64(v))
}

// margin is how many elements around a destination are watched.
const margin = 40

// A guarded slice lies in a larger one whose other elements must stay.
type guarded[T comparable] struct {
	in    []T
	all   []T
	guard T
}

func guard[T comparable](n, offset int, value T) guarded[T] {
	g := guarded[T]{all: make([]T, n+2*margin), guard: value}
	for i := range g.all {
		g.all[i] = value
	}
	g.in = g.all[margin+offset:][:n:n]
	for i := range g.in {
		var zero T
		g.in[i] = zero
	}
	g.all = g.all[offset:][:n+2*margin-offset]
	return g
}

type fatal interface {
	Helper()
	Fatalf(string, ...any)
}

func (g guarded[T]) check(t fatal, what string) {
	t.Helper()
	for i, v := range g.all {
		if (i < margin || i >= margin+len(g.in)) && v != g.guard {
			t.Fatalf("%s: wrote to element %d of %d", what, i-margin, len(g.in))
		}
	}
}

// lengths are all up to four times the longest block, and some that need several calls of assembly.
func lengths() []int {
	ls := []int{chunk - 1, chunk, chunk + 1, 2*chunk + 77}
	for n := range 4*32 + 4 {
		ls = append(ls, n)
	}
	return ls
}

func both(t *testing.T, f32, f64 func(t *testing.T)) {
	run := func(t *testing.T) {
		t.Run("float32", f32)
		t.Run("float64", f64)
	}
	if !cpu.AVX512 {
		run(t)
		return
	}
	t.Run("AVX-512", run)
	cpu.AVX512 = false
	defer func() { cpu.AVX512 = true }()
	t.Run("AVX2", run)
}

// Both instruction sets do the same to each element, so that their bits are the same.
func TestInstructionSets(t *testing.T) {
	if !cpu.AVX512 {
		t.Skip("this machine has one of them")
	}
	both(t, testInstructionSets[float32], testInstructionSets[float64])
}

func testInstructionSets[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	defer func(was bool) { cpu.AVX512 = was }(cpu.AVX512)
	for _, n := range append(lengths(), 5000) {
		x, y := draw[T](r, n), draw[T](r, n)
		for _, f := range all[T]() {
			a, b := make([]T, n), make([]T, n)
			cpu.AVX512 = true
			f.f(a, x, y)
			cpu.AVX512 = false
			f.f(b, x, y)
			for i := range a {
				if !same(a[i], b[i]) {
					t.Fatalf("%s of %d: element %d of %v, %v: %v with AVX-512, %v with AVX2", f.name, n, i, x[i], y[i], a[i], b[i])
				}
			}
		}
	}
}
