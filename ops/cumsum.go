package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/reduce"
)

// A Running says how a running sum goes: Exclusive leaves out the element itself, Reverse starts at the end of the axis.
type Running struct{ Exclusive, Reverse bool }

// CumSum adds up along an axis, element after element.
//
//	y[i] = Σ x[j] over j ≤ i        ∂x[j] = Σ ∂y[i] over i ≥ j
//
// x is numbers; integers wrap around. Floats are added in float64, whatever their dtype.
func CumSum(x *graph.Node, axis int) *graph.Node { return CumSumWith(x, axis, Running{}) }

// CumSumWith is CumSum with j < i if it is exclusive, the first sum being 0, and with j ≥ i, or j > i, if it is reverse.
func CumSumWith(x *graph.Node, axis int, r Running) *graph.Node {
	if !x.Valid() {
		return x
	}
	at, err := x.Shape().Axis(axis)
	if err != nil {
		return x.Graph().Failf("cumsum: %s %v: %w", x.Called(), x.Shape(), err)
	}
	return graph.Apply(cumSum{at, r.Exclusive, r.Reverse}, x)
}

// cumSum's transpose is itself the other way round.
type cumSum struct {
	Axis               int
	Exclusive, Reverse bool
}

func (cumSum) Name() string { return "cumsum" }

func (o cumSum) Infer(in []graph.Type) ([]graph.Type, error) {
	if d := in[0].Dtype; !d.Float() && !d.Integer() {
		return nil, fmt.Errorf("want numbers, not %v", d)
	}
	return in[:1], onAxis(in[0].Shape, o.Axis)
}

// Work shares out the lines along the axis.
func (o cumSum) Work(in, _ []graph.Type) graph.Work {
	lines, _ := o.lines(in[0].Shape)
	return graph.Work{Phases: [3]int{share(lines, 2*in[0].Shape.Dim(o.Axis))}}
}

// lines is the number of lines along the axis, and how far apart the elements of a line are.
func (o cumSum) lines(s graph.Shape) (n, inner int) {
	inner = s.Cut(o.Axis+1, s.Rank()).Size()
	return s.Cut(0, o.Axis).Size() * inner, inner
}

func (o cumSum) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		runningSums[float32, float64](o, c)
	case graph.Float64:
		runningSums[float64, float64](o, c)
	case graph.Int32:
		runningSums[int32, int32](o, c)
	case graph.Int64:
		runningSums[int64, int64](o, c)
	default:
		runningSums[uint8, uint8](o, c)
	}
	return nil
}

func runningSums[T, A reduce.Number](o cumSum, c *graph.Call) {
	s := c.In[0].Type.Shape
	lines, inner := o.lines(s)
	lo, hi := c.Span(lines)
	reduce.Running[T, A](graph.Data[T](c.Out[0]), graph.Data[T](c.In[0]), lo, hi, s.Dim(o.Axis), inner, o.Exclusive, o.Reverse)
}

func (o cumSum) VJP(_, dy *graph.Node) []*graph.Node {
	o.Reverse = !o.Reverse
	return []*graph.Node{graph.Apply(o, dy)}
}

func (o cumSum) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	o.Axis++
	return []*graph.Node{graph.Apply(o, in...)}
}

func cumSumInfo() Info {
	info := Info{Name: "CumSum", Order: 4, Bad: axisBad(one(CumSum), graph.Bool, "want numbers, not bool")}
	for _, r := range []Running{{}, {Exclusive: true}, {Reverse: true}, {Exclusive: true, Reverse: true}} {
		cs := axisCases(func(x *graph.Node, axis int) []*graph.Node { return []*graph.Node{Square(CumSumWith(x, axis, r))} }, Real, true)
		for _, c := range cs {
			c.Name = fmt.Sprintf("%s %+v", c.Name, r)
			info.Cases = append(info.Cases, c)
		}
	}
	return withIntegers(info)
}
