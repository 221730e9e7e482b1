package flow_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A value of a body is a state, a row of the sequence, a captured number, or a sum of two of them: places in a list of these.
type value struct{ a, b int }

func (v value) of(have [][]int64) []int64 {
	if v.b < 0 {
		return have[v.a]
	}
	sum := slices.Clone(have[v.a])
	for i, x := range have[v.b] {
		sum[i] += 3 * x
	}
	return sum
}

func (v value) node(have []*node) *node {
	if v.b < 0 {
		return have[v.a]
	}
	return ops.Add(have[v.a], ops.Mul(have[v.b], ops.Like(3, have[v.b])))
}

// A loop whose states change places, stay, are rows, are each other, or are results too, whichever of its results are read, is what it
// is in Go: no value is overwritten before it was read, none is left behind.
func TestAnyBody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, reverse := rapid.IntRange(0, 6).Draw(t, "steps"), rapid.Bool().Draw(t, "reverse")
		states, results := rapid.IntRange(1, 4).Draw(t, "states"), rapid.IntRange(0, 4).Draw(t, "results")
		draw := func(what string) (vs []value) {
			n := results
			if what == "next" {
				n = states
			}
			for i := range n {
				v := value{rapid.IntRange(0, states+1).Draw(t, fmt.Sprint(what, i)), rapid.IntRange(-3, states+1).Draw(t, fmt.Sprint("plus", i))}
				vs = append(vs, v)
			}
			return vs
		}
		next, ys := draw("next"), draw("y")
		const size = 3
		g := graph.New(graph.Evaluation)
		var in []*node
		var feed []graph.Buffer
		row := func(k int) []int64 { return []int64{int64(k), int64(7 * k), int64(k*k - 5)} }
		for k := range states {
			in, feed = append(in, g.Input("s", graph.Int64, size)), append(feed, graph.BufferOf(row(k+1), size))
		}
		var seq []int64
		for k := range steps {
			seq = append(seq, row(100+k)...)
		}
		xs, c := g.Input("xs", graph.Int64, steps, size), g.Input("c", graph.Int64, size)
		scan := flow.Scan
		if reverse {
			scan = flow.ScanReverse
		}
		final, stacked := scan(in, []*node{xs}, func(s, x []*node) (_, _ []*node) {
			have := append(append(slices.Clone(s), x...), c)
			var n, y []*node
			for _, v := range next {
				n = append(n, v.node(have))
			}
			for _, v := range ys {
				y = append(y, v.node(have))
			}
			return n, y
		})
		all := append(slices.Clone(final), stacked...)
		var read []int
		for i := range all {
			if rapid.Bool().Draw(t, fmt.Sprint("read", i)) {
				read = append(read, i)
			}
		}
		var outs []*node
		for _, i := range read {
			outs = append(outs, all[i])
		}
		p, err := exec.Compile(g, exec.In(append(in, xs, c)...), exec.Out(outs...))
		if err != nil {
			t.Fatal(err)
		}
		feed = append(feed, graph.BufferOf(seq, len(seq)).As(xs.Shape()), graph.BufferOf(row(50), size))
		got, err := p.RunBuffers(feed...)
		if err != nil {
			t.Fatal(err)
		}
		want := make([][]int64, states+results)
		for k := range states {
			want[k] = row(k + 1)
		}
		for j := range results {
			want[states+j] = make([]int64, steps*size)
		}
		for k := range steps {
			if reverse {
				k = steps - 1 - k
			}
			have := append(slices.Clone(want[:states]), row(100+k), row(50))
			for j, v := range ys {
				copy(want[states+j][k*size:], v.of(have))
			}
			for i, v := range next {
				want[i] = v.of(have)
			}
		}
		for k, i := range read {
			if v := graph.Data[int64](got[k]); !slices.Equal(v, want[i]) {
				t.Fatalf("result %d is %v, not %v: next %v, results %v, %d steps", i, v, want[i], next, ys, steps)
			}
		}
	})
}
