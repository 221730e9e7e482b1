package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/index"
)

// OneHot returns rows of n elements of dtype d that are 1 at the index and 0 elsewhere. An index out of [0, n) is an error of the
// run. There is no derivative.
//
//	index [i…], int32 or int64    y [i…, n]
func OneHot(index *graph.Node, n int, d graph.Dtype) *graph.Node {
	return graph.Apply(oneHot{n, d}, index)
}

type oneHot struct {
	N  int
	Of graph.Dtype
}

func (oneHot) Name() string { return "onehot" }

func (o oneHot) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantIndex(in[0]); err != nil {
		return nil, err
	}
	if o.N < 0 || o.Of > graph.Bool {
		return nil, fmt.Errorf("want rows of a size that is not negative and a dtype to compute with, not %d of %v", o.N, o.Of)
	}
	return []graph.Type{{Dtype: o.Of, Shape: in[0].Shape.Append(graph.Of(o.N))}}, nil
}

func (o oneHot) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(in[0].Shape.Size(), o.N)}}
}

func (o oneHot) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Int32 {
		return oneHotOf[int32](o, c)
	}
	return oneHotOf[int64](o, c)
}

func oneHotOf[I index.Integer](o oneHot, c *graph.Call) error {
	lo, hi := c.Span(c.In[0].Len())
	switch y, at := c.Out[0], graph.Data[I](c.In[0]); o.Of {
	case graph.Float32:
		return index.OneHot(graph.Data[float32](y), at, o.N, lo, hi)
	case graph.Float64:
		return index.OneHot(graph.Data[float64](y), at, o.N, lo, hi)
	case graph.Int32:
		return index.OneHot(graph.Data[int32](y), at, o.N, lo, hi)
	case graph.Int64:
		return index.OneHot(graph.Data[int64](y), at, o.N, lo, hi)
	default: // a true is the byte 1
		return index.OneHot(y.Bytes(), at, o.N, lo, hi)
	}
}

func (o oneHot) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

func oneHotInfo() Info {
	info := Info{Name: "OneHot", Bad: []Bad{
		{"want indices", func(g *graph.Graph) { OneHot(g.Input("x", graph.Float32, 3), 2, graph.Float32) }},
		{"not -1 of float32", func(g *graph.Graph) { OneHot(g.Input("x", graph.Int32, 3), -1, graph.Float32) }},
	}}
	for i, s := range shapes {
		d := []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8, graph.Bool}[i%6]
		in := []Operand{{Shape: graph.Of(s...), Dtype: []graph.Dtype{graph.Int32, graph.Int64}[i%2], Draw: Index(4)}}
		info.Cases = append(info.Cases, Case{fmt.Sprint(s), in, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{OneHot(in[0], 4, d)}
		}})
	}
	return info
}
