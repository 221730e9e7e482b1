package ops_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Every case builds and runs, and every bad use is refused as it says.
func TestInfoCases(t *testing.T) {
	names := map[string]bool{}
	for _, info := range ops.All() {
		if names[info.Name] {
			t.Errorf("%s is listed twice", info.Name)
		}
		names[info.Name] = true
		if len(info.Cases) < 30 {
			t.Errorf("%s has %d cases", info.Name, len(info.Cases))
		}
		for _, d := range both {
			for _, c := range info.Cases {
				if err := apply(c, d); err != nil {
					t.Errorf("%s %s %v: %v", info.Name, c.Name, d, err)
				}
			}
		}
		for _, b := range info.Bad {
			g := graph.New(graph.Training)
			if b.F(g); g.Err() == nil || !strings.Contains(g.Err().Error(), b.Want) {
				t.Errorf("%s: %v, want %q", info.Name, g.Err(), b.Want)
			}
		}
	}
}

func apply(c ops.Case, d graph.Dtype) error {
	r, g := rand.New(rand.NewPCG(3, 4)), graph.New(graph.Training)
	var xs []*graph.Node
	var feeds []any
	for _, o := range c.In {
		of := graph.Type{Dtype: o.Dtype, Shape: o.Shape}
		if o.Dtype == graph.Float32 {
			of.Dtype = d
		}
		v := o.Draw(r, o.Shape.Size())
		xs, feeds = append(xs, g.Placeholder("x", of)), append(feeds, buffer(of.Dtype, v, o.Shape.Dims()...))
	}
	ys := c.F(xs)
	if g.Err() != nil {
		return g.Err()
	}
	p, err := exec.Compile(g, exec.In(xs...), exec.Out(ys...), exec.NoTrap())
	if err != nil {
		return err
	}
	_, err = p.Run(feeds...)
	return err
}

// What users' ops of several operands embed refuses what does not fit, and its kernels what they have no loop for.
func TestPointwiseRefuses(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2)
	for want, f := range map[string]func() *graph.Node{
		"hypot: x [2] · y [3]: shapes [2] and [3] do not broadcast": func() *graph.Node {
			return graph.Apply(hypot{}, x, g.Input("y", graph.Float32, 3))
		},
		"dtypes float32 and float64 differ": func() *graph.Node { return graph.Apply(hypot{}, x, g.Input("y", graph.Float64, 2)) },
		"want float32 or float64":           func() *graph.Node { return graph.Apply(cube{}, g.Input("y", graph.Int32, 2)) },
	} {
		g = graph.New(graph.Training)
		x = g.Input("x", graph.Float32, 2)
		if f(); g.Err() == nil || !strings.Contains(g.Err().Error(), want) {
			t.Errorf("%v, want %q", g.Err(), want)
		}
	}
	i := graph.NewBuffer(graph.T(graph.Int32, 2))
	for _, err := range []error{
		cube{}.Eval(&graph.Call{In: []graph.Buffer{i}, Out: []graph.Buffer{i}}),
		hypot{}.Eval(&graph.Call{In: []graph.Buffer{i, i}, Out: []graph.Buffer{i}}),
	} {
		if err == nil || err.Error() != "no kernel for this dtype" {
			t.Error(err)
		}
	}
}
