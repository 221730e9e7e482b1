package nn

import (
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// Sparse draws from N(0, sd²) and then sets ⌈fraction·n⌉ of the n elements in each row to zero, at random places (Martens, 2010,
// section 5). A row of Dense is what leads from one input to all outputs, as in PyTorch's sparse_; one of a convolution is a filter.
func Sparse(fraction, sd float64) Init {
	return func(r *rand.Rand, s graph.Shape, _, _ int) []float64 {
		w := normal(r, s.Size(), sd)
		rows := 1
		if s.Rank() > 1 {
			rows = max(1, s.Dim(0))
		}
		n := len(w) / rows
		zeros := min(n, max(0, int(math.Ceil(fraction*float64(n)))))
		for row := range rows {
			for _, i := range r.Perm(n)[:zeros] {
				w[row*n+i] = 0
			}
		}
		return w
	}
}
