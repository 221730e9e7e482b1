package gemm_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// A dense layer: ReLU(x·w + b) for two examples. Any number of goroutines may share the tasks of a phase.
func ExampleRun() {
	x := []float32{1, 2, 3, 4, 5, 6}
	w := []float32{1, 0, 0, 1, 1, -1}
	bias := []float32{0, -1}
	y := make([]float32, 4)

	p := gemm.New[float32](2, 2, 3, false, false)
	p.Act = gemm.ReLU
	if err := gemm.Check(p, y, x, w, bias); err != nil {
		fmt.Println(err)
		return
	}
	scratch, local := make([]float32, p.Scratch()), make([]float32, p.Local())
	for phase, tasks := range p.Phases() {
		for task := range tasks {
			gemm.Run(p, phase, task, y, x, w, bias, scratch, local)
		}
	}
	fmt.Println(y)
	// Output: [4 0 10 0]
}
