package autodiff_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleJacobian() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2, 3)
	a := g.Constant(graph.BufferOf([]float64{1, 2, 3, 4, 5, 6}, 2, 3))
	y := ops.Square(ops.Reshape(ops.MatMul(a, ops.Reshape(x, 3, 1)), 2))
	show(autodiff.Jacobian(y, x)...) // 2·diag(a·x)·a
	// Output:
	// [28 56 84 256 320 384]
}

func ExampleHessian() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2)
	y := ops.Prod(x) // x₀·x₁
	show(autodiff.Hessian(ops.Mul(y, y), x)[0]...)
	// Output:
	// [8 8 8 2]
}

func ExampleLinearize() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2)
	push := autodiff.Linearize([]*node{ops.Square(x)}, []*node{x})
	show(push([]*node{vector(g, 1, 0)})[0], push([]*node{vector(g, 0, 1)})[0])
	// Output:
	// [2 0]
	// [0 4]
}

// maps are functions of a matrix and a list, of which some depend on one alone, with loops and reductions inside.
var maps = map[string]func(x, v *node) *node{
	"chain":    func(x, v *node) *node { return ops.Tanh(ops.MatMul(x, ops.Reshape(v, 3, 1))) },
	"softmax":  func(x, v *node) *node { return ops.Softmax(ops.Mul(x, v), -1) },
	"list":     func(x, v *node) *node { return ops.Exp(ops.Sin(v)) },
	"scalar":   func(x, v *node) *node { return ops.Sum(ops.Mul(ops.Square(x), v)) },
	"constant": func(x, v *node) *node { return ops.Like(3, v) },
	"layout": func(x, v *node) *node {
		return ops.Concat(0, ops.Transpose(x), ops.Flip(ops.Reshape(ops.Mul(x, v), 3, 2), 0))
	},
	"loop": func(x, v *node) *node {
		final, _ := flow.Scan([]*node{v}, []*node{x}, func(h, x []*node) (next, y []*node) {
			return []*node{ops.Tanh(ops.Add(h[0], ops.Mul(x[0], h[0])))}, nil
		})
		return final[0]
	},
}

func elements(d *tensor.Dense) []float64 {
	if v, ok := d.Data().(float64); ok {
		return []float64{v}
	}
	return d.Data().([]float64)
}

// Jacobians by rows and by columns agree with differences, and each block of a Hessian with the Jacobian of the gradient.
func TestJacobian(t *testing.T) {
	at := [][]float64{{0.3, -0.7, 1.1, 0.2, 0.9, -0.4}, {0.5, -1.2, 0.8}}
	shapes := [][]int{{2, 3}, {3}}
	for name, f := range maps {
		value := func(at [][]float64) []float64 {
			g := graph.New(graph.Training)
			out, err := exec.Eval(f(g.Constant(graph.BufferOf(at[0], shapes[0]...)), g.Constant(graph.BufferOf(at[1], shapes[1]...))))
			if err != nil {
				t.Fatal(name, err)
			}
			return slices.Clone(elements(out[0]))
		}
		g := graph.New(graph.Training)
		in := []*node{g.Constant(graph.BufferOf(at[0], shapes[0]...)), g.Constant(graph.BufferOf(at[1], shapes[1]...))}
		y := f(in[0], in[1])
		for i, x := range in {
			out, err := exec.Eval(autodiff.ByRows(y, x), autodiff.ByColumns(y, x), autodiff.Jacobian(y, in...)[i])
			if err != nil {
				t.Fatal(name, err)
			}
			if want := slices.Concat(y.Shape().Dims(), x.Shape().Dims()); !slices.Equal(out[2].Shape(), want) {
				t.Fatalf("%s: a Jacobian of shape %v, want %v", name, out[2].Shape(), want)
			}
			n := x.Shape().Size()
			for j := range n {
				const h = 1e-5
				moved := [][]float64{slices.Clone(at[0]), slices.Clone(at[1])}
				moved[i][j] = at[i][j] + h
				up := value(moved)
				moved[i][j] = at[i][j] - h
				down := value(moved)
				for r := range up {
					want := (up[r] - down[r]) / (2 * h)
					for way, o := range out {
						if got := elements(o)[r*n+j]; math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
							t.Errorf("%s, way %d: ∂y%d/∂x%d[%d] is %v, want %v", name, way, r, i, j, got, want)
						}
					}
				}
			}
		}
		s := ops.Sum(ops.Square(y))
		for i, row := range autodiff.Hessian(s, in...) {
			for k, block := range row {
				out, err := exec.Eval(block, autodiff.ByColumns(autodiff.Grad(s, in[i])[0], in[k]))
				if err != nil {
					t.Fatal(name, err)
				}
				for e, v := range elements(out[0]) {
					if w := elements(out[1])[e]; math.Abs(v-w) > 1e-12*(1+math.Abs(w)) {
						t.Errorf("%s: block %d, %d of the Hessian has %v at %d, by columns %v", name, i, k, v, e, w)
					}
				}
			}
		}
	}
}

// A Jacobian is a graph, too: the gradient of its square sum is what differentiating by hand gives.
func TestGradOfJacobian(t *testing.T) {
	g := graph.New(graph.Training)
	x := vector(g, 0.5, 2)
	j := autodiff.Jacobian(ops.Mul(x, ops.Square(x)), x)[0] // diag(3x²)
	out, err := exec.Eval(autodiff.Grad(ops.Sum(ops.Square(j)), x)[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range elements(out[0]) { // Σ 9x⁴
		if want := 36 * math.Pow([]float64{0.5, 2}[i], 3); math.Abs(v-want) > 1e-12*want {
			t.Errorf("element %d is %v, want %v", i, v, want)
		}
	}
}
