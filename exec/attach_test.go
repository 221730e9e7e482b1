package exec_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// norms are kernels that work piece by piece, on shapes with many pieces; BatchNorm's consist of several runs.
func norms() map[string]struct {
	shape []int
	f     func(x, v *graph.Node) *graph.Node
} {
	type norm = struct {
		shape []int
		f     func(x, v *graph.Node) *graph.Node
	}
	return map[string]norm{
		"groupnorm": {[]int{9, 12, 23, 31}, func(x, v *graph.Node) *graph.Node {
			y, _, _ := ops.GroupNorm(x, v, v, 4, 0.1)
			return y
		}},
		"batchnorm": {[]int{3, 12, 65, 64}, func(x, v *graph.Node) *graph.Node {
			y, _, _ := ops.BatchNorm(x, v, v, 0.1)
			return y
		}},
		"layernorm": {[]int{70, 12, 129}, func(x, _ *graph.Node) *graph.Node { y, _, _ := ops.LayerNorm(x, 0.1); return y }},
		"softmax":   {[]int{70, 12, 129}, func(x, _ *graph.Node) *graph.Node { return ops.Softmax(x, -1) }},
	}
}

// compileNorm makes a plan of the given functions of x and a list of 12.
func compileNorm(t *testing.T, shape []int, f func(x, v *graph.Node) []*graph.Node) *exec.Plan {
	t.Helper()
	g := graph.New(graph.Training)
	x, v := g.Input("x", graph.Float32, shape...), g.Input("v", graph.Float32, 12)
	p, err := exec.Compile(g, exec.In(x, v), exec.Out(f(x, v)...), exec.Workers(2), exec.Verify())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Pointwise ops before and after a kernel that works piece by piece are attached to it, and give the bits that each gives alone.
func TestAttach(t *testing.T) {
	for name, n := range norms() {
		r := rand.New(rand.NewPCG(1, 2))
		x, v := graph.NewBuffer(graph.T(graph.Float32, n.shape...)), graph.NewBuffer(graph.T(graph.Float32, 12))
		for _, b := range []graph.Buffer{x, v} {
			for i := range graph.Data[float32](b) {
				graph.Data[float32](b)[i] = float32(r.NormFloat64())
			}
		}
		first := func(x *graph.Node) *graph.Node { return ops.Exp(ops.Scale(0.5, x)) }
		last := func(y, x *graph.Node) *graph.Node { return ops.Add(ops.Tanh(y), x) }
		all := compileNorm(t, n.shape, func(x, v *graph.Node) []*graph.Node {
			a := first(x)
			b := n.f(a, v)
			return []*graph.Node{a, last(b, x), b}
		})
		if want := " → " + name + " → "; !strings.Contains(all.String(), want) {
			t.Errorf("no %q in\n%s", want, all)
		}
		run := func(p *exec.Plan, x graph.Buffer) []graph.Buffer {
			t.Helper()
			out, err := p.RunBuffers(x, v)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		got := run(all, x)
		a := run(compileNorm(t, n.shape, func(x, _ *graph.Node) []*graph.Node { return []*graph.Node{first(x)} }), x)[0]
		b := run(compileNorm(t, n.shape, func(x, v *graph.Node) []*graph.Node { return []*graph.Node{n.f(x, v)} }), a)[0]
		g := graph.New(graph.Training)
		y, z := g.Input("y", graph.Float32, n.shape...), g.Input("x", graph.Float32, n.shape...)
		alone, err := exec.Compile(g, exec.In(y, z), exec.Out(last(y, z)))
		if err != nil {
			t.Fatal(err)
		}
		c, err := alone.RunBuffers(b, x)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []graph.Buffer{a, c[0], b} {
			if string(got[i].Bytes()) != string(want.Bytes()) {
				t.Errorf("%s: result %d has other bits than alone", name, i)
			}
		}
	}
}

// A NaN of an op that is attached to a kernel, or of the kernel, is named.
func TestAttachedTrap(t *testing.T) {
	for name, n := range norms() {
		x, v := graph.NewBuffer(graph.T(graph.Float32, n.shape...)), graph.NewBuffer(graph.T(graph.Float32, 12))
		for i := range graph.Data[float32](x) {
			graph.Data[float32](x)[i] = float32(i%7 + 1)
		}
		for want, f := range map[string]func(x, v *graph.Node) *graph.Node{
			"log":  func(x, v *graph.Node) *graph.Node { return ops.Tanh(n.f(ops.Exp(ops.Log(ops.Offset(x, -3))), v)) },
			"sqrt": func(x, v *graph.Node) *graph.Node { return ops.Tanh(ops.Sqrt(ops.Offset(n.f(ops.Exp(x), v), -2))) },
			name:   func(x, v *graph.Node) *graph.Node { return ops.Tanh(n.f(ops.Scale(1e38, ops.Scale(1e38, x)), v)) },
		} {
			_, err := compileNorm(t, n.shape, func(x, v *graph.Node) []*graph.Node { return []*graph.Node{f(x, v)} }).RunBuffers(x, v)
			if err == nil || !strings.Contains(err.Error(), ": "+want+" gives NaN") {
				t.Errorf("%s: %v, want %s named", name, err, want)
			}
		}
		// The trap looks at the kernel's own result while it is in cache: it takes no step.
		if p := compileNorm(t, n.shape, func(x, v *graph.Node) []*graph.Node { return []*graph.Node{n.f(x, v)} }); strings.Contains(p.String(), "trap") {
			t.Errorf("a step for the trap in\n%s", p)
		}
	}
}

// The slopes of a norm of a single row have the row's shape, and are summed in a later phase: what reads them waits for that.
func TestSlopesOfASingleRow(t *testing.T) {
	for name, f := range map[string]func(x, v *graph.Node) *graph.Node{
		"layernormaffine": func(x, v *graph.Node) *graph.Node {
			y, _, _ := ops.LayerNormAffine(x, v, ops.Scale(0.5, v), 0.1)
			return y
		},
		"rmsnorm": func(x, v *graph.Node) *graph.Node { y, _ := ops.RMSNorm(x, v, 0.1); return y },
	} {
		p := compileNorm(t, []int{12}, func(x, v *graph.Node) []*graph.Node {
			ds := autodiff.Grad(ops.Sum(ops.Square(f(x, v))), x, v)
			return []*graph.Node{ds[0], ds[1], ops.Add(ds[0], ds[1])}
		})
		x, v := graph.NewBuffer(graph.T(graph.Float32, 12)), graph.NewBuffer(graph.T(graph.Float32, 12))
		for i := range 12 {
			graph.Data[float32](x)[i], graph.Data[float32](v)[i] = float32(i*i), float32(i+1)
		}
		for range 2 {
			out, err := p.RunBuffers(x, v)
			if err != nil {
				t.Fatal(err)
			}
			for i, sum := range graph.Data[float32](out[2]) {
				if want := graph.Data[float32](out[0])[i] + graph.Data[float32](out[1])[i]; sum != want {
					t.Errorf("%s: element %d is %v, want %v", name, i, sum, want)
				}
			}
		}
	}
}
