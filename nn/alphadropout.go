package nn

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// AlphaDropout drops elements with probability P in training so that elements of mean 0 and variance 1 keep both (Klambauer et al.,
// Self-normalizing neural networks, 2017, section 3); it goes with ops.SELU and LeCunNormal. In evaluation it is the identity.
//
//	y = a·(x·m + α′·(1 − m)) + b    m = 1 with probability 1 − P, else 0
//	α′ = −λα of SELU, its limit at −∞    a = ((1 − P)·(1 + P·α′²))^−½    b = −a·P·α′
type AlphaDropout struct{ P float64 }

// saturation is −λα with the constants of SELU.
const saturation = -1.0507009873554805 * 1.6732632423543772

// Forward applies the layer.
func (d AlphaDropout) Forward(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	ones := ops.Like(1, x)
	drawn := ops.Dropout(ones, d.P) // 1/(1−P) or 0
	if drawn == ones || !drawn.Valid() {
		if drawn.Valid() {
			return x
		}
		return drawn
	}
	m := ops.Scale(1-d.P, drawn)
	a := 1 / math.Sqrt((1-d.P)*(1+d.P*saturation*saturation))
	kept := ops.Mul(x, m)
	return ops.Offset(ops.Scale(a, ops.Add(kept, ops.Affine(-saturation, m, saturation))), -a*d.P*saturation)
}
