package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/reduce"
)

// Sum adds up along the given axes, which disappear; along all of them if none is given. Its derivative repeats the
// cotangent. The sum of nothing is 0; integers wrap around.
//
//	y[k...] = Σ x[k..., r...]        ∂y/∂x = 1
//
// The order of additions depends on the shape alone: rounding grows with the logarithm of the number of terms.
func Sum(x *graph.Node, axes ...int) *graph.Node {
	return reduced(x, axes, sumTo)
}

// SumKeep is Sum with the axes kept, at size 1.
func SumKeep(x *graph.Node, axes ...int) *graph.Node {
	return keep(x, axes, sumTo)
}

func sumTo(x *graph.Node, to graph.Shape) *graph.Node {
	if !x.Valid() || x.Shape() == to {
		return x
	}
	return graph.Apply(sum{to}, x)
}

type sum struct{ To graph.Shape }

func (sum) Name() string { return "sum" }

func (o sum) Infer(in []graph.Type) ([]graph.Type, error) {
	if !in[0].Dtype.Float() && !in[0].Dtype.Integer() {
		return nil, fmt.Errorf("want numbers, not %v", in[0].Dtype)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: o.To}}, fits(o.To, in[0].Shape)
}

func (o sum) plan(x graph.Shape) reduce.Plan {
	var dims [graph.MaxRank]int
	var keep [graph.MaxRank]bool
	for i := range x.Rank() {
		dims[i], keep[i] = x.Dim(i), x.Dim(i) == o.To.Dim(i)
	}
	return reduce.NewPlan(dims[:x.Rank()], keep[:x.Rank()])
}

func (o sum) Work(in, _ []graph.Type) graph.Work {
	p := o.plan(in[0].Shape)
	size := in[0].Dtype.Size()
	return graph.Work{Phases: p.Phases(), Scratch: p.Scratch() * size, Local: p.Local() * size}
}

func (o sum) Eval(c *graph.Call) error {
	if c.Out[0].Len() == 0 { // an axis may be of any size where another is 0
		return nil
	}
	switch p := o.plan(c.In[0].Type.Shape); c.In[0].Type.Dtype {
	case graph.Float32:
		sumTask[float32](c, &p)
	case graph.Float64:
		sumTask[float64](c, &p)
	case graph.Int32:
		sumTask[int32](c, &p)
	case graph.Int64:
		sumTask[int64](c, &p)
	default:
		sumTask[uint8](c, &p)
	}
	return nil
}

func sumTask[T reduce.Number](c *graph.Call, p *reduce.Plan) {
	scratch, local := elements[T](c.Scratch), elements[T](c.Local)
	reduce.Sum(p, c.Phase, c.Task, graph.Data[T](c.Out[0]), graph.Data[T](c.In[0]), scratch, local)
}

func (o sum) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{expandTo(dy, y.In()[0].Shape())}
}

// SumOver adds up the terms, too, if they are stacked.
func (o sum) SumOver(n *graph.Node, stack, _ func(x *graph.Node) *graph.Node) *graph.Node {
	if x := stack(n.In()[0]); x != nil {
		return ReshapeTo(sumTo(x, o.To.Lead(1)), o.To)
	}
	return nil
}

func (o sum) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{sumTo(in[0], o.To.Lead(in[0].Shape().Dim(0)))}
}
