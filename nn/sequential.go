package nn

import "github.com/kedja-ml/kedja/graph"

// A Layer maps one node to another.
type Layer interface {
	Forward(x *graph.Node) *graph.Node
}

// Sequential applies layers one after the other.
type Sequential []Layer

// Forward applies the layers in order.
func (s Sequential) Forward(x *graph.Node) *graph.Node {
	for i, l := range s {
		if l == nil {
			return x.Graph().Failf("sequential: layer %d is nil", i)
		}
		x = l.Forward(x)
	}
	return x
}

// Func makes a layer of a function without parameters: nn.Func(ops.ReLU).
type Func func(x *graph.Node) *graph.Node

// Forward calls f.
func (f Func) Forward(x *graph.Node) *graph.Node { return f(x) }
