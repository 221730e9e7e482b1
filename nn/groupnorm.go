package nn

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// GroupNorm standardises groups of neighbouring channels of each example (Wu & He, 2018, section 3.1), so that its results do not
// depend on the batch; then each channel is scaled and shifted.
//
//	x [N, C, spatial…]    Scale, Shift [C], nil for none    y [N, C, spatial…]
//	y = (x − mean)·(var + Eps)^−½·Scale + Shift, mean and var over C/Groups channels and all their places
//
// One group is layer normalisation over all axes but the first; as many as channels are instance normalisation.
type GroupNorm struct {
	Scale, Shift *graph.Param
	Groups       int
	Eps          float64

	channels int
}

// NewGroupNorm returns a layer for c channels in groups, with Eps 1e-5. Options: Affine, Eps, Dtype. Groups that do not divide the
// channels are an error of Forward.
func NewGroupNorm(groups, c int, opts ...Option) *GroupNorm {
	s := apply(opts)
	l := &GroupNorm{Groups: groups, Eps: or(s.norm.eps, 1e-5), channels: c}
	l.Scale, l.Shift = s.affine("groupnorm", c, true)
	return l
}

// Forward applies the layer.
func (l *GroupNorm) Forward(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	s, c := x.Shape(), channels(l.channels, l.Scale, nil)
	err := wantNorm(x, c, 2, l.Eps, 0)
	if err == nil && (l.Groups < 1 || c%l.Groups != 0) {
		err = fmt.Errorf("%d groups do not divide %d channels", l.Groups, c)
	}
	if err != nil {
		return x.Graph().Failf("groupnorm: %s %v: %w", x.Called(), s, err)
	}
	y, _, _ := ops.GroupNorm(x, listOf(x, l.Scale, c, 1), listOf(x, l.Shift, c, 0), l.Groups, l.Eps)
	return y
}
