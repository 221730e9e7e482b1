// Command 1-leastsquares fits a·x² to noisy points four times: by the closed form, by gradient descent, by Newton's method and by L-BFGS.
package main

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

const (
	points = 20
	steps  = 60
	rate   = 0.05
)

// measure returns points of 1.5·x² with noise of standard deviation 0.3.
func measure(r *rand.Rand) (xs, ys []float64) {
	for i := range points {
		x := -2 + 4*float64(i)/(points-1)
		xs = append(xs, x)
		ys = append(ys, 1.5*x*x+0.3*r.NormFloat64())
	}
	return xs, ys
}

// closed returns the a of least squared error: Σx²y / Σx⁴.
func closed(xs, ys []float64) float64 {
	var above, below float64
	for i, x := range xs {
		above += x * x * ys[i]
		below += x * x * x * x
	}
	return above / below
}

// descend returns the a that gradient descent reaches from 0, and prints its way there.
func descend(xs, ys []float64) (float64, error) {
	a := graph.NewParam("a", graph.BufferOf([]float64{0}))

	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, points)
	y := g.Input("y", graph.Float64, points)
	fit := ops.Mul(g.Use(a), ops.Square(x))
	loss := ops.Mean(ops.Square(ops.Sub(fit, y)))
	slope := autodiff.Grad(loss, g.Use(a))[0]
	g.Assign(a, ops.Sub(g.Use(a), ops.Scale(rate, slope)))

	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss, slope))
	if err != nil {
		return 0, err
	}
	for i := range steps {
		before := graph.Data[float64](a.Value())[0]
		out, err := step.Run(xs, ys)
		if err != nil {
			return 0, err
		}
		if i < 6 {
			fmt.Printf("step %d  a %.4f  loss %.4f  slope %8.4f\n", i, before, exec.Scalar(out[0]), exec.Scalar(out[1]))
		}
	}
	return graph.Data[float64](a.Value())[0], nil
}

func main() {
	xs, ys := measure(rand.New(rand.NewPCG(1, 1)))
	byFormula := closed(xs, ys)
	bySteps, err := descend(xs, ys)
	if err != nil {
		log.Fatal(err)
	}
	byCurvature, err := newton(xs, ys, 1)
	if err != nil {
		log.Fatal(err)
	}
	byHistory, err := lbfgs(xs, ys)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("closed form       %.8f\n", byFormula)
	fmt.Printf("gradient descent  %.8f\n", bySteps)
	fmt.Printf("Newton, one step  %.8f\n", byCurvature)
	fmt.Printf("L-BFGS            %.8f\n", byHistory)
}
