package ops_test

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// linearRows are parityRows of linear algebra, transforms, draws and subscripts.
var linearRows = map[string]parityRow{
	"Cholesky":  of1(ops.Cholesky),
	"Det":       of1(ops.Det),
	"Dot":       of2(ops.Dot),
	"Eigh":      func(u use) []*graph.Node { return list2(ops.Eigh(u.in[0])) },
	"Inverse":   of1(ops.Inverse),
	"LogDet":    func(u use) []*graph.Node { return list2(ops.LogDet(u.in[0])) },
	"MatrixExp": of1(ops.MatrixExp),
	"QR":        func(u use) []*graph.Node { return list2(ops.QR(u.in[0])) },
	"RFFT":      func(u use) []*graph.Node { return list2(ops.RFFT(u.in[0])) },
	"IRFFT":     func(u use) []*graph.Node { return list1(ops.IRFFT(u.in[0], u.in[1], u.int("n"))) },
	"Subscript": func(u use) []*graph.Node {
		spec, _ := u.get("spec").(string)
		return list1(ops.Subscript(u.in[0], spec))
	},
	"Solve": of2(ops.Solve),
	"SVD": func(u use) []*graph.Node {
		a, b, c := ops.SVD(u.in[0])
		return []*graph.Node{a, b, c}
	},
	"Bernoulli":   drawing(func(u use) *graph.Node { return ops.Bernoulli(u.in[0]) }),
	"Beta":        drawing(func(u use) *graph.Node { return ops.Beta(u.in[0], u.in[1]) }),
	"Categorical": drawing(func(u use) *graph.Node { return ops.Categorical(u.in[0]) }),
	"Dirichlet":   drawing(func(u use) *graph.Node { return ops.Dirichlet(u.in[0]) }),
	"Gamma":       drawing(func(u use) *graph.Node { return ops.Gamma(u.in[0]) }),
	"Gumbel":      func(u use) []*graph.Node { return list1(ops.Cast(ops.GumbelOf(u.g, u.draw()), u.float)) },
	"Permutation": func(u use) []*graph.Node { return list1(ops.Permutation(u.g, u.draw().Shape.Dim(0))) },
	"Poisson":     drawing(func(u use) *graph.Node { return ops.Poisson(u.in[0]) }),
	"TruncatedNormal": func(u use) []*graph.Node {
		return list1(ops.Cast(ops.TruncatedNormalOf(u.g, u.draw(), u.num("lo"), u.num("hi")), u.float))
	},
	"TriangularSolve": func(u use) []*graph.Node {
		how := ops.Triangle{Upper: u.flag("upper"), Transposed: u.flag("transposed"), Unit: u.flag("unit")}
		return list1(ops.TriangularSolve(u.in[0], u.in[1], how))
	},
}

// drawing is a draw for what the operands have.
func drawing(f func(u use) *graph.Node) parityRow {
	return func(u use) []*graph.Node {
		u.draw()
		return list1(f(u))
	}
}
