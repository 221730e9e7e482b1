package exec_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// A bulk is a graph of about n nodes, those of the gradients among them.
type bulk struct {
	name  string
	build func(n int) (in []*graph.Node, loss *graph.Node, xs []*graph.Node)
}

// bulks are graphs of shapes that ask different things of a compiler: all in a row, all side by side, products that share their weights, and
// the layers that models are made of.
func bulks() []bulk {
	return []bulk{
		{"chain", func(n int) ([]*graph.Node, *graph.Node, []*graph.Node) {
			g := graph.New(graph.Training)
			x := g.Input("x", graph.Float32, 16)
			y := x
			for range n / 10 {
				y = ops.Add(ops.Tanh(y), ops.Mul(x, y))
			}
			return []*graph.Node{x}, ops.Mean(y), []*graph.Node{x}
		}},
		{"fan", func(n int) ([]*graph.Node, *graph.Node, []*graph.Node) {
			g := graph.New(graph.Training)
			x := g.Input("x", graph.Float32, 16)
			terms := []*graph.Node{}
			for i := range n / 10 {
				terms = append(terms, ops.Sum(ops.Tanh(ops.Scale(float64(i)/float64(n), x))))
			}
			for len(terms) > 1 { // a tree of sums
				var half []*graph.Node
				for pair := range slices.Chunk(terms, 2) {
					if len(pair) == 2 {
						pair[0] = ops.Add(pair[0], pair[1])
					}
					half = append(half, pair[0])
				}
				terms = half
			}
			return []*graph.Node{x}, terms[0], []*graph.Node{x}
		}},
		{"rnn", func(n int) ([]*graph.Node, *graph.Node, []*graph.Node) {
			g, r := graph.New(graph.Training), rand.New(rand.NewPCG(1, 2))
			a, b := nn.NewDense(r, 8, 8), nn.NewDense(r, 8, 8)
			x := g.Input("x", graph.Float32, 4, 8)
			h := x
			for range n / 11 {
				h = ops.Tanh(ops.Add(a.Forward(x), b.Forward(h)))
			}
			return []*graph.Node{x}, ops.Mean(ops.Square(h)), used(g, a, b)
		}},
		{"transformer", func(n int) ([]*graph.Node, *graph.Node, []*graph.Node) {
			g, r := graph.New(graph.Training), rand.New(rand.NewPCG(1, 2))
			x := g.Input("x", graph.Float32, 2, 4, 8)
			y, blocks := x, []any{}
			for range n / 100 {
				b := nn.NewTransformerBlock(r, 8, 2, 16, nn.Causal())
				y, blocks = b.Forward(y), append(blocks, b)
			}
			return []*graph.Node{x}, ops.Mean(ops.Square(y)), used(g, blocks...)
		}},
	}
}

// used lists the parameters of models as nodes of g.
func used(g *graph.Graph, models ...any) (xs []*graph.Node) {
	for _, m := range models {
		for _, p := range nn.Params(m) {
			xs = append(xs, g.Use(p))
		}
	}
	return xs
}

// A graph of ten times the nodes takes about ten times as long to compile: with ten times the room of what is wanted, half a second.
func TestCompileTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, k := range bulks() {
		start := time.Now()
		in, loss, xs := k.build(10_000)
		outs := append(autodiff.Grad(loss, xs...), loss)
		if _, err := exec.Compile(loss.Graph(), exec.In(in...), exec.Out(outs...)); err != nil || time.Since(start) > 5*time.Second {
			t.Errorf("%s: %v, %v", k.name, time.Since(start), err)
		}
	}
}

// BenchmarkCompile measures what it takes to trace, to differentiate and to compile graphs of 1,000, 10,000 and 100,000 nodes, those of
// their gradients counted.
func BenchmarkCompile(b *testing.B) {
	for _, k := range bulks() {
		for _, n := range []int{1_000, 10_000, 100_000} {
			b.Run(fmt.Sprint(k.name, "-", n), func(b *testing.B) {
				var trace, differentiate, compile time.Duration
				var cost exec.Cost
				nodes := 0
				for b.Loop() {
					start := time.Now()
					in, loss, xs := k.build(n)
					traced := time.Now()
					outs := append(autodiff.Grad(loss, xs...), loss)
					differentiated := time.Now()
					p, err := exec.Compile(loss.Graph(), exec.In(in...), exec.Out(outs...))
					if err != nil {
						b.Fatal(err)
					}
					trace, differentiate, compile = trace+traced.Sub(start), differentiate+differentiated.Sub(traced), compile+time.Since(differentiated)
					nodes, cost = len(graph.Order(outs, nil)), p.Cost()
				}
				for unit, d := range map[string]time.Duration{"ms-trace": trace, "ms-grad": differentiate, "ms-compile": compile} {
					b.ReportMetric(d.Seconds()*1e3/float64(b.N), unit)
				}
				b.ReportMetric(float64(nodes), "nodes")
				b.ReportMetric(float64(cost.Steps), "steps")
				b.ReportMetric(float64(cost.Arena)/float64(cost.Live), "arena/bound")
			})
		}
	}
}

// BenchmarkDifferentiateTwice takes the gradient of a gradient's squares of graphs of 10,000 nodes.
func BenchmarkDifferentiateTwice(b *testing.B) {
	for _, k := range bulks() {
		b.Run(k.name, func(b *testing.B) {
			before, nodes := 0, 0
			var spent time.Duration
			for b.Loop() {
				_, loss, xs := k.build(20_000)
				before = len(graph.Order([]*graph.Node{loss}, nil))
				start := time.Now()
				grads := autodiff.Grad(loss, xs...)
				norm := autodiff.Dot(grads, grads)
				outs := autodiff.Grad(norm, xs...)
				spent += time.Since(start)
				if err := loss.Graph().Err(); err != nil {
					b.Fatal(err)
				}
				nodes = len(graph.Order(outs, nil))
			}
			b.ReportMetric(spent.Seconds()*1e3/float64(b.N), "ms-twice")
			b.ReportMetric(float64(before), "nodes")
			b.ReportMetric(float64(nodes), "nodes-after")
		})
	}
}
