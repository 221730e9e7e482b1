package vmap_test

import (
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

type node = graph.Node

// clip bounds the cotangent, not the value: vmap must keep a rule that is not the derivative of anything.
var clip = autodiff.Custom("clip", func(in []*node) []*node { return []*node{ops.Scale(3, in[0])} },
	func(in, ys, dys []*node) []*node { return []*node{ops.Tanh(ops.Sum(dys[0]))} })

// A batched function is the function of each row.
func TestRows(t *testing.T) {
	index := func(g *graph.Graph) *node { return g.Constant(graph.BufferOf([]int32{2, 0}, 2)) }
	for name, f := range map[string]func(x *node) *node{
		"pointwise": func(x *node) *node { return ops.Mul(ops.Tanh(x), ops.Like(2, x)) },
		"matmul":    func(x *node) *node { return ops.MatMulT(ops.MatMul(x, ops.Like(0.5, x)), x, true, false) },
		"broadcast": func(x *node) *node { return ops.Sub(x, ops.MeanKeep(x, 0)) },
		"shapes":    func(x *node) *node { return ops.Pad(ops.Slice(ops.Transpose(x), 0, 1, 2), 1, 1, 1) },
		"gather":    func(x *node) *node { return ops.Gather(x, index(x.Graph())) },
		"by index":  func(x *node) *node { i := ops.ArgMax(x, -1); return ops.Gather(ops.Like(1, x), i) },
		"both":      func(x *node) *node { i := ops.ArgMax(x, -1); return ops.Pick(x, i) },
		"fused":     func(x *node) *node { y, _, r := ops.LayerNorm(x, 1); return ops.Mul(y, r) },
		"loss":      func(x *node) *node { i := ops.ArgMax(x, -1); l, _ := ops.SoftmaxCrossEntropy(x, i); return l },
		"constant":  func(x *node) *node { return ops.Like(1, x) },
		"composite": func(x *node) *node {
			return autodiff.Checkpoint(func(in []*node) []*node { return []*node{ops.Mul(in[0], x)} }, x)[0]
		},
		"gradient": func(x *node) *node { l := ops.Sum(ops.Square(ops.Softmax(x, -1))); return autodiff.Grad(l, x)[0] },
		"custom":   func(x *node) *node { s := ops.Sum(x); return autodiff.Grad(clip(s)[0], s)[0] },
	} {
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float64, 4, 3, 3)
		outs := vmap.Map(func(in []*node) []*node { return []*node{f(in[0])} }, x)
		for i := range 4 {
			row := ops.Reshape(ops.Slice(x, 0, i, 1), 3, 3)
			outs = append(outs, f(row))
		}
		p, err := exec.Compile(g, exec.In(x), exec.Out(outs...))
		if err != nil {
			t.Error(name, err)
			continue
		}
		out, err := p.RunBuffers(gradcheck.Random(4, 3, 3))
		if err != nil {
			t.Fatal(name, err)
		}
		for i := range 4 {
			row := graph.Data[float64](out[1+i])
			for j, v := range row {
				if got := graph.Data[float64](out[0])[i*len(row)+j]; math.Abs(got-v) > 1e-12 {
					t.Fatalf("%s: row %d: %v, not %v", name, i, got, v)
				}
			}
		}
		if err := g.Verify(); err != nil {
			t.Error(name, err)
		}
	}
}

// The same function of a batch: by Map and then gradient, by Nodes, and keys that are mapped draw what each would alone.
func TestMore(t *testing.T) {
	gradcheck.CheckOrder(t, 2, func(x ...*node) *node {
		return vmap.Map(func(in []*node) []*node { return []*node{ops.Tanh(ops.MatMul(in[0], x[1]))} }, x[0])[0]
	}, gradcheck.Random(2, 2, 3), gradcheck.Random(3, 2))

	product := autodiff.Custom("product", func(in []*node) []*node { return []*node{ops.Mul(in[0], in[1])} },
		func(in, ys, dys []*node) []*node { return []*node{ops.Mul(dys[0], in[1]), ops.Mul(dys[0], in[0])} })
	gradcheck.CheckOrder(t, 3, func(x ...*node) *node {
		return ops.Tanh(vmap.Flagged(func(in []*node) []*node { return product(in...) }, x, []bool{true, false})[0])
	}, gradcheck.Random(2, 3), gradcheck.Random(3))

	g := graph.New(graph.Training)
	rng := graph.NewRNG(3)
	g.SetRNG(rng)
	x, own := g.Input("x", graph.Float64, 2), g.Use(rng)
	y := ops.Add(ops.UniformOf(g, graph.T(graph.Float64, 2)), x)
	xs := ops.Lead(x, 2)
	keys := g.Constant(graph.BufferOf([]int64{1, 0, 3, 0}, 2, 2))
	same := vmap.Nodes([]*node{y}, map[*node]*node{x: xs})[0]
	differ := vmap.Nodes([]*node{y}, map[*node]*node{x: xs, own: keys})[0]
	p, err := exec.Compile(g, exec.In(x), exec.Out(y, same, differ))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Run([]float64{0, 0})
	if err != nil {
		t.Fatal(err)
	}
	data := func(i int) []float64 { return out[i].Data().([]float64) }
	for i, v := range data(0) { // a key that is not mapped draws the same for every row; row 1 has the graph's own key
		if s, d := data(1), data(2); s[i] != v || s[2+i] != v || d[i] == v || d[2+i] != v {
			t.Error(v, s, d)
		}
	}
	z := g.Input("z", graph.Float64, 3)
	clipped := vmap.Map(func(in []*node) []*node { return clip(in...) }, z)[0]
	q, err := exec.Compile(g, exec.In(z), exec.Out(autodiff.Grad(ops.Sum(clipped), z)[0]))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := q.Run([]float64{0, 0, 0}); err != nil || out[0].Data().([]float64)[2] != math.Tanh(1) {
		t.Error("batching lost the rule", out, err)
	}
	vmap.Map(func(in []*node) []*node { return []*node{graph.Apply(bare{}, in[0])} }, z)
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "bare has no batching rule") {
		t.Error(err)
	}
}

type bare struct{}

func (bare) Name() string                                { return "bare" }
func (bare) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }

// Per-example gradients of an op of each kind are the gradients of each example alone.
func TestPerExampleGradients(t *testing.T) {
	for name, f := range map[string]func(x, w *node) *node{
		"pointwise": func(x, w *node) *node { return ops.Tanh(ops.Mul(x, w)) },
		"reduction": func(x, w *node) *node { return ops.Square(ops.Sum(ops.Mul(x, w), 1)) },
		"matmul":    func(x, w *node) *node { return ops.Square(ops.MatMul(x, ops.Reshape(w, 4, 4))) },
		"conv": func(x, w *node) *node {
			return ops.Square(ops.Conv(ops.Reshape(x, 1, 1, 4, 4), ops.Reshape(ops.Slice(ops.Reshape(w, 16), 0, 0, 8), 2, 1, 2, 2), ops.Convolution{Pad: []int{1}}))
		},
		"gather": func(x, w *node) *node { return ops.Mul(ops.Gather(w, ops.ArgMax(x, 1)), x) },
	} {
		g := graph.New(graph.Training)
		xs, w := g.Input("xs", graph.Float64, 3, 4, 4), g.Input("w", graph.Float64, 4, 4)
		loss := func(x *node) *node { return autodiff.Grad(ops.Sum(f(x, w)), w)[0] }
		each := vmap.Map(func(in []*node) []*node { return []*node{loss(in[0])} }, xs)[0]
		outs := []*node{each}
		for r := range 3 {
			outs = append(outs, loss(ops.Reshape(ops.Slice(xs, 0, r, 1), 4, 4)))
		}
		p, err := exec.Compile(g, exec.In(xs, w), exec.Out(outs...))
		if err != nil {
			t.Fatal(name, err)
		}
		out, err := p.RunBuffers(gradcheck.Random(3, 4, 4), gradcheck.Random(4, 4))
		if err != nil {
			t.Fatal(name, err)
		}
		for r := range 3 {
			for i, want := range graph.Data[float64](out[1+r]) {
				if got := graph.Data[float64](out[0])[r*16+i]; math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
					t.Fatal(name, r, i, got, want)
				}
			}
		}
	}
}

// What has no rows, other rows or not as many is refused, and so is a map over no operand.
func TestRefuses(t *testing.T) {
	same := func(in []*node) []*node { return in }
	for want, f := range map[string]func(g *graph.Graph, x *node){
		"vmap: rows of float64[4 3] are no float64[2]": func(g *graph.Graph, x *node) {
			vmap.Nodes([]*node{ops.Square(x)}, map[*node]*node{x: g.Input("rows", graph.Float64, 4, 3)})
		},
		"vmap: a has 4 rows, b has 3": func(g *graph.Graph, x *node) {
			a, b := g.Input("a", graph.Float64, 4, 2), g.Input("b", graph.Float64, 3, 2)
			y := g.Input("y", graph.Float64, 2)
			vmap.Nodes([]*node{ops.Square(x), y}, map[*node]*node{x: a, y: b})
		},
		"vmap: no operand is mapped": func(g *graph.Graph, x *node) { vmap.Nodes([]*node{x}, nil) },
		"vmap: x has 2 rows, y has 3": func(g *graph.Graph, x *node) {
			for _, y := range vmap.Map(same, x, g.Input("y", graph.Float64, 3)) {
				ops.Square(y) // inert
			}
		},
		"vmap: s float64[] has no rows": func(g *graph.Graph, x *node) {
			vmap.Map(func(in []*node) []*node { return []*node{ops.MatMul(in[0], in[1])} }, x, g.Input("s", graph.Float64))
		},
		"vmap: no operand": func(g *graph.Graph, x *node) { vmap.Flagged(same, []*node{x}, []bool{false}) },
	} {
		g := graph.New(graph.Training)
		f(g, g.Input("x", graph.Float64, 2))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "vmap_test.go:") {
			t.Errorf("%v, want a line and %q", err, want)
		}
	}
	if vmap.Nodes(nil, nil) != nil {
		t.Error("something came of nothing")
	}
}
