package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// CrossEntropy is the mean of −ln softmax(logits)[label] over all rows, in nats. Classes lie on the last axis (ops.MoveAxis brings them
// there). A label out of range is an error of the run that names row, label and number of classes.
//
//	logits [..., C]    labels int32 or int64 [...], each in [0, C)
//	       or targets, probabilities of the logits' type, [..., C]: the mean of −Σ p·ln softmax(logits)
func CrossEntropy(logits, labels *graph.Node, r ...Reduction) *graph.Node {
	return CrossEntropyWith(logits, labels, ClassOptions{}, r...)
}

// NLL is CrossEntropy of logarithms of probabilities: the mean of −logProbs[label] over all rows.
//
//	logProbs [..., C]    labels int32 or int64 [...], each in [0, C)
func NLL(logProbs, labels *graph.Node, r ...Reduction) *graph.Node {
	return NLLWith(logProbs, labels, ClassOptions{}, r...)
}

// CrossEntropyWith is CrossEntropy with weights, smoothing and rows to ignore. A row's loss is
//
//	−Σ over classes c of Weights[c]·t[c]·ln softmax(logits)[c],    t = (1 − Smoothing)·target + Smoothing/C
//
// By labels, the mean is the sum divided by the sum of Weights[label] over rows that are not ignored (NaN if all are); by
// probabilities, it is over all rows, and none can be ignored. Both are PyTorch's conventions.
func CrossEntropyWith(logits, targets *graph.Node, o ClassOptions, r ...Reduction) *graph.Node {
	hard := func(labels *graph.Node) *graph.Node {
		loss, _ := ops.SoftmaxCrossEntropy(logits, labels)
		return loss
	}
	soft := func() *graph.Node { return ops.LogSoftmax(logits, -1) }
	return o.loss("crossentropy", logits, targets, hard, soft, r)
}

// NLLWith is NLL with weights, smoothing and rows to ignore, as in CrossEntropyWith.
func NLLWith(logProbs, labels *graph.Node, o ClassOptions, r ...Reduction) *graph.Node {
	hard := func(labels *graph.Node) *graph.Node { return ops.Neg(ops.Pick(logProbs, labels)) }
	return o.loss("nll", logProbs, labels, hard, func() *graph.Node { return logProbs }, r)
}

// Focal is the focal loss of Lin et al. (2017, section 3.2) for exclusive classes, averaged over all rows: −(1 − p)^γ·ln p, p the softmax
// of the label's logit and γ ≥ 0. The power is taken as e^(γ·ln(1 − p)), with ln(1 − p) from the other logits, so that nothing overflows
// or cancels.
//
//	logits [..., C]    labels int32 or int64 [...], each in [0, C)
func Focal(logits, labels *graph.Node, gamma float64, r ...Reduction) *graph.Node {
	if bad := unlabelled("focal", logits, labels); bad != nil {
		return bad
	}
	if !(gamma >= 0) {
		return logits.Graph().Failf("focal: want a gamma of at least 0, not %v", gamma)
	}
	loss, lse := ops.SoftmaxCrossEntropy(logits, labels)
	own := ops.OneHot(labels, logits.Shape().Dim(-1), graph.Bool)
	others := ops.LogSumExp(ops.Where(own, ops.Like(never, logits), logits), -1)
	return reduced("focal", ops.Mul(ops.Exp(ops.Scale(gamma, ops.Sub(others, lse))), loss), r)
}
