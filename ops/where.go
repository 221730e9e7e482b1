package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Where returns a where cond holds, and b elsewhere, broadcast.
//
//	y = cond ? a : b        ∂y/∂a = 1 where cond holds, else 0        ∂y/∂b = 0 where cond holds, else 1
//
// cond is Bool; a and b have one dtype, any but the storage dtypes. What is not taken does not count: a NaN there reaches neither
// result nor cotangent.
func Where(cond, a, b *graph.Node) *graph.Node { return pointwise(where{}, cond, a, b) }

type where struct{}

func (where) Elementwise()           {}
func (where) Sure([]graph.Type) bool { return true }
func (where) Name() string           { return "where" }

func (where) Infer(in []graph.Type) ([]graph.Type, error) {
	if in[0].Dtype != graph.Bool {
		return nil, fmt.Errorf("want a condition of bool, not %v", in[0].Dtype)
	}
	if err := alike(in[1:]); err != nil {
		return nil, err
	}
	if in[1].Dtype > graph.Bool {
		return nil, fmt.Errorf("want numbers or bools, not %v", in[1].Dtype)
	}
	if in[0].Shape != in[1].Shape {
		return nil, fmt.Errorf("shapes %v and %v do not broadcast", in[0].Shape, in[1].Shape)
	}
	return in[1:2], nil
}

func (where) Eval(c *graph.Call) error {
	switch c.Out[0].Type.Dtype {
	case graph.Float32:
		choose[float32](c)
	case graph.Float64:
		choose[float64](c)
	case graph.Int32:
		choose[int32](c)
	case graph.Int64:
		choose[int64](c)
	case graph.Uint8:
		choose[uint8](c)
	default:
		choose[bool](c)
	}
	return nil
}

func choose[T graph.Element](c *graph.Call) {
	vec.Select(graph.Data[T](c.Out[0]), graph.Data[bool](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.In[2]))
}

func (where) VJP(y, dy *graph.Node) []*graph.Node {
	cond, none := y.In()[0], Like(0, dy)
	return []*graph.Node{nil, Where(cond, dy, none), Where(cond, none, dy)}
}

func whereInfo() Info {
	info := Info{Name: "Where", Order: 4, Bad: []Bad{
		{"want a condition of bool, not float32", func(g *graph.Graph) {
			x := g.Input("x", graph.Float32, 2)
			Where(x, x, x)
		}},
		{"shapes [2] and [3] do not broadcast", func(g *graph.Graph) {
			Where(g.Input("c", graph.Bool, 2), g.Input("a", graph.Float32, 3), g.Input("b", graph.Float32, 3))
		}},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) {
			Where(g.Input("c", graph.Bool, 2), g.Input("a", graph.Float32, 2), g.Input("b", graph.Float64, 2))
		}},
		{"want numbers or bools, not float16", func(g *graph.Graph) {
			x := g.Input("x", graph.Float16, 2)
			Where(g.Input("c", graph.Bool, 2), x, x)
		}},
	}}
	for _, c := range binaryCases(Add, Real, Real) {
		cond := Operand{Shape: c.In[0].Shape, Dtype: graph.Bool, Draw: Index(2)}
		c.In = []Operand{cond, c.In[0], c.In[1]}
		c.F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{Where(in[0], in[1], in[2])} }
		info.Cases = append(info.Cases, c)
	}
	return info
}
