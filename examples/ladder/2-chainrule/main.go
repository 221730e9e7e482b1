// Command 2-chainrule differentiates y = tanh(a·x + b)² by hand, by Kedja and by differences, twice.
package main

import (
	"fmt"
	"log"
	"math"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

const a, x, b = 1.2, 0.5, -0.3

// f is the function in plain Go.
func f(a, x, b float64) float64 {
	t := math.Tanh(a*x + b)
	return t * t
}

// byHand returns ∂y/∂a, ∂y/∂x, ∂y/∂b and ∂²y/∂x², as worked out on paper.
func byHand(a, x, b float64) [4]float64 {
	u := a*x + b
	t := math.Tanh(u)
	dydt := 2 * t
	dtdu := 1 - t*t
	dydu := dydt * dtdu
	return [4]float64{dydu * x, dydu * a, dydu, 2 * a * a * (1 - t*t) * (1 - 3*t*t)}
}

// byDifferences returns the same from values of f alone.
func byDifferences(a, x, b float64) [4]float64 {
	const h, h2 = 1e-5, 1e-4
	return [4]float64{
		(f(a+h, x, b) - f(a-h, x, b)) / (2 * h),
		(f(a, x+h, b) - f(a, x-h, b)) / (2 * h),
		(f(a, x, b+h) - f(a, x, b-h)) / (2 * h),
		(f(a, x+h2, b) - 2*f(a, x, b) + f(a, x-h2, b)) / (h2 * h2),
	}
}

// byKedja returns the same from gradient nodes, and the first gradient's graph.
func byKedja(a, x, b float64) (d [4]float64, printed string, err error) {
	g := graph.New(graph.Evaluation)
	an := g.Input("a", graph.Float64)
	xn := g.Input("x", graph.Float64)
	bn := g.Input("b", graph.Float64)
	y := ops.Square(ops.Tanh(ops.Add(ops.Mul(an, xn), bn)))

	first := autodiff.Grad(y, an, xn, bn)
	second := autodiff.Grad(first[1], xn)[0]

	p, err := exec.Compile(g, exec.In(an, xn, bn), exec.Out(append(first, second)...))
	if err != nil {
		return d, "", err
	}
	out, err := p.Run([]float64{a}, []float64{x}, []float64{b})
	if err != nil {
		return d, "", err
	}
	for i := range d {
		d[i] = exec.Scalar(out[i])
	}
	return d, graph.Print(first[1]), nil
}

func main() {
	hand, diff := byHand(a, x, b), byDifferences(a, x, b)
	kedja, printed, err := byKedja(a, x, b)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("          by hand   kedja     differences")
	for i, name := range []string{"dy/da", "dy/dx", "dy/db", "d²y/dx²"} {
		fmt.Printf("%-8s  %.6f  %.6f  %.6f\n", name, hand[i], kedja[i], diff[i])
	}
	fmt.Println("\nthe graph of dy/dx:")
	fmt.Print(printed)
}
