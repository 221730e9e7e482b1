package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/philox"
)

// Gamma draws from the gamma distributions of the given shapes and rate 1, one element for each of alpha: densities x^(α−1)·e^(−x)/Γ(α).
//
//	alpha […], floats    x […]        ∂x/∂α = −∂F(x; α)/∂α over the density, F the cumulative distribution
//
// The derivative holds F(x; α) where it is, which no sampler need do itself (Figurnov, Mohamed & Mnih, Implicit reparameterization
// gradients, 2018): means of functions of x have the means of its gradients as gradients. Orders above 11 are an error. A distribution of
// rate β is Gamma(α)/β. A shape of 0 gives 0 and one below NaN; very small ones vanish, and have no derivative there, where Dirichlet and
// Beta draw in logarithms. It is a draw as Uniform is, of at most 2³² elements.
func Gamma(alpha *graph.Node) *graph.Node {
	if alpha = ofFloats("gamma", alpha); !alpha.Valid() {
		return alpha
	}
	return Exp(drawLogGamma(alpha))
}

func drawLogGamma(alpha *graph.Node) *graph.Node {
	key, stream := alpha.Graph().Draw()
	return graph.Apply(logGamma{Stream: stream}, alpha, key)
}

// logGamma draws logarithms of gamma variates.
type logGamma struct {
	variate
	Stream int
}

func (logGamma) Name() string { return "loggamma" }

func (o logGamma) Eval(c *graph.Call) error {
	o.draw(c, o.Stream, func(c *graph.Call, l lot) {
		if c.In[0].Type.Dtype == graph.Float32 {
			philox.LogGamma(graph.Data[float32](c.Out[0])[l.lo:l.hi], graph.Data[float32](c.In[0])[l.lo:l.hi], l.from, l.at)
		} else {
			philox.LogGamma(graph.Data[float64](c.Out[0])[l.lo:l.hi], graph.Data[float64](c.In[0])[l.lo:l.hi], l.from, l.at)
		}
	})
	return nil
}

func (logGamma) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{Mul(dy, gammaSlope(1, y.In()[0], y)), nil}
}

// Batch gives every row the same draws if the key is not mapped.
func (o logGamma) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func gammaInfo() Info {
	return Info{Name: "Gamma", Bad: append(parameterBad("gamma", func(x *graph.Node) { Gamma(x) }),
		Bad{"keys for rows [3] are none for [2 3]", func(g *graph.Graph) {
			graph.Apply(logGamma{}, g.Input("x", graph.Float32, 2, 3), g.Input("key", graph.Int64, 3, 2))
		}},
		Bad{"want a key", func(g *graph.Graph) {
			graph.Apply(logGamma{}, g.Input("x", graph.Float32, 2), g.Input("key", graph.Int64, 3))
		}},
		Bad{"want a derivative of an order from 1 to 11, not 12", func(g *graph.Graph) {
			x := g.Input("x", graph.Float32, 2)
			gammaSlope(12, x, x)
		}},
	), Cases: byKeys(Positive, 1, func(x []*graph.Node, key *graph.Node) []*graph.Node {
		return []*graph.Node{Exp(graph.Apply(logGamma{Stream: 7}, x[0], key))}
	})}
}
