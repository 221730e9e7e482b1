package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/philox"
)

// Dropout sets each element of x, which has a float dtype, to 0 with probability p, and divides the others by 1 − p, so that the mean
// stays (Srivastava et al., 2014): in a graph, or a scope, of mode Training. In mode Evaluation it returns x itself.
//
//	y = x·m/(1 − p)        ∂y/∂x = m/(1 − p)        m = 1 with probability 1 − p, else 0
//
// Each call is a draw of its own, as Uniform says; derivatives of any order have the same m. A dropped NaN is 0. A p out of [0, 1) is
// an error, in either mode.
func Dropout(x *graph.Node, p float64) *graph.Node {
	g := x.Graph()
	switch {
	case !x.Valid():
		return x
	case !(p >= 0 && p < 1):
		return g.Failf("dropout %s %v: want a probability in [0, 1), not %v", x.Called(), x.Shape(), p)
	case !x.Dtype().Float():
		return g.Failf("dropout %s %v: %w", x.Called(), x.Shape(), wantFloat(x.Type()))
	case g.Mode() == graph.Evaluation || p == 0:
		return x
	}
	key, stream := g.Draw()
	return graph.Apply(dropout{P: p, Stream: stream}, x, key)
}

// dropout is linear in its first operand. The leading axes of the key are those of x, too. The mask is drawn again in the backward
// pass, from the same stream, instead of being kept.
type dropout struct {
	P      float64
	Stream int
}

// dropBlock is how many elements a block of four words serves, in either dtype.
const dropBlock = 4

func (dropout) Name() string { return "dropout" }

func (o dropout) Infer(in []graph.Type) ([]graph.Type, error) {
	x, r := in[0], in[1].Shape.Rank()-1
	lead, err := keyed(in[1], x.Shape.Cut(r, x.Shape.Rank()), dropBlock)
	switch {
	case err != nil:
		return nil, err
	case !(o.P >= 0 && o.P < 1):
		return nil, fmt.Errorf("want a probability in [0, 1), not %v", o.P)
	case !x.Dtype.Float():
		return nil, wantFloat(x)
	case x.Shape.Cut(0, r) != lead:
		return nil, fmt.Errorf("keys for rows %v are none for %v", lead, x.Shape)
	}
	return in[:1], nil
}

func (dropout) Work(in, _ []graph.Type) graph.Work { return drawing(in[0], dropBlock, 64) }

func (o dropout) Eval(c *graph.Call) error {
	x := c.In[0].Type.Shape
	lots(c, c.In[1], x.Cut(c.In[1].Type.Shape.Rank()-1, x.Rank()).Size(), dropBlock, o.Stream, o.draw)
	return nil
}

func (o dropout) draw(c *graph.Call, l lot) {
	keep, scale := uint64(math.Round((1-o.P)*(1<<32))), 1/(1-o.P)
	if c.Out[0].Type.Dtype == graph.Float32 {
		dst, x := graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0])
		philox.Drop32(dst[l.lo:l.hi], x[l.lo:l.hi], l.from, l.at, keep, float32(scale))
	} else {
		dst, x := graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0])
		philox.Drop64(dst[l.lo:l.hi], x[l.lo:l.hi], l.from, l.at, keep, scale)
	}
}

func (o dropout) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(o, dy, y.In()[1]), nil}
}

// Batch gives every row the same mask if the key is not mapped.
func (o dropout) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func dropoutInfo() Info {
	f := func(p float64) func(x *graph.Node) *graph.Node {
		return func(x *graph.Node) *graph.Node { return Dropout(x, p) }
	}
	info := Info{Name: "Dropout", Order: 4, Cases: unaryCases(f(0.5), Real), Bad: append(
		unaryBad(f(0.5)),
		Bad{"want a probability in [0, 1), not 1", func(g *graph.Graph) { Dropout(g.Input("x", graph.Float32, 2), 1) }},
		Bad{"want a probability in [0, 1), not -0.1", func(g *graph.Graph) { Dropout(g.Input("x", graph.Float32, 2), -0.1) }},
		Bad{"want a probability in [0, 1), not NaN", func(g *graph.Graph) { Dropout(g.Input("x", graph.Float32, 2), math.NaN()) }},
		Bad{"want a probability in [0, 1), not 2", func(g *graph.Graph) {
			graph.Apply(dropout{P: 2}, g.Input("x", graph.Float32, 2), g.Input("key", graph.Int64, 2))
		}},
		Bad{"want float32 or float64, not int32", func(g *graph.Graph) {
			graph.Apply(dropout{P: 0.5}, g.Input("x", graph.Int32, 2), g.Input("key", graph.Int64, 2))
		}},
		Bad{"keys for rows [3] are none for [2 3]", func(g *graph.Graph) {
			graph.Apply(dropout{P: 0.5}, g.Input("x", graph.Float32, 2, 3), g.Input("key", graph.Int64, 3, 2))
		}},
		Bad{"want a key", func(g *graph.Graph) {
			graph.Apply(dropout{P: 0.5}, g.Input("x", graph.Float32, 2), g.Input("key", graph.Int64, 3))
		}},
	)}
	for i := range info.Cases { // by keys that are operands, so that every run of a case draws the same
		c, p, x := &info.Cases[i], [...]float64{0.5, 0.1, 0.9}[i%3], info.Cases[i].In[0].Shape
		key := Operand{Shape: x.Cut(0, i%2).Append(graph.Of(2)), Dtype: graph.Int64, Draw: Index(1 << 30)}
		c.In = append(c.In, key)
		c.F = func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{graph.Apply(dropout{P: p, Stream: 7}, in...)}
		}
	}
	return info
}
