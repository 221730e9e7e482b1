package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// CosineSimilarity is x·y/(|x|·|y|) along an axis, which disappears. Norms are at least 1e-8.
//
//	x, y [...], of one shape
func CosineSimilarity(x, y *graph.Node, axis int) *graph.Node {
	if bad := unlike("cosinesimilarity", x, y); bad != nil {
		return bad
	}
	if _, err := x.Shape().Axis(axis); err != nil {
		return x.Graph().Failf("cosinesimilarity: %s %v: %w", x.Called(), x.Shape(), err)
	}
	return ops.Sum(ops.Mul(unit(x, axis), unit(y, axis)), axis)
}

// unit divides x by its norm along an axis.
func unit(x *graph.Node, axis int) *graph.Node {
	square := ops.SumKeep(ops.Square(x), axis)
	return ops.Mul(x, ops.Rsqrt(ops.Maximum(square, ops.Like(1e-16, square))))
}

// CosineEmbedding is the mean over rows of 1 − cos(x, y) where sign is 1 and of max(0, cos(x, y) − margin) where it is −1.
//
//	x, y [..., D], of one shape    sign [...], of −1 or 1 and x's dtype
func CosineEmbedding(x, y, sign *graph.Node, margin float64, r ...Reduction) *graph.Node {
	cos := CosineSimilarity(x, y, -1)
	if cos.Valid() && sign.Valid() && sign.Type() != cos.Type() {
		return x.Graph().Failf("cosineembedding: %s %v · %s %v: want signs %v", x.Called(), x.Type(), sign.Called(),
			sign.Type(), cos.Type())
	}
	if bad := unlike("cosineembedding", cos, sign); bad != nil {
		return bad
	}
	return reduced("cosineembedding", ops.Where(positive(sign), ops.Affine(-1, cos, 1), ops.ReLU(ops.Affine(1, cos, -margin))), r)
}

// InfoNCE is the mean over queries i of −ln softmax over j of cos(query i, key j)/temperature at j = i (van den Oord et al., 2018, eq. 4,
// with cosines as in He et al., 2020): each query is to find its own key among all of the batch.
//
//	queries, keys [N, D], of one shape    the losses of None: [N]
func InfoNCE(queries, keys *graph.Node, temperature float64, r ...Reduction) *graph.Node {
	if bad := pairs("infonce", queries, keys, temperature); bad != nil {
		return bad
	}
	logits := ops.Scale(1/temperature, ops.MatMulT(unit(queries, -1), unit(keys, -1), false, true))
	return CrossEntropy(logits, ops.Iota(queries.Graph(), graph.Int32, queries.Shape().Dim(0)), r...)
}

// NTXent is the loss of SimCLR (Chen et al., 2020, eq. 1): x and y are two views of N things, and each of the 2N is to find its other
// view among all the others, by InfoNCE.
//
//	x, y [N, D], of one shape    the losses of None: [2N], of x's rows first
func NTXent(x, y *graph.Node, temperature float64, r ...Reduction) *graph.Node {
	if bad := pairs("ntxent", x, y, temperature); bad != nil {
		return bad
	}
	g, n := x.Graph(), x.Shape().Dim(0)
	z := unit(ops.Concat(0, x, y), -1)
	logits := ops.Scale(1/temperature, ops.MatMulT(z, z, false, true))
	own := ops.OneHot(ops.Iota(g, graph.Int32, 2*n), 2*n, graph.Bool)
	other := make([]int32, 2*n)
	for i := range other {
		other[i] = int32((i + n) % (2 * n))
	}
	return CrossEntropy(ops.Where(own, ops.Like(never, logits), logits), g.Constant(graph.BufferOf(other, 2*n)), r...)
}

// pairs returns a failed node if x and y are no pairs of rows.
func pairs(name string, x, y *graph.Node, temperature float64) *graph.Node {
	if bad := unlike(name, x, y); bad != nil {
		return bad
	}
	if s := x.Shape(); s.Rank() != 2 || s.Dim(0) == 0 {
		return x.Graph().Failf("%s: %s %v: want rows [N, D], at least one", name, x.Called(), s)
	}
	if !(temperature > 0) {
		return x.Graph().Failf("%s: want a temperature above 0, not %v", name, temperature)
	}
	return nil
}
