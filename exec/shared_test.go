package exec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A snapshot keeps computing with the weights it was taken with, whole, while training goes on; so do its clones and snapshots of it.
func TestSnapshot(t *testing.T) {
	w, b := graph.NewParam("w", vec(1, 1)), graph.NewParam("b", vec(1, 1))
	g := graph.New(graph.Training)
	g.Assign(w, ops.Scale(2, g.Use(w)))
	g.Assign(b, ops.Scale(2, g.Use(b)))
	train, err := exec.Compile(g)
	if err != nil {
		t.Fatal(err)
	}
	g = graph.New(graph.Evaluation)
	live, err := exec.Compile(g, exec.Out(ops.Sum(ops.Add(g.Use(w), g.Use(b)))))
	if err != nil {
		t.Fatal(err)
	}
	value := func(p *exec.Plan) float64 {
		out, err := p.Run()
		if err != nil {
			t.Fatal(err)
		}
		return exec.Scalar(out[0])
	}
	step := func() {
		if _, err := train.Run(); err != nil {
			t.Fatal(err)
		}
	}
	step()
	frozen, err := live.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	again, err := frozen.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	step()
	for name, p := range map[string]*exec.Plan{"snapshot": frozen, "its clone": frozen.Clone(), "a snapshot of it": again} {
		if v := value(p); v != 8 {
			t.Errorf("%s: %v, want 8", name, v)
		}
	}
	if v := value(live); v != 16 {
		t.Errorf("live: %v, want 16", v)
	}
	if _, err := train.Snapshot(); err == nil || !strings.Contains(err.Error(), "assigns") {
		t.Error(err)
	}
	done := make(chan bool)
	go func() {
		for range 300 {
			step()
			w.Set(vec(1, 1))
			b.Set(vec(1, 1))
		}
		close(done)
	}()
	for range 100 {
		s, err := live.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if v := value(s); v != value(s) {
			t.Error(v)
		}
	}
	<-done
}

// A snapshot draws from its own copy of the key: the training run's draws stay what they were.
func TestSnapshotDraws(t *testing.T) {
	key := graph.NewRNG(3)
	g := graph.New(graph.Evaluation)
	g.SetRNG(key)
	p, err := exec.Compile(g, exec.Out(ops.Uniform(g, 1)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	draw := func(p *exec.Plan) float64 {
		out, err := p.Run()
		if err != nil {
			t.Fatal(err)
		}
		return exec.Scalar(out[0])
	}
	a, b := draw(s), draw(s)
	if c, d := draw(p), draw(p); a != c || b != d || a == b || graph.Data[int64](key.Value())[1] != 2 {
		t.Error(a, b, c, d, key.Value())
	}
}

func ExamplePerShape() {
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2, 3}, 3))
	traced := 0
	f := exec.PerShape(4, func(in []graph.Type) (*exec.Plan, error) {
		traced++
		g := graph.New(graph.Evaluation)
		x := g.Placeholder("x", in[0])
		return exec.Compile(g, exec.In(x), exec.Out(ops.Sum(ops.Mul(x, g.Use(w)), 1)))
	})
	for _, rows := range []int{1, 2, 1} {
		x := tensor.New(tensor.WithShape(rows, 3), tensor.WithBacking(make([]float32, 3*rows)))
		x.Memset(float32(1))
		out, err := f.Run(x)
		fmt.Println(out[0], err)
	}
	fmt.Println(traced, "plans")
	// Output:
	// [6] <nil>
	// [6  6] <nil>
	// [6] <nil>
	// 2 plans
}

func TestPerShape(t *testing.T) {
	traced := 0
	f := exec.PerShape(2, func(in []graph.Type) (*exec.Plan, error) {
		if traced++; len(in) != 1 {
			return nil, errors.New("want one input")
		}
		g := graph.New(graph.Evaluation)
		x := g.Placeholder("x", in[0])
		return exec.Compile(g, exec.In(x), exec.Out(ops.Sum(ops.Exp(x))))
	})
	for i, n := range []int{1, 2, 1, 3, 1, 2} { // 3 drives out 2
		if out, err := f.Run(make([]float64, n)); err != nil || exec.Scalar(out[0]) != float64(n) {
			t.Error(i, out, err)
		}
	}
	if traced != 4 {
		t.Errorf("%d plans were made, want 4", traced)
	}
	for want, in := range map[string][]any{
		"for inputs []: want one input":               {},
		"value number 0: want a *tensor.Dense":        {"x"},
		"exp: x int32[2]: want float32 or float64":    {[]int32{1, 2}},
		"value number 0: want a *tensor.Dense of num": {(*tensor.Dense)(nil)},
	} {
		if _, err := f.Run(in...); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
