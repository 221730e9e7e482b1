package ops

import "github.com/kedja-ml/kedja/graph"

// ShiftLeft returns a·2ᵇ without the bits that leave the dtype, broadcast, for integers of one dtype. Shifting by the width of the dtype or
// more gives 0; by a negative count is an error of the run. There is no derivative.
func ShiftLeft(a, b *graph.Node) *graph.Node { return pointwise(shiftLeft{}, a, b) }

type shiftLeft struct{ shift }

func (shiftLeft) Name() string { return "shiftleft" }

func (shiftLeft) Eval(c *graph.Call) error {
	return shifted(c, shiftLeftOf[int32], shiftLeftOf[int64], shiftLeftOf[uint8])
}

func shiftLeftOf[T integer](dst, a, b []T) bool {
	for i, v := range a {
		if b[i] < 0 {
			return false
		}
		dst[i] = v << b[i]
	}
	return true
}

func shiftLeftInfo() Info {
	return Info{Name: "ShiftLeft", Cases: shiftCases(ShiftLeft), Bad: shiftBad(ShiftLeft)}
}
