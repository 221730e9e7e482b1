package ops_test

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// linearRows are parityRows of linear algebra.
var linearRows = map[string]parityRow{
	"Cholesky":  of1(ops.Cholesky),
	"Det":       of1(ops.Det),
	"Dot":       of2(ops.Dot),
	"Eigh":      func(u use) []*graph.Node { return list2(ops.Eigh(u.in[0])) },
	"Inverse":   of1(ops.Inverse),
	"LogDet":    func(u use) []*graph.Node { return list2(ops.LogDet(u.in[0])) },
	"MatrixExp": of1(ops.MatrixExp),
	"QR":        func(u use) []*graph.Node { return list2(ops.QR(u.in[0])) },
	"Solve":     of2(ops.Solve),
	"SVD": func(u use) []*graph.Node {
		a, b, c := ops.SVD(u.in[0])
		return []*graph.Node{a, b, c}
	},
	"TriangularSolve": func(u use) []*graph.Node {
		how := ops.Triangle{Upper: u.flag("upper"), Transposed: u.flag("transposed"), Unit: u.flag("unit")}
		return list1(ops.TriangularSolve(u.in[0], u.in[1], how))
	},
}
