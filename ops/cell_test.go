package ops_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A cell's kernel and its gradient's are what their definitions say, at sizes that fill vectors and at others.
func TestCellsAreTheirDefinitions(t *testing.T) {
	for name, gates := range map[string]int{"lstm": 4, "gru": 3} {
		for _, n := range []int{1, 7, 8, 33, 64} {
			for _, d := range both {
				g := graph.New(graph.Training)
				in := []*graph.Node{g.Input("x", d, 5, gates*n), g.Input("u", d, 5, gates*n), g.Input("c", d, 5, n)}
				feed := []graph.Buffer{normal(d, 1, 5, gates*n), normal(d, 2, 5, gates*n), normal(d, 3, 5, n)}
				var y *graph.Node
				if gates == 4 {
					y, _ = ops.LSTMCell(in[0], in[1], in[2])
				} else {
					y = ops.GRUCell(in[0], in[1], in[2])
				}
				cell := y.Results()
				define := func(n *graph.Node) []*graph.Node { return n.Op().(graph.Composite).Define(n.In()) }
				cot := make([]*graph.Node, len(cell))
				for i := range gates - 2 { // of the state's results
					cot[i] = ops.Sin(cell[i])
				}
				grad := autodiff.VJP(cell, cot, in)[2].Results()
				if !grad[0].Valid() || g.Err() != nil {
					t.Fatal(g.Err())
				}
				k := len(cell) + len(grad)
				all := append(append([]*graph.Node(nil), cell...), grad...)
				all = append(append(all, define(cell[0])...), define(grad[0])...)
				p, err := exec.Compile(g, exec.In(in...), exec.Out(all...))
				if err != nil {
					t.Fatal(err)
				}
				out, err := p.RunBuffers(feed...)
				if err != nil {
					t.Fatal(err)
				}
				tolerance := 1e-14
				if d == graph.Float32 {
					tolerance = 1e-6
				}
				for i, b := range out[:k] {
					want := floats(out[k+i])
					for j, v := range floats(b) {
						if math.Abs(v-want[j]) > tolerance*max(1, math.Abs(want[j])) {
							t.Errorf("%s %d %v: result %d of element %d is %v, by definition %v", name, n, d, i, j, v, want[j])
						}
					}
				}
				if grad[0].Op().Name() != name+"cellgrad" {
					t.Errorf("the gradient is %s", grad[0].Op().Name())
				}
			}
		}
	}
}
