package ops_test

import (
	"math"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

var (
	inf  = math.Inf(1)
	nan  = math.NaN()
	zero = math.Copysign(0, -1) // −0
)

// A build makes a result of operands.
type build func(in []*graph.Node) *graph.Node

func unary(f func(x *graph.Node) *graph.Node) build {
	return func(in []*graph.Node) *graph.Node { return f(in[0]) }
}

func binary(f func(a, b *graph.Node) *graph.Node) build {
	return func(in []*graph.Node) *graph.Node { return f(in[0], in[1]) }
}

// slope is the gradient of the sum of f with respect to operand i.
func slope(f build, i int) build {
	return func(in []*graph.Node) *graph.Node { return autodiff.Grad(ops.Sum(f(in)), in[i])[0] }
}

// buffer holds v in dtype d.
func buffer(d graph.Dtype, v []float64, dims ...int) graph.Buffer {
	return graph.BufferFrom(graph.T(d, dims...), v)
}

// floats lists the elements of b as float64s, true as 1.
func floats(b graph.Buffer) []float64 {
	v := make([]float64, b.Len())
	for i := range v {
		switch b.Type.Dtype {
		case graph.Float32:
			v[i] = float64(graph.Data[float32](b)[i])
		case graph.Float64:
			v[i] = graph.Data[float64](b)[i]
		case graph.Int32:
			v[i] = float64(graph.Data[int32](b)[i])
		case graph.Int64:
			v[i] = float64(graph.Data[int64](b)[i])
		case graph.Uint8:
			v[i] = float64(graph.Data[uint8](b)[i])
		case graph.Bool:
			if graph.Data[bool](b)[i] {
				v[i] = 1
			}
		}
	}
	return v
}

// try runs f on operands.
func try(f build, in ...graph.Buffer) (graph.Buffer, error) {
	g := graph.New(graph.Training)
	xs, feeds := make([]*graph.Node, len(in)), make([]any, len(in))
	for i, b := range in {
		xs[i], feeds[i] = g.Placeholder(string(rune('a'+i)), b.Type), b
	}
	y := f(xs)
	if err := g.Err(); err != nil {
		return graph.Buffer{}, err
	}
	p, err := exec.Compile(g, exec.In(xs...), exec.Out(y), exec.NoTrap())
	if err != nil {
		return graph.Buffer{}, err
	}
	out, err := p.Run(feeds...)
	if err != nil {
		return graph.Buffer{}, err
	}
	return exec.BufferOf(out[0])
}

func run(t *testing.T, f build, in ...graph.Buffer) []float64 {
	t.Helper()
	b, err := try(f, in...)
	if err != nil {
		t.Fatal(err)
	}
	return floats(b)
}

// A row is operands and the result wanted.
type row []float64

const long = 67 // whole vectors and a rest, so that each row meets both

// check runs f on rows, repeated to a vector, at every alignment, and wants the very results: −0 is not 0.
func check(t *testing.T, name string, d graph.Dtype, f build, rows ...row) {
	t.Helper()
	operands := len(rows[0]) - 1
	for shift := range min(len(rows), 8) {
		in := make([]graph.Buffer, operands)
		for k := range in {
			v := make([]float64, long)
			for i := range v {
				v[i] = rows[(i+shift)%len(rows)][k]
			}
			in[k] = buffer(d, v, long)
		}
		for i, got := range run(t, f, in...) {
			r := rows[(i+shift)%len(rows)]
			if want := r[operands]; !same(got, want) && !(d == graph.Float32 && same(got, float64(float32(want)))) {
				t.Errorf("%s %v of %v: %v, want %v", name, d, r[:operands], got, want)
				return
			}
		}
	}
}

// checkFloat is check for both float dtypes.
func checkFloat(t *testing.T, name string, f build, rows ...row) {
	t.Helper()
	check(t, name, graph.Float32, f, rows...)
	check(t, name, graph.Float64, f, rows...)
}

func same(a, b float64) bool {
	return a != a && b != b || a == b && math.Signbit(a) == math.Signbit(b)
}

// span lists n numbers from lo to hi.
func span(lo, hi float64, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = lo + (hi-lo)*float64(i)/float64(n-1)
	}
	return v
}

// follows checks f against a reference on xs, within ulps32 and ulps64 units in the last place.
func follows(t *testing.T, name string, f build, ref func(float64) float64, xs []float64, ulps32, ulps64 float64) {
	t.Helper()
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
		b, ulps, ulp := buffer(d, xs, len(xs)), ulps32, func(v float64) float64 { return max(math.Ldexp(math.Abs(v), -23), 0x1p-149) }
		if d == graph.Float64 {
			ulps, ulp = ulps64, func(v float64) float64 { return max(math.Ldexp(math.Abs(v), -52), 0x1p-1074) }
		}
		in := floats(b)
		for i, got := range run(t, f, b) {
			want := ref(in[i])
			if e := math.Abs(got - want); !(e <= ulps*ulp(want)) {
				t.Errorf("%s %v of %v: %v, want %v: %.1f ulp", name, d, in[i], got, want, e/ulp(want))
				return
			}
		}
	}
}

// derives checks that derivatives 1 to order of f at xs are the central differences of those before them.
func derives(t *testing.T, name string, f build, xs []float64, order int) {
	t.Helper()
	const h = 1e-5
	shift := func(h float64) graph.Buffer {
		v := slices.Clone(xs)
		for i := range v {
			v[i] += h
		}
		return buffer(graph.Float64, v, len(v))
	}
	for k := 1; k <= order; k++ {
		d := slope(f, 0)
		lo, hi, at := run(t, f, shift(-h)), run(t, f, shift(h)), run(t, d, shift(0))
		for i, got := range at {
			if want := (hi[i] - lo[i]) / (2 * h); !(math.Abs(got-want) <= 1e-6*max(1, math.Abs(want))) {
				t.Errorf("%s: derivative %d at %v is %v, but the one before says %v", name, k, xs[i], got, want)
			}
		}
		f = d
	}
}

// allocates counts the allocations of a kernel's run on vectors.
func allocates(f build, in ...graph.Buffer) float64 {
	g := graph.New(graph.Training)
	xs := make([]*graph.Node, len(in))
	for i, b := range in {
		xs[i] = g.Placeholder("", b.Type)
	}
	y := f(xs)
	k := y.Op().(graph.Kernel)
	c := &graph.Call{In: in, Out: []graph.Buffer{graph.NewBuffer(y.Type())}, Tasks: 1}
	return testing.AllocsPerRun(10, func() {
		if err := k.Eval(c); err != nil {
			panic(err)
		}
	})
}

// An axis may be of any size where another is 0: a sum along it is over at once.
func TestSumOfHugeEmpty(t *testing.T) {
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 1<<40, 0)
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Sum(x, 0), ops.Sum(x)))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := p.RunBuffers(graph.NewBuffer(x.Type())); err != nil || graph.Data[float32](out[1])[0] != 0 {
		t.Error(out, err)
	}
}
