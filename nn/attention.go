package nn

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// MultiHeadAttention lets every place of a sequence gather from others (Vaswani et al., Attention is all you need, 2017, section 3.2.2):
// queries, keys and values are linear in the sequence, ops.Attention works on each head, and Out joins the heads.
//
//	x [..., T, width]    y [..., T, width]
//
// For attention to itself one product makes all three: the columns of QKV are the queries of all heads, then the keys, then the values.
// For attention to another sequence Q makes the queries from x, and KV keys and values from that memory [..., S, memory's width].
type MultiHeadAttention struct {
	QKV    *Dense // for attention to itself, else nil
	Q, KV  *Dense // for attention to a memory, else nil
	Out    *Dense
	Heads  int
	Shared int // heads of keys and values: Heads, or a divisor of it, each of which serves a group of heads of queries

	Causal  bool    // a place sees itself and earlier ones
	Rotary  *Rotary // turns queries and keys; nil for not
	Dropout float64 // the probability of dropping a weight in training; the weights are then in memory as a whole
}

// NewMultiHeadAttention draws a layer of attention to itself. Options beside those of Dense: Causal, KVHeads, Rotating, DropWeights. NoBias
// leaves out all biases; a layer with biases before the heads alone has a nil Out.B.
func NewMultiHeadAttention(r *rand.Rand, width, heads int, opts ...Option) *MultiHeadAttention {
	m, head := newAttention(width, heads, opts)
	m.QKV = NewDense(r, width, (m.Heads+2*m.Shared)*head, opts...)
	m.Out = NewDense(r, m.Heads*head, width, opts...)
	return m
}

// NewCrossAttention draws a layer of attention to a memory of another width.
func NewCrossAttention(r *rand.Rand, width, memory, heads int, opts ...Option) *MultiHeadAttention {
	m, head := newAttention(width, heads, opts)
	m.Q = NewDense(r, width, m.Heads*head, opts...)
	m.KV = NewDense(r, memory, 2*m.Shared*head, opts...)
	m.Out = NewDense(r, m.Heads*head, width, opts...)
	return m
}

// newAttention returns a layer without weights, and the width of a head. Numbers that do not fit are refused by Forward.
func newAttention(width, heads int, opts []Option) (m *MultiHeadAttention, head int) {
	s := apply(opts)
	m = &MultiHeadAttention{Heads: heads, Shared: s.kvHeads, Causal: s.causal, Rotary: s.rotary, Dropout: s.dropWeights}
	if m.Shared == 0 {
		m.Shared = heads
	}
	return m, width / max(1, heads)
}

// KVHeads gives attention fewer heads of keys and values than of queries (Ainslie et al., GQA, 2023).
func KVHeads(n int) Option { return func(s *settings) { s.kvHeads = n } }

// Rotating turns queries and keys by their places.
func Rotating(r Rotary) Option { return func(s *settings) { s.rotary = &r } }

// DropWeights drops weights of attention with probability p in training.
func DropWeights(p float64) Option { return func(s *settings) { s.dropWeights = p } }

// Forward is attention of x to itself.
func (m *MultiHeadAttention) Forward(x *graph.Node) *graph.Node {
	return m.Attend(x, nil, ops.Attending{})
}

// Attend is attention of x to a memory, or to itself if that is nil. how says what a query sees beside what the layer says; masks
// broadcast to [..., Heads, T, S]: one of [B, 1, 1, S] tells which places of a batch are padding.
func (m *MultiHeadAttention) Attend(x, memory *graph.Node, how ops.Attending) *graph.Node {
	q, k, v, err := m.project(x, memory)
	if err != nil || !q.Valid() || !k.Valid() {
		return m.refuse(x, q, k, err)
	}
	if m.Rotary != nil {
		q, k = m.Rotary.Rotate(q, nil), m.Rotary.Rotate(k, nil)
	}
	how.Causal = how.Causal || m.Causal
	return m.join(m.gather(q, k, v, how))
}

// project returns queries [..., Heads, T, head], keys and values [..., Shared, S, head].
func (m *MultiHeadAttention) project(x, memory *graph.Node) (q, k, v *graph.Node, err error) {
	head, err := m.head()
	switch {
	case err != nil:
	case memory == nil && m.QKV == nil:
		err = errors.New("want a memory to attend to")
	case memory != nil && m.Q == nil:
		err = errors.New("want no memory: the layer attends to x itself")
	default:
		err = wantSequence(x, m.Out.W.Type().Shape.Dim(1))
	}
	if err != nil || !x.Valid() {
		return x, x, x, err
	}
	if memory == nil {
		queries, shared := m.Heads*head, m.Shared*head
		p := ops.Split(m.QKV.Forward(x), -1, queries, shared, shared)
		return split(p[0], head), split(p[1], head), split(p[2], head), nil
	}
	k, v, err = m.remembered(memory)
	return split(m.Q.Forward(x), head), k, v, err
}

// remembered returns the keys and values of a memory.
func (m *MultiHeadAttention) remembered(memory *graph.Node) (k, v *graph.Node, err error) {
	head, err := m.head()
	switch {
	case err != nil:
	case m.KV == nil:
		err = errors.New("want no memory: the layer attends to x itself")
	default:
		if err = wantSequence(memory, m.KV.W.Type().Shape.Dim(0)); err != nil {
			err = fmt.Errorf("memory %v: %w", memory.Shape(), err)
		}
	}
	if err != nil || !memory.Valid() {
		return memory, memory, err
	}
	p := ops.Split(m.KV.Forward(memory), -1, m.Shared*head, m.Shared*head)
	return split(p[0], head), split(p[1], head), nil
}

// head is the width of a head.
func (m *MultiHeadAttention) head() (int, error) {
	width := m.Out.W.Type().Shape.Dim(1)
	if m.Heads < 1 || width%m.Heads != 0 {
		return 0, fmt.Errorf("%d heads do not divide the width %d", m.Heads, width)
	}
	if m.Shared < 1 || m.Heads%m.Shared != 0 {
		return 0, fmt.Errorf("%d heads of keys and values do not divide %d heads", m.Shared, m.Heads)
	}
	return width / m.Heads, nil
}

func (m *MultiHeadAttention) refuse(x, q, k *graph.Node, err error) *graph.Node {
	switch {
	case err != nil:
		return refuse("attention", x, err)
	case !q.Valid():
		return q
	}
	return k
}

// gather is attention proper. With dropout it follows the definition, since the fused op has no weights to drop.
func (m *MultiHeadAttention) gather(q, k, v *graph.Node, how ops.Attending) *graph.Node {
	if m.Dropout == 0 || q.Graph().Mode() != graph.Training {
		y, _ := ops.Attention(q, k, v, how)
		return y
	}
	w := ops.AttentionWeights(q, k, how)
	if !w.Valid() || !v.Valid() {
		return w
	}
	s := w.Shape()
	w = ops.Dropout(w, m.Dropout)
	w = ops.ReshapeTo(w, v.Shape().WithDim(-2, m.Heads/m.Shared*s.Dim(-2)).WithDim(-1, s.Dim(-1)))
	return ops.ReshapeTo(ops.MatMul(w, v), q.Shape())
}

// split makes heads of the columns of x: [..., T, heads·head] becomes [..., heads, T, head].
func split(x *graph.Node, head int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	return ops.SwapAxes(ops.ReshapeTo(x, s.WithDim(-1, s.Dim(-1)/head).Append(graph.Of(head))), -2, -3)
}

// join puts the heads side by side, and mixes them.
func (m *MultiHeadAttention) join(y *graph.Node) *graph.Node {
	if !y.Valid() {
		return y
	}
	y = ops.SwapAxes(y, -2, -3)
	s := y.Shape()
	return m.Out.Forward(ops.ReshapeTo(y, s.Cut(0, s.Rank()-2).Append(graph.Of(s.Dim(-2)*s.Dim(-1)))))
}
