package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Clamp returns x held between the constants lo and hi, of each element of x, which holds numbers; NaN stays NaN. ∂y/∂x is 1 where
// lo ≤ x ≤ hi, at the bounds by convention, where PyTorch has 0, and 0 elsewhere. Bounds may be infinite; those of floats take their dtype. An empty
// interval is an error, and so is one that holds no integer of x's dtype.
func Clamp(x *graph.Node, lo, hi float64) *graph.Node { return graph.Apply(clamp{Lo: lo, Hi: hi}, x) }

type clamp struct {
	numeric
	Lo, Hi float64
}

func (clamp) Name() string { return "clamp" }

func (o clamp) Infer(in []graph.Type) ([]graph.Type, error) {
	if !(o.Lo <= o.Hi) {
		return nil, fmt.Errorf("the interval [%v, %v] is empty", o.Lo, o.Hi)
	}
	if d := in[0].Dtype; d.Integer() {
		lowest, highest := limits(d)
		if max(math.Ceil(o.Lo), lowest) > min(math.Floor(o.Hi), highest) {
			return nil, fmt.Errorf("no %v lies in [%v, %v]", d, o.Lo, o.Hi)
		}
	}
	return o.numeric.Infer(in)
}

func (o clamp) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		vec.Clamp(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), float32(o.Lo), float32(o.Hi))
	case graph.Float64:
		vec.Clamp(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), o.Lo, o.Hi)
	case graph.Int32:
		clampInt[int32](c, o.Lo, o.Hi)
	case graph.Int64:
		clampInt[int64](c, o.Lo, o.Hi)
	default:
		clampInt[uint8](c, o.Lo, o.Hi)
	}
	return nil
}

func clampInt[T integer](c *graph.Call, lo, hi float64) {
	first, last := saturate[T](math.Ceil(lo)), saturate[T](math.Floor(hi))
	dst := graph.Data[T](c.Out[0])
	for i, v := range graph.Data[T](c.In[0]) {
		dst[i] = min(max(v, first), last)
	}
}

// Partial is 1 where x has not been moved.
func (clamp) Partial(y *graph.Node, _ int) *graph.Node {
	return Cast(Equal(y, y.In()[0]), y.Dtype())
}

func clampInfo() Info {
	f := func(x *graph.Node) *graph.Node { return Clamp(x, -1.0001, 0.7001) }
	info := Info{Name: "Clamp", Order: 4, Cases: unaryCases(f, Apart), Bad: append(
		unaryBad(f),
		Bad{"the interval [2, 1] is empty", func(g *graph.Graph) { Clamp(g.Input("x", graph.Float32, 2), 2, 1) }},
		Bad{"the interval [NaN, 1] is empty", func(g *graph.Graph) { Clamp(g.Input("x", graph.Float32, 2), math.NaN(), 1) }},
		Bad{"no uint8 lies in [-3, -1]", func(g *graph.Graph) { Clamp(g.Input("x", graph.Uint8, 2), -3, -1) }},
	)}
	bounds := [...][2]float64{{-1.0001, 0.7001}, {0.0001, math.Inf(1)}, {math.Inf(-1), 0.0001}, {0.3001, 0.3001}}
	for i := range info.Cases {
		b := bounds[i%len(bounds)]
		info.Cases[i].F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{Clamp(in[0], b[0], b[1])} }
	}
	return withIntegers(info)
}
