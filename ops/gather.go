package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/index"
)

// Gather returns rows of x, along its first axis, by number: y[i…] = x[index[i…]]. The derivative adds up the rows where they came
// from.
//
//	x [n, …], of any dtype    index [i…], int32 or int64    y [i…, …]        ∂x[k] = Σ over index[i] = k of ∂y[i]
//
// A number out of [0, n) is an error of the run.
func Gather(x, index *graph.Node) *graph.Node { return graph.Apply(gather{}, x, index) }

// GatherAxis is Gather along any axis: index replaces it. y[a…, i…, b…] = x[a…, index[i…], b…].
func GatherAxis(x, index *graph.Node, axis int) *graph.Node {
	if !x.Valid() || !index.Valid() {
		return Gather(x, index)
	}
	at, err := x.Shape().Axis(axis)
	if err != nil {
		return x.Graph().Failf("gather: %s %v: %w", x.Called(), x.Shape(), err)
	}
	y := Gather(MoveAxis(x, at, 0), index)
	if !y.Valid() {
		return y
	}
	k, order := index.Shape().Rank(), make([]int, y.Shape().Rank())
	for i := range order {
		switch {
		case i < at:
			order[i] = k + i
		case i < at+k:
			order[i] = i - at
		default:
			order[i] = i
		}
	}
	return Transpose(y, order...)
}

// gather treats the first Lead axes of both operands as a batch.
type gather struct{ Lead int }

func (gather) Name() string { return "gather" }

func (o gather) Infer(in []graph.Type) ([]graph.Type, error) {
	x, k := in[0].Shape, in[1].Shape
	if err := wantIndex(in[1]); err != nil {
		return nil, err
	}
	if o.Lead < 0 || x.Rank() <= o.Lead || k.Rank() < o.Lead || x.Cut(0, o.Lead) != k.Cut(0, o.Lead) {
		return nil, fmt.Errorf("want rows to index after %d equal leading axes", o.Lead)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: k.Append(x.Cut(o.Lead+1, x.Rank()))}}, nil
}

func wantIndex(t graph.Type) error {
	if t.Dtype != graph.Int32 && t.Dtype != graph.Int64 {
		return fmt.Errorf("want indices of int32 or int64, not %v", t.Dtype)
	}
	return nil
}

func (o gather) Work(in, out []graph.Type) graph.Work {
	list := in[1].Shape.Size()
	return graph.Work{Phases: [3]int{share(list, out[0].Shape.Size()/max(1, list))}}
}

func (o gather) Eval(c *graph.Call) error {
	if c.In[1].Type.Dtype == graph.Int32 {
		return gatherRows[int32](o, c)
	}
	return gatherRows[int64](o, c)
}

func gatherRows[I index.Integer](o gather, c *graph.Call) error {
	x, list := c.In[0], c.In[1]
	per := list.Type.Shape.Cut(o.Lead, graph.MaxRank).Size()
	width := x.Type.Shape.Cut(o.Lead+1, graph.MaxRank).Size() * x.Type.Dtype.Size()
	lo, hi := c.Span(list.Len())
	return index.Gather(c.Out[0].Bytes(), x.Bytes(), graph.Data[I](list), max(1, per), x.Type.Shape.Dim(o.Lead), width, lo, hi)
}

func (o gather) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(scatterAdd{o.Lead, y.In()[0].Shape().Dim(o.Lead)}, dy, y.In()[1]), nil}
}

// Batch keeps a table that all rows share as one table.
func (o gather) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	if !mapped[0] && o.Lead == 0 {
		return []*graph.Node{graph.Apply(o, in...)}
	}
	return []*graph.Node{graph.Apply(gather{o.Lead + 1}, Align(in, mapped)...)}
}
