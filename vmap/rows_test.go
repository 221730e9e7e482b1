package vmap_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

// outer is x·wᵀ of two lists, in two phases through scratch memory, without a batching rule.
type outer struct{}

func (outer) Name() string { return "outer" }
func (outer) Infer(in []graph.Type) ([]graph.Type, error) {
	if in[0].Shape.Rank() != 1 || in[1].Shape.Rank() != 1 {
		return nil, fmt.Errorf("want two lists")
	}
	return []graph.Type{graph.T(graph.Float64, in[0].Shape.Dim(0), in[1].Shape.Dim(0))}, nil
}

func (outer) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{1, in[0].Shape.Dim(0)}, Scratch: 8 * in[0].Shape.Dim(0), Local: 8}
}

func (outer) Eval(c *graph.Call) error {
	w := graph.Data[float64](c.In[1])
	scratch := c.Scratch.Bytes()
	if c.Phase == 0 {
		copy(scratch, c.In[0].Bytes())
		return nil
	}
	c.Local.Bytes()[7] = 1
	v := math.Float64frombits(binary.LittleEndian.Uint64(scratch[8*c.Task:]))
	for j := range w {
		graph.Data[float64](c.Out[0])[c.Task*len(w)+j] = v * w[j]
	}
	return nil
}

func (outer) VJP(y, dy *node) []*node {
	x, w := y.In()[0], y.In()[1]
	return []*node{ops.Sum(ops.Mul(dy, w), 1), ops.Sum(ops.Mul(dy, ops.Unsqueeze(x, 1)), 0)}
}

// An op without a batching rule goes over rows, and has derivatives inside and outside, nested too.
func TestByRows(t *testing.T) {
	apply := func(x, w *node) *node { return ops.Tanh(graph.Apply(outer{}, x, w)) }
	for name, f := range map[string]func(x, w *node) *node{
		"both": func(x, w *node) *node {
			return vmap.Map(func(in []*node) []*node { return []*node{apply(in[0], in[1])} }, x, ops.Reshape(w, 4, 2))[0]
		},
		"one": func(x, w *node) *node {
			return vmap.Map(func(in []*node) []*node { return []*node{apply(in[0], w)} }, x)[0]
		},
		"nested": func(x, w *node) *node {
			return vmap.Map(func(a []*node) []*node {
				return vmap.Map(func(b []*node) []*node { return []*node{apply(a[0], b[0])} }, ops.Reshape(w, 2, 4))
			}, x)[0]
		},
		"nested in the other order": func(x, w *node) *node {
			return vmap.Map(func(a []*node) []*node {
				return vmap.Map(func(b []*node) []*node { return []*node{apply(ops.Mul(a[0], b[0]), w)} }, ops.Reshape(x, 4, 3))
			}, x)[0]
		},
		"gradient inside": func(x, w *node) *node {
			return vmap.Map(func(in []*node) []*node { return autodiff.Grad(ops.Sum(ops.Square(apply(in[0], w))), in[0]) }, x)[0]
		},
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.CheckOrder(t, 2, func(x ...*node) *node { return f(x[0], x[1]) }, gradcheck.Random(4, 3), gradcheck.Random(8))
		})
	}

	g := graph.New(graph.Training)
	x, w := g.Input("x", graph.Float64, 4, 3), g.Input("w", graph.Float64, 2)
	all := vmap.Map(func(in []*node) []*node { return []*node{graph.Apply(outer{}, in[0], w)} }, x)[0]
	outs := []*node{all}
	for i := range 4 {
		outs = append(outs, graph.Apply(outer{}, ops.Reshape(ops.Slice(x, 0, i, 1), 3), w))
	}
	if ns := vmap.ByRows(ops.Exp(all)); len(ns) != 1 || ns[0] != all || ns[0].Op().Name() != "outer by rows" {
		t.Errorf("ops by rows: %v", ns)
	}
	p, err := exec.Compile(g, exec.In(x, w), exec.Out(outs...), exec.Workers(3))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.RunBuffers(gradcheck.Random(4, 3), gradcheck.Random(2))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		for j, v := range graph.Data[float64](out[1+i]) {
			if got := graph.Data[float64](out[0])[6*i+j]; got != v {
				t.Errorf("row %d, element %d is %v, alone %v", i, j, got, v)
			}
		}
	}

	g = graph.New(graph.Training)
	vmap.Map(func(in []*node) []*node { return []*node{graph.Apply(outer{}, in[0], in[0])} }, g.Input("x", graph.Float64, 4, 3, 1))
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "want two lists") {
		t.Error(err)
	}
}
