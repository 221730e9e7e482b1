package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// Cast converts x, of any shape, to another dtype.
//
//   - Floats become integers by truncation towards zero; what is out of range becomes the nearest integer in it, and NaN 0.
//   - Integers become narrower ones by wrapping around, and floats by rounding to nearest.
//   - A number becomes true if it is not 0, as NaN is not, and true becomes 1.
//   - Float16 and bfloat16 are for storage: there are casts between them and float32 and float64 only. Storing rounds once, to the nearest,
//     and of two to the even one; what is too large becomes ∞, what is small subnormal or 0, and NaN the quiet one of its sign.
//
// Between float32 and float64 the derivative is 1: the cotangent is cast back. Through other dtypes none flows, nor through what is stored.
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
	from, to := in[0].Dtype, o.To
	if to > graph.BFloat16 {
		return nil, fmt.Errorf("no cast to %v", to)
	}
	if stored(from) && !to.Float() || stored(to) && !from.Float() {
		return nil, fmt.Errorf("no cast from %v to %v; cast to float32 between", from, to)
	}
	return []graph.Type{{Dtype: o.To, Shape: in[0].Shape}}, nil
}

// stored reports whether a dtype is for storage alone.
func stored(d graph.Dtype) bool { return d == graph.Float16 || d == graph.BFloat16 }

func (o cast) Eval(c *graph.Call) error {
	switch {
	case stored(o.To) && c.In[0].Type.Dtype == graph.Float32:
		halve(c.Out[0], graph.Data[float32](c.In[0]))
		return nil
	case stored(o.To):
		halve(c.Out[0], graph.Data[float64](c.In[0]))
		return nil
	}
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
	case graph.Float16, graph.BFloat16:
		return wide.Float()
	}
	return false
}

func castInfo() Info {
	f := func(x *graph.Node) *graph.Node { return x }
	info := Info{Name: "Cast", Order: 4, Cases: unaryCases(f, fractions), Bad: []Bad{
		{"no cast from int32 to float16; cast to float32 between", func(g *graph.Graph) { Cast(g.Input("x", graph.Int32, 2), graph.Float16) }},
		{"no cast from bfloat16 to bool; cast to float32 between", func(g *graph.Graph) { Cast(g.Input("x", graph.BFloat16, 2), graph.Bool) }},
		{"no cast from bfloat16 to float16; cast to float32 between", func(g *graph.Graph) { Cast(g.Input("x", graph.BFloat16, 2), graph.Float16) }},
		{"no cast to no dtype", func(g *graph.Graph) { Cast(g.Input("x", graph.Float32, 2), graph.Dtype(9)) }},
		{"no cast to no dtype", func(g *graph.Graph) { Cast(g.Input("x", graph.Int64, 2), graph.Dtype(200)) }},
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
