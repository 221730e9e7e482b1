package exec_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

var update = flag.Bool("update", false, "write golden files anew")

// What each pass makes of a small step: definitions are expanded, constants computed ahead, chains joined, views laid out, memory placed.
func TestPasses(t *testing.T) {
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2, 3, 4}, 2, 2))
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 3, 2)
	rows := ops.Cast(ops.Iota(g, graph.Int32, 3), graph.Float32)
	fade := ops.Unsqueeze(ops.Exp(ops.Neg(rows)), 1) // of constants alone
	loss := ops.Mean(ops.Square(ops.Mul(ops.Tanh(ops.MatMul(x, ops.Transpose(g.Use(w)))), fade)))
	g.Assign(w, ops.Sub(g.Use(w), ops.Scale(0.1, autodiff.Grad(loss, g.Use(w))[0])))
	var text strings.Builder
	p, err := exec.Compile(g, exec.In(x), exec.Out(loss), exec.Explain(&text), exec.Verify(), exec.Workers(1))
	if err != nil {
		t.Fatal(err)
	}
	if s := p.String(); strings.Contains(s, "iota") || strings.Contains(s, "exp ") {
		t.Errorf("constants are computed at each run:\n%s", s)
	}
	if *update {
		if err := os.WriteFile("testdata/passes.golden", []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/passes.golden")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), text.String()); d != "" {
		t.Errorf("-update writes it anew: %s", d)
	}
}

// A constant computed ahead has the bits that a run would give it; taps on constants still run, and large ones are not kept.
func TestFold(t *testing.T) {
	g := graph.New(graph.Training)
	taps := 0
	c := g.Constant(graph.BufferOf([]float32{0.1, 0.2, 0.7}, 3))
	fed := g.Input("c", graph.Float32, 3)
	f := func(x *graph.Node) *graph.Node { return ops.Softmax(ops.Mul(ops.Sin(x), ops.Tanh(x)), 0) }
	tapped := ops.Tap(c, func(graph.Buffer) { taps++ })
	long := ops.Exp(ops.Cast(ops.Iota(g, graph.Int64, 1<<19), graph.Float32))
	p, err := exec.Compile(g, exec.In(fed), exec.Out(f(c), f(fed), tapped, ops.Sum(long)), exec.Verify())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := p.RunBuffers(graph.BufferOf([]float32{0.1, 0.2, 0.7}, 3))
		if err != nil || string(out[0].Bytes()) != string(out[1].Bytes()) {
			t.Error(err, out[0], out[1])
		}
	}
	if taps != 2 {
		t.Errorf("%d taps in 2 runs", taps)
	}
	if s := p.String(); strings.Count(s, "softmax") != 1 {
		t.Errorf("want one softmax, of what is fed:\n%s", s)
	}
}
