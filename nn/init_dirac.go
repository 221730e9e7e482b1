package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// Dirac makes filters [out, in, window…] that hand their inputs on: in each of the given number of groups, filter i is 1 at the centre
// of channel i and 0 elsewhere, as far as there are channels; further filters are 0. Of the matrix of Dense it makes the identity.
// Zagoruyko & Komodakis, DiracNets, 2017, section 3; PyTorch's dirac_.
func Dirac(groups int) Init {
	return func(_ *rand.Rand, s graph.Shape, _, _ int) []float64 {
		w := make([]float64, s.Size())
		window := s.Cut(2, s.Rank())
		centre := 0
		for i := range window.Rank() {
			centre = centre*window.Dim(i) + window.Dim(i)/2
		}
		each := s.Dim(0) / max(1, groups)
		for g := range max(1, groups) {
			for i := range min(each, s.Dim(1)) {
				if at := ((g*each+i)*s.Dim(1)+i)*window.Size() + centre; at < len(w) {
					w[at] = 1
				}
			}
		}
		return w
	}
}
