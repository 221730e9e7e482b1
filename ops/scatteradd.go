package ops

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/index"
)

// ScatterAdd adds up rows where the indices say, in zeros of n rows: y[index[i…]] += u[i…], in the order of i, so that the bits
// never differ. It is the transpose of Gather, which is its derivative.
//
//	u [i…, …], numbers    index [i…], int32 or int64    y [n, …]        ∂u[i] = ∂y[index[i]]
//
// A number out of [0, n) is an error of the run.
func ScatterAdd(u, index *graph.Node, n int) *graph.Node {
	return graph.Apply(scatterAdd{N: n}, u, index)
}

// scatterAdd treats the first Lead axes of both operands as a batch, and adds up in a table of N rows for each.
type scatterAdd struct{ Lead, N int }

func (scatterAdd) Name() string { return "scatteradd" }

func (o scatterAdd) Infer(in []graph.Type) ([]graph.Type, error) {
	u, k := in[0].Shape, in[1].Shape
	if err := wantIndex(in[1]); err != nil {
		return nil, err
	}
	if d := in[0].Dtype; !d.Float() && !d.Integer() {
		return nil, fmt.Errorf("want numbers, not %v", d)
	}
	if o.Lead < 0 || o.Lead > k.Rank() {
		return nil, fmt.Errorf("no %d leading axes in %v", o.Lead, k)
	}
	if u.Rank() < k.Rank() || u.Cut(0, k.Rank()) != k {
		return nil, errors.New("want one row for each index")
	}
	if o.N < 0 {
		return nil, fmt.Errorf("want a number of rows that is not negative, not %d", o.N)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: k.Cut(0, o.Lead).Append(graph.Of(o.N)).Append(u.Cut(k.Rank(), u.Rank()))}}, nil
}

// width is the number of elements of a row of u.
func (o scatterAdd) width(u, list graph.Shape) int { return u.Cut(list.Rank(), graph.MaxRank).Size() }

// Work cuts the rows of the result. A task reads all indices of the tables that it touches: no more of them than adding takes.
func (o scatterAdd) Work(in, _ []graph.Type) graph.Work {
	u, list := in[0].Shape, in[1].Shape
	width, tables := o.width(u, list), list.Cut(0, o.Lead).Size()
	rows := tables * o.N
	scans := max(tables, (rows+list.Size())*width/max(1, list.Size()))
	return graph.Work{Phases: [3]int{max(1, min(share(rows, width), scans))}}
}

func (o scatterAdd) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		return scatter[float32](o, c)
	case graph.Float64:
		return scatter[float64](o, c)
	case graph.Int32:
		return scatter[int32](o, c)
	case graph.Int64:
		return scatter[int64](o, c)
	default:
		return scatter[uint8](o, c)
	}
}

func scatter[T index.Number](o scatterAdd, c *graph.Call) error {
	if c.In[1].Type.Dtype == graph.Int32 {
		return scatterRows[T, int32](o, c)
	}
	return scatterRows[T, int64](o, c)
}

func scatterRows[T index.Number, I index.Integer](o scatterAdd, c *graph.Call) error {
	list := c.In[1].Type.Shape
	per, width := list.Cut(o.Lead, graph.MaxRank).Size(), o.width(c.In[0].Type.Shape, list)
	lo, hi := c.Span(list.Cut(0, o.Lead).Size() * o.N)
	return index.ScatterAdd(graph.Data[T](c.Out[0]), graph.Data[T](c.In[0]), graph.Data[I](c.In[1]), per, o.N, width, lo, hi)
}

func (o scatterAdd) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(gather{o.Lead}, dy, y.In()[1]), nil}
}

func (o scatterAdd) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(scatterAdd{o.Lead + 1, o.N}, Align(in, mapped)...)}
}
