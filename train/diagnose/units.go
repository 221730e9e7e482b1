package diagnose

import (
	"errors"
	"math"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

// An Activation is where a function was applied that can be flat, and how many of its units were flat on all examples.
type Activation struct {
	Op     string // such as "relu"
	Origin string // the file and line that applied it
	Units  int
	// Dead are the numbers of the units whose value hardly changed over all examples and places: by no bit where a ReLU cut them off, by less
	// than a hundredth where a sigmoid or a tanh was saturated.
	Dead []int
}

// flat says by how much a unit of a function may change and still count as dead.
var flat = map[string]float64{
	"relu": 0, "relu6": 0, "hardtanh": 0, "hardsigmoid": 0, "hardswish": 0, "tanh": 0.01, "sigmoid": 0.01,
}

// Units looks at every ReLU, tanh and the like among what build makes of a batch's fields, in evaluation mode, and counts the units that are
// dead over a data set: what they feed learns nothing from them, and a dead ReLU does not come back. A unit is a channel, axis 1, of images
// [N, C, H, W] and volumes, and an element of the last axis otherwise. Activations come in the order that they are computed in.
func Units(d data.Dataset, batch, workers int, build func(fields []*graph.Node) train.Outputs) ([]Activation, error) {
	var found []Activation
	var low, high [][]float64
	err := train.Evaluate(d, batch, workers, func(fields []*graph.Node) (ends []*graph.Node) {
		o := build(fields)
		if o.Loss == nil {
			return nil
		}
		first := len(found) == 0 // the last batch has a graph of its own
		for _, n := range graph.Order([]*graph.Node{o.Loss}, func(*graph.Node) bool { return false }) {
			if n.Op() == nil || !n.Valid() {
				continue
			}
			if _, ok := flat[n.Op().Name()]; !ok || n.Shape().Rank() < 2 {
				continue
			}
			unit, others := n.Shape().Rank()-1, []int(nil)
			if n.Shape().Rank() > 3 {
				unit = 1
			}
			for axis := range n.Shape().Rank() {
				if axis != unit {
					others = append(others, axis)
				}
			}
			ends = append(ends, ops.Cast(ops.Min(n, others...), graph.Float64), ops.Cast(ops.Max(n, others...), graph.Float64))
			if !first {
				continue
			}
			units := n.Shape().Dim(unit)
			found = append(found, Activation{Op: n.Op().Name(), Origin: n.Origin(), Units: units})
			low, high = append(low, filled(units, math.Inf(1))), append(high, filled(units, math.Inf(-1)))
		}
		return ends
	}, func(_ data.Batch, out []graph.Buffer) error {
		if len(out) != 2*len(found) {
			return errors.New("diagnose: the last batch has other activations than the first")
		}
		for k := range found {
			for u, v := range graph.Data[float64](out[2*k]) {
				low[k][u] = min(low[k][u], v)
			}
			for u, v := range graph.Data[float64](out[2*k+1]) {
				high[k][u] = max(high[k][u], v)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for k := range found {
		for u := range low[k] {
			if high[k][u]-low[k][u] <= flat[found[k].Op] {
				found[k].Dead = append(found[k].Dead, u)
			}
		}
	}
	return found, nil
}

func filled(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}
