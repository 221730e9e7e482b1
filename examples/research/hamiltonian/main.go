// Command hamiltonian learns a pendulum from noisy motion twice: as an energy whose derivatives are the motion (Greydanus, Dzamba & Yosinski,
// "Hamiltonian neural networks", 2019), and as the motion itself. It prints how far each drifts from the true energy.
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
	"github.com/kedja-ml/kedja/ode"
	"github.com/kedja-ml/kedja/ops"
)

// motion is the net: angles and momenta [N, 2] to their derivatives.
func motion(_, y *graph.Node, w []*graph.Node) *graph.Node {
	return ops.MatMul(ops.Tanh(ops.Add(ops.MatMul(y, w[0]), w[1])), w[2])
}

// hamiltonian is (∂H/∂p, −∂H/∂q), where the net is H: motion along it keeps H, whatever the weights are.
func hamiltonian(t, y *graph.Node, w []*graph.Node) *graph.Node {
	d := ops.Split(autodiff.Grad(ops.Sum(motion(t, y, w)), y)[0], 1, 1, 1)
	return ops.Concat(1, d[1], ops.Neg(d[0]))
}

func energy(y *graph.Node) *graph.Node { // the true one, p²/2 − cos q
	s := ops.Split(y, 1, 1, 1)
	return ops.Sub(ops.Scale(0.5, ops.Square(s[1])), ops.Cos(s[0]))
}

// drift trains a field by its values, lets it swing for 50 units of time, and returns the mean change of the true energy.
func drift(field ode.Field, outputs, steps int) float64 {
	r, g := rand.New(rand.NewPCG(1, 0)), graph.New(graph.Training)
	a, b := nn.NewDense(r, 2, 64), nn.NewDense(r, 64, outputs, nn.NoBias())
	w := []*graph.Node{g.Use(a.W), g.Use(a.B), g.Use(b.W)}
	y, d := make([]float32, 400), make([]float32, 400)
	for i := 0; i < len(y); i += 2 {
		y[i], y[i+1] = 4*r.Float32()-2, 4*r.Float32()-2
		d[i], d[i+1] = y[i+1]+0.1*float32(r.NormFloat64()), 0.1*float32(r.NormFloat64())-float32(math.Sin(float64(y[i])))
	}
	loss := nn.MSE(field(nil, g.Constant(graph.BufferOf(y, 200, 2)), w), g.Constant(graph.BufferOf(d, 200, 2)))
	optim.NewAdam(nn.Params(nn.Sequential{a, b}), optim.Cosine(1e-2, 1e-4, steps)).Minimize(loss)
	step, err := exec.Compile(g)
	for i := 0; i < steps && err == nil; i++ {
		_, err = step.Run()
	}
	start := g.Constant(graph.BufferOf([]float32{0.5, 0, 1, 0, 1.5, 0, 0, 1, 0, 1.5}, 5, 2))
	out, err2 := exec.Eval(ops.Mean(ops.Abs(ops.Sub(energy(ode.RK4(field, start, 0, 50, 1000, w...)), energy(start)))))
	if err != nil || err2 != nil {
		log.Fatal(err, err2)
	}
	return exec.Scalar(out[0])
}

func main() {
	fmt.Printf("energy drift: %.4f of the Hamiltonian net, %.4f of the plain net\n", drift(hamiltonian, 1, 2000), drift(motion, 2, 2000))
}
