package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// LeakyReLU returns x where it is above 0, and slope·x elsewhere, of each element of x, which has a float dtype, for a constant slope
// (Maas et al., 2013): ∂y/∂x is 1 where x > 0, and slope elsewhere, at the kink by convention.
func LeakyReLU(x *graph.Node, slope float64) *graph.Node {
	return graph.Apply(leakyReLU{Slope: slope}, x)
}

type leakyReLU struct {
	Pointwise
	Slope float64
}

func (leakyReLU) Name() string { return "leakyrelu" }

func (o leakyReLU) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		vec.LeakyReLU(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), float32(o.Slope))
	} else {
		vec.LeakyReLU(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), o.Slope)
	}
	return nil
}

// Partial chooses, so that it is exactly 1 or slope. It reads the result where that is above 0 exactly where x is, so that x need not be kept.
func (o leakyReLU) Partial(y *graph.Node, _ int) *graph.Node {
	x := y
	if !(o.Slope >= 0) {
		x = y.In()[0]
	}
	return Where(Less(Like(0, x), x), Like(1, x), Like(o.Slope, x))
}

func leakyReLUInfo() Info {
	f := func(x *graph.Node) *graph.Node { return LeakyReLU(x, 0.2) }
	info := Info{Name: "LeakyReLU", Order: 4, Cases: unaryCases(f, Nonzero), Bad: unaryBad(f)}
	slopes := [...]float64{0.2, 0.01, 0, 1, -0.5, 2}
	for i := range info.Cases {
		slope := slopes[i%len(slopes)]
		info.Cases[i].F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{LeakyReLU(in[0], slope)} }
	}
	return info
}
