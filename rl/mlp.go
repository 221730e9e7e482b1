package rl

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// MLP is fully connected layers with an activation between them.
//
//	x [N, sizes[0]]    y [N, sizes[last]]
type MLP struct {
	Layers     []*nn.Dense
	activation func(*graph.Node) *graph.Node
}

// NewMLP draws one from r. The last layer's weights are multiplied by last.
func NewMLP(r *rand.Rand, activation func(*graph.Node) *graph.Node, last float64, sizes ...int) *MLP {
	m := &MLP{activation: activation}
	for i, n := range sizes[1:] {
		l := nn.NewDense(r, sizes[i], n)
		if i == len(sizes)-2 && last != 1 {
			w := l.W.Value()
			for k := range graph.Data[float32](w) {
				graph.Data[float32](w)[k] *= float32(last)
			}
			l.W.Set(w)
		}
		m.Layers = append(m.Layers, l)
	}
	return m
}

// Forward applies the layers.
func (m *MLP) Forward(x *graph.Node) *graph.Node {
	for i, l := range m.Layers {
		if i > 0 {
			x = m.activation(x)
		}
		x = l.Forward(x)
	}
	return x
}

// row joins an observation and an action.
func row(obs, action *graph.Node) *graph.Node { return ops.Concat(-1, obs, action) }
