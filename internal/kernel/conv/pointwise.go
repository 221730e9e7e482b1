package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A pointwiseCut says how a data role falls into tasks where filters have one tap and images are large: a group of an image is a product,
// filters by channels, of which both operands and the result lie as package gemm reads them. A task computes some rows, channels of the
// result, of some columns, positions.
type pointwiseCut struct {
	shape          Shape
	role           Role
	nr, size       int
	rows, sources  int // of a group
	pixels         int
	ranges, pieces int // of rows, of columns
}

const (
	pointwiseLeast = 400 // positions, of which fewer leave much of the last panel empty
	pointwiseRows  = 504 // in a range: for more, package gemm would pack an image before it multiplies
)

// pointwise reports whether to compute a data role so.
func (s Shape) pointwise(r Role) bool {
	one := [3]int{1, 1, 1}
	c, k := s.channels()
	if r == X {
		c, k = k, c
	}
	return s.Filter == one && s.Stride == one && s.Pad == [3]int{} && s.In == s.Out && volume(s.In) >= pointwiseLeast && s.N*c > 0 && k > narrowRows
}

func newPointwiseCut(s Shape, r Role, elemSize int) pointwiseCut {
	d := pointwiseCut{shape: s, role: r, nr: nr(elemSize), size: elemSize, pixels: volume(s.In)}
	d.sources, d.rows = s.channels()
	if r == X {
		d.sources, d.rows = d.rows, d.sources
	}
	d.ranges = ceilDiv(d.rows, pointwiseRows)
	units := s.N * s.Groups * d.ranges
	d.pieces = min(ceilDiv(tasksWanted(s.flops()), units), ceilDiv(d.pixels, 2*d.nr))
	return d
}

// block is the rows and columns of a task in its product.
func (d *pointwiseCut) block(rangeOf, piece int) (i0, i1, j0, j1 int) {
	i0, i1 = part(ceilDiv(d.rows, gemm.MR), d.ranges, rangeOf)
	j0, j1 = part(ceilDiv(d.pixels, 2*d.nr), d.pieces, piece)
	return i0 * gemm.MR, min(i1*gemm.MR, d.rows), j0 * 2 * d.nr, min(j1*2*d.nr, d.pixels)
}

func (d *pointwiseCut) work() Work {
	w := Work{Phases: [3]int{0, d.shape.N * d.shape.Groups * d.ranges * d.pieces}}
	for i := range d.ranges {
		for j := range d.pieces {
			i0, i1, j0, j1 := d.block(i, j)
			if d.size == 8 {
				w.Local = max(w.Local, planned[float64](d, i1-i0, j1-j0).Local())
			} else {
				w.Local = max(w.Local, planned[float32](d, i1-i0, j1-j0).Local())
			}
		}
	}
	return w
}

func planned[T gemm.Float](d *pointwiseCut, rows, columns int) gemm.Plan {
	p := gemm.New[T](rows, columns, d.sources, d.role == X, false)
	p.LDA, p.LDB, p.LDC = d.sources, d.pixels, d.pixels
	if d.role == X {
		p.LDA = d.rows
	}
	return p
}

func runPointwise[T gemm.Float](d *pointwiseCut, task int, from, w, to, bias []T, relu bool, local []T) {
	i0, i1, j0, j1 := d.block(task/d.pieces%d.ranges, task%d.pieces)
	unit := task / d.pieces / d.ranges
	g := unit % d.shape.Groups
	p := planned[T](d, i1-i0, j1-j0)
	filters := w[g*d.rows*d.sources:][:d.rows*d.sources]
	if d.role == X {
		filters = filters[i0:]
	} else {
		filters = filters[i0*d.sources:]
	}
	x := from[unit*d.sources*d.pixels:][:d.sources*d.pixels]
	y := to[(unit*d.rows+i0)*d.pixels+j0:][:(i1-i0-1)*d.pixels+j1-j0]
	for phase, tasks := range p.Phases() {
		for t := range tasks {
			gemm.Run(p, phase, t, y, filters, x[j0:], nil, nil, local)
		}
	}
	if bias != nil {
		bias = bias[g*d.rows+i0:][:i1-i0]
	}
	finish(d.nr, i1-i0, j1-j0, y, d.pixels, bias, relu)
}
