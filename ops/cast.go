package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// Cast converts x, of any shape, to another dtype; there is none from or to the storage dtypes.
//
//   - Floats become integers by truncation towards zero; what is out of range becomes the nearest integer in it, and NaN 0.
//   - Integers become narrower ones by wrapping around, and floats by rounding to nearest.
//   - A number becomes true if it is not 0, as NaN is not, and true becomes 1.
//
// Between floats the derivative is 1: the cotangent is cast back. Through integers and bools none flows.
func Cast(x *graph.Node, to graph.Dtype) *graph.Node {
	if x.Valid() && x.Dtype() == to {
		return x
	}
	return graph.Apply(cast{To: to}, x)
}

type cast struct{ To graph.Dtype }

func (cast) Elementwise()           {}
func (cast) Sure([]graph.Type) bool { return true }
func (cast) Name() string           { return "cast" }

func (o cast) Infer(in []graph.Type) ([]graph.Type, error) {
	for _, d := range []graph.Dtype{in[0].Dtype, o.To} {
		if d > graph.Bool {
			return nil, fmt.Errorf("no cast from or to %v", d)
		}
	}
	return []graph.Type{{Dtype: o.To, Shape: in[0].Shape}}, nil
}

func (o cast) Eval(c *graph.Call) error {
	switch out := c.Out[0]; out.Type.Dtype {
	case graph.Float32:
		castTo(graph.Data[float32](out), c.In[0])
	case graph.Float64:
		castTo(graph.Data[float64](out), c.In[0])
	case graph.Int32:
		castTo(graph.Data[int32](out), c.In[0])
	case graph.Int64:
		castTo(graph.Data[int64](out), c.In[0])
	case graph.Uint8:
		castTo(graph.Data[uint8](out), c.In[0])
	default:
		castToBool(graph.Data[bool](out), c.In[0])
	}
	return nil
}

func (o cast) VJP(y, dy *graph.Node) []*graph.Node {
	x := y.In()[0]
	if !o.To.Float() || !x.Dtype().Float() {
		return []*graph.Node{nil}
	}
	return []*graph.Node{Cast(dy, x.Dtype())}
}

// Simplify drops a cast to a dtype that holds all values of the first one, and back.
func (o cast) Simplify(n *graph.Node) *graph.Node {
	x := n.In()[0]
	if via, ok := x.Op().(cast); ok && x.In()[0].Dtype() == o.To && holds(via.To, o.To) {
		return x.In()[0]
	}
	return nil
}

// holds reports whether every value of dtype d has its own in dtype wide.
func holds(wide, d graph.Dtype) bool {
	switch d {
	case graph.Bool:
		return true
	case graph.Uint8:
		return wide != graph.Bool
	case graph.Int32:
		return wide == graph.Int64 || wide == graph.Float64
	case graph.Float32:
		return wide == graph.Float64
	}
	return false
}

func castInfo() Info {
	f := func(x *graph.Node) *graph.Node { return x }
	info := Info{Name: "Cast", Order: 4, Cases: unaryCases(f, fractions), Bad: []Bad{
		{"no cast from or to float16", func(g *graph.Graph) { Cast(g.Input("x", graph.Float32, 2), graph.Float16) }},
		{"no cast from or to bfloat16", func(g *graph.Graph) { Cast(g.Input("x", graph.BFloat16, 2), graph.Float32) }},
	}}
	for i := range info.Cases {
		via := graph.Dtype(1 + i%int(graph.Float16-1)) // not through float32: its rounding would hide the slope
		info.Cases[i].F = func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Mul(in[0], Cast(Square(Cast(in[0], via)), in[0].Dtype()))}
		}
		if via == graph.Bool {
			info.Cases[i].F = func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Mul(in[0], Cast(Cast(in[0], via), in[0].Dtype()))}
			}
		}
	}
	return info
}

// fractions draws from [−2, 2), away from whole numbers.
func fractions(r *rand.Rand, n int) []float64 {
	v := between(0.2, 0.8)(r, n)
	for i := range v {
		v[i] += float64(r.IntN(4) - 2)
	}
	return v
}
