package nn

import (
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// never stands for −∞ among logarithms of probabilities: it is far below any other, and its differences are numbers.
const never = -1e30

var inf = math.Inf(1)

// ClassOptions are those of CrossEntropyWith and NLLWith; the zero value has no effect.
type ClassOptions struct {
	Weights   *graph.Node // [C], of each class; nil means 1
	Smoothing float64     // mixes the uniform distribution into targets (Szegedy et al., 2016, section 7)
	Ignore    *int        // rows with this label count for nothing; PyTorch's default is new(-100), here it is none
}

// loss takes the loss by labels from hard, and logarithms of probabilities from soft.
func (o ClassOptions) loss(
	name string, x, y *graph.Node, hard func(labels *graph.Node) *graph.Node, soft func() *graph.Node, r []Reduction,
) *graph.Node {
	err := o.check(x, y)
	if err == nil {
		_, err = reduction(r)
	}
	switch {
	case !x.Valid():
		return x
	case !y.Valid():
		return y
	case o.Weights != nil && !o.Weights.Valid():
		return o.Weights
	case err != nil:
		return x.Graph().Failf("%s: %s %v · %s %v: %w", name, x.Called(), x.Shape(), y.Called(), y.Type(), err)
	case y.Dtype().Float():
		return reduced(name, o.smooth(y, soft()), r)
	}
	var ignored *graph.Node
	if o.Ignore != nil {
		ignored = ops.Equal(y, ops.Like(float64(*o.Ignore), y))
		y = ops.Where(ignored, ops.Like(0, y), y)
	}
	loss := hard(y)
	weight := o.Weights
	if weight != nil {
		weight = ops.Gather(weight, y)
		loss = ops.Mul(loss, weight)
	}
	if o.Smoothing > 0 {
		uniform := ops.Like(1/float64(x.Shape().Dim(-1)), x)
		loss = ops.Add(ops.Scale(1-o.Smoothing, loss), ops.Scale(o.Smoothing, o.weighted(uniform, soft())))
	}
	if ignored != nil {
		if weight == nil {
			weight = ops.Like(1, loss)
		}
		loss, weight = ops.Where(ignored, ops.Like(0, loss), loss), ops.Where(ignored, ops.Like(0, loss), weight)
	}
	if how, _ := reduction(r); how == Mean && weight != nil {
		return ops.Div(ops.Sum(loss), ops.Sum(weight))
	}
	return reduced(name, loss, r)
}

// smooth is the loss of rows by probabilities.
func (o ClassOptions) smooth(t, logp *graph.Node) *graph.Node {
	if o.Smoothing > 0 {
		t = ops.Affine(1-o.Smoothing, t, o.Smoothing/float64(t.Shape().Dim(-1)))
	}
	return o.weighted(t, logp)
}

// weighted is −Σ weights·t·logp over the last axis.
func (o ClassOptions) weighted(t, logp *graph.Node) *graph.Node {
	if o.Weights != nil {
		t = ops.Mul(t, o.Weights)
	}
	return ops.Neg(ops.Sum(ops.Mul(t, logp), -1))
}

// check says what does not fit.
func (o ClassOptions) check(x, y *graph.Node) error {
	err := checkClasses(x, y, true)
	c := x.Shape().Dim(-1)
	switch {
	case err != nil:
		return err
	case y.Dtype().Float() && o.Ignore != nil:
		return errors.New("rows can be ignored by label only, not by probabilities")
	case !(o.Smoothing >= 0 && o.Smoothing <= 1):
		return fmt.Errorf("want a smoothing in [0, 1], not %v", o.Smoothing)
	case o.Weights != nil && o.Weights.Valid() && o.Weights.Type() != graph.T(x.Dtype(), c):
		return fmt.Errorf("want weights %v, not %v", graph.T(x.Dtype(), c), o.Weights.Type())
	}
	return nil
}

// checkClasses says what does not fit of logits and labels, or probabilities where they will do.
func checkClasses(x, y *graph.Node, soft bool) error {
	s, d := x.Shape(), y.Dtype()
	rows := s.Cut(0, s.Rank()-1)
	switch {
	case !x.Dtype().Float():
		return fmt.Errorf("want float32 or float64, not %v", x.Dtype())
	case s.Rank() == 0 || s.Dim(-1) == 0:
		return errors.New("want at least one class on the last axis")
	case soft && y.Type() == x.Type() || (d == graph.Int32 || d == graph.Int64) && y.Shape() == rows:
		return nil
	case soft:
		return fmt.Errorf("want labels, int32 or int64 %v, or probabilities, %v", rows, x.Type())
	}
	return fmt.Errorf("want labels, int32 or int64 %v", rows)
}

// unlabelled returns a failed node if logits and labels do not fit, or one of them is failed; nil if all is well.
func unlabelled(name string, x, y *graph.Node) *graph.Node {
	switch {
	case !x.Valid():
		return x
	case !y.Valid():
		return y
	}
	if err := checkClasses(x, y, false); err != nil {
		return x.Graph().Failf("%s: %s %v · %s %v: %w", name, x.Called(), x.Shape(), y.Called(), y.Type(), err)
	}
	return nil
}
