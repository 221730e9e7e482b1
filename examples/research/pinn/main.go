// Command pinn solves Burgers' equation ∂u/∂t + u·∂u/∂x = ν·∂²u/∂x² by a net that sees the solution at the beginning and at both ends
// only (Raissi, Perdikaris & Karniadakis, "Physics-informed neural networks", 2019).
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
)

const nu = 0.05

// wave is a closed form of the solution: a front of width 4ν that travels at speed ½.
func wave(x, t float64) float64 { return 0.5 - 0.5*math.Tanh((x-t/2)/(4*nu)) }

// run returns the relative error in the L² norm, by 1,000 random points other than those of training.
func run(iterations int) float64 {
	r, g, wide := rand.New(rand.NewPCG(1, 0)), graph.New(graph.Training), nn.Dtype(graph.Float64)
	tanh := nn.Func(ops.Tanh)
	net := nn.Sequential{nn.NewDense(r, 2, 20, wide), tanh, nn.NewDense(r, 20, 20, wide), tanh, nn.NewDense(r, 20, 1, wide)}
	points := func(n int, edge bool) (x, t, u, want *graph.Node) { // −1 ≤ x ≤ 1, 0 ≤ t ≤ 1
		xs, ts, us := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			xs[i], ts[i] = 2*r.Float64()-1, r.Float64()
			if edge {
				xs[i], ts[i] = [...]float64{xs[i], xs[i], -1, 1}[i%4], [...]float64{0, 0, ts[i], ts[i]}[i%4]
			}
			us[i] = wave(xs[i], ts[i])
		}
		x, t = g.Constant(graph.BufferOf(xs, n, 1)), g.Constant(graph.BufferOf(ts, n, 1))
		return x, t, net.Forward(ops.Concat(1, x, t)), g.Constant(graph.BufferOf(us, n, 1))
	}
	x, t, u, _ := points(400, false)
	d := autodiff.Grad(ops.Sum(u), x, t)
	residual := ops.Sub(ops.Add(d[1], ops.Mul(u, d[0])), ops.Scale(nu, autodiff.Grad(ops.Sum(d[0]), x)[0]))
	_, _, at, is := points(100, true)
	l := optim.NewLBFGS(nn.Params(net), 20)
	plan, err := exec.Compile(g, exec.Out(l.Outputs(ops.Add(ops.Mean(ops.Square(residual)), nn.MSE(at, is)))...))
	if err == nil {
		_, err = l.Run(iterations, func() ([]graph.Buffer, error) { return plan.RunBuffers() })
	}
	_, _, u, want := points(1000, false)
	out, err2 := exec.Eval(ops.Sqrt(ops.Div(nn.MSE(u, want), ops.Mean(ops.Square(want)))))
	if err != nil || err2 != nil {
		log.Fatal(err, err2)
	}
	return exec.Scalar(out[0])
}

func main() { fmt.Printf("relative error against the closed form: %.5f\n", run(2000)) }
