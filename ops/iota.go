package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Iota returns 0, 1, …, n−1 as numbers of dtype d.
func Iota(g *graph.Graph, d graph.Dtype, n int) *graph.Node { return g.Nullary(iotas{n, d}) }

type iotas struct {
	N  int
	Of graph.Dtype
}

func (iotas) Name() string { return "iota" }

func (o iotas) Infer([]graph.Type) ([]graph.Type, error) {
	if !o.Of.Float() && !o.Of.Integer() {
		return nil, fmt.Errorf("want a dtype of numbers, not %v", o.Of)
	}
	return []graph.Type{graph.T(o.Of, o.N)}, nil
}

func (o iotas) Eval(c *graph.Call) error {
	switch o.Of {
	case graph.Float32:
		ascend(graph.Data[float32](c.Out[0]))
	case graph.Float64:
		ascend(graph.Data[float64](c.Out[0]))
	case graph.Int32:
		ascend(graph.Data[int32](c.Out[0]))
	case graph.Int64:
		ascend(graph.Data[int64](c.Out[0]))
	default:
		ascend(graph.Data[uint8](c.Out[0]))
	}
	return nil
}

func ascend[T number](y []T) {
	for i := range y {
		y[i] = T(i)
	}
}

func iotaInfo() Info {
	info := Info{Name: "Iota", Bad: []Bad{
		{"want a dtype of numbers, not bool", func(g *graph.Graph) { Iota(g, graph.Bool, 3) }},
		{"want a dtype of numbers, not float16", func(g *graph.Graph) { Iota(g, graph.Float16, 3) }},
		{"want a dtype of numbers, not no dtype", func(g *graph.Graph) { Iota(g, graph.Dtype(99), 3) }},
		{"overflows", func(g *graph.Graph) { Iota(g, graph.Int64, 1<<62) }},
		{"negative size", func(g *graph.Graph) { Iota(g, graph.Int32, -3) }},
	}}
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
		for n := range 7 {
			info.Cases = append(info.Cases, Case{fmt.Sprint(d, n), []Operand{{Shape: graph.Of(), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Iota(in[0].Graph(), d, n)}
			}})
		}
	}
	return info
}
