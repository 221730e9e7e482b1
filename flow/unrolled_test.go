package flow_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// moves are what a random body computes with matrices [2, 2].
var moves = []struct {
	name string
	f    func(a, b *node) *node
}{
	{"add", ops.Add},
	{"mul", ops.Mul},
	{"tanh", func(a, _ *node) *node { return ops.Tanh(a) }},
	{"product", func(a, b *node) *node { return ops.Tanh(ops.MatMul(a, b)) }},
	{"product of transposes", func(a, b *node) *node { return ops.Tanh(ops.MatMulT(a, b, true, true)) }},
	{"sums", func(a, b *node) *node { return ops.Sin(ops.Add(ops.SumKeep(a, 0), ops.SumKeep(b, 1))) }},
	{"softmax", func(a, _ *node) *node { return ops.Softmax(a, 1) }},
	{"choice", func(a, b *node) *node { return ops.Where(ops.Less(a, b), ops.Sin(a), b) }},
	{"turn", func(a, _ *node) *node { return ops.Transpose(a) }},
	{"cell", func(a, b *node) *node {
		h, c := ops.LSTMCell(ops.Concat(1, a, b, a, b), ops.Concat(1, b, b, b, b), a)
		return ops.Add(h, c)
	}},
	{"branch", func(a, b *node) *node {
		return flow.Cond(ops.Less(ops.Sum(a), ops.Sum(b)), func(in []*node) []*node { return list(ops.Tanh(ops.MatMul(in[0], b))) },
			func(in []*node) []*node { return list(ops.Sin(in[0])) }, a)[0]
	}},
	{"loop", func(a, b *node) *node {
		return flow.Fori(2, list(a), func(_ *node, s []*node) []*node { return list(ops.Tanh(ops.MatMul(s[0], b))) })[0]
	}},
	{"checkpoint", func(a, b *node) *node {
		return autodiff.Checkpoint(func(in []*node) []*node { return list(ops.Tanh(ops.MatMul(in[0], in[1]))) }, a, b)[0]
	}},
}

// A loop of any body is the loop written out: values, gradients, and products with the Hessian.
func TestUnrolled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, reverse := rapid.IntRange(1, 4).Draw(t, "steps"), rapid.Bool().Draw(t, "reverse")
		type move struct{ kind, a, b int }
		var program []move
		for i := range rapid.IntRange(1, 7).Draw(t, "length") {
			at := func(s string) int { return rapid.IntRange(0, 4+i).Draw(t, fmt.Sprint(s, i)) }
			program = append(program, move{rapid.IntRange(0, len(moves)-1).Draw(t, fmt.Sprint("kind", i)), at("a"), at("b")})
		}
		n := 4 + len(program)
		next := []int{rapid.IntRange(0, n).Draw(t, "next0"), n} // of all values, the last one at least is used
		y := rapid.IntRange(0, n).Draw(t, "y")
		body := func(s, x []*node, v, w *node) (_, _ []*node) {
			have := []*node{s[0], s[1], x[0], v, w}
			for _, m := range program {
				have = append(have, moves[m.kind].f(have[m.a], have[m.b]))
			}
			return list(have[next[0]], have[next[1]]), list(have[y])
		}
		results := func(loop bool, in []*node) []*node {
			s, xs, v, w := in[:2], in[2], in[3], in[4]
			if loop {
				scan := flow.Scan
				if reverse {
					scan = flow.ScanReverse
				}
				final, ys := scan(s, list(xs), func(s, x []*node) (_, _ []*node) { return body(s, x, v, w) })
				return append(final, ys...)
			}
			ys := make([]*node, steps)
			for k := range steps {
				if reverse {
					k = steps - 1 - k
				}
				var out []*node
				s, out = body(s, list(ops.Reshape(ops.Slice(xs, 0, k, 1), 2, 2)), v, w)
				ys[k] = out[0]
			}
			return list(s[0], s[1], ops.Stack(0, ys...))
		}
		g := graph.New(graph.Training)
		dims := [][]int{{2, 2}, {2, 2}, {steps, 2, 2}, {2, 2}, {2, 2}}
		var in, along []*node
		var feed []graph.Buffer
		for i, d := range append(dims, dims...) {
			b := gradcheck.Random(d...).Clone()
			for k := range graph.Data[float64](b) {
				graph.Data[float64](b)[k] += 0.1 * float64(i+k)
			}
			n := g.Input("in", graph.Float64, d...)
			if feed = append(feed, b); i < len(dims) {
				in = append(in, n)
			} else {
				along = append(along, n)
			}
		}
		var outs []*node
		for _, loop := range []bool{true, false} {
			rs := results(loop, in)
			loss := ops.Add(ops.Add(ops.Sum(ops.Sin(rs[0])), ops.Sum(ops.Square(rs[1]))), ops.Sum(ops.Sin(rs[2])))
			outs = append(append(append(outs, rs...), autodiff.Grad(loss, in...)...), autodiff.HVP(loss, in, along)...)
		}
		p, err := exec.Compile(g, exec.In(append(in, along...)...), exec.Out(outs...))
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.RunBuffers(feed...)
		if err != nil {
			t.Fatal(err)
		}
		half := len(got) / 2
		for i := range half {
			for k, v := range graph.Data[float64](got[i]) {
				if w := graph.Data[float64](got[half+i])[k]; math.Abs(v-w) > 1e-9*max(1, math.Abs(w)) {
					t.Fatalf("result %d, element %d is %v, written out %v", i, k, v, w)
				}
			}
		}
	})
}
