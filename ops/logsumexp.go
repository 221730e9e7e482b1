package ops

import "github.com/kedja-ml/kedja/graph"

// LogSumExp returns ln Σ eˣ along the given axes, which disappear; along all if none is given. Nothing overflows; of nothing but
// −∞, and of nothing at all, it is −∞.
//
//	y = ln Σ eˣ        ∂y/∂x = e^(x − y), the softmax
//
// x is floats.
func LogSumExp(x *graph.Node, axes ...int) *graph.Node { return reduced(x, axes, logSumExpOf(axes)) }

// LogSumExpKeep is LogSumExp with the axes kept, at size 1.
func LogSumExpKeep(x *graph.Node, axes ...int) *graph.Node { return keep(x, axes, logSumExpOf(axes)) }

func logSumExpOf(axes []int) func(*graph.Node, graph.Shape) *graph.Node {
	return func(x *graph.Node, to graph.Shape) *graph.Node {
		return ReshapeTo(graph.Apply(logSumExp{}, joined(x, axes)), to)
	}
}

// logSumExp works along the last axis.
type logSumExp struct{}

func (logSumExp) Name() string { return "logsumexp" }

func (logSumExp) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	return []graph.Type{{Dtype: in[0].Dtype, Shape: s.Cut(0, s.Rank()-1)}}, wantRows(in[0])
}

func (logSumExp) Work(in, _ []graph.Type) graph.Work { return byRow(in[0]) }

func (logSumExp) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		logSumExpRows[float32](c)
	} else {
		logSumExpRows[float64](c)
	}
	return nil
}

func logSumExpRows[T graph.Floating](c *graph.Call) {
	x, y := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		shift, log := logSum(x[r*n : (r+1)*n])
		y[r] = shift + log
	}
}

// Define is shifted by the largest element. The shift cancels, so that no cotangent needs to flow through it.
func (logSumExp) Define(in []*graph.Node) []*graph.Node {
	x := in[0]
	if x.Shape().Dim(-1) == 0 {
		return []*graph.Node{Log(Sum(x, -1))}
	}
	shift := StopGradient(MaxKeep(x, -1))
	shift = Where(IsFinite(shift), shift, Like(0, shift))
	return []*graph.Node{Squeeze(Add(Log(SumKeep(Exp(Sub(x, shift)), -1)), shift), -1)}
}

func (logSumExp) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{Mul(Exp(Sub(y.In()[0], Unsqueeze(y, -1))), Unsqueeze(dy, -1))}
}

func (o logSumExp) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

func logSumExpInfo() Info {
	return Info{Name: "LogSumExp", Order: 4, Cases: reductionCases(LogSumExp, Real, true), Bad: append(reductionBad(LogSumExp), Bad{
		"want float32 or float64, not int32", func(g *graph.Graph) { LogSumExp(g.Input("x", graph.Int32, 3)) },
	})}
}

func logSumExpKeepInfo() Info {
	return Info{Name: "LogSumExpKeep", Order: 4, Cases: reductionCases(LogSumExpKeep, Real, true), Bad: reductionBad(LogSumExpKeep)}
}
