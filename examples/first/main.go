// Command first fits a small network to the sine: the program of the README.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

func main() {
	r := rand.New(rand.NewPCG(1, 2))
	model := nn.Sequential{nn.NewDense(r, 1, 32), nn.Func(ops.Tanh), nn.NewDense(r, 32, 1)}
	adam := optim.NewAdam(nn.Params(model), optim.Constant(1e-2))

	g := graph.New(graph.Training) // a graph is traced once, compiled once, and run many times
	x, y := g.Input("x", graph.Float32, 64, 1), g.Input("y", graph.Float32, 64, 1)
	loss := nn.MSE(model.Forward(x), y)
	adam.Minimize(loss) // gradients and updates are more nodes on the same graph
	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss))
	if err != nil {
		log.Fatal(err)
	}
	xs, ys := make([]float32, 64), make([]float32, 64)
	for i := range 1001 {
		for k := range xs {
			xs[k] = 6 * (r.Float32() - 0.5)
			ys[k] = float32(math.Sin(float64(xs[k])))
		}
		out, err := step.Run(xs, ys)
		if err != nil {
			log.Fatal(err)
		}
		if i%250 == 0 {
			fmt.Printf("step %4d  loss %.3f\n", i, exec.Scalar(out[0]))
		}
	}
}
