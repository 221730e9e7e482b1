package nn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

type base struct{ W *graph.Param }

type leaf struct {
	W, B   *graph.Param
	hidden *graph.Param
}

type ring struct {
	Next  *ring
	Value *graph.Param
	Any   any
}

type parts struct {
	base
	Base   base
	Leaf   *leaf
	List   []*leaf
	Array  [2]leaf
	Layers []nn.Layer
	Empty  *leaf
	None   nn.Layer
	Named  map[string]*leaf
	Number map[int]*graph.Param
	Other  map[float64]*leaf
	Any    any
	Alone  *graph.Param
	State  *graph.State
	F      func() *graph.Param
}

// names lists the paths of the parameters of a model, and checks that they are their names.
func names(t *testing.T, model any) (ns []string) {
	t.Helper()
	for name, p := range nn.Params(model) {
		if ns = append(ns, name); p.Name() != name && name != "" {
			t.Errorf("%s is called %s", name, p.Name())
		}
	}
	return ns
}

func param() *graph.Param { return graph.NewParam("?", graph.BufferOf([]float32{1}, 1)) }

func newLeaf() *leaf { return &leaf{W: param(), B: param(), hidden: param()} }

// Outer embeds a pointer, and a struct of an unexported type.
type Outer struct {
	*Inner
	own
	Own *graph.Param
}

type own struct{ Extra, hidden *graph.Param }

// Inner is embedded.
type Inner struct{ W *graph.Param }

func TestPaths(t *testing.T) {
	f := param()
	m := &parts{
		base: base{param()}, Base: base{param()}, Leaf: newLeaf(), List: []*leaf{newLeaf(), nil, newLeaf()}, Array: [2]leaf{*newLeaf(), {}},
		Layers: []nn.Layer{nn.Func(ops.ReLU), &nn.Dense{W: param()}, nil}, Named: map[string]*leaf{"b": newLeaf(), "a": newLeaf()},
		Number: map[int]*graph.Param{10: param(), 9: param()}, Other: map[float64]*leaf{1: newLeaf()}, Any: &Outer{&Inner{param()}, own{param(), param()}, param()},
		Alone: param(), State: graph.NewState("?", graph.BufferOf([]float32{1}, 1)), F: func() *graph.Param { return f },
	}
	want := "W Base.W Leaf.W Leaf.B List.0.W List.0.B List.2.W List.2.B Array.0.W Array.0.B Layers.1.W " +
		"Named.a.W Named.a.B Named.b.W Named.b.B Number.9 Number.10 Any.W Any.Extra Any.Own Alone"
	if got := strings.Join(names(t, m), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var states []string
	for name := range nn.States(m) {
		states = append(states, name)
	}
	if fmt.Sprint(states) != "[State]" {
		t.Errorf("states %v", states)
	}
	var vars []string
	for name := range nn.Vars(m) {
		vars = append(vars, name)
	}
	if strings.Join(vars, " ") != want+" State" {
		t.Errorf("variables %v", vars)
	}
}

func TestRoots(t *testing.T) {
	l := newLeaf()
	for want, model := range map[string]any{"[W B]": l, "[]": nil, "[0.W 0.B]": []*leaf{l}} {
		if got := fmt.Sprint(names(t, model)); got != want {
			t.Errorf("%T: %s, want %s", model, got, want)
		}
	}
	if got := fmt.Sprint(names(t, *l)); got != "[W B]" {
		t.Errorf("a struct by value: %s", got)
	}
	if got := fmt.Sprint(names(t, (*leaf)(nil))); got != "[]" {
		t.Errorf("a nil model: %s", got)
	}
	alone := graph.NewParam("kept", graph.BufferOf([]float32{1}, 1))
	for name, p := range nn.Params(alone) {
		if name != "" || p.Name() != "kept" {
			t.Errorf("a parameter by itself: %q, %q", name, p.Name())
		}
	}
}

// What is shared, a parameter or a whole layer, comes once, by the path at which it is first met.
func TestSharing(t *testing.T) {
	shared := newLeaf()
	for want, model := range map[string]any{
		"[0.W 0.B 2]":       []any{shared, shared, param()},
		"[0.W 0.B 1.B 2.W]": []*leaf{shared, {W: shared.W, B: param()}, {W: param(), B: shared.B}},
		"[0.0.W 0.0.B 1.1]": []any{[]any{shared}, []any{shared, param()}},
	} {
		if got := fmt.Sprint(names(t, model)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	a, b := nn.Sequential{nn.NewDense(source, 2, 2)}, nn.Sequential{nn.NewDense(source, 2, 2)} // equal types are not the same layer
	if n := len(names(t, []any{a, b, a})); n != 4 {
		t.Errorf("%d parameters, want 4", n)
	}
}

func TestCycles(t *testing.T) {
	a, b := &ring{Value: param()}, &ring{Value: param()}
	a.Next, b.Next = b, a
	a.Any, b.Any = a, &b
	if got := fmt.Sprint(names(t, a)); got != "[Next.Value Value]" {
		t.Error(got)
	}
}

// Iteration may stop anywhere, and starts anew each time.
func TestStopping(t *testing.T) {
	m := []any{newLeaf(), map[string]*leaf{"a": newLeaf()}, [1]*leaf{newLeaf()}, &Outer{&Inner{param()}, own{param(), param()}, param()}}
	all := slices.Clone(names(t, m))
	for stop := range all {
		n := 0
		for name := range nn.Params(m) {
			if n++; name != all[n-1] {
				t.Errorf("%s, want %s", name, all[n-1])
			}
			if n > stop {
				break
			}
		}
		if n != stop+1 {
			t.Errorf("stopped at %d, want %d", n, stop+1)
		}
	}
	for range nn.Vars(m) {
		break
	}
	for range nn.Vars(nn.NewBatchNorm(1)) {
		break
	}
	for range nn.Matching(nn.Params(m), func(string) bool { return true }) {
		break
	}
	for range nn.Except(nn.Params(m)) {
		break
	}
	n := 0
	for range nn.Vars(nn.NewBatchNorm(1)) {
		if n++; n == 3 { // among the states
			break
		}
	}
}

func TestFreezing(t *testing.T) {
	shared := newLeaf()
	m := map[string]*leaf{"body": shared, "head": {W: shared.W, B: param()}, "tail": newLeaf()}
	list := func(frozen ...any) string {
		var ns []string
		for name := range nn.Except(nn.Params(m), frozen...) {
			ns = append(ns, name)
		}
		return strings.Join(ns, " ")
	}
	for _, c := range []struct {
		want   string
		frozen []any
	}{
		{"body.W body.B head.B tail.W tail.B", nil},
		{"head.B tail.W tail.B", []any{shared}}, // the head's matrix is the body's
		{"body.B head.B", []any{shared.W, m["tail"]}},
		{"", []any{m}},
		{"body.W body.B head.B tail.W tail.B", []any{newLeaf(), nil}},
	} {
		if got := list(c.frozen...); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	var ns []string
	for name := range nn.Matching(nn.Params(m), func(name string) bool { return strings.HasPrefix(name, "tail.") }) {
		ns = append(ns, name)
	}
	if fmt.Sprint(ns) != "[tail.W tail.B]" {
		t.Errorf("%v", ns)
	}
}
