package spikes_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

type node = graph.Node

var d64 = nn.Dtype(graph.Float64)

// MLP is a user's model: fields are its parameters, Forward is its definition.
type MLP struct{ Hidden, Out *nn.Dense }

func NewMLP(r *rand.Rand, in, hidden, out int) *MLP {
	return &MLP{nn.NewDense(r, in, hidden, d64), nn.NewDense(r, hidden, out, d64)}
}
func (m *MLP) Forward(x *node) *node { return m.Out.Forward(ops.Tanh(m.Hidden.Forward(x))) }

func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func compile(t testing.TB, g *graph.Graph, in []*node, out ...*node) *exec.Plan {
	t.Helper()
	p, err := exec.Compile(g, exec.In(in...), exec.Out(out...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// repeat runs p n times and returns the last outputs.
func repeat(t testing.TB, p *exec.Plan, n int, in ...graph.Buffer) (out [][]float64) {
	t.Helper()
	for range n {
		bs, err := p.RunBuffers(in...)
		if err != nil {
			t.Fatal(err)
		}
		out = nil
		for _, b := range bs {
			out = append(out, graph.Data[float64](b))
		}
	}
	return out
}

func fill(f func(i int) float64, dims ...int) graph.Buffer {
	b := graph.NewBuffer(graph.T(graph.Float64, dims...))
	for i := range b.Len() {
		graph.Data[float64](b)[i] = f(i)
	}
	return b
}

func values(v graph.Var) []float64 { return graph.Data[float64](v.Value()) }

var (
	corners = graph.BufferOf([]float64{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
	xor     = graph.BufferOf([]float64{0, 1, 1, 0}, 4, 1)
)
