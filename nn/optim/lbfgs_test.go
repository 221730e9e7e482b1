package optim_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A problem is a loss of some parameters and the plan that evaluates it.
type problem struct {
	l    *optim.LBFGS
	plan *exec.Plan
}

func newProblem(t *testing.T, history int, loss func(g *graph.Graph) *node, ps ...*graph.Param) *problem {
	t.Helper()
	l, g := optim.NewLBFGS(one(ps...), history), graph.New(graph.Training)
	plan, err := exec.Compile(g, exec.Out(l.Outputs(loss(g))...), exec.NoTrap())
	if err != nil {
		t.Fatal(err)
	}
	return &problem{l, plan}
}

func (p *problem) run(t *testing.T, iterations int) optim.Result {
	t.Helper()
	r, err := p.l.Run(iterations, func() ([]graph.Buffer, error) { return p.plan.RunBuffers() })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rosenbrock is 100·(y − x²)² + (1 − x)², of the sum over neighbours in w.
func rosenbrock(w *graph.Param) func(g *graph.Graph) *node {
	return func(g *graph.Graph) *node {
		n := w.Type().Shape.Dim(0)
		x, y := ops.Slice(g.Use(w), 0, 0, n-1), ops.Slice(g.Use(w), 0, 1, n-1)
		return ops.Sum(ops.Add(ops.Scale(100, ops.Square(ops.Sub(y, ops.Square(x)))), ops.Square(ops.Affine(-1, x, 1))))
	}
}

func TestRosenbrock(t *testing.T) {
	w := vector("w", -1.2, 1)
	p := newProblem(t, 10, rosenbrock(w), w)
	p.l.GradTol = 1e-10
	r := p.run(t, 100)
	got := floats(w.Value())
	if !r.Converged || math.Abs(got[0]-1) > 1e-8 || math.Abs(got[1]-1) > 1e-8 || r.Evaluations > 100 {
		t.Errorf("%v after %+v", got, r)
	}
	// In ten dimensions with a history of three, and where the curvature remembered is of another problem.
	w = vector("w", -1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1)
	p = newProblem(t, 3, rosenbrock(w), w)
	p.l.GradTol, p.l.StepTol = 1e-9, 0
	ones := slices.Repeat([]float64{1}, 10)
	if r = p.run(t, 300); !r.Converged || distance(floats(w.Value()), ones) > 1e-7 {
		t.Errorf("%v after %+v", floats(w.Value()), r)
	}
	w.Set(graph.BufferOf([]float64{3, -2, 3, -2, 3, -2, 3, -2, 3, -2}, 10))
	if r = p.run(t, 300); !r.Converged || distance(floats(w.Value()), ones) > 1e-7 {
		t.Errorf("%v after %+v", floats(w.Value()), r)
	}
}

// A line through points, against the normal equations.
func TestLeastSquares(t *testing.T) {
	a, b := vector("a", 0), vector("b", 0)
	xs, ys := []float64{0, 1, 2, 3, 4}, []float64{1, 2.5, 2, 4, 5.5}
	p := newProblem(t, 5, func(g *graph.Graph) *node {
		x, y := g.Constant(graph.BufferOf(xs, 5)), g.Constant(graph.BufferOf(ys, 5))
		return ops.Mean(ops.Square(ops.Sub(ops.Add(ops.Mul(g.Use(a), x), g.Use(b)), y)))
	}, a, b)
	p.l.GradTol = 1e-13
	r := p.run(t, 50)
	slope := 10.5 / 10 // Σ(x−x̄)(y−ȳ)/Σ(x−x̄)²
	if got := []float64{floats(a.Value())[0], floats(b.Value())[0]}; distance(got, []float64{slope, 3 - 2*slope}) > 1e-12 {
		t.Errorf("%v after %+v", got, r)
	}
	if r.Iterations > 10 {
		t.Errorf("a quadratic of two dimensions took %+v", r)
	}
}

// Logistic regression with a penalty, in one parameter or in two of different dtypes, against SciPy.
func TestLogistic(t *testing.T) {
	want := golden[map[string][]float64](t, "minima")
	xs, ys := make([]float64, 36), make([]float64, 12)
	for i := range 12 {
		for j := range 3 {
			xs[3*i+j] = float64((3*i+5*j)%11-5) / 4
		}
		ys[i] = -1
		if 5*i%7 < 3 {
			ys[i] = 1
		}
	}
	loss := func(g *graph.Graph, w *node) *node {
		z := ops.Mul(g.Constant(graph.BufferOf(ys, 12, 1)), ops.MatMul(g.Constant(graph.BufferOf(xs, 12, 3)), ops.Reshape(w, 3, 1)))
		return ops.Add(ops.Mean(ops.Softplus(ops.Neg(z))), ops.Scale(0.05, ops.Sum(ops.Square(w))))
	}
	w := vector("w", 0, 0, 0)
	p := newProblem(t, 10, func(g *graph.Graph) *node { return loss(g, g.Use(w)) }, w)
	p.l.GradTol = 1e-12
	if r := p.run(t, 100); distance(floats(w.Value()), want["logistic"]) > 1e-9 || distance([]float64{r.Loss}, want["logistic-loss"]) > 1e-12 {
		t.Errorf("%v after %+v, want %v", floats(w.Value()), r, want["logistic"])
	}
	u, v := graph.NewParam("u", graph.BufferOf([]float32{0, 0}, 2)), vector("v", 0)
	p = newProblem(t, 10, func(g *graph.Graph) *node { return loss(g, ops.Concat(0, ops.Cast(g.Use(u), graph.Float64), g.Use(v))) }, u, v)
	r := p.run(t, 100)
	if got := append(floats(u.Value()), floats(v.Value())...); spread(got, want["logistic"]) > 1e-6 {
		t.Errorf("%v after %+v, want %v", got, r, want["logistic"])
	}
}

// Stopping and going on from parameters and states gives the bits of not stopping.
func TestLBFGSResume(t *testing.T) {
	start := []float64{-1.2, 1, 0.5, 2}
	whole := vector("w", start...)
	newProblem(t, 4, rosenbrock(whole), whole).run(t, 15)
	first, second := vector("w", start...), vector("w", 0, 0, 0, 0)
	p := newProblem(t, 4, rosenbrock(first), first)
	p.run(t, 8)
	saved := map[string]graph.Buffer{}
	for name, s := range p.l.States() {
		saved[name] = s.Value()
	}
	second.Set(first.Value())
	p = newProblem(t, 4, rosenbrock(second), second)
	for name, s := range p.l.States() {
		s.Set(saved[name])
	}
	p.run(t, 7)
	if !slices.Equal(floats(whole.Value()), floats(second.Value())) {
		t.Error(floats(whole.Value()), floats(second.Value()))
	}
	if n := len(saved); n != 2+2*4 || saved["lbfgs.step"].Type.Shape.Rank() != 0 {
		t.Error(n, "states")
	}
}

// A trial point beyond the domain of the loss counts as too far.
func TestBarrier(t *testing.T) {
	w := vector("w", 1e-3)
	p := newProblem(t, 5, func(g *graph.Graph) *node { // w − log(w), lowest at 1; steep on the left, NaN below 0
		return ops.Sum(ops.Sub(ops.Scale(1e3, g.Use(w)), ops.Log(g.Use(w))))
	}, w)
	p.l.GradTol = 1e-9
	w.Set(graph.BufferOf([]float64{0.9}, 1))
	if r := p.run(t, 100); math.Abs(floats(w.Value())[0]-1e-3) > 1e-12 {
		t.Errorf("%v after %+v", floats(w.Value()), r)
	}
}

func TestLBFGSEnds(t *testing.T) {
	w := vector("w", 1, 2)
	p := newProblem(t, 0, func(g *graph.Graph) *node { return squares(g, w) }, w)
	if r := p.run(t, 0); r.Loss != 2.5 || r.Gradient != 2 || r.Evaluations != 1 || r.Converged {
		t.Errorf("no iterations: %+v", r)
	}
	if r := p.run(t, 50); !r.Converged {
		t.Errorf("%+v", r)
	}
	if r := p.run(t, 50); !r.Converged || r.Iterations != 0 {
		t.Errorf("at the minimum: %+v", r)
	}
	// A gradient that points uphill: no step lowers the loss, and nothing moves.
	w.Set(graph.BufferOf([]float64{1, 2}, 2))
	uphill := func() ([]graph.Buffer, error) {
		x := floats(w.Value())
		return []graph.Buffer{graph.BufferOf([]float64{x[0] + x[1]}), graph.BufferOf([]float64{-1, -1}, 2)}, nil
	}
	r, err := optim.NewLBFGS(one(w), 3).Run(10, uphill)
	if err != nil || r.Converged || r.Iterations != 0 || !slices.Equal(floats(w.Value()), []float64{1, 2}) {
		t.Errorf("%v %v after %+v", err, floats(w.Value()), r)
	}
	// So with a history: it is forgotten, and the gradient does not help either.
	p = newProblem(t, 3, func(g *graph.Graph) *node { return squares(g, w) }, w)
	p.run(t, 1)
	at := floats(w.Value())
	r, err = p.l.Run(10, uphill)
	if err != nil || r.Converged || r.Iterations != 0 || !slices.Equal(floats(w.Value()), at) {
		t.Errorf("%v %v after %+v", err, floats(w.Value()), r)
	}
	for name, s := range p.l.States() {
		if name == "lbfgs.pairs" && graph.Data[int64](s.Value())[0] != 0 {
			t.Errorf("%v pairs are remembered", s.Value())
		}
	}
	// A gradient of 0 has no direction.
	l := optim.NewLBFGS(one(w), 3)
	l.GradTol = -1
	flat := func() ([]graph.Buffer, error) {
		return []graph.Buffer{graph.BufferOf([]float64{1}), graph.BufferOf([]float64{0, 0}, 2)}, nil
	}
	if r, err = l.Run(10, flat); err != nil || r.Converged || r.Evaluations != 1 {
		t.Errorf("%v after %+v", err, r)
	}
	// A linear loss has no curvature to remember and no minimum.
	line := func() ([]graph.Buffer, error) {
		return []graph.Buffer{graph.BufferOf([]float64{floats(w.Value())[0]}), graph.BufferOf([]float64{1, 0}, 2)}, nil
	}
	if r, err = optim.NewLBFGS(one(w), 3).Run(3, line); err != nil || r.Converged || r.Loss > -1e6 {
		t.Errorf("%v after %+v", err, r)
	}
}

func TestLBFGSErrors(t *testing.T) {
	w, whole := vector("w", 1, 2), graph.NewParam("n", graph.BufferOf([]int32{1}, 1))
	loss, d := graph.BufferOf([]float64{1}), graph.BufferOf([]float64{1, 1}, 2)
	nan, broken := graph.BufferOf([]float64{math.NaN()}), errors.New("broken")
	for want, f := range map[string]func() ([]graph.Buffer, error){
		"lbfgs: broken": func() ([]graph.Buffer, error) { return nil, broken },
		"the plan returns 1 values, want a loss and 1 gradients": func() ([]graph.Buffer, error) { return []graph.Buffer{loss}, nil },
		"the gradient of w is float64[], not float64[2]":         func() ([]graph.Buffer, error) { return []graph.Buffer{loss, loss}, nil },
		"lbfgs: the loss is not finite at the start":             func() ([]graph.Buffer, error) { return []graph.Buffer{nan, d}, nil },
		"the plan returns 2 values, want a loss and 1 gradients": func() ([]graph.Buffer, error) { return []graph.Buffer{d, d}, nil },
	} {
		if _, err := optim.NewLBFGS(one(w), 3).Run(5, f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := optim.NewLBFGS(one(whole), 3).Run(5, nil); err == nil || err.Error() != "lbfgs: n is int32[1], want float32 or float64" {
		t.Error(err)
	}
	// A failure in mid-search, at its first trial or while it narrows, leaves the parameters as the last whole iteration left them.
	for _, last := range []int{2, 3} {
		count, at := 0, floats(w.Value())
		_, err := optim.NewLBFGS(one(w), 3).Run(5, func() ([]graph.Buffer, error) {
			if count++; count == last {
				return nil, broken
			}
			return []graph.Buffer{graph.BufferOf([]float64{float64(count)}), d}, nil
		})
		if !errors.Is(err, broken) || !slices.Equal(floats(w.Value()), at) {
			t.Error(err, floats(w.Value()))
		}
	}
	g := graph.New(graph.Training)
	optim.NewLBFGS(one(w), 3).Outputs(g.Fill(1, graph.T(graph.Float64)))
	wantErr(t, g, "lbfgs: the loss does not depend on w")
}
