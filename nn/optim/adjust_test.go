package optim_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleAdjusted() {
	w := graph.NewParam("w", graph.BufferOf([]float64{1}))
	rate := optim.Adjust(optim.Constant(0.5))
	g := graph.New(graph.Training)
	loss := ops.Scale(0.5, ops.Square(g.Use(w)))
	optim.NewSGD(func(yield func(string, *graph.Param) bool) { yield("w", w) }, rate.Rate, 0).Minimize(loss)
	step, err := exec.Compile(g, exec.Out(loss))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 { // w − 0.5·w, then w − 0.05·w
		if _, err := step.Run(); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(graph.Data[float64](w.Value()), rate.Factor())
		rate.SetFactor(0.1 * rate.Factor())
	}
	// Output:
	// [0.5] 1
	// [0.475] 0.1
}
