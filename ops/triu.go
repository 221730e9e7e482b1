package ops

import "github.com/kedja-ml/kedja/graph"

// Triu keeps the upper triangle of matrices x [..., m, n], of any dtype to compute with, and puts zeros elsewhere.
//
//	y[..., i, j] = x[..., i, j] where j ≥ i + k, else 0        ∂x = triu(∂y)
//
// Otherwise it is as Tril.
func Triu(x *graph.Node, k int) *graph.Node { return graph.Apply(triangle{K: k, Upper: true}, x) }

func triuInfo() Info { return triangleInfo("Triu", Triu) }
