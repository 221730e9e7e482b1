package ops

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// Einsum multiplies arrays and sums, by Einstein's convention, written as in NumPy: each operand's axes are named by letters, and the result's
// after an arrow.
//
//	Einsum("ij,jk->ik", a, b)  y[i, k] = Σ a[i, j]·b[j, k] over j
//
// What the result does not name is summed. A letter that an operand has twice is its diagonal. "..." stands for all axes without a letter:
// they broadcast from the right, as NumPy's do; the sizes of a letter must be equal. Without an arrow the result has the axes of "..." first,
// and then, in alphabetical order, those letters that occur once. Spaces do not count.
//
// Operands are numbers of one dtype; there must be at least one. It is transpositions, products and sums, chosen when the graph is built, and
// so has their derivatives. Of more than two operands those two are taken first that take the fewest multiplications.
func Einsum(equation string, xs ...*graph.Node) *graph.Node {
	if len(xs) == 0 {
		panic("ops: einsum of no operand")
	}
	for _, x := range xs {
		if !x.Valid() {
			return x
		}
	}
	terms, out, err := parse(equation, xs)
	if err == nil {
		err = sized(terms)
	}
	if err != nil {
		return xs[0].Graph().Failf("einsum %q: %w", equation, err)
	}
	return contract(terms, out)
}

// A term is an array whose axes have names: a letter, or ellipsis and a number that counts from the last axis of those.
type term struct {
	x    *graph.Node
	axes []rune
}

const ellipsis = 1 << 20

func (t term) size(axis rune) int {
	if i := slices.Index(t.axes, axis); i >= 0 {
		return t.x.Shape().Dim(i)
	}
	return 1
}

// called is an axis as the user wrote it.
func called(axis rune) string {
	if axis >= ellipsis {
		return "..."
	}
	return string(axis)
}
