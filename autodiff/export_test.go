package autodiff

import "github.com/kedja-ml/kedja/graph"

type node = graph.Node

// ByRows and ByColumns are the two ways to a Jacobian.
var (
	ByRows    = func(y, x *node) *node { return jacobian(y, x, true) }
	ByColumns = func(y, x *node) *node { return jacobian(y, x, false) }
)
