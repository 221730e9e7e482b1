package exec_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func vec(v ...float64) graph.Buffer { return graph.BufferOf(v, len(v)) }

func Example() {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 3)
	y := ops.Sum(ops.Square(ops.Tanh(x)))
	p, err := exec.Compile(g, exec.In(x), exec.Out(autodiff.Grad(y, x)[0]))
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := p.Run([]float32{0, 0.5, 1})
	fmt.Printf("%.4f %v\n", out[0].Data(), err)
	// Output: [0.0000 0.7269 0.6397] <nil>
}

func TestChain(t *testing.T) {
	g := graph.New(graph.Training)
	x, w := g.Input("x", graph.Float64, 2, 3), g.Input("w", graph.Float64, 3)
	y := ops.Mul(ops.Tanh(ops.Add(x, w)), w)
	p, err := exec.Compile(g, exec.In(x, w), exec.Out(y, ops.Reshape(y, 3, 2), x))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := p.Run([]float64{1, 2, 3, 4, 5, 6}, []float64{0.1, 0.2, 0.3})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range out[0].Data().([]float64) {
			w := 0.1 * float64(i%3+1)
			if math.Abs(v-math.Tanh(float64(i+1)+w)*w) > 1e-15 || out[1].Data().([]float64)[i] != v || out[2].Data().([]float64)[i] != float64(i+1) {
				t.Error(i, v)
			}
		}
	}
}

// Variables swap: each is computed from the values before the step; a failed step changes nothing.
func TestTransaction(t *testing.T) {
	a, b := graph.NewParam("a", vec(1)), graph.NewState("b", vec(2))
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, 1)
	olda, oldb := g.Use(a), g.Use(b)
	g.Assign(a, oldb)
	g.Assign(b, ops.Add(olda, x))
	p, err := exec.Compile(g, exec.In(x), exec.Out(olda, x))
	if err != nil {
		t.Fatal(err)
	}
	want := [][2]float64{{2, 1}, {1, 2}, {2, 1}}
	for _, w := range want {
		if _, err := p.Run([]float64{0}); err != nil || graph.Data[float64](a.Value())[0] != w[0] || graph.Data[float64](b.Value())[0] != w[1] {
			t.Fatal(err, a.Value(), b.Value())
		}
	}
	if _, err := p.Run([]float64{math.NaN()}); err == nil || a.Version() != 3 || b.Version() != 3 {
		t.Error(err, a.Version())
	} else if want := `exec: input "x" is fed NaN; nothing is committed`; err.Error() != want {
		t.Error(err)
	}
}
