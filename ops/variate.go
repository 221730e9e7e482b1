package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// variate is embedded by draws whose first operand has a parameter for each element and whose second is the key: the leading axes of the key
// are those of the parameters, too. An element takes a block, and from it what it needs.
type variate struct{}

func (variate) Infer(in []graph.Type) ([]graph.Type, error) {
	x, r := in[0], in[1].Shape.Rank()-1
	lead, err := keyed(in[1], x.Shape.Cut(r, x.Shape.Rank()), 1)
	switch {
	case err != nil:
		return nil, err
	case !x.Dtype.Float():
		return nil, wantFloat(x)
	case x.Shape.Cut(0, r) != lead:
		return nil, fmt.Errorf("keys for rows %v are none for %v", lead, x.Shape)
	}
	return in[:1], nil
}

func (variate) Work(in, _ []graph.Type) graph.Work { return drawing(in[0], 1, 500) }

// draw calls a loop for each lot.
func (variate) draw(c *graph.Call, stream int, f func(c *graph.Call, l lot)) {
	x := c.In[0].Type.Shape
	lots(c, c.In[1], x.Cut(c.In[1].Type.Shape.Rank()-1, x.Rank()).Size(), 1, stream, f)
}

// byKeys are cases with parameters from a domain, and with keys that are operands, so that every run draws the same; several parameters are
// of one shape.
func byKeys(d Domain, parameters int, f func(x []*graph.Node, key *graph.Node) []*graph.Node) (cs []Case) {
	for i, s := range shapes {
		of := graph.Of(s...)
		var in []Operand
		for range parameters {
			in = append(in, Operand{Shape: of, Draw: d})
		}
		key := of.Cut(0, i%2).Append(graph.Of(2))
		in = append(in, Operand{Shape: key, Dtype: graph.Int64, Draw: Index(1 << 30)})
		cs = append(cs, Case{fmt.Sprint(of, " keys ", key), in, func(in []*graph.Node) []*graph.Node {
			return f(in[:parameters], in[parameters])
		}})
	}
	return cs
}

// uniformBy are float64s for what x has, by a key.
func uniformBy(x, key *graph.Node, stream int) *graph.Node {
	r := key.Shape().Rank() - 1
	of := graph.Type{Dtype: graph.Float64, Shape: x.Shape().Cut(r, x.Shape().Rank())}
	return graph.Apply(uniform{Of: of, Stream: stream}, key)
}

// uniformFor are float64s for what x has, a draw of their own: probabilities are resolved to 2⁻⁵³ in either dtype.
func uniformFor(x *graph.Node) *graph.Node {
	return UniformOf(x.Graph(), graph.Type{Dtype: graph.Float64, Shape: x.Shape()})
}

// parameterBad is what no draw with parameters takes.
func parameterBad(name string, f func(x *graph.Node)) []Bad {
	return []Bad{
		{name + ": x [2]: want float32 or float64, not int32", func(g *graph.Graph) { f(g.Input("x", graph.Int32, 2)) }},
		{name + ": x [2]: want float32 or float64, not bool", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 2)) }},
		{name + ": x [2]: want float32 or float64, not bfloat16", func(g *graph.Graph) { f(g.Input("x", graph.BFloat16, 2)) }},
	}
}

// ofFloats refuses parameters that are no floats.
func ofFloats(name string, x *graph.Node) *graph.Node {
	if x.Valid() && !isFloat(x) {
		return refusedAs(name, x, wantFloat(x.Type()))
	}
	return x
}
