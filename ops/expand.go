package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Expand repeats x up to the given sizes by NumPy's rules: axes of size 1 repeat, and missing leading axes appear.
// It is a view; its derivative is the sum over what was repeated.
func Expand(x *graph.Node, dims ...int) *graph.Node { return ExpandTo(x, graph.Of(dims...)) }

// ExpandTo is Expand to a shape.
func ExpandTo(x *graph.Node, to graph.Shape) *graph.Node {
	if !x.Valid() || x.Shape() == to {
		return x
	}
	ones := make([]int, max(0, to.Rank()-x.Shape().Rank()))
	for i := range ones {
		ones[i] = 1
	}
	return expandTo(ReshapeTo(x, x.Shape().Lead(ones...)), to)
}

// expandTo is Expand between equal ranks.
func expandTo(x *graph.Node, to graph.Shape) *graph.Node {
	if !x.Valid() || x.Shape() == to {
		return x
	}
	return graph.Apply(expand{to}, x)
}

// expand repeats along axes of size 1 up to the shape To; sum adds up along the axes where To is 1. The two are each
// other's transpose, and no other op knows about broadcasting.
type expand struct{ To graph.Shape }

func (expand) Name() string { return "expand" }

func (o expand) Infer(in []graph.Type) ([]graph.Type, error) {
	return []graph.Type{{Dtype: in[0].Dtype, Shape: o.To}}, fits(in[0].Shape, o.To)
}

// fits says whether small expands to big.
func fits(small, big graph.Shape) error {
	if err := big.Err(); err != nil {
		return err
	}
	ok := small.Rank() == big.Rank()
	for i := range small.Rank() {
		ok = ok && (small.Dim(i) == 1 || small.Dim(i) == big.Dim(i))
	}
	if !ok {
		return fmt.Errorf("%v does not expand to %v", small, big)
	}
	return nil
}

// View has a stride of 0 where x repeats.
func (o expand) View(x graph.Type, at graph.Layout) (graph.Layout, bool) {
	for i := range x.Shape.Rank() {
		if x.Shape.Dim(i) == 1 {
			at.Strides[i] = 0
		}
	}
	return at, true
}

func (o expand) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{sumTo(dy, y.In()[0].Shape())}
}

func (o expand) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{expandTo(in[0], o.To.Lead(in[0].Shape().Dim(0)))}
}
