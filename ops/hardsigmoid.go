package ops

import "github.com/kedja-ml/kedja/graph"

// HardSigmoid returns x/6 + ½ held between 0 and 1, of each element of x, which has a float dtype; NaN stays NaN (Howard et al., 2019,
// section 5.2). ∂y/∂x is 1/6 where −3 < x < 3, and 0 elsewhere, at the kinks by PyTorch's convention.
func HardSigmoid(x *graph.Node) *graph.Node {
	y := hard("hardsigmoid", x, -3, 3)
	if !y.Valid() {
		return y
	}
	return Scale(1./6, Offset(y, 3))
}

func hardSigmoidInfo() Info {
	return Info{Name: "HardSigmoid", Order: 4, Cases: hardCases(HardSigmoid), Bad: unaryBad(HardSigmoid)}
}
