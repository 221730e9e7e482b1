package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Hinge is the mean of max(0, 1 − sign·score) over all elements (Cortes & Vapnik, 1995, eq. 13, as a loss). At the kink the derivative
// is 0.
//
//	score, sign of −1 or 1 [...], of one shape
func Hinge(score, sign *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("hinge", score, sign); bad != nil {
		return bad
	}
	return reduced("hinge", ops.ReLU(ops.Affine(-1, ops.Mul(sign, score), 1)), r)
}

// HingeEmbedding is the mean of distance where sign is 1 and of max(0, margin − distance) where it is −1 (Hadsell et al., 2006, without
// the squares), over all elements: like things are to be near, unlike ones at least the margin apart.
//
//	distance, sign of −1 or 1 [...], of one shape
func HingeEmbedding(distance, sign *graph.Node, margin float64, r ...Reduction) *graph.Node {
	if bad := unlike("hingeembedding", distance, sign); bad != nil {
		return bad
	}
	far := ops.ReLU(ops.Affine(-1, distance, margin))
	return reduced("hingeembedding", ops.Where(positive(sign), distance, far), r)
}

// positive tells where x > 0.
func positive(x *graph.Node) *graph.Node { return ops.Greater(x, ops.Like(0, x)) }

// MultiMargin is the mean over rows of 1/C·Σ over c ≠ label of max(0, margin − x[label] + x[c])ᵖ, p 1 or 2 (Crammer & Singer, 2001, has
// the largest term instead of the sum).
//
//	x [..., C], scores    labels int32 or int64 [...], each in [0, C)
func MultiMargin(x, labels *graph.Node, margin float64, p int, r ...Reduction) *graph.Node {
	if bad := unlabelled("multimargin", x, labels); bad != nil {
		return bad
	}
	if p != 1 && p != 2 {
		return x.Graph().Failf("multimargin: want a power of 1 or 2, not %d", p)
	}
	c := x.Shape().Dim(-1)
	over := ops.ReLU(ops.Affine(1, ops.Sub(x, ops.Unsqueeze(ops.Pick(x, labels), -1)), margin))
	if p == 2 {
		over = ops.Square(over)
	}
	over = ops.Where(ops.OneHot(labels, c, graph.Bool), ops.Like(0, over), over)
	return reduced("multimargin", ops.Scale(1/float64(c), ops.Sum(over, -1)), r)
}

// TripletMargin is the mean over rows of max(0, |a − p| − |a − n| + margin) (Schroff et al., 2015, without the squares): anchors a are to
// be nearer to positives p than to negatives n. If swap, |a − n| is min(|a − n|, |p − n|) (Balntas et al., 2016). As in PyTorch, distances
// are √Σ(difference + 1e-6)², so that equal rows have a derivative.
//
//	anchor, positive, negative [..., D], of one shape
func TripletMargin(anchor, positive, negative *graph.Node, margin float64, swap bool, r ...Reduction) *graph.Node {
	if bad := unlike("tripletmargin", anchor, positive, negative); bad != nil {
		return bad
	}
	if anchor.Shape().Rank() == 0 {
		return anchor.Graph().Failf("tripletmargin: %s []: want rows", anchor.Called())
	}
	far := distance(anchor, negative)
	if swap {
		far = ops.Minimum(far, distance(positive, negative))
	}
	return reduced("tripletmargin", ops.ReLU(ops.Affine(1, ops.Sub(distance(anchor, positive), far), margin)), r)
}

// distance is that of rows, with the offset that PyTorch's pairwise distance has.
func distance(x, y *graph.Node) *graph.Node {
	return ops.Sqrt(ops.Sum(ops.Square(ops.Affine(1, ops.Sub(x, y), 1e-6)), -1))
}
