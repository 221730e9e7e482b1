package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/philox"
)

// Poisson draws from the Poisson distributions of the given means, one element for each of rate, which is floats, as are the counts. There is
// no derivative: counts are whole. A mean below 0 gives NaN. It is a draw as Uniform is, of at most 2³² elements.
func Poisson(rate *graph.Node) *graph.Node {
	if rate = ofFloats("poisson", rate); !rate.Valid() {
		return rate
	}
	key, stream := rate.Graph().Draw()
	return graph.Apply(poisson{Stream: stream}, rate, key)
}

type poisson struct {
	variate
	Stream int
}

func (poisson) Name() string { return "poisson" }

func (o poisson) Eval(c *graph.Call) error {
	o.draw(c, o.Stream, func(c *graph.Call, l lot) {
		if c.In[0].Type.Dtype == graph.Float32 {
			philox.Poisson(graph.Data[float32](c.Out[0])[l.lo:l.hi], graph.Data[float32](c.In[0])[l.lo:l.hi], l.from, l.at)
		} else {
			philox.Poisson(graph.Data[float64](c.Out[0])[l.lo:l.hi], graph.Data[float64](c.In[0])[l.lo:l.hi], l.from, l.at)
		}
	})
	return nil
}

func (poisson) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil, nil} }

// Batch gives every row the same draws if the key is not mapped.
func (o poisson) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func poissonInfo() Info {
	return Info{Name: "Poisson", Bad: append(parameterBad("poisson", func(x *graph.Node) { Poisson(x) }),
		Bad{"keys for rows [3] are none for [2 3]", func(g *graph.Graph) {
			graph.Apply(poisson{}, g.Input("x", graph.Float32, 2, 3), g.Input("key", graph.Int64, 3, 2))
		}},
		Bad{"want a key", func(g *graph.Graph) {
			graph.Apply(poisson{}, g.Input("x", graph.Float32, 2), g.Input("key", graph.Int32, 2))
		}},
	), Cases: byKeys(between(0.5, 30), 1, func(x []*graph.Node, key *graph.Node) []*graph.Node {
		return []*graph.Node{graph.Apply(poisson{Stream: 7}, x[0], key)}
	})}
}
