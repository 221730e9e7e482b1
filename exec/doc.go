// Package exec compiles a graph to a plan and runs it.
//
// A plan owns its memory, allocates nothing when it runs, and gives the same bits for any number of workers. A run is a
// transaction: assignments are computed from the values before the step and committed together at its end; a step that
// fails, or in which a NaN is trapped, changes nothing.
//
//	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss))
//	out, err := step.Run(images, labels)
//	l := exec.Scalar(out[0])                 // one number
//	y := out[0].Data().([]float32)           // or all elements, row by row; int32 and so on by the dtype of the node
//
// The package knows graphs, layouts, memory, workers, and gorgonia.org/tensor at its edge. It must not know any op by
// name, nor any gradient.
package exec
