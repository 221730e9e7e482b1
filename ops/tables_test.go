package ops_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// An entry of a value table: operands, and the result wanted.
type entry struct {
	name string
	f    build
	in   []graph.Buffer
	dims []int
	want []float64
}

// tabled checks each entry, within tol times the size of what is wanted; −0 and 0 are one.
func tabled(t *testing.T, tol float64, es ...entry) {
	t.Helper()
	for _, e := range es {
		y, err := evaluate(e.f, 1, e.in...)
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		got := floats(y)
		if y.Type.Shape != graph.Of(e.dims...) {
			t.Errorf("%s: shape %v, want %v", e.name, y.Type.Shape, e.dims)
			continue
		}
		if !slices.EqualFunc(got, e.want, func(a, b float64) bool {
			return a == b || a != a && b != b || math.Abs(a-b) <= tol*max(1, math.Abs(b))
		}) {
			t.Errorf("%s: %v, want %v", e.name, got, e.want)
		}
	}
}

// evaluate runs f on operands with so many workers.
func evaluate(f build, workers int, in ...graph.Buffer) (graph.Buffer, error) {
	g := graph.New(graph.Training)
	xs := make([]*graph.Node, len(in))
	for i, b := range in {
		xs[i] = g.Placeholder(string(rune('a'+i)), b.Type)
	}
	p, err := exec.Compile(g, exec.In(xs...), exec.Out(f(xs)), exec.NoTrap(), exec.Workers(workers))
	if err != nil {
		return graph.Buffer{}, err
	}
	out, err := p.RunBuffers(in...)
	if err != nil {
		return graph.Buffer{}, err
	}
	return out[0].Clone(), nil
}

// f64s, f32s and i32s are operands.
func f64s(dims []int, v ...float64) graph.Buffer { return buffer(graph.Float64, v, dims...) }
func f32s(dims []int, v ...float64) graph.Buffer { return buffer(graph.Float32, v, dims...) }
func i32s(dims []int, v ...float64) graph.Buffer { return buffer(graph.Int32, v, dims...) }

func ins(b ...graph.Buffer) []graph.Buffer { return b }

// ramp is 0, 1, 2, … in an array.
func ramp(d graph.Dtype, dims ...int) graph.Buffer {
	v := make([]float64, graph.Of(dims...).Size())
	for i := range v {
		v[i] = float64(i)
	}
	return buffer(d, v, dims...)
}

// normal draws an array.
func normal(d graph.Dtype, seed uint64, dims ...int) graph.Buffer {
	r := rand.New(rand.NewPCG(seed, 5))
	v := make([]float64, graph.Of(dims...).Size())
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return buffer(d, v, dims...)
}
