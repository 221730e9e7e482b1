package rl

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// QNet estimates, for each action, so many numbers of its return: one where it is the mean, more where they describe the distribution.
//
//	x [N, obs]    y [N, actions, numbers]
//
// With a Value it is a duelling network (Wang et al., 2016, eq. 9): y = v + a − mean of a over the actions.
type QNet struct {
	Sight   *Sight // nil where observations are not seen as images
	Hidden  []nn.Layer
	Norms   []*nn.LayerNorm // of each hidden layer, before its ReLU; none if empty
	Actions nn.Layer
	Value   nn.Layer // nil for none

	actions, numbers int
}

// NetOptions say how the network of an agent is made.
type NetOptions struct {
	Hidden    []int   // widths of the hidden layers
	Filters   []int   // of convolutions that come before them, where observations are images; none if empty
	LayerNorm bool    // before each ReLU
	Dueling   bool    // values apart from advantages
	Noisy     float64 // σ₀ of layers that explore by themselves; ordinary ones if 0
}

// NewQNet draws a network from r for observations of a shape.
func NewQNet(r *rand.Rand, obs []int, actions, numbers int, o NetOptions) *QNet {
	q := &QNet{actions: actions, numbers: numbers}
	var in int
	q.Sight, in = NewSight(r, obs, o.Filters, o.LayerNorm)
	layer := func(in, out int) nn.Layer {
		if o.Noisy > 0 {
			return NewNoisyDense(r, in, out, o.Noisy)
		}
		return nn.NewDense(r, in, out)
	}
	for _, n := range o.Hidden {
		q.Hidden = append(q.Hidden, layer(in, n))
		if o.LayerNorm {
			q.Norms = append(q.Norms, nn.NewLayerNorm(n))
		}
		in = n
	}
	q.Actions = layer(in, actions*numbers)
	if o.Dueling {
		q.Value = layer(in, numbers)
	}
	return q
}

// Forward applies the network.
func (q *QNet) Forward(x *graph.Node) *graph.Node {
	x = q.Sight.Forward(x)
	for i, l := range q.Hidden {
		x = l.Forward(x)
		if len(q.Norms) > 0 {
			x = q.Norms[i].Forward(x)
		}
		x = ops.ReLU(x)
	}
	n := x.Shape().Dim(0)
	a := ops.Reshape(q.Actions.Forward(x), n, q.actions, q.numbers)
	if q.Value == nil {
		return a
	}
	v := ops.Reshape(q.Value.Forward(x), n, 1, q.numbers)
	return ops.Add(ops.Sub(a, ops.MeanKeep(a, 1)), v)
}
