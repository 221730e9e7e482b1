// Package graph is the intermediate representation of a model: typed nodes, built once, never changed.
//
// A Graph is traced by calling functions on nodes. Each call applies an [Op] to operands and returns the results;
// equal applications are one node. The first error sticks to the graph with the user's file and line, and whatever is
// built on a failed node is quietly failed too, so that a model reads as mathematics and is checked once, at the end:
//
//	g := graph.New(graph.Training)
//	x := g.Input("x", graph.Float32, 64, 784)
//	y := ops.MatMul(x, g.Use(w))
//	if err := g.Err(); err != nil { … }
//
// What lasts from one run to the next is a [Param] or a [State]. They live outside every graph: [Graph.Use] reads one,
// [Graph.Assign] gives it a new value, [Graph.With] substitutes a node for it.
//
// The package knows Node, Op and its optional interfaces, leaves, variables, bodies, printing and verification.
// It must not know any op but its leaves, any gradient, any kernel, nor how a graph is run.
package graph
