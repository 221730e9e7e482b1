package graph_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graph/dot"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-update writes it anew): %s", path, d)
	}
}

func in(g *graph.Graph, name string, dims ...int) *graph.Node {
	return g.Input(name, graph.Float32, dims...)
}

type (
	sliced  struct{ Axes []int }
	hidden  struct{ axis int }
	liar    struct{}
	scaled  struct{ By float64 }
	nested  struct{ In scaled }
	dynamic struct{ Any any }
)

func (sliced) Name() string  { return "sliced" }
func (hidden) Name() string  { return "hidden" }
func (liar) Name() string    { return "liar" }
func (scaled) Name() string  { return "scaled" }
func (nested) Name() string  { return "nested" }
func (dynamic) Name() string { return "dynamic" }

func (sliced) Infer(in []graph.Type) ([]graph.Type, error)  { return in, nil }
func (hidden) Infer(in []graph.Type) ([]graph.Type, error)  { return in, nil }
func (liar) Infer(in []graph.Type) ([]graph.Type, error)    { return in, nil }
func (scaled) Infer(in []graph.Type) ([]graph.Type, error)  { return in, nil }
func (nested) Infer(in []graph.Type) ([]graph.Type, error)  { return in, nil }
func (dynamic) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }

// mistakes are what users get wrong; each is refused in one line with the place of the mistake.
var mistakes = []func(g *graph.Graph) *graph.Node{
	func(g *graph.Graph) *graph.Node {
		fc1 := graph.NewParam("fc1.W", graph.NewBuffer(graph.T(graph.Float32, 512, 10)))
		return ops.MatMul(in(g, "x", 64, 784), g.Use(fc1))
	},
	func(g *graph.Graph) *graph.Node { return ops.Add(in(g, "x", 2, 3), in(g, "bias", 4)) },
	func(g *graph.Graph) *graph.Node { return ops.Mul(in(g, "x", 2), g.Input("mask", graph.Bool, 2)) },
	func(g *graph.Graph) *graph.Node { return ops.Div(in(g, "x", 2), g.Input("n", graph.Int32, 2)) },
	func(g *graph.Graph) *graph.Node { return ops.Tanh(g.Input("labels", graph.Int64, 5)) },
	func(g *graph.Graph) *graph.Node { return ops.Reshape(in(g, "x", 4, 7), 3, -1) },
	func(g *graph.Graph) *graph.Node { return ops.Expand(in(g, "x", 3), 2, 4) },
	func(g *graph.Graph) *graph.Node { return ops.Transpose(in(g, "x", 2, 3), 0, 0) },
	func(g *graph.Graph) *graph.Node { return ops.Slice(in(g, "x", 10), 0, 8, 3) },
	func(g *graph.Graph) *graph.Node { return ops.Concat(1, in(g, "x", 2, 3), in(g, "y", 3, 3)) },
	func(g *graph.Graph) *graph.Node { return ops.Sum(in(g, "x", 2, 3), 2) },
	func(g *graph.Graph) *graph.Node { return ops.Softmax(in(g, "logits", 2, 3), -3) },
	func(g *graph.Graph) *graph.Node { return ops.Max(in(g, "x", 0)) },
	func(g *graph.Graph) *graph.Node {
		return nn.CrossEntropy(in(g, "logits", 64, 10), g.Input("labels", graph.Int32, 32))
	},
	func(g *graph.Graph) *graph.Node { return nn.CrossEntropy(in(g, "logits", 64, 10), in(g, "labels", 64)) },
	func(g *graph.Graph) *graph.Node {
		return ops.Conv(in(g, "images", 8, 3, 32, 32), in(g, "conv1.W", 16, 1, 3, 3), ops.Convolution{})
	},
	func(g *graph.Graph) *graph.Node {
		return ops.MaxPool(in(g, "x", 8, 3, 4, 4), ops.Pooling{Window: []int{5}})
	},
	func(g *graph.Graph) *graph.Node { return ops.Dropout(in(g, "x", 2), 1.5) },
	func(g *graph.Graph) *graph.Node { return ops.Gather(in(g, "table", 10, 4), in(g, "tokens", 3)) },
	func(g *graph.Graph) *graph.Node { return ops.Clamp(in(g, "x", 2), 1, 0) },
	func(g *graph.Graph) *graph.Node { return in(g, "x", 1, 1, 1, 1, 1, 1, 1, 1, 1) },
	func(g *graph.Graph) *graph.Node { return in(g, "x", math.MaxInt/2, 3) },
	func(g *graph.Graph) *graph.Node { return in(g, "x", 2, -1) },
	func(g *graph.Graph) *graph.Node { return g.Input("x", graph.Dtype(99), 2) },
	func(g *graph.Graph) *graph.Node { return g.Fill(1, graph.T(graph.Float16, 2)) },
	func(g *graph.Graph) *graph.Node { return graph.Apply(sliced{[]int{1}}, in(g, "x")) },
	func(g *graph.Graph) *graph.Node { return graph.Apply(dynamic{[]int{1}}, in(g, "x")) },
	func(g *graph.Graph) *graph.Node { return graph.Apply(hidden{1}, in(g, "x")) },
	func(g *graph.Graph) *graph.Node { return graph.Apply(liar{}, in(g, "x"), in(g, "y")) },
	func(g *graph.Graph) *graph.Node {
		w := graph.NewParam("w", graph.NewBuffer(graph.T(graph.Float32, 2)))
		g.Assign(w, in(g, "x", 3))
		return in(g, "y")
	},
	func(g *graph.Graph) *graph.Node {
		w := graph.NewParam("w", graph.NewBuffer(graph.T(graph.Float32, 2)))
		g.With(map[graph.Var]*graph.Node{w: in(g, "x", 3)}, func() {})
		return in(g, "y")
	},
	func(g *graph.Graph) *graph.Node { return autodiff.Grad(in(g, "x", 3), in(g, "x", 3))[0] },
	func(g *graph.Graph) *graph.Node {
		x := in(g, "x")
		return autodiff.Grad(graph.Apply(scaled{2}, x), x)[0]
	},
	func(g *graph.Graph) *graph.Node {
		d := nn.NewBatchNorm(3)
		return d.Forward(in(g, "x", 5, 4))
	},
	func(g *graph.Graph) *graph.Node {
		used, forgotten := nn.NewLayerNorm(3), nn.NewLayerNorm(3)
		loss := ops.Mean(used.Forward(in(g, "x", 2, 3)))
		optim.NewAdam(nn.Params([]*nn.LayerNorm{used, forgotten}), optim.Constant(1)).Minimize(loss)
		return loss
	},
	func(g *graph.Graph) *graph.Node {
		return nn.Sequential{nn.NewLayerNorm(3), nil}.Forward(in(g, "x", 2, 3))
	},
	func(g *graph.Graph) *graph.Node { return (&nn.Dense{}).Forward(in(g, "x", 2, 3)) },
	func(g *graph.Graph) *graph.Node {
		norm := nn.NewLayerNorm(3)
		loss := ops.Mean(norm.Forward(in(g, "x", 2, 3)))
		sgd := optim.NewSGD(nn.Params(norm), optim.Constant(1), 0)
		sgd.Minimize(loss)
		sgd.Minimize(loss)
		return loss
	},
	func(g *graph.Graph) *graph.Node {
		return nn.NewConv2D(rand.New(rand.NewPCG(1, 2)), 1, 3, 3).Forward(in(g, "x", 8, 28, 28))
	},
	func(g *graph.Graph) *graph.Node {
		w := graph.NewParam("w", graph.NewBuffer(graph.T(graph.Float32, 3)))
		g.Assign(w, nil)
		return in(g, "x", 3)
	},
}

func TestMistakes(t *testing.T) {
	var all strings.Builder
	for i, f := range mistakes {
		g := graph.New(graph.Training)
		n := f(g)
		for range 3 { // what is built on a failed node fails quietly
			n = ops.Add(ops.Tanh(n), n)
		}
		err := fmt.Sprint(g.Err())
		if !strings.HasPrefix(err, "graph_test.go:") || strings.Contains(err, "\n") {
			t.Errorf("mistake %d: %s", i, err)
		}
		_, rest, _ := strings.Cut(strings.TrimPrefix(err, "graph_test.go:"), ":")
		fmt.Fprintf(&all, "graph_test.go:…:%s\n", rest)
	}
	if len(mistakes) < 20 {
		t.Error("too few")
	}
	golden(t, "testdata/mistakes.golden", all.String())
}

func TestIdentity(t *testing.T) {
	g := graph.New(graph.Training)
	x := in(g, "x", 2)
	by := func(f float64) *graph.Node { return graph.Apply(scaled{f}, x) }
	within := func(f float64) *graph.Node { return graph.Apply(nested{scaled{f}}, x) }
	same := func(build func() *graph.Node) bool { first, second := build(), build(); return first == second }
	for _, f := range []func(float64) *graph.Node{by, within} {
		for _, v := range []float64{2, math.NaN()} {
			if !same(func() *graph.Node { return f(v) }) {
				t.Errorf("equal applications with %v are two nodes", v)
			}
		}
		if f(1) == f(2) {
			t.Error("different applications are one node")
		}
		if f(0) == f(math.Copysign(0, -1)) || f(math.NaN()) == f(math.Float64frombits(math.Float64bits(math.NaN())^1)) {
			t.Error("0 and −0, or two NaN, are merged")
		}
	}
	if !same(func() *graph.Node { return ops.Mul(x, x) }) || ops.Mul(x, by(2)) == ops.Mul(by(2), x) {
		t.Error("operands count, and their order")
	}
	if in(g, "x", 2) == x || same(func() *graph.Node { return ops.Barrier(x) }) || same(func() *graph.Node { return ops.Uniform(g, 2) }) {
		t.Error("merged what must not be")
	}
	if err := g.Verify(); err != nil {
		t.Error(err)
	}
}

// The two bugs of a caller that no run can cure.
func TestPanics(t *testing.T) {
	g := graph.New(graph.Training)
	for want, f := range map[string]func(){
		"nil node":         func() { ops.Tanh(nil) },
		"a nil node is":    func() { ops.Add(in(g, "x", 2), nil) },
		"different graphs": func() { ops.Add(in(g, "x", 2), in(graph.New(graph.Training), "y", 2)) },
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, want) || !strings.Contains(r, "graph_test.go:") {
					t.Errorf("%s, want %s", r, want)
				}
			}()
			f()
		}()
	}
}

func TestShape(t *testing.T) {
	s := graph.Of(2, 3, 4)
	if s.Rank() != 3 || s.Size() != 24 || s.Dim(-1) != 4 || s.Dim(7) != 1 || s.Dim(-9) != 1 || s.String() != "[2 3 4]" {
		t.Error(s)
	}
	if s.Cut(1, 3) != graph.Of(3, 4) || s.Cut(-5, 99) != s || s.Cut(2, 1) != graph.Of() || s.Lead(7) != graph.Of(7, 2, 3, 4) || s.WithDim(-1, 9) != graph.Of(2, 3, 9) {
		t.Error("cut, lead, with")
	}
	if graph.Of(0, math.MaxInt).Err() != nil || graph.Of(0, math.MaxInt).Size() != 0 || graph.Of(math.MaxInt, 2).Err() == nil {
		t.Error("overflow")
	}
	if st := s.Strides(); !slices.Equal(st[:3], []int{12, 4, 1}) {
		t.Error(st)
	}
}

// small is a net whose drawings are golden.
func small() (*graph.Graph, *graph.Node) {
	type net struct {
		Conv *nn.Conv
		Norm *nn.BatchNorm
		Out  *nn.Dense
	}
	m := net{nn.NewConv2D(testRand(), 1, 2, 3), nn.NewBatchNorm(2), nn.NewDense(testRand(), 8, 3)}
	sgd := optim.NewSGD(nn.Params(m), optim.Constant(0.1), 0.9)
	g := graph.New(graph.Training)
	x, y := in(g, "images", 5, 1, 6, 6), g.Input("labels", graph.Int32, 5)
	h := ops.ReLU(m.Norm.Forward(m.Conv.Forward(x)))
	loss := nn.CrossEntropy(m.Out.Forward(ops.Flatten(nn.MaxPool(h, 2), 1)), y)
	sgd.Minimize(loss)
	return g, loss
}

func TestPrints(t *testing.T) {
	g, _ := small()
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/cnn.golden", g.String())
	d := dot.Of(g)
	golden(t, "testdata/cnn.dot", d)
	if boxes, nodes := len(regexp.MustCompile(`(?m)^\s*b\d+ \[label=`).FindAllString(d, -1)), len(g.Nodes()); boxes > 2*nodes/3 {
		t.Errorf("%d boxes for %d nodes: nothing was folded", boxes, nodes)
	}
}

// Building the same model twice gives the same text: nothing depends on the order of a map.
func TestSameText(t *testing.T) {
	a, _ := small()
	for range 5 {
		if b, _ := small(); a.String() != b.String() || dot.Of(a) != dot.Of(b) {
			t.Fatal("two builds differ")
		}
	}
}

func TestMode(t *testing.T) {
	g := graph.New(graph.Training)
	x := in(g, "x", 2)
	if ops.Dropout(x, 0.5) == x {
		t.Error("dropout does nothing in training")
	}
	g.WithMode(graph.Evaluation, func() {
		if ops.Dropout(x, 0.5) != x || g.Mode() != graph.Evaluation {
			t.Error("dropout in evaluation")
		}
	})
	if g.Mode() != graph.Training {
		t.Error("the mode leaks")
	}
}

// What is bound, or of another type, cannot be assigned.
func TestAssignErrors(t *testing.T) {
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2}, 2))
	for want, f := range map[string]func(g *graph.Graph){
		"assign w: it is float32[2], not float32[3]": func(g *graph.Graph) { g.Assign(w, g.Input("x", graph.Float32, 3)) },
		"assign w: With binds it here": func(g *graph.Graph) {
			x := g.Input("x", graph.Float32, 2)
			g.With(map[graph.Var]*graph.Node{w: x}, func() { g.Assign(w, x) })
		},
	} {
		g := graph.New(graph.Training)
		if f(g); g.Err() == nil || !strings.Contains(g.Err().Error(), want) {
			t.Errorf("%v, want %q", g.Err(), want)
		}
	}
}

// A variable is read as it was before the step until it is assigned; then as the new value; With binds over both.
func ExampleGraph_Assign() {
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2}, 2))
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 3, 2)
	g.Assign(w, ops.Scale(2, g.Use(w)))
	y := ops.Mul(x, g.Use(w))
	g.With(map[graph.Var]*graph.Node{w: ops.Like(5, g.Use(w))}, func() { ops.Add(y, g.Use(w)) })
	fmt.Print(g)
	// Output:
	// %0 = input "x" float32[3 2]
	// %1 = read "w" float32[2]
	// %2 = scale{By:2} %1 float32[2]
	// %3 = reshape{To:[1 2]} %2 float32[1 2]
	// %4 = expand{To:[3 2]} %3 float32[3 2]
	// %5 = mul %0 %4 float32[3 2]
	// %6 = fill{Value:5 Of:float32[2]} float32[2]
	// %7 = reshape{To:[1 2]} %6 float32[1 2]
	// %8 = expand{To:[3 2]} %7 float32[3 2]
	// %9 = add %5 %8 float32[3 2]
	// w := %2
}

// A long chain must not exhaust a stack: not in building, ordering, printing, verifying, nor in its gradient.
func TestDeep(t *testing.T) {
	n := 200_000
	if testing.Short() {
		n = 20_000
	}
	g := graph.New(graph.Training)
	x := in(g, "x")
	y := x
	for i := range n {
		y = ops.Scale(float64(i%3), y)
	}
	d := autodiff.Grad(y, x)[0]
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	if len(graph.Order([]*graph.Node{d}, nil)) < n || len(g.String()) < 10*n {
		t.Error("nodes are missing")
	}
	runtime.KeepAlive(g)
}
