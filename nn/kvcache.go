package nn

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// KVCache keeps the keys and values of the tokens so far, so that a model decodes one token after the other: K and V are
// [batch, heads, n, head], of which those before the place of the next token count.
type KVCache struct{ K, V *graph.State }

// NewCache returns an empty cache of the layer for so many sequences of up to n tokens.
func (m *MultiHeadAttention) NewCache(batch, n int) *KVCache {
	t := m.Out.W.Type()
	t.Shape = graph.Of(max(0, batch), max(0, m.Shared), max(0, n), t.Shape.Dim(1)/max(1, m.Heads))
	return &KVCache{graph.NewState("kvcache.K", graph.NewBuffer(t)), graph.NewState("kvcache.V", graph.NewBuffer(t))}
}

// Step is attention of the next tokens x [batch, T, width], usually one, to themselves and all earlier ones, whose keys and values are in
// the cache; it adds theirs. at is the place of the first of them, a scalar of int32 or int64: see Position.
func (m *MultiHeadAttention) Step(x *graph.Node, cache *KVCache, at *graph.Node) *graph.Node {
	q, k, v, err := m.project(x, nil)
	switch {
	case err != nil || !q.Valid():
		return m.refuse(x, q, k, err)
	case at == nil || at.Valid() && (!at.Dtype().Integer() || at.Shape().Rank() != 0):
		return refuse("attention", x, errors.New("want a whole number as the place of the first token"))
	case !at.Valid():
		return at
	}
	g, t, of := x.Graph(), x.Shape().Dim(-2), cache.K.Type().Shape
	if k.Shape().Rank() != 4 || k.Shape().WithDim(2, of.Dim(2)) != of || t > of.Dim(2) {
		return refuse("attention", x, fmt.Errorf("keys %v do not fit a cache of %v", k.Shape(), of))
	}
	if m.Rotary != nil {
		q, k = m.Rotary.Rotate(q, at), m.Rotary.Rotate(k, at)
	}
	k = keep(g, cache.K, k, at)
	v = keep(g, cache.V, v, at)
	last := ops.Unsqueeze(placesFrom(x, at), 1)
	seen := ops.LessEqual(ops.Iota(g, at.Dtype(), of.Dim(2)), last)
	y, _ := ops.Attention(q, k, v, ops.Attending{Mask: seen})
	return m.join(y)
}

// Memorise writes the keys and values of a whole memory [batch, n, memory's width] to a cache of n places, when the step is committed:
// once, so that decoding does not project the memory for each token anew. The layer is one of attention to a memory.
func (m *MultiHeadAttention) Memorise(memory *graph.Node, cache *KVCache) {
	k, v, err := m.remembered(memory)
	if err == nil && k.Valid() && k.Shape() != cache.K.Type().Shape {
		err = fmt.Errorf("keys %v do not fit a cache of %v", k.Shape(), cache.K.Type().Shape)
	}
	if err != nil || !k.Valid() || !v.Valid() {
		refuse("attention", memory, err)
		return
	}
	g := memory.Graph()
	g.Assign(cache.K, k)
	g.Assign(cache.V, v)
}

// Recall is Attend to the memory that a cache holds. how says which of its places count.
func (m *MultiHeadAttention) Recall(x *graph.Node, cache *KVCache, how ops.Attending) *graph.Node {
	head, err := m.head()
	if err == nil && m.Q == nil {
		err = errors.New("want no memory: the layer attends to x itself")
	}
	if err == nil {
		err = wantSequence(x, m.Out.W.Type().Shape.Dim(1))
	}
	if err != nil || !x.Valid() {
		return refuse("attention", x, err)
	}
	g := x.Graph()
	return m.join(m.gather(split(m.Q.Forward(x), head), g.Use(cache.K), g.Use(cache.V), how))
}

// keep writes new rows into a cache, and returns all of it.
func keep(g *graph.Graph, s *graph.State, x, at *graph.Node) *graph.Node {
	all := ops.DynamicUpdateSliceAxis(g.Use(s), x, -2, at)
	g.Assign(s, all)
	return all
}

// Position is how many tokens a model has decoded.
type Position struct {
	N   *graph.State // int32
	Max int          // tokens that caches have room for
}

// NewPosition starts at 0, for caches of up to n tokens.
func NewPosition(n int) *Position {
	return &Position{graph.NewState("position", graph.BufferOf([]int32{0})), n}
}

// Advance returns the place of the first of t further tokens, and moves on by t when the step is committed; it is called once in a
// step. Beyond the last place is an error of the run.
func (p *Position) Advance(g *graph.Graph, t int) *graph.Node {
	at := g.Use(p.N)
	g.Assign(p.N, ops.Add(at, ops.Like(float64(t), at)))
	// The last place, looked up in a list of all: a number that is not there stops the run.
	last := ops.Gather(ops.Iota(g, graph.Int32, p.Max), ops.Add(at, ops.Like(float64(t-1), at)))
	return ops.Sub(last, ops.Like(float64(t-1), at))
}

// Reset starts again at 0.
func (p *Position) Reset() { p.N.Set(graph.BufferOf([]int32{0})) }
