package ops

import "github.com/kedja-ml/kedja/graph"

// Like returns the constant with every element v and the type of x.
func Like(v float64, x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	return x.Graph().Fill(v, x.Type())
}
