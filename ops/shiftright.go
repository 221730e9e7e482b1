package ops

import "github.com/kedja-ml/kedja/graph"

// ShiftRight returns ⌊a/2ᵇ⌋, broadcast, for integers of one dtype: the sign stays. Shifting by the width of the dtype or more gives 0, or −1
// of a negative number; by a negative count is an error of the run. There is no derivative.
func ShiftRight(a, b *graph.Node) *graph.Node { return pointwise(shiftRight{}, a, b) }

type shiftRight struct{ shift }

func (shiftRight) Name() string { return "shiftright" }

func (shiftRight) Eval(c *graph.Call) error {
	return shifted(c, shiftRightOf[int32], shiftRightOf[int64], shiftRightOf[uint8])
}

func shiftRightOf[T integer](dst, a, b []T) bool {
	for i, v := range a {
		if b[i] < 0 {
			return false
		}
		dst[i] = v >> b[i]
	}
	return true
}

func shiftRightInfo() Info {
	return Info{Name: "ShiftRight", Cases: shiftCases(ShiftRight), Bad: shiftBad(ShiftRight)}
}
