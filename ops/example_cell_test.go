package ops_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A gate that is wide open for the old cell, and shut for the new input: the cell stays.
func ExampleLSTMCell() {
	g := graph.New(graph.Evaluation)
	x := g.Constant(graph.BufferOf([]float64{-50, 50, 0.5, 50}, 4)) // i, f, g, o
	u, c := g.Fill(0, x.Type()), g.Fill(0.75, graph.T(graph.Float64, 1))
	h, next := ops.LSTMCell(x, u, c)
	out, err := exec.Eval(next, h)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f %.3f\n", out[0].Data(), out[1].Data())
	// Output: [0.750] [0.635]
}

// Halfway between the old state and the new one.
func ExampleGRUCell() {
	g := graph.New(graph.Evaluation)
	x := g.Constant(graph.BufferOf([]float64{0, 0, 50}, 3)) // r, z, n
	out, err := exec.Eval(ops.GRUCell(x, g.Fill(0, x.Type()), g.Fill(0.5, graph.T(graph.Float64, 1))))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Data())
	// Output: [0.75]
}
