package main

import (
	"fmt"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// newton returns the a that Newton's method reaches from 0 in the given number of steps: a ← a − slope/curvature.
func newton(xs, ys []float64, steps int) (float64, error) {
	a := graph.NewParam("a", graph.BufferOf([]float64{0}))
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, points)
	y := g.Input("y", graph.Float64, points)
	loss := ops.Mean(ops.Square(ops.Sub(ops.Mul(g.Use(a), ops.Square(x)), y)))

	slope := autodiff.Grad(loss, g.Use(a))[0]
	one := g.Constant(graph.BufferOf([]float64{1}))
	curvature := autodiff.HVP(loss, []*graph.Node{g.Use(a)}, []*graph.Node{one})[0]
	g.Assign(a, ops.Sub(g.Use(a), ops.Div(slope, curvature)))

	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss))
	if err != nil {
		return 0, err
	}
	for range steps {
		if _, err := step.Run(xs, ys); err != nil {
			return 0, err
		}
	}
	return graph.Data[float64](a.Value())[0], nil
}

// lbfgs returns the a that L-BFGS finds from 0, which learns the curvature from how the slope changes.
func lbfgs(xs, ys []float64) (float64, error) {
	a := graph.NewParam("a", graph.BufferOf([]float64{0}))
	l := optim.NewLBFGS(func(yield func(string, *graph.Param) bool) { yield("a", a) }, 5)
	l.GradTol, l.StepTol = 1e-12, 0
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, points)
	y := g.Input("y", graph.Float64, points)
	loss := ops.Mean(ops.Square(ops.Sub(ops.Mul(g.Use(a), ops.Square(x)), y)))
	plan, err := exec.Compile(g, exec.In(x, y), exec.Out(l.Outputs(loss)...))
	if err != nil {
		return 0, err
	}
	bx, by := graph.BufferOf(xs, points), graph.BufferOf(ys, points)
	r, err := l.Run(20, func() ([]graph.Buffer, error) { return plan.RunBuffers(bx, by) })
	if err != nil {
		return 0, err
	}
	if !r.Converged {
		return 0, fmt.Errorf("L-BFGS: %+v", r)
	}
	return graph.Data[float64](a.Value())[0], nil
}
