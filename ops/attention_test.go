package ops_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// Mapped over some of its operands, attention and its gradients are what they are for each row.
func TestAttentionMappedInPart(t *testing.T) {
	g := graph.New(graph.Training)
	q, k := g.Constant(normal(graph.Float64, 1, 3, 2, 4, 3)), g.Constant(normal(graph.Float64, 2, 3, 1, 5, 3))
	v, bias := g.Constant(normal(graph.Float64, 3, 3, 1, 5, 2)), g.Constant(normal(graph.Float64, 4, 3, 4, 5))
	mask := ops.Less(bias, ops.Like(1, bias))
	all := []*graph.Node{q, k, v, mask, bias}
	f := func(in []*graph.Node) []*graph.Node {
		y, lse := ops.Attention(in[0], in[1], in[2], ops.Attending{Causal: true, Mask: in[3], Bias: in[4]})
		ds := autodiff.Grad(ops.Sum(ops.Square(y)), in[0], in[1], in[2], in[4])
		return append([]*graph.Node{y, lse}, ds...)
	}
	row := func(x *graph.Node, r int) *graph.Node { return ops.Squeeze(ops.Slice(x, 0, r, 1), 0) }
	for flags := 1; flags < 32; flags++ {
		in, mapped := make([]*graph.Node, 5), make([]bool, 5)
		for i, x := range all {
			if mapped[i] = flags>>i&1 == 1; mapped[i] {
				in[i] = x
			} else {
				in[i] = row(x, 1)
			}
		}
		got := vmap.Flagged(f, in, mapped)
		var off []*graph.Node
		for r := range 3 {
			single := make([]*graph.Node, 5)
			for i, x := range in {
				if single[i] = x; mapped[i] {
					single[i] = row(x, r)
				}
			}
			for i, want := range f(single) {
				off = append(off, ops.Max(ops.Abs(ops.Sub(row(got[i], r), want))))
			}
		}
		out, err := exec.Eval(ops.Max(ops.Stack(0, off...)))
		if err != nil {
			t.Fatal(flags, err)
		}
		if e := out[0].Data().(float64); !(e < 1e-13) {
			t.Errorf("mapped %v: off by %v", mapped, e)
		}
	}
}

// An example's bits depend neither on its batch nor on the other queries, and a mask that hides nothing changes none.
func TestAttentionOfRows(t *testing.T) {
	plain := func(in []*graph.Node) *graph.Node {
		y, _ := ops.Attention(in[0], in[1], in[2], ops.Attending{Causal: true})
		return y
	}
	for _, d := range both {
		q, k, v := normal(d, 1, 3, 2, 150, 16), normal(d, 2, 3, 2, 150, 16), normal(d, 3, 3, 2, 150, 16)
		whole, err := evaluate(plain, 2, q, k, v)
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range map[string]build{
			"alone": func(in []*graph.Node) *graph.Node {
				return plain([]*graph.Node{ops.Slice(in[0], 0, 1, 1), ops.Slice(in[1], 0, 1, 1), ops.Slice(in[2], 0, 1, 1)})
			},
			"last ones": func(in []*graph.Node) *graph.Node {
				return plain([]*graph.Node{ops.Slice(in[0], 2, 143, 7), in[1], in[2]})
			},
			"as masked": func(in []*graph.Node) *graph.Node {
				zero := ops.Like(0, ops.Slice(in[0], -1, 0, 1))
				y, _ := ops.Attention(in[0], in[1], in[2], ops.Attending{Causal: true, Mask: ops.Equal(zero, zero)})
				return y
			},
			"from inside": func(in []*graph.Node) *graph.Node {
				swap := func(x *graph.Node) *graph.Node { return ops.SwapAxes(ops.Barrier(ops.SwapAxes(x, 1, 2)), 1, 2) }
				return plain([]*graph.Node{swap(in[0]), swap(in[1]), swap(in[2])})
			},
		} {
			y, err := evaluate(f, 1, q, k, v)
			if err != nil {
				t.Fatal(name, err)
			}
			got, want := floats(y), floats(whole)
			for i, x := range got {
				at := i
				switch name {
				case "alone":
					at += len(got)
				case "last ones":
					row, in := i/16, i%16
					at = (row/7*150+143+row%7)*16 + in
				}
				if math.Float64bits(x) != math.Float64bits(want[at]) {
					t.Fatalf("%s %v: element %d is %v, not %v", name, d, i, x, want[at])
				}
			}
		}
	}
}
