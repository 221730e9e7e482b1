package ops

import "github.com/kedja-ml/kedja/graph"

// Mish returns x·tanh(ln(1 + eˣ)) of each element of x, which has a float dtype (Misra, 2019). With t = tanh(ln(1 + eˣ)),
// ∂y/∂x = t + x·(1 − t²)·σ(x).
func Mish(x *graph.Node) *graph.Node { return Mul(x, Tanh(Softplus(x))) }

func mishInfo() Info {
	return Info{Name: "Mish", Order: 4, Cases: unaryCases(Mish, Real), Bad: unaryBad(Mish)}
}
