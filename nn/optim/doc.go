// Package optim turns gradients into assignments. An optimiser is an object that owns its state: moments, momentum and
// the number of steps, all *graph.State, so that a checkpoint can hold them.
//
//	adam := optim.NewAdam(nn.Params(model), optim.Constant(1e-3))
//	adam.Minimize(loss) // gradient nodes and assignments, on the graph of loss
//
// Where something happens between gradient and update, the two halves are apart: Grads, then Update.
//
// A constructor sets the usual values; the fields may be changed until Update builds them into a graph. In all optimisers, WeightDecay
// is added to the gradient as WeightDecay·w, and Decay shrinks the weights by rate·Decay apart from it. Parameters may be of float32 and
// float64, also side by side; rates and the number of steps are of float64 and cast where they meet a parameter.
//
// Optimisers are put together from smaller ones, each of them an [Optimizer] again:
//
//   - [Groups] gives parts of a model rates and algorithms of their own.
//   - [Through] passes gradients through a function first, such as [ClipNorm].
//   - [Accumulate] makes one step of the gradients of several runs, and [Lookahead] follows another optimiser at a distance.
//
// [Average] keeps a mean of the weights beside any of them. [LBFGS] is a loop on the host over a plan instead.
package optim
