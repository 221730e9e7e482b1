package ops

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// SoftmaxCrossEntropy returns −ln softmax(logits)[label] for each row, in nats, and ln Σ e^logits, the residual of its derivative.
//
//	logits [r…, C]    labels [r…], int32 or int64    loss [r…]        ∂logits = (softmax − onehot)·∂loss
//
// A label out of [0, C) is an error of the run. A row's bits depend on that row alone.
func SoftmaxCrossEntropy(logits, labels *graph.Node) (loss, logSumExp *graph.Node) {
	r := graph.ApplyN(crossEntropy{}, 2, logits, labels)
	return r[0], r[1]
}

type crossEntropy struct{}

func (crossEntropy) Name() string { return "softmaxcrossentropy" }

func (crossEntropy) Infer(in []graph.Type) ([]graph.Type, error) {
	x, t := in[0].Shape, graph.Type{Dtype: in[0].Dtype, Shape: in[1].Shape}
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	if err := wantIndex(in[1]); err != nil {
		return nil, err
	}
	if x.Rank() == 0 || x.Dim(-1) == 0 {
		return nil, errors.New("want at least one class on the last axis")
	}
	if in[1].Shape != x.Cut(0, x.Rank()-1) {
		return nil, fmt.Errorf("want a label for each row, %v, not %v", x.Cut(0, x.Rank()-1), in[1].Shape)
	}
	return []graph.Type{t, t}, nil
}

func (crossEntropy) Work(in, _ []graph.Type) graph.Work     { return byRow(in[0]) }
func (crossEntropyGrad) Work(in, _ []graph.Type) graph.Work { return byRow(in[0]) }

func (crossEntropy) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return rowsPiece(x, task, tasks)
}

func (crossEntropy) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		return crossEntropyRows[float32](c)
	}
	return crossEntropyRows[float64](c)
}

func crossEntropyRows[T graph.Floating](c *graph.Call) error {
	x, loss, lse := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0]), graph.Data[T](c.Out[1])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		label, err := labelOf(c.In[1], r, n)
		if err != nil {
			return err
		}
		row := x[r*n : (r+1)*n]
		shift, log := logSum(row)
		lse[r], loss[r] = shift+log, (shift-row[label])+log
	}
	return nil
}

// labelOf is the label of a row, which must be in [0, n).
func labelOf(labels graph.Buffer, row, n int) (int, error) {
	var v int64
	if labels.Type.Dtype == graph.Int32 {
		v = int64(graph.Data[int32](labels)[row])
	} else {
		v = graph.Data[int64](labels)[row]
	}
	if v < 0 || v >= int64(n) {
		return 0, fmt.Errorf("label %d of row %d is not in [0, %d)", v, row, n)
	}
	return int(v), nil
}

func (crossEntropy) Define(in []*graph.Node) []*graph.Node {
	lse := LogSumExp(in[0], -1)
	return []*graph.Node{Sub(lse, Pick(in[0], in[1])), lse}
}

func (crossEntropy) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[1] != nil || dys[0] == nil {
		return nil
	}
	return []*graph.Node{graph.Apply(crossEntropyGrad{}, ys[0].In()[0], ys[0].In()[1], ys[1], dys[0]), nil}
}

func (o crossEntropy) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return graph.ApplyN(o, 2, Align(in, mapped)...)
}

// crossEntropyGrad(x, label, lse, dy) = dy·(eˣ⁻ˡˢᵉ − onehot(label)).
type crossEntropyGrad struct{}

func (crossEntropyGrad) Name() string { return "softmaxcrossentropygrad" }
func (crossEntropyGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	t, err := crossEntropy{}.Infer(in[:2])
	if err != nil {
		return nil, err
	}
	return in[:1], wantTypes(in[2:], t[0], t[0])
}

func (crossEntropyGrad) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return rowsPiece(x, task, tasks)
}

func (crossEntropyGrad) Define(in []*graph.Node) []*graph.Node {
	x, label := in[0], in[1]
	p := Exp(Sub(x, Unsqueeze(in[2], -1)))
	at := graph.Apply(scatterAdd{label.Shape().Rank(), x.Shape().Dim(-1)}, in[3], label)
	return []*graph.Node{Sub(Mul(p, Unsqueeze(in[3], -1)), at)}
}

func (crossEntropyGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		return crossEntropyGradRows[float32](c)
	}
	return crossEntropyGradRows[float64](c)
}

func crossEntropyGradRows[T graph.Floating](c *graph.Call) error {
	x, lse, dy, dx := graph.Data[T](c.In[0]), graph.Data[T](c.In[2]), graph.Data[T](c.In[3]), graph.Data[T](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		label, err := labelOf(c.In[1], r, n)
		if err != nil {
			return err
		}
		d := dx[r*n : (r+1)*n]
		sum := vec.ExpSumShift(d, x[r*n:(r+1)*n], lse[r]) // 1, but for the rounding of lse: of 1e4 in float32, a relative error of 5e-4
		d[label] -= sum
		vec.Scale(d, d, dy[r]/sum)
	}
	return nil
}

func (o crossEntropyGrad) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}
