package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// CrossEntropy is the mean of −ln softmax(logits)[label] over all rows, in nats.
//
//	logits [..., C]    labels int32 or int64 [...], each in [0, C)
func CrossEntropy(logits, labels *graph.Node) *graph.Node {
	loss, _ := ops.SoftmaxCrossEntropy(logits, labels)
	return ops.Mean(loss)
}

// MSE is the mean of (x − y)² over all elements.
func MSE(x, y *graph.Node) *graph.Node { return ops.Mean(ops.Square(ops.Sub(x, y))) }

// Huber is the mean of ½d² where |d| ≤ delta and delta·(|d| − ½delta) elsewhere, d = x − y (Huber, 1964).
func Huber(x, y *graph.Node, delta float64) *graph.Node {
	d := ops.Abs(ops.Sub(x, y))
	quadratic := ops.Clamp(d, 0, delta)
	linear := ops.Sub(d, quadratic)
	return ops.Mean(ops.Add(ops.Scale(0.5, ops.Square(quadratic)), ops.Scale(delta, linear)))
}

// Accuracy is the share of rows whose largest logit is at the label.
func Accuracy(logits, labels *graph.Node) *graph.Node {
	best := ops.Cast(ops.ArgMax(logits, -1), labels.Dtype())
	return ops.Mean(ops.Cast(ops.Equal(best, labels), logits.Dtype()))
}
