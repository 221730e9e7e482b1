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
// What there is, each with its formula and source:
//
//	dense and tokens    Dense FeedForward Embedding; Positions Sinusoids Rotary
//	convolution         Conv ConvTranspose, in 1 to 3 dimensions, depthwise too; MaxPool AvgPool and their adaptive and global kin;
//	                    UpsampleNearest UpsampleLinear Resize… PixelShuffle
//	recurrent           RNN LSTM GRU MinGRU: Forward, or Unroll with lengths and states
//	attention           MultiHeadAttention (also NewCrossAttention) TransformerBlock (also NewDecoderBlock)
//	normalisation       BatchNorm LayerNorm GroupNorm InstanceNorm RMSNorm; WeightNorm SpectralNorm around a layer
//	noise               Dropout Dropout1D… AlphaDropout; drawn from the seed that graph.Graph.SetRNG sets
//	gates               GLU GEGLU ReGLU SwiGLU; other activations are functions of package ops
//	classes             CrossEntropy CrossEntropyWith (weights, smoothing, rows to ignore) NLL Focal MultiMargin CTC; Accuracy
//	yes and no          BCE BCEWithLogits SigmoidFocal Hinge
//	numbers             MSE L1 Huber SmoothL1 GaussianNLL
//	distributions       KLDiv KLDivLog KLNormal
//	likeness            CosineEmbedding HingeEmbedding TripletMargin InfoNCE NTXent
//	weights             Glorot… He… LeCun… Orthogonal TruncatedNormal Dirac Sparse, by the option Weights; NewParam for a layer of your own
//
// The package must not know how a graph is run.
package nn
