package ops

import "github.com/kedja-ml/kedja/graph"

// joinedGrad is attendingGrad with dq, dk and dv side by side, [..., T, H·D + Hk·D + Hk·Dv]: the cotangent of the one product that made
// queries, keys and values, which would be joined from three arrays otherwise.
type joinedGrad struct{ Of attendingGrad }

func (joinedGrad) Name() string { return "attentiongrad" }

func (o joinedGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	y := in[0]
	y.Shape = y.Shape.Cut(0, y.Shape.Rank()-1).WithDim(-1, widths(in[:3]))
	return []graph.Type{y}, nil
}

// widths is how wide the heads of all arrays are side by side.
func widths(in []graph.Type) (n int) {
	for _, t := range in {
		n += t.Shape.Dim(-1) * t.Shape.Dim(-2)
	}
	return n
}

func (o joinedGrad) Work(in, out []graph.Type) graph.Work { return o.Of.Work(in, out) }

func (o joinedGrad) Eval(c *graph.Call) error { return o.Of.run(c, true) }

func (o joinedGrad) Strided(in []graph.Type, i int, at graph.Layout) bool {
	return o.Of.Strided(in, i, at)
}

func (o joinedGrad) Flops(in, out []graph.Type) int64 { return o.Of.Flops(in, out) }

func (o joinedGrad) Define(in []*graph.Node) []*graph.Node {
	ds := graph.ApplyN(o.Of, 3, in...)
	for i, d := range ds {
		ds[i] = joinHeads(d)
	}
	return []*graph.Node{Concat(-1, ds...)}
}

// joinHeads makes [..., T, H, D] [..., T, H·D].
func joinHeads(x *graph.Node) *graph.Node {
	s := x.Shape()
	return ReshapeTo(x, s.Cut(0, s.Rank()-1).WithDim(-1, s.Dim(-2)*s.Dim(-1)))
}

// Fuse lets a gradient of attention write dq, dk and dv right beside each other.
func (o concat) Fuse(n *graph.Node, sole func(x *graph.Node) bool) *graph.Node {
	in := n.In()
	if len(in) != 3 || o.Axis != n.Shape().Rank()-1 || n.Shape().Size() == 0 {
		return nil
	}
	var whole []*graph.Node
	for i, x := range in {
		if _, view := x.Op().(reshape); !view || !sole(x) || !sole(x.In()[0]) {
			return nil
		}
		d := x.In()[0]
		grad, ok := d.Op().(attendingGrad)
		if whole = d.Results(); !ok || d != whole[i] || in[0].In()[0] != whole[0] || !grad.Of.Inside || joinHeads(d) != x {
			return nil
		}
	}
	return graph.Apply(joinedGrad{whole[0].Op().(attendingGrad)}, whole[0].In()...)
}
