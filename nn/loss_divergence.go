package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// KLDiv is the mean over all elements of p·(ln p − ln q), from logQ = ln q, a model's, and p, the target's probabilities; 0 where p is 0
// (Kullback & Leibler, 1951). As in PyTorch, the mean counts classes too: the divergence D(p‖q) of distributions, averaged over the first
// axis, is that of BatchMean.
//
//	logQ, p [...], of one shape
func KLDiv(logQ, p *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("kldiv", logQ, p); bad != nil {
		return bad
	}
	some := positive(p)
	logP := ops.Log(ops.Where(some, p, ops.Like(1, p)))
	return reduced("kldiv", ops.Where(some, ops.Mul(p, ops.Sub(logP, logQ)), ops.Like(0, p)), r)
}

// KLDivLog is KLDiv of logarithms: e^logP·(logP − logQ).
//
//	logQ, logP [...], of one shape
func KLDivLog(logQ, logP *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("kldiv", logQ, logP); bad != nil {
		return bad
	}
	return reduced("kldiv", ops.Mul(ops.Exp(logP), ops.Sub(logP, logQ)), r)
}

// KLNormal is the mean over all elements of D(N(mean, σ²)‖N(0, 1)), from logVar = ln σ²: what a variational autoencoder pays for its code
// (Kingma & Welling, 2014, appendix B).
//
//	½·(mean² + σ² − ln σ² − 1)        mean, logVar [...], of one shape
//
// The divergence of whole rows, averaged over the first axis, is that of BatchMean.
func KLNormal(mean, logVar *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("klnormal", mean, logVar); bad != nil {
		return bad
	}
	spread := ops.Sub(ops.Exp(logVar), logVar)
	return reduced("klnormal", ops.Affine(0.5, ops.Add(ops.Square(mean), spread), -0.5), r)
}
