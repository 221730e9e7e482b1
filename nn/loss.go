package nn

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A Reduction says what becomes of the losses of elements or rows. It is the last argument of every loss, and may be left out:
//
//	nn.MSE(x, y)              the mean
//	nn.MSE(x, y, nn.Sum)
type Reduction uint8

const (
	Mean      Reduction = iota // of all, the default; losses that weigh classes divide by the sum of the weights
	Sum                        // of all
	None                       // the losses as they are
	BatchMean                  // their sum, divided by the size of the first axis
)

// reduced applies the reduction r, if there is one.
func reduced(name string, loss *graph.Node, r []Reduction) *graph.Node {
	if !loss.Valid() {
		return loss
	}
	switch how, err := reduction(r); {
	case err != nil:
		return loss.Graph().Failf("%s: %w", name, err)
	case how == Sum:
		return ops.Sum(loss)
	case how == None:
		return loss
	case how == BatchMean:
		return ops.Scale(1/float64(loss.Shape().Dim(0)), ops.Sum(loss))
	}
	return ops.Mean(loss)
}

func reduction(r []Reduction) (Reduction, error) {
	switch {
	case len(r) == 0:
		return Mean, nil
	case len(r) > 1 || r[0] > BatchMean:
		return Mean, fmt.Errorf("want one of nn.Mean, nn.Sum, nn.None and nn.BatchMean, not %v", r)
	}
	return r[0], nil
}

func (r Reduction) String() string {
	if r > BatchMean {
		return fmt.Sprintf("Reduction(%d)", uint8(r))
	}
	return [...]string{"Mean", "Sum", "None", "BatchMean"}[r]
}

// unlike returns a failed node if xs are not floats of one dtype and one shape, or one of them is failed; nil if all is well.
func unlike(name string, xs ...*graph.Node) *graph.Node {
	for _, x := range xs {
		if !x.Valid() {
			return x
		}
	}
	first := xs[0]
	for _, x := range xs {
		switch {
		case !x.Dtype().Float():
			return x.Graph().Failf("%s: %s: want float32 or float64, not %v", name, x.Called(), x.Dtype())
		case x.Dtype() != first.Dtype():
			return x.Graph().Failf("%s: %s %v · %s %v: dtypes differ; ops.Cast converts", name, first.Called(),
				first.Type(), x.Called(), x.Type())
		case x.Shape() != first.Shape():
			return x.Graph().Failf("%s: %s %v · %s %v: want equal shapes", name, first.Called(), first.Shape(), x.Called(), x.Shape())
		}
	}
	return nil
}

// expanded is v expanded to x's shape, or a failed node.
func expanded(name string, v, x *graph.Node) *graph.Node {
	if !v.Valid() {
		return v
	}
	s, to := v.Shape(), x.Shape()
	ok := s.Rank() <= to.Rank()
	for i := 1; ok && i <= s.Rank(); i++ {
		ok = s.Dim(-i) == 1 || s.Dim(-i) == to.Dim(-i)
	}
	if !ok {
		return v.Graph().Failf("%s: %s %v: want a shape that expands to %v", name, v.Called(), s, to)
	}
	return ops.ExpandTo(v, to)
}

// Accuracy is the share of rows whose largest logit is at the label; of equal logits the first counts.
//
//	logits [i…, classes]    labels [i…], int32 or int64    a scalar of the logits' dtype
func Accuracy(logits, labels *graph.Node) *graph.Node {
	if bad := unlabelled("accuracy", logits, labels); bad != nil {
		return bad
	}
	best := ops.Cast(ops.ArgMax(logits, -1), labels.Dtype())
	return ops.Mean(ops.Cast(ops.Equal(best, labels), logits.Dtype()))
}
