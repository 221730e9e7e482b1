package ops

import "github.com/kedja-ml/kedja/graph"

// identity is embedded by ops whose result is their operand, of any type: views without a kernel.
type identity struct{}

func (identity) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], nil }

// View is the layout as it is.
func (identity) View(_ graph.Type, at graph.Layout) (graph.Layout, bool) { return at, true }
