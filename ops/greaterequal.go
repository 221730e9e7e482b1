package ops

import "github.com/kedja-ml/kedja/graph"

// GreaterEqual tells where a ≥ b, broadcast: LessEqual with the operands exchanged. Operands are numbers or bools of one dtype; the result
// is Bool and has no derivative. It is false where either is NaN.
func GreaterEqual(a, b *graph.Node) *graph.Node { return LessEqual(b, a) }

func greaterEqualInfo() Info {
	return Info{Name: "GreaterEqual", Cases: comparisonCases(GreaterEqual), Bad: comparisonBad(GreaterEqual)}
}
