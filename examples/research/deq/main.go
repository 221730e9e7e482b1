// Command deq tells two half moons apart by a layer of infinite depth, z = tanh(z·W + x·U + b) (Bai, Kolter & Koltun, "Deep equilibrium
// models", 2019), and prints the memory of a step of training at two limits of rounds.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/implicit"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A Net maps points [N, 2] to logits of two classes.
type Net struct{ In, Deep, Out *nn.Dense }

// Forward scales W to norm 0.9, so that the layer draws points together whatever is learnt.
func (m *Net) Forward(x *graph.Node, rounds int) *graph.Node {
	u, w := m.In.Forward(x), x.Graph().Use(m.Deep.W)
	z := implicit.FixedPoint(func(z *graph.Node, theta []*graph.Node) *graph.Node {
		return ops.Tanh(ops.Add(ops.MatMul(z, theta[0]), theta[1]))
	}, ops.Scale(0, u), []*graph.Node{ops.Scale(0.9, ops.Div(w, ops.Norm(w, 2))), u}, implicit.Limit{Rounds: rounds, Tolerance: 1e-5})
	return m.Out.Forward(z)
}

// moons draws n points of two half circles of radius 1, with noise of deviation 0.1, and their classes.
func moons(g *graph.Graph, r *rand.Rand, n int) (x, class *graph.Node) {
	xs, cs := make([]float32, 2*n), make([]int32, n)
	for i := range n {
		s, c := math.Sincos(math.Pi * r.Float64())
		if cs[i] = int32(i % 2); cs[i] == 1 {
			s, c = 0.5-s, 1-c
		}
		xs[2*i], xs[2*i+1] = float32(c+0.1*r.NormFloat64()), float32(s+0.1*r.NormFloat64())
	}
	return g.Constant(graph.BufferOf(xs, n, 2)), g.Constant(graph.BufferOf(cs, n))
}

// run trains on 500 points and returns the accuracy on 1,000 others, and the bytes of intermediate results of a step.
func run(rounds, steps int) (accuracy float64, bytes int) {
	r, g := rand.New(rand.NewPCG(1, 0)), graph.New(graph.Training)
	m := &Net{nn.NewDense(r, 2, 16), nn.NewDense(r, 16, 16, nn.NoBias()), nn.NewDense(r, 16, 2)}
	x, class := moons(g, r, 500)
	optim.NewAdam(nn.Params(m), optim.Constant(2e-2)).Minimize(nn.CrossEntropy(m.Forward(x, rounds), class))
	step, err := exec.Compile(g)
	for i := 0; i < steps && err == nil; i++ {
		_, err = step.Run()
	}
	x, class = moons(g, r, 1000)
	out, err2 := exec.Eval(nn.Accuracy(m.Forward(x, rounds), class))
	if err != nil || err2 != nil {
		log.Fatal(err, err2)
	}
	return exec.Scalar(out[0]), step.Cost().Arena
}

func main() {
	_, few := run(10, 1)
	accuracy, many := run(1000, 500)
	fmt.Printf("accuracy on new points: %.3f; bytes of a step: %d at 10 rounds at most, %d at 1,000\n", accuracy, few, many)
}
