package ops

import "github.com/kedja-ml/kedja/graph"

// stack and matrix are the leading axes and the last two.
func stack(s graph.Shape) graph.Shape  { return s.Cut(0, s.Rank()-2) }
func matrix(s graph.Shape) graph.Shape { return s.Cut(s.Rank()-2, s.Rank()) }

// broadcast is the common shape of two by NumPy's rules; ok is false if there is none.
func broadcast(s, t graph.Shape) (u graph.Shape, ok bool) {
	r := max(s.Rank(), t.Rank())
	d := make([]int, r)
	for i := range d {
		a, b := 1, 1
		if i >= r-s.Rank() {
			a = s.Dim(i - r)
		}
		if i >= r-t.Rank() {
			b = t.Dim(i - r)
		}
		if d[i] = a; a == 1 {
			d[i] = b
		} else if b != 1 && a != b {
			return u, false
		}
	}
	return graph.Of(d...), true
}

// sides are the rows and columns of a matrix, the other way round if it is given transposed.
func sides(s graph.Shape, transposed bool) (rows, cols int) {
	if transposed {
		return s.Dim(-1), s.Dim(-2)
	}
	return s.Dim(-2), s.Dim(-1)
}

func swapsLast(perm graph.Shape) bool {
	r := perm.Rank()
	for i := range r - 2 {
		if perm.Dim(i) != i {
			return false
		}
	}
	return perm.Dim(-1) == r-2
}
