package flow

import (
	"errors"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// Batch scans with a body that is mapped over rows: every state gets them, and of sequences and captured values those that had them.
// The rows of a sequence lie behind the axis of the steps.
func (o scan) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	rows, sx := 0, o.States+o.Xs
	for i, m := range mapped {
		if m {
			rows = in[i].Shape().Dim(0)
		}
	}
	in, mapped = slices.Clone(in), slices.Clone(mapped)
	for i := range sx {
		switch {
		case i < o.States && !mapped[i]:
			in[i], mapped[i] = ops.Lead(in[i], rows), true
		case i >= o.States && mapped[i]:
			in[i] = ops.SwapAxes(in[i], 0, 1)
		}
	}
	if !slices.Contains(mapped[:sx], true) { // only captured values are: the body must see one of them mapped
		in[o.States], mapped[o.States] = ops.SwapAxes(ops.Lead(in[o.States], rows), 0, 1), true
	}
	out := loop(o.Reverse, in[:o.States], in[o.States:sx], func(x []*graph.Node) ([]*graph.Node, error) {
		return vmap.Flagged(func(x []*graph.Node) []*graph.Node { return o.Body.Inline(x[0].Graph(), x) }, slices.Concat(x, in[sx:]), mapped), nil
	})
	if out == nil {
		return in[0].Graph().Fail(len(o.Body.Outs()), errors.New("scan: failed"))
	}
	out = slices.Clone(out)
	for j := o.States; j < len(out); j++ {
		out[j] = ops.SwapAxes(out[j], 0, 1)
	}
	return out
}
