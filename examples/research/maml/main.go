// Command maml learns weights from which one step of gradient descent fits a new sine (Finn, Abbeel & Levine, "Model-agnostic meta-learning
// for fast adaptation of deep networks", 2017, section 5.1), beside weights that were trained to fit all sines at once.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

func loss(x, y *graph.Node, w []*graph.Node) *graph.Node {
	for i := range 2 {
		x = ops.Tanh(ops.Add(ops.MatMul(x, w[2*i]), w[2*i+1]))
	}
	return nn.MSE(ops.Add(ops.MatMul(x, w[4]), w[5]), y)
}

// adapted is the mean loss on ten points of each of n sines a·sin(x − φ), after a step of the given rate on the loss of ten others.
func adapted(g *graph.Graph, net nn.Sequential, n int, rate float64) *graph.Node {
	a := ops.Affine(4.9, ops.Uniform(g, n, 1, 1), 0.1)
	x := ops.Affine(10, ops.Uniform(g, n, 20, 1), -5)
	y := ops.Mul(a, ops.Sin(ops.Sub(x, ops.Scale(math.Pi, ops.Uniform(g, n, 1, 1)))))
	in, mapped := []*graph.Node{x, y}, make([]bool, 8)
	mapped[0], mapped[1] = true, true // the weights before the step are the same for all
	for _, p := range nn.Params(net) {
		in = append(in, g.Use(p))
	}
	return ops.Mean(vmap.Flagged(func(in []*graph.Node) []*graph.Node {
		x, y, w := ops.Split(in[0], 0, 10, 10), ops.Split(in[1], 0, 10, 10), append([]*graph.Node{}, in[2:]...)
		for i, d := range autodiff.Grad(loss(x[0], y[0], w), w...) {
			w[i] = ops.Sub(w[i], ops.Scale(rate, d))
		}
		return []*graph.Node{loss(x[1], y[1], w)}
	}, in, mapped)[0])
}

// run trains through steps of the given rate, and returns the loss on 1,000 new sines after a step of 0.02.
func run(rate float64, steps int) float64 {
	r, g := rand.New(rand.NewPCG(1, 0)), graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(1))
	net := nn.Sequential{nn.NewDense(r, 1, 40), nn.NewDense(r, 40, 40), nn.NewDense(r, 40, 1)}
	optim.NewAdam(nn.Params(net), optim.Cosine(2e-3, 1e-4, steps)).Minimize(adapted(g, net, 25, rate))
	step, err := exec.Compile(g)
	for i := 0; i < steps && err == nil; i++ {
		_, err = step.Run()
	}
	g = graph.New(graph.Evaluation)
	g.SetRNG(graph.NewRNG(2))
	out, err2 := exec.Eval(adapted(g, net, 1000, 0.02))
	if err != nil || err2 != nil {
		log.Fatal(err, err2)
	}
	return exec.Scalar(out[0])
}

func main() {
	fmt.Printf("squared error after one step: %.3f meta-trained, %.3f trained on all sines\n", run(0.02, 10000), run(0, 10000))
}
