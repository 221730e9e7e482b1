package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// lastWriter tells which of the numbers 0, 1, … of a row of indices names each of N places last, and −1 for a place that none names. What
// is set, or kept of several, at indices stands on it: the choice has no derivative, and what is chosen is taken.
type lastWriter struct{ N int }

func (lastWriter) Name() string { return "lastwriter" }

func (o lastWriter) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantIndex(in[0]); err != nil {
		return nil, err
	}
	s := in[0].Shape
	return []graph.Type{{Dtype: graph.Int32, Shape: s.WithDim(-1, o.N)}}, countable("an axis", s.Dim(-1))
}

func (o lastWriter) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(count(in[0].Shape), 4*(in[0].Shape.Dim(-1)+o.N))}}
}

func (o lastWriter) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Int32 {
		return lastWriters[int32](c, o.N)
	}
	return lastWriters[int64](c, o.N)
}

func lastWriters[I int32 | int64](c *graph.Call, places int) error {
	index, out := graph.Data[I](c.In[0]), graph.Data[int32](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		row := out[r*places : (r+1)*places]
		for i := range row {
			row[i] = -1
		}
		for i, at := range index[r*n : (r+1)*n] {
			if at < 0 || int64(at) >= int64(places) {
				return fmt.Errorf("index %d is out of [0, %d)", at, places)
			}
			row[at] = int32(i)
		}
	}
	return nil
}

func (lastWriter) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func (o lastWriter) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}
