package optim_test

import (
	"fmt"
	"log"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// bowl is a model of two weights, with the loss ½·(x² + 4·y²).
type bowl struct{ X, Y *graph.Param }

func newBowl() *bowl {
	return &bowl{graph.NewParam("", graph.BufferOf([]float64{1})), graph.NewParam("", graph.BufferOf([]float64{1}))}
}

func (b *bowl) Loss(g *graph.Graph) *graph.Node {
	return ops.Scale(0.5, ops.Add(ops.Square(g.Use(b.X)), ops.Scale(4, ops.Square(g.Use(b.Y)))))
}

func (b *bowl) print(label string) {
	fmt.Printf("%s %.4f %.4f\n", label, graph.Data[float64](b.X.Value())[0], graph.Data[float64](b.Y.Value())[0])
}

// train puts the optimiser's step on a graph and runs it.
func train(b *bowl, o optim.Optimizer, steps int) {
	g := graph.New(graph.Training)
	loss := b.Loss(g)
	o.Minimize(loss)
	step, err := exec.Compile(g, exec.Out(loss))
	if err != nil {
		log.Fatal(err)
	}
	for range steps {
		if _, err := step.Run(); err != nil {
			log.Fatal(err)
		}
	}
}

func ExampleNewSGD() {
	b := newBowl()
	train(b, optim.NewSGD(nn.Params(b), optim.Constant(0.1), 0.5), 2)
	b.print("after two steps")
	// Output: after two steps 0.7600 0.1600
}

func ExampleNewAdam() {
	b := newBowl()
	adam := optim.NewAdam(nn.Params(b), optim.Constant(0.1))
	train(b, adam, 2)
	b.print("after two steps")
	for name := range adam.States() {
		fmt.Println(name)
	}
	// Output:
	// after two steps 0.8004 0.8004
	// adam.step
	// adam.m.X
	// adam.m.Y
	// adam.v.X
	// adam.v.Y
}

func ExampleNewAdamW() {
	b := newBowl()
	train(b, optim.NewAdamW(nn.Params(b), optim.Constant(0.1), 0.5), 1)
	b.print("after one step")
	// Output: after one step 0.8500 0.8500
}

func ExampleNewAdagrad() {
	b := newBowl()
	train(b, optim.NewAdagrad(nn.Params(b), optim.Constant(0.1)), 2)
	b.print("after two steps")
	// Output: after two steps 0.8331 0.8331
}

func ExampleNewRMSProp() {
	b := newBowl()
	train(b, optim.NewRMSProp(nn.Params(b), optim.Constant(0.01), 0.9, true), 2)
	b.print("after two steps")
	// Output: after two steps 0.7413 0.7413
}

func ExampleNewAdadelta() {
	b := newBowl()
	train(b, optim.NewAdadelta(nn.Params(b), optim.Constant(1)), 2)
	b.print("after two steps")
	// Output: after two steps 0.9936 0.9936
}

func ExampleNewNAdam() {
	b := newBowl()
	train(b, optim.NewNAdam(nn.Params(b), optim.Constant(0.1)), 2)
	b.print("after two steps")
	// Output: after two steps 0.8200 0.8200
}

func ExampleNewRAdam() {
	b := newBowl()
	train(b, optim.NewRAdam(nn.Params(b), optim.Constant(0.1)), 2)
	b.print("after two steps")
	// Output: after two steps 0.8053 0.2842
}

func ExampleNewLion() {
	b := newBowl()
	train(b, optim.NewLion(nn.Params(b), optim.Constant(0.1), 0), 2)
	b.print("after two steps")
	// Output: after two steps 0.8000 0.8000
}

func ExampleNewLAMB() {
	b := newBowl()
	train(b, optim.NewLAMB(nn.Params(b), optim.Constant(0.1), 0), 2)
	b.print("after two steps")
	// Output: after two steps 0.8100 0.8100
}

// The direction of a step is nearly orthogonal, whatever the sizes of the gradient's singular values.
func ExampleNewMuon() {
	w := graph.NewParam("", graph.NewBuffer(graph.T(graph.Float64, 2, 2)))
	muon := optim.NewMuon(nn.Params([]*graph.Param{w}), optim.Constant(1), 0)
	g := graph.New(graph.Training)
	muon.Update([]*graph.Node{g.Constant(graph.BufferOf([]float64{0, 3, -0.1, 0}, 2, 2))})
	step, err := exec.Compile(g)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := step.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f\n", graph.Data[float64](w.Value()))
	// Output: [0.00 -0.70 1.13 0.00]
}

// One rate for the first weight, another and a decay for the second.
func ExampleGroups() {
	b := newBowl()
	opt := optim.Groups{
		optim.NewSGD(nn.Params(&struct{ X *graph.Param }{b.X}), optim.Constant(0.1), 0),
		optim.NewAdamW(nn.Params(&struct{ Y *graph.Param }{b.Y}), optim.Constant(0.01), 0.1),
	}
	train(b, opt, 1)
	b.print("after one step")
	for name := range opt.States() {
		fmt.Println(name)
	}
	// Output:
	// after one step 0.9000 0.9890
	// 0.sgd.step
	// 1.adam.step
	// 1.adam.m.Y
	// 1.adam.v.Y
}

// Gradients are clipped where a loop calls Minimize.
func ExampleThrough() {
	b := newBowl()
	sgd := optim.NewSGD(nn.Params(b), optim.Constant(1), 0)
	train(b, optim.Through(sgd, func(d []*graph.Node) []*graph.Node { return optim.ClipValue(d, 0.25) }), 1)
	b.print("after one step")
	// Output: after one step 0.7500 0.7500
}

func ExampleClipNorm() {
	b := newBowl()
	sgd := optim.NewSGD(nn.Params(b), optim.Constant(1), 0)
	g := graph.New(graph.Training)
	grads, norm := optim.ClipNorm(sgd.Grads(b.Loss(g)), 0.1)
	sgd.Update(grads)
	step, err := exec.Compile(g, exec.Out(norm))
	if err != nil {
		log.Fatal(err)
	}
	out, err := step.Run()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("norm %.4f\n", exec.Scalar(out[0]))
	b.print("after one step")
	// Output:
	// norm 4.1231
	// after one step 0.9757 0.9030
}

func ExampleClipValue() {
	b := newBowl()
	g := graph.New(graph.Training)
	sgd := optim.NewSGD(nn.Params(b), optim.Constant(1), 0)
	sgd.Update(optim.ClipValue(sgd.Grads(b.Loss(g)), 0.5))
	step, err := exec.Compile(g)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := step.Run(); err != nil {
		log.Fatal(err)
	}
	b.print("after one step")
	// Output: after one step 0.5000 0.5000
}

// show prints a rate at a few numbers of steps done.
func show(r optim.Rate, at ...float64) {
	g := graph.New(graph.Training)
	for _, t := range at {
		out, err := exec.Eval(r(g.Fill(t, graph.T(graph.Float64))))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.4g ", exec.Scalar(out[0]))
	}
	fmt.Println()
}

func ExampleConstant() {
	show(optim.Constant(0.1), 0, 1000)
	// Output: 0.1 0.1
}

func ExampleCosine() {
	show(optim.Cosine(1, 0, 100), 0, 25, 50, 75, 100, 200)
	// Output: 1 0.8536 0.5 0.1464 0 0
}

func ExampleLinear() {
	show(optim.Linear(1, 0.5, 100), 0, 50, 100, 200)
	// Output: 1 0.75 0.5 0.5
}

func ExampleWarmUp() {
	show(optim.WarmUp(4, optim.Linear(1, 0, 100)), 0, 1, 2, 3, 4, 54)
	// Output: 0.25 0.5 0.75 1 1 0.5
}

func ExampleExponential() {
	show(optim.Exponential(1, 0.9), 0, 1, 2)
	// Output: 1 0.9 0.81
}

func ExampleStepDecay() {
	show(optim.StepDecay(1, 0.1, 30), 0, 29, 30, 60)
	// Output: 1 1 0.1 0.01
}

func ExampleMultiStep() {
	show(optim.MultiStep(1, 0.1, 30, 80), 0, 29, 30, 80)
	// Output: 1 1 0.1 0.01
}

func ExamplePolynomial() {
	show(optim.Polynomial(1, 10, 2), 0, 5, 10, 20)
	// Output: 1 0.25 0 0
}

func ExampleInverseSqrt() {
	show(optim.InverseSqrt(1, 100), 0, 49, 99, 399)
	// Output: 0.01 0.5 1 0.5
}

func ExampleCosineRestarts() {
	show(optim.CosineRestarts(1, 0, 10, 2), 0, 5, 10, 20, 30)
	// Output: 1 0.5 1 0.5 1
}

func ExampleOneCycle() {
	show(optim.OneCycle(0.04, 1, 0, 100, 0.3), 0, 29, 64, 99)
	// Output: 0.04 1 0.5 0
}

func ExampleSequence() {
	show(optim.Sequence(optim.Constant(1), 10, optim.Linear(0.5, 0, 10)), 0, 9, 10, 15, 20)
	// Output: 1 1 0.5 0.25 0
}

func ExampleNewPlateau() {
	b, plateau := newBowl(), optim.NewPlateau(0.1)
	plateau.Patience = 1
	train(b, optim.NewSGD(nn.Params(b), plateau.Rate, 0), 1)
	b.print("after one step")
	for _, validationLoss := range []float64{3, 2, 2, 2} {
		fmt.Printf("%.2g ", plateau.Observe(validationLoss))
	}
	// Output:
	// after one step 0.9000 0.6000
	// 0.1 0.1 0.1 0.01
}

// Four runs make one step, with the mean of their gradients.
func ExampleAccumulate() {
	b := newBowl()
	opt := optim.Accumulate(optim.NewSGD(nn.Params(b), optim.Constant(0.1), 0), 4)
	train(b, opt, 3)
	b.print("after three runs")
	train(b, opt, 1)
	b.print("after four")
	// Output:
	// after three runs 1.0000 1.0000
	// after four 0.9000 0.6000
}

func ExampleLookahead() {
	b := newBowl()
	opt := optim.Lookahead(optim.NewSGD(nn.Params(b), optim.Constant(0.1), 0), 0.5, 2)
	train(b, opt, 1)
	b.print("ahead")
	train(b, opt, 1)
	b.print("followed by half the way")
	// Output:
	// ahead 0.9000 0.6000
	// followed by half the way 0.9050 0.6800
}

// averaged trains with a mean beside and prints the loss of the last weights and that of the mean.
func averaged(b *bowl, a *optim.Average) {
	g := graph.New(graph.Training)
	optim.NewSGD(nn.Params(b), optim.Constant(0.45), 0).Minimize(b.Loss(g))
	a.Update(g)
	step, err := exec.Compile(g)
	if err != nil {
		log.Fatal(err)
	}
	for range 4 {
		if _, err := step.Run(); err != nil {
			log.Fatal(err)
		}
	}
	eval := graph.New(graph.Evaluation)
	last, mean := b.Loss(eval), (*graph.Node)(nil)
	eval.With(a.Bindings(eval), func() { mean = b.Loss(eval) })
	out, err := exec.Eval(last, mean)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("loss of the last weights %.4f, of their mean %.4f\n", exec.Scalar(out[0]), exec.Scalar(out[1]))
}

func ExampleNewEMA() {
	b := newBowl()
	averaged(b, optim.NewEMA(nn.Params(b), 0.5))
	// Output: loss of the last weights 0.3397, of their mean 0.0253
}

func ExampleNewSWA() {
	b := newBowl()
	averaged(b, optim.NewSWA(nn.Params(b)))
	// Output: loss of the last weights 0.3397, of their mean 0.0471
}

// Rosenbrock's valley, to the last digits.
func ExampleNewLBFGS() {
	b := &bowl{graph.NewParam("", graph.BufferOf([]float64{-1.2})), graph.NewParam("", graph.BufferOf([]float64{1}))}
	l, g := optim.NewLBFGS(nn.Params(b), 10), graph.New(graph.Training)
	x, y := g.Use(b.X), g.Use(b.Y)
	loss := ops.Add(ops.Scale(100, ops.Square(ops.Sub(y, ops.Square(x)))), ops.Square(ops.Affine(-1, x, 1)))
	plan, err := exec.Compile(g, exec.Out(l.Outputs(loss)...))
	if err != nil {
		log.Fatal(err)
	}
	result, err := l.Run(100, func() ([]graph.Buffer, error) { return plan.RunBuffers() })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("converged:", result.Converged)
	b.print("at")
	// Output:
	// converged: true
	// at 1.0000 1.0000
}
