package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/order"
)

// TopK returns the k largest elements along an axis, the largest first, and their numbers there, an int32.
//
//	values[i] = x[index[i]]        ∂x[index[i]] = ∂values[i]
//
// x is numbers, at least k of them along the axis. Of equals the one with the lower number comes first; NaN is larger than any number.
func TopK(x *graph.Node, k, axis int) (values, index *graph.Node) {
	return ranking(topK{K: k}, x, axis)
}

// BottomK returns the k smallest elements along an axis, the smallest first, and their numbers there. Otherwise it is as TopK.
func BottomK(x *graph.Node, k, axis int) (values, index *graph.Node) {
	return ranking(topK{K: k, Smallest: true}, x, axis)
}

// topK works along the last axis.
type topK struct {
	K        int
	Smallest bool
}

func (o topK) Name() string {
	if o.Smallest {
		return "bottomk"
	}
	return "topk"
}

func (o topK) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	if err := rankable(in[0]); err != nil {
		return nil, err
	}
	if o.K < 0 || o.K > s.Dim(-1) {
		return nil, fmt.Errorf("there are no %d among %d elements", o.K, s.Dim(-1))
	}
	s = s.WithDim(-1, o.K)
	return []graph.Type{{Dtype: in[0].Dtype, Shape: s}, {Dtype: graph.Int32, Shape: s}}, nil
}

func (topK) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(count(in[0].Shape), 4*in[0].Shape.Dim(-1))}}
}

func (o topK) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		topRows[float32](o, c)
	case graph.Float64:
		topRows[float64](o, c)
	case graph.Int32:
		topRows[int32](o, c)
	case graph.Int64:
		topRows[int64](o, c)
	default:
		topRows[uint8](o, c)
	}
	return nil
}

func topRows[T order.Number](o topK, c *graph.Call) {
	x, y, index := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0]), graph.Data[int32](c.Out[1])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		order.Top(y[r*o.K:(r+1)*o.K], index[r*o.K:(r+1)*o.K], x[r*n:(r+1)*n], !o.Smallest)
	}
}

func (topK) VJPs(ys, dys []*graph.Node) []*graph.Node { return takenBack(ys, dys) }

func (o topK) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 2, in...) }
