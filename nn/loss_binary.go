package nn

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// BCEWithLogits is the binary cross-entropy of σ(logits) with targets in [0, 1], in nats, averaged over all elements:
//
//	−y·ln σ(z) − (1 − y)·ln(1 − σ(z)) = y·softplus(−z) + (1 − y)·softplus(z)
//
// Nothing overflows or cancels, however large a logit is.
//
//	logits, targets [...], of one shape
func BCEWithLogits(logits, targets *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("bcewithlogits", logits, targets); bad != nil {
		return bad
	}
	yes, no := binary(logits, targets)
	return reduced("bcewithlogits", ops.Add(yes, no), r)
}

// BCEWithLogitsWeighted is BCEWithLogits with positive targets weighted: posWeight·y·softplus(−z) + (1 − y)·softplus(z). Above 1 it
// trades precision for recall.
//
//	logits, targets [...], of one shape    posWeight: that shape, or one that expands to it, [C] say, one for each of C classes
func BCEWithLogitsWeighted(logits, targets, posWeight *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("bcewithlogits", logits, targets); bad != nil {
		return bad
	}
	posWeight = expanded("bcewithlogits", posWeight, logits)
	if bad := unlike("bcewithlogits", logits, posWeight); bad != nil {
		return bad
	}
	yes, no := binary(logits, targets)
	return reduced("bcewithlogits", ops.Add(ops.Mul(posWeight, yes), no), r)
}

// binary is the two terms of the binary cross-entropy.
func binary(z, y *graph.Node) (yes, no *graph.Node) {
	return ops.Mul(y, ops.Softplus(ops.Neg(z))), ops.Mul(ops.Affine(-1, y, 1), ops.Softplus(z))
}

// BCE is the binary cross-entropy of probabilities p with targets in [0, 1], averaged over all elements: −y·ln p − (1 − y)·ln(1 − p).
// Logarithms are at least −100, as in PyTorch; there, they are constant and have no derivative. BCEWithLogits is more exact.
//
//	p, targets [...], of one shape
func BCE(p, targets *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("bce", p, targets); bad != nil {
		return bad
	}
	yes := ops.Mul(targets, boundedLog(p))
	no := ops.Mul(ops.Affine(-1, targets, 1), boundedLog(ops.Affine(-1, p, 1)))
	return reduced("bce", ops.Neg(ops.Add(yes, no)), r)
}

// boundedLog is max(ln p, −100); the logarithm, and so its derivative, sees 1 instead of a p that is too small.
func boundedLog(p *graph.Node) *graph.Node {
	small := ops.LessEqual(p, ops.Like(math.Exp(-100), p))
	return ops.Where(small, ops.Like(-100, p), ops.Log(ops.Where(small, ops.Like(1, p), p)))
}

// SigmoidFocal is the focal loss of Lin et al. (2017, eq. 5) for independent classes, averaged over all elements. p = σ(z),
//
//	−α·y·(1 − p)^γ·ln p − (1 − α)·(1 − y)·p^γ·ln(1 − p)
//
// with γ ≥ 0; the powers are taken as e^(−γ·softplus(±z)), so that nothing overflows or cancels. A negative α weighs both terms by 1.
// The sum over elements, divided by the number of objects, is what the paper uses.
//
//	logits, targets in [0, 1] [...], of one shape
func SigmoidFocal(logits, targets *graph.Node, alpha, gamma float64, r ...Reduction) *graph.Node {
	if bad := unlike("sigmoidfocal", logits, targets); bad != nil {
		return bad
	}
	if !(gamma >= 0 && alpha <= 1) {
		return logits.Graph().Failf("sigmoidfocal: want a gamma of at least 0 and an alpha of at most 1, not %v and %v", gamma, alpha)
	}
	yes, no := binary(logits, targets)
	yes = ops.Mul(yes, ops.Exp(ops.Scale(-gamma, ops.Softplus(logits))))
	no = ops.Mul(no, ops.Exp(ops.Scale(-gamma, ops.Softplus(ops.Neg(logits)))))
	if alpha >= 0 {
		yes, no = ops.Scale(alpha, yes), ops.Scale(1-alpha, no)
	}
	return reduced("sigmoidfocal", ops.Add(yes, no), r)
}
