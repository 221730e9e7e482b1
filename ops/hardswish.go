package ops

import "github.com/kedja-ml/kedja/graph"

// HardSwish returns x·HardSigmoid(x), that is 0 up to −3, x from 3 on, and x·(x + 3)/6 between them, of each element of x, which has a
// float dtype (Howard et al., 2019, section 5.2). ∂y/∂x is 0 up to −3, 1 from 3 on, and (2x + 3)/6 between them. At NaN the derivative
// is NaN, where PyTorch has 1.
func HardSwish(x *graph.Node) *graph.Node { return Mul(x, HardSigmoid(x)) }

func hardSwishInfo() Info {
	return Info{Name: "HardSwish", Order: 4, Cases: hardCases(HardSwish), Bad: unaryBad(HardSwish)}
}
