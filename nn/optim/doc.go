// Package optim turns gradients into assignments. An optimiser is an object that owns its state: moments, momentum and
// the number of steps, all *graph.State, so that a checkpoint can hold them.
//
//	adam := optim.NewAdam(nn.Params(model), optim.Constant(1e-3))
//	adam.Minimize(loss) // gradient nodes and assignments, on the graph of loss
//
// Where something happens between gradient and update, the two halves are apart: Grads, then Update.
package optim
