package flow_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

func ExampleSwitch() {
	g := graph.New(graph.Training)
	i, x := g.Input("i", graph.Int32), g.Input("x", graph.Float64)
	one := func(f func(x *node) *node) func(in []*node) []*node {
		return func(in []*node) []*node { return []*node{f(in[0])} }
	}
	y := flow.Switch(i, []func(in []*node) []*node{one(ops.Square), one(ops.Exp), one(ops.Neg)}, x)[0]
	p, err := exec.Compile(g, exec.In(i, x), exec.Out(y, autodiff.Grad(y, x)[0]))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range int32(3) {
		out, err := p.Run([]int32{i}, []float64{3})
		fmt.Printf("%.2f %.2f %v\n", exec.Scalar(out[0]), exec.Scalar(out[1]), err)
	}
	// Output:
	// 9.00 6.00 <nil>
	// 20.09 20.09 <nil>
	// -3.00 -1.00 <nil>
}

// powers are branches xⁱ⁺¹·w, w captured, which count how often they run.
func powers(n int, w *node, runs []int) (bs []func(in []*node) []*node) {
	for i := range n {
		bs = append(bs, func(in []*node) []*node {
			x := ops.Tap(in[0], func(graph.Buffer) { runs[i]++ })
			y := x
			for range i {
				y = ops.Mul(y, x)
			}
			return []*node{ops.Mul(y, w)}
		})
	}
	return bs
}

// One branch runs, the right one, for any number of branches and any index; beyond the ends it is the branch at the end.
func TestSwitch(t *testing.T) {
	for n := 1; n <= 6; n++ {
		g := graph.New(graph.Training)
		i, x, w := g.Input("i", graph.Int64), g.Input("x", graph.Float64), g.Input("w", graph.Float64)
		runs := make([]int, n)
		y := flow.Switch(i, powers(n, w, runs), x)[0]
		p, err := exec.Compile(g, exec.In(i, x, w), exec.Out(y))
		if err != nil {
			t.Fatal(err)
		}
		for index := int64(-2); index < int64(n)+3; index++ {
			clear(runs)
			out, err := p.Run([]int64{index}, []float64{2}, []float64{5})
			if err != nil {
				t.Fatal(err)
			}
			at := int(min(max(index, 0), int64(n)-1))
			if v, want := exec.Scalar(out[0]), 5*math.Pow(2, float64(at+1)); v != want {
				t.Errorf("branch %d of %d gives %v, want %v", index, n, v, want)
			}
			for b, times := range runs {
				if want := map[bool]int{true: 1}[b == at]; times != want {
					t.Errorf("branch %d of %d ran %d times for index %d", b, n, times, index)
				}
			}
		}
	}
}

func TestSwitchDerivatives(t *testing.T) {
	for i := range 3 {
		gradcheck.CheckOrder(t, 3, func(x ...*node) *node {
			index := x[0].Graph().Constant(graph.BufferOf([]int32{int32(i)}).As(graph.Of()))
			return flow.Switch(index, powers(3, x[1], make([]int, 3)), x[0])[0]
		}, gradcheck.Random(3), gradcheck.Random(3))
	}
	g := graph.New(graph.Training) // rows choose for themselves
	i, x := g.Input("i", graph.Int32, 3), g.Input("x", graph.Float64, 3)
	y := vmap.Map(func(in []*node) []*node {
		return flow.Switch(in[0], powers(3, ops.Like(1, in[1]), make([]int, 3)), in[1])
	}, i, x)[0]
	p, err := exec.Compile(g, exec.In(i, x), exec.Out(y))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Run([]int32{2, 0, 1}, []float64{2, 3, 4})
	if v := out[0].Data().([]float64); err != nil || v[0] != 8 || v[1] != 3 || v[2] != 16 {
		t.Error(v, err)
	}
	g = graph.New(graph.Training)
	z := g.Input("z", graph.Float64)
	flow.Switch(z, powers(2, z, make([]int, 2)), z)
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "want an index that is an int scalar, not float64[]") {
		t.Error(err)
	}
}
