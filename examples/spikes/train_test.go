package spikes_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/examples/ownop"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// (a) An MLP trained by Adam, whose state has names.
func Example_train() {
	m := NewMLP(random(), 2, 8, 1)
	adam := optim.NewAdam(nn.Params(m), optim.Constant(0.05))
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float64, 4, 2), g.Input("y", graph.Float64, 4, 1)
	loss := nn.MSE(m.Forward(x), y)
	adam.Minimize(loss)
	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 200 {
		out, err := step.RunBuffers(corners, xor)
		if err != nil {
			fmt.Println(err)
			return
		}
		if i == 199 {
			fmt.Printf("loss %.4f\n", graph.Data[float64](out[0])[0])
		}
	}
	for name, s := range adam.States() {
		fmt.Println(name, s.Type())
	}
	// Output:
	// loss 0.0000
	// adam.step float64[]
	// adam.m.Hidden.W float64[2 8]
	// adam.m.Hidden.B float64[8]
	// adam.m.Out.W float64[8 1]
	// adam.m.Out.B float64[1]
	// adam.v.Hidden.W float64[2 8]
	// adam.v.Hidden.B float64[8]
	// adam.v.Out.W float64[8 1]
	// adam.v.Out.B float64[1]
}

// (b) A WGAN with gradient penalty: two steps, two graphs, one set of parameters.
func TestWGAN(t *testing.T) {
	gen, critic := NewMLP(random(), 1, 8, 1), NewMLP(random(), 1, 8, 1)
	criticAdam, genAdam := optim.NewAdam(nn.Params(critic), optim.Constant(0.02)), optim.NewAdam(nn.Params(gen), optim.Constant(0.002))
	for _, a := range []*optim.Adam{criticAdam, genAdam} {
		a.Beta1, a.Beta2 = 0, 0.9 // Gulrajani et al., 2017
	}
	const n = 32
	noise := func(g *graph.Graph) *node { return ops.UniformOf(g, graph.T(graph.Float64, n, 1)) }
	g := graph.New(graph.Training)
	rng := graph.NewRNG(1)
	g.SetRNG(rng)
	real := g.Input("real", graph.Float64, n, 1)
	fake, mix := gen.Forward(noise(g)), noise(g)
	between := ops.Add(ops.Mul(mix, real), ops.Mul(ops.Affine(-1, mix, 1), fake))
	slope := autodiff.Grad(ops.Sum(critic.Forward(between)), between)[0]
	norm := ops.Sqrt(ops.Offset(ops.SumKeep(ops.Square(slope), 1), 1e-12))
	penalty := ops.Mean(ops.Square(ops.ReLU(ops.Offset(norm, -1)))) // one-sided: two-sided, the wrong sign is a local minimum
	distance := ops.Sub(ops.Mean(critic.Forward(real)), ops.Mean(critic.Forward(fake)))
	criticAdam.Minimize(ops.Sub(ops.Scale(10, penalty), distance))
	criticStep := compile(t, g, []*node{real}, penalty)

	g = graph.New(graph.Training)
	g.SetRNG(rng)
	fake = gen.Forward(noise(g))
	genAdam.Minimize(ops.Neg(ops.Mean(critic.Forward(fake))))
	genStep := compile(t, g, nil, ops.Mean(fake))

	before := gen.Out.W.Version()
	data := fill(func(i int) float64 { return 2 + 0.1*float64(i%7) }, n, 1)
	if p := repeat(t, criticStep, 100, data)[0][0]; gen.Out.W.Version() != before || p > 0.05 {
		t.Error("critic step", p)
	}
	for range 400 {
		repeat(t, criticStep, 5, data)
		repeat(t, genStep, 1)
	}
	if mean := repeat(t, genStep, 1)[0][0]; math.Abs(mean-2.3) > 0.5 {
		t.Error("the generator makes", mean)
	}
}

// (c) MAML: the gradient of a loss after a gradient step.
func TestMAML(t *testing.T) {
	m := NewMLP(random(), 1, 6, 1)
	adapted := func(g *graph.Graph, x, y, x2, y2 *node) (loss *node) {
		inner, after := nn.MSE(m.Forward(x), y), map[graph.Var]*node{}
		for _, p := range nn.Params(m) {
			after[p] = ops.Sub(g.Use(p), ops.Scale(0.1, autodiff.Grad(inner, g.Use(p))[0]))
		}
		g.With(after, func() { loss = nn.MSE(m.Forward(x2), y2) })
		return loss
	}
	g := graph.New(graph.Training)
	var in []*node
	for _, name := range []string{"x", "y", "x2", "y2"} {
		in = append(in, g.Input(name, graph.Float64, 4, 1))
	}
	loss := adapted(g, in[0], in[1], in[2], in[3])
	optim.NewAdam(nn.Params(m), optim.Constant(0.01)).Minimize(loss)
	step := compile(t, g, in, loss)
	x := graph.BufferOf([]float64{-1, 0, 1, 2}, 4, 1)
	first := repeat(t, step, 1, x, x, x, x)[0][0]
	if last := repeat(t, step, 100, x, x, x, x)[0][0]; last > first/4 {
		t.Error(first, last)
	}
	// With makes any model a function of its parameters, and so checkable.
	gradcheck.Check(t, func(w ...*node) (l *node) {
		g := w[0].Graph()
		g.With(map[graph.Var]*node{m.Hidden.W: w[0]}, func() { l = adapted(g, w[1], w[2], w[1], w[2]) })
		return l
	}, m.Hidden.W.Value(), gradcheck.Random(4, 1), gradcheck.Random(4, 1))
}

// (h) A user's op, in the user's package, checked in one line to fourth order.
func TestOwnOp(t *testing.T) {
	gradcheck.CheckOrder(t, 4, func(in ...*node) *node { return ownop.Swish(in[0], 0.7) }, gradcheck.Random(5))
}

// (i) Two groups of parameters with rates of their own, clipped together.
func TestTwoOptimisers(t *testing.T) {
	m := NewMLP(random(), 2, 8, 1)
	slow, fast := optim.NewAdam(nn.Params(m.Hidden), optim.Constant(0)), optim.NewAdam(nn.Params(m.Out), optim.Constant(0.05))
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float64, 4, 2), g.Input("y", graph.Float64, 4, 1)
	loss := nn.MSE(m.Forward(x), y)
	a, b := slow.Grads(loss), fast.Grads(loss)
	all, _ := optim.ClipNorm(append(a, b...), 0.01)
	slow.Update(all[:len(a)])
	fast.Update(all[len(a):])
	step := compile(t, g, []*node{x, y}, loss, autodiff.Dot(all, all))
	before := values(m.Hidden.W)
	out := repeat(t, step, 1, corners, xor)
	first, norm := out[0][0], math.Sqrt(out[1][0])
	last := repeat(t, step, 50, corners, xor)[0][0]
	if math.Abs(norm-0.01) > 1e-5 || last >= first || values(m.Hidden.W)[0] != before[0] {
		t.Error(norm, first, last)
	}
	late := optim.NewAdam(nn.Params(m), optim.Constant(1)) // loss was built before the assignments above
	late.Minimize(loss)
	if g.Err() == nil {
		t.Error("a gradient of zero, silently")
	}
}
