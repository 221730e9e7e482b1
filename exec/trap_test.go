package exec_test

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// poison is its operand with a NaN in place of the first element.
type poison struct{}

func (poison) Name() string                                { return "poison" }
func (poison) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }
func (poison) Eval(c *graph.Call) error {
	copy(c.Out[0].Bytes(), c.In[0].Bytes())
	if c.In[0].Type.Dtype == graph.Float32 {
		graph.Data[float32](c.Out[0])[0] = float32(math.NaN())
	} else {
		graph.Data[float64](c.Out[0])[0] = math.NaN()
	}
	return nil
}

// A NaN that arises at any node of a convolutional net, forward or backward, is named there, with the user's line, and nothing is
// committed; unless it does not reach the loss or anything that is assigned.
func TestTrapAtEveryNode(t *testing.T) {
	m := cnn(3, 6)
	nodes := graph.Order(append([]*graph.Node{m.loss}, assigned(m.g)...), nil)
	tried := 0
	for _, target := range nodes {
		if !target.Dtype().Float() || target.Shape().Size() == 0 || len(target.In()) == 0 {
			continue
		}
		fresh := cnn(3, 6)
		at := graph.Order(append([]*graph.Node{fresh.loss}, assigned(fresh.g)...), nil)[len(before(nodes, target))]
		g, in, outs := poisoned(fresh, at)
		p, err := exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.Workers(2))
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.RunBuffers(fresh.feed...)
		if err == nil { // it reached nothing
			for i, b := range out {
				for _, v := range graph.Data[float32](b) {
					if v != v {
						t.Fatalf("%s at %s: output %d is NaN, and no error", at.Op().Name(), at.Origin(), i)
					}
				}
			}
			continue
		}
		tried++
		if want := at.Origin() + ": poison gives NaN; nothing is committed"; err.Error() != want {
			t.Errorf("%s at %s: %v, want %s", at.Op().Name(), at.Origin(), err, want)
		}
		if !strings.Contains(at.Origin(), "models_test.go:") {
			t.Errorf("%s has origin %s", at.Op().Name(), at.Origin())
		}
	}
	if t.Logf("%d of %d nodes", tried, len(nodes)); tried < 100 {
		t.Errorf("only %d of %d nodes were trapped", tried, len(nodes))
	}
}

func assigned(g *graph.Graph) (ns []*graph.Node) {
	for _, n := range g.Assigned {
		ns = append(ns, n)
	}
	return ns
}

func before(ns []*graph.Node, n *graph.Node) []*graph.Node {
	for i, x := range ns {
		if x == n {
			return ns[:i]
		}
	}
	return ns
}

// poisoned rebuilds what m computes on another graph, with a NaN in the result of one node. What was assigned becomes an output.
func poisoned(m *model, at *graph.Node) (g *graph.Graph, in, outs []*graph.Node) {
	g = graph.New(graph.Training)
	to := map[*graph.Node]*graph.Node{}
	for _, x := range m.in {
		to[x] = g.Placeholder(x.Called(), x.Type())
		in = append(in, to[x])
	}
	outs = graph.Rebuild(append([]*graph.Node{m.loss}, assigned(m.g)...), to, func(n *graph.Node, in []*graph.Node) []*graph.Node {
		out := append([]*graph.Node(nil), graph.Again(g, n, in)...)
		if n == at {
			defer g.As(n)()
			out[0] = graph.Apply(poison{}, out[0])
		}
		return out
	})
	return g, in, outs
}

// A NaN that arises in a gradient names the line of the forward pass it comes from, and where the trap is off it is committed.
func TestTrapNamesTheForwardLine(t *testing.T) {
	build := func() (*graph.Param, *graph.Graph, int) {
		w := graph.NewParam("w", vec(0))
		g := graph.New(graph.Training)
		root := ops.Sqrt(g.Use(w))
		_, _, line, _ := runtime.Caller(0) // one below
		g.Assign(w, autodiff.Grad(ops.Sum(ops.Square(root)), g.Use(w))[0])
		return w, g, line - 1
	}
	w, g, line := build()
	p, err := exec.Compile(g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.Run(); err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("trap_test.go:%d: mul gives NaN", line)) || w.Version() != 0 {
		t.Error(line, err)
	}
	w, g, _ = build()
	if p, err = exec.Compile(g, exec.NoTrap()); err != nil {
		t.Fatal(err)
	}
	if _, err = p.Run(); err != nil || w.Version() != 1 {
		t.Error(err)
	}
}

// broken fails in its own way on operands that begin with a number below 0.
type broken struct {
	ops.Pointwise
	Panics bool
}

func (broken) Name() string { return "broken" }
func (o broken) Eval(c *graph.Call) error {
	if graph.Data[float64](c.In[0])[0] >= 0 {
		return ops.Map(c, func(x float64) float64 { return x })
	}
	if o.Panics {
		panic("on purpose")
	}
	return errors.New("on purpose")
}

// A failed step changes nothing, the random key included: it draws again what it drew.
func TestFailedStep(t *testing.T) {
	for _, panics := range []bool{false, true} {
		w, rng := graph.NewParam("w", vec(2)), graph.NewRNG(7)
		g := graph.New(graph.Training)
		g.SetRNG(rng)
		x, u := g.Input("x", graph.Float64, 1), ops.UniformOf(g, graph.T(graph.Float64, 1))
		g.Assign(w, ops.Add(g.Use(w), ops.Log(ops.Neg(graph.Apply(broken{Panics: panics}, ops.Neg(x))))))
		p, err := exec.Compile(g, exec.In(x), exec.Out(u))
		if err != nil {
			t.Fatal(err)
		}
		draw := func(x float64) (float64, error) {
			out, err := p.Run([]float64{x})
			if err != nil {
				return 0, err
			}
			return exec.Scalar(out[0]), nil
		}
		if _, err := draw(0); err == nil { // log 0 is −∞, no NaN
			if graph.Data[float64](w.Value())[0] != math.Inf(-1) {
				t.Error(w.Value())
			}
		} else {
			t.Fatal(err)
		}
		for _, bad := range []float64{1, math.NaN()} {
			if _, err := draw(bad); err == nil || bad == 1 && !strings.Contains(err.Error(), "trap_test.go:") || bad == 1 && !strings.Contains(err.Error(), "broken: ") {
				t.Error(err)
			}
		}
		if w.Version() != 1 || graph.Data[int64](rng.Value())[1] != 1 {
			t.Error("a failed step changed something", w.Version(), rng.Value())
		}
	}
}

// Training diverges to a NaN: the last good weights are still there.
func TestTrapKeepsWeights(t *testing.T) {
	w := graph.NewParam("w", graph.BufferOf([]float32{1e30}, 1))
	g := graph.New(graph.Training)
	loss := nn.MSE(ops.Mul(g.Use(w), g.Use(w)), g.Fill(0, graph.T(graph.Float32, 1)))
	optim.NewSGD(nn.Params(struct{ W *graph.Param }{w}), optim.Constant(1), 0).Minimize(loss)
	p, err := exec.Compile(g, exec.Out(loss))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err = p.Run(); err != nil {
			break
		}
	}
	if v := graph.Data[float32](w.Value())[0]; err == nil || v != v {
		t.Error(v, err)
	}
}
