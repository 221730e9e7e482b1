// Package nn holds layers and losses. A layer is a plain struct of *graph.Param, *graph.State and other layers, with a
// Forward method; a model is a struct of layers. Sharing a weight means sharing a pointer.
//
//	type MLP struct{ Hidden, Out *nn.Dense }
//
//	func (m *MLP) Forward(x *graph.Node) *graph.Node {
//		return m.Out.Forward(ops.ReLU(m.Hidden.Forward(x)))
//	}
//
// Reflection serves only names: [Params] and [States] yield what a model holds by the path of its fields. Freezing a
// part means not giving its parameters to the optimiser ([Matching], [Except]).
//
// How weights are drawn is an [Init], given by [Weights]. [Summary] prints what a model consists of: layers, shapes, parameters and
// operations.
//
// Losses are functions of nodes that return the mean, or what a [Reduction] says. Images are [N, C, spatial…], as in PyTorch, and so
// are the layouts of weights of convolutions; classes of logits lie on the last axis.
//
// A transformer is a list of [TransformerBlock]: Forward runs a whole sequence; with a [KVCache] for each block and a [Position],
// ForwardIn decodes one token after the other, with the same results.
//
// The package must not know how a graph is run.
package nn
