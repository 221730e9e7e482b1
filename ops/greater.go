package ops

import "github.com/kedja-ml/kedja/graph"

// Greater tells where a > b, broadcast: Less with the operands exchanged. Operands are numbers or bools of one dtype; the result
// is Bool and has no derivative. It is false where either is NaN.
func Greater(a, b *graph.Node) *graph.Node { return Less(b, a) }

func greaterInfo() Info {
	return Info{Name: "Greater", Cases: comparisonCases(Greater), Bad: comparisonBad(Greater)}
}
