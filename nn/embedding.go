package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Embedding gives each token a row of a table: y[i…] = W[tokens[i…]].
//
//	tokens [i…], int32 or int64, each in [0, n)    W [n, width]    y [i…, width]
//
// The row of number Padding stands for no token: no gradient reaches it from here. A token out of range is an error of the run.
type Embedding struct {
	W       *graph.Param
	Padding int // below 0 for none
}

// NewEmbedding draws a table of n rows from N(0, 1), as PyTorch does, unless Weights says else; the row of PaddingRow is zero.
func NewEmbedding(r *rand.Rand, n, width int, opts ...Option) *Embedding {
	s := apply(append([]Option{Weights(Normal(1))}, opts...))
	w := s.weights(r, width, n, n, width)
	e := &Embedding{Padding: s.paddingRow - 1}
	if e.Padding >= 0 && e.Padding < n {
		row := w.Part(e.Padding*width, (e.Padding+1)*width)
		clear(row.Bytes())
	}
	e.W = graph.NewParam("embedding.W", w)
	return e
}

// PaddingRow makes row i of an embedding stand for no token.
func PaddingRow(i int) Option { return func(s *settings) { s.paddingRow = i + 1 } }

// Forward looks the tokens up.
func (e *Embedding) Forward(tokens *graph.Node) *graph.Node {
	y := ops.Gather(tokens.Graph().Use(e.W), tokens)
	if e.Padding < 0 || !y.Valid() {
		return y
	}
	none := ops.Equal(tokens, ops.Like(float64(e.Padding), tokens))
	return ops.Where(ops.Unsqueeze(none, -1), ops.StopGradient(y), y)
}
