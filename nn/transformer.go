package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// FeedForward is two Dense layers with an activation between them, on each place of a sequence alone: y = Out(Activation(In(x))).
type FeedForward struct {
	In, Out    *Dense
	Activation func(x *graph.Node) *graph.Node
	Dropout    float64 // after the activation, in training
}

// NewFeedForward draws a layer. The activation is ops.GELUTanh unless Activation says else.
func NewFeedForward(r *rand.Rand, width, hidden int, opts ...Option) *FeedForward {
	s := apply(opts)
	f := &FeedForward{NewDense(r, width, hidden, opts...), NewDense(r, hidden, width, opts...), ops.GELUTanh, s.dropout}
	if s.activation != nil {
		f.Activation = s.activation
	}
	return f
}

// Forward applies the layer.
func (f *FeedForward) Forward(x *graph.Node) *graph.Node {
	return f.Out.Forward(ops.Dropout(f.Activation(f.In.Forward(x)), f.Dropout))
}

// TransformerBlock is a block of a transformer: attention to the sequence itself, attention to a memory where there is one, and a feed-forward
// layer, each beside a path that leaves x as it is (Vaswani et al., Attention is all you need, 2017, section 3.1).
//
//	pre-norm:  x += layer(Norm(x))        post-norm:  x = Norm(x + layer(x))
//
// Pre-norm, the default, is that of Xiong et al. (On layer normalization in the transformer architecture, 2020); a model then normalises
// once more behind its last block.
type TransformerBlock struct {
	Norm1     Layer
	Attention *MultiHeadAttention
	NormCross Layer               // nil for a block without memory
	Cross     *MultiHeadAttention // nil for a block without memory
	Norm2     Layer
	MLP       Layer
	PostNorm  bool
	Dropout   float64 // of what each layer adds, in training
}

// NewTransformerBlock draws a block without memory, of an encoder, or with Causal of a decoder like GPT. Options beside those of
// NewMultiHeadAttention and NewFeedForward: PostNorm, DropoutRate.
func NewTransformerBlock(r *rand.Rand, width, heads, hidden int, opts ...Option) *TransformerBlock {
	s := apply(opts)
	if s.dropout > 0 && s.dropWeights == 0 {
		opts = append(opts[:len(opts):len(opts)], DropWeights(s.dropout))
	}
	return &TransformerBlock{
		Norm1: NewLayerNorm(width, opts...), Attention: NewMultiHeadAttention(r, width, heads, opts...),
		Norm2: NewLayerNorm(width, opts...), MLP: NewFeedForward(r, width, hidden, opts...),
		PostNorm: s.postNorm, Dropout: s.dropout,
	}
}

// NewDecoderBlock draws a causal block that also attends to a memory of the same width, which is not causal.
func NewDecoderBlock(r *rand.Rand, width, heads, hidden int, opts ...Option) *TransformerBlock {
	b := NewTransformerBlock(r, width, heads, hidden, opts...)
	b.Attention.Causal = true
	b.NormCross, b.Cross = NewLayerNorm(width, opts...), NewCrossAttention(r, width, width, heads, opts...)
	b.Cross.Causal, b.Cross.Rotary, b.Cross.Dropout = false, nil, b.Attention.Dropout
	return b
}

// PostNorm makes a block normalise what comes out of each layer instead of what goes in.
func PostNorm() Option { return func(s *settings) { s.postNorm = true } }

// Activation sets what a feed-forward layer has between its products.
func Activation(f func(x *graph.Node) *graph.Node) Option {
	return func(s *settings) { s.activation = f }
}

// DropoutRate makes a block drop weights of attention, hidden units and what each layer adds with probability p in training; and a
// recurrent net what goes from one layer to the next.
func DropoutRate(p float64) Option { return func(s *settings) { s.dropout = p } }

// A Surrounding is what a block sees beside x.
type Surrounding struct {
	Memory   *graph.Node   // what Cross attends to
	Memories *KVCache      // what Cross attends to, when Cross.Memorise has written it to a cache; nil for Memory
	Self     ops.Attending // masks of attention to the sequence itself
	Cross    ops.Attending // masks of attention to the memory
	Cache    *KVCache      // earlier keys and values of the sequence itself, for decoding; nil for none
	At       *graph.Node   // the place of the first token of x, with Cache
}

// Forward applies the block.
func (b *TransformerBlock) Forward(x *graph.Node) *graph.Node { return b.ForwardIn(x, Surrounding{}) }

// ForwardIn applies the block in a surrounding.
func (b *TransformerBlock) ForwardIn(x *graph.Node, in Surrounding) *graph.Node {
	x = b.beside(x, b.Norm1, func(x *graph.Node) *graph.Node {
		if in.Cache != nil {
			return b.Attention.Step(x, in.Cache, in.At)
		}
		return b.Attention.Attend(x, nil, in.Self)
	})
	if b.Cross != nil {
		x = b.beside(x, b.NormCross, func(x *graph.Node) *graph.Node {
			if in.Memories != nil {
				return b.Cross.Recall(x, in.Memories, in.Cross)
			}
			return b.Cross.Attend(x, in.Memory, in.Cross)
		})
	}
	return b.beside(x, b.Norm2, b.MLP.Forward)
}

func (b *TransformerBlock) beside(x *graph.Node, norm Layer, layer func(x *graph.Node) *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	if b.PostNorm {
		return norm.Forward(ops.Add(x, ops.Dropout(layer(x), b.Dropout)))
	}
	return ops.Add(x, ops.Dropout(layer(norm.Forward(x)), b.Dropout))
}
