package ops

import "github.com/kedja-ml/kedja/graph"

// LogSigmoid returns ln σ(x) = −ln(1 + e⁻ˣ) of each element of x, which has a float dtype, with σ the logistic function: ∂y/∂x = σ(−x).
// Neither it nor its derivative overflows. At ∞ it is −0, where PyTorch has 0.
func LogSigmoid(x *graph.Node) *graph.Node { return Neg(Softplus(Neg(x))) }

func logSigmoidInfo() Info {
	return Info{Name: "LogSigmoid", Order: 4, Cases: unaryCases(LogSigmoid, Real), Bad: unaryBad(LogSigmoid)}
}
