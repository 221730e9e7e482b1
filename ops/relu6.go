package ops

import "github.com/kedja-ml/kedja/graph"

// ReLU6 returns min(max(x, 0), 6) of each element of x, which has a float dtype (Krizhevsky, 2010); NaN stays NaN. ∂y/∂x is 1 where 0 < x < 6,
// and 0 elsewhere, at the kinks by PyTorch's convention.
func ReLU6(x *graph.Node) *graph.Node { return hard("relu6", x, 0, 6) }

func relu6Info() Info {
	return Info{Name: "ReLU6", Order: 4, Cases: hardCases(ReLU6), Bad: unaryBad(ReLU6)}
}
