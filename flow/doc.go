// Package flow holds the ops that run bodies: loops and branches. Their derivatives are loops and branches over differentiated
// bodies, so the package sits above autodiff, and no engine knows its ops.
//
//	final, ys := flow.Scan([]*graph.Node{h}, []*graph.Node{xs}, func(state, x []*graph.Node) (next, y []*graph.Node) {
//		h := ops.Tanh(ops.Add(ops.MatMul(state[0], w), x[0]))
//		return []*graph.Node{h}, []*graph.Node{h}
//	})
//
// A body sees any node of the graph around it. What does not depend on the loop leaves it, and is computed once. A body has no side
// effects: what is to be assigned, or drawn, is returned, or scanned over.
package flow
