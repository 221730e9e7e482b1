package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// Where neighbours of a product are not neighbours in the result, because the classes of a strided one lie between each
// other, products are collected first: a row for each channel, its columns the outputs of one image after the other. Then
// classes that share rows are woven into them.

// gatheredSize is the elements collected from all classes that share rows.
func (d *dataCut) gatheredSize() int {
	if !d.gathered {
		return 0
	}
	c := d.shape.class(d.role, 0) // the most outputs of any
	rows := min(d.rows, ceilDiv(d.panels, d.ranges)*d.nr)
	return d.lines * rows * d.joined * ceilDiv(c[0].outputs*c[1].outputs, d.bands) * c[2].outputs
}

// gatherGroup computes what the task has of a group, in classes from one on that share rows.
func (t *dataTask[T]) gatherGroup(class, g int, filters []T) {
	first := t.shape.class(t.role, class)
	r0, r1 := part(first[0].outputs*first[1].outputs, t.bands, t.at)
	if r0 == r1 {
		return
	}
	room := t.local[len(t.local)-t.gatheredSize():]
	for i := range t.lines {
		c := t.shape.class(t.role, class+i)
		if n := (r1 - r0) * c[2].outputs; n > 0 {
			to := target[T]{to: room, plane: (t.n1 - t.n0) * n, gathered: true}
			t.correlate(&c, to, r0*c[2].outputs, r1*c[2].outputs, g, filters)
			room = room[(t.i1-t.i0)*to.plane:]
		}
		filters = filters[t.filterSize(&c):]
	}
	t.weave(class, g, r0, r1)
}

// weave stores rows [r0, r1) of all channels and images.
func (t *dataTask[T]) weave(class, g, r0, r1 int) {
	c := t.shape.class(t.role, class)
	room := t.local[len(t.local)-t.gatheredSize():]
	rows := (t.n1 - t.n0) * (r1 - r0)
	together := 1
	if c[2].stride == 2 {
		together = 2
	}
	for i := 0; i < t.lines; i += together {
		var of [2]line[T]
		for k := range together {
			of[k] = line[T]{room, i + k, t.shape.class(t.role, class+i+k)[2].outputs}
			room = room[(t.i1-t.i0)*rows*of[k].n:]
		}
		t.weaveLines(&c, g, r0, r1, of[0], of[1])
	}
}

// weaveLines stores the rows of one class, or of two that take turns.
func (t *dataTask[T]) weaveLines(c *correlation, g, r0, r1 int, a, b line[T]) {
	plane := c[0].result * c[1].result * c[2].result
	for ch := range t.i1 - t.i0 {
		for n := t.n0; n < t.n1; n++ {
			image := t.to[((n*t.shape.Groups+g)*t.rows+t.i0+ch)*plane:][:plane]
			from := (ch*(t.n1-t.n0) + n - t.n0) * (r1 - r0)
			storeLines(c, r0, r1, a.after(from), b.after(from), image)
		}
	}
}

// A line is the part of a class in rows that are collected: n outputs of each.
type line[T gemm.Float] struct {
	rows     []T
	start, n int
}

func (l line[T]) after(rows int) line[T] {
	l.rows = l.rows[rows*l.n:]
	return l
}

// storeLines stores rows [r0, r1) of one class, or of two that take turns, in an image.
func storeLines[T gemm.Float](c *correlation, r0, r1 int, a, b line[T], image []T) {
	if a.n == 0 {
		return
	}
	width, next := c[2].result, c[1].stride*c[2].result
	for r := r0; r < r1; {
		i, j := r/c[1].outputs, r%c[1].outputs
		rows := min(r1-r, c[1].outputs-j)
		from := a.rows[(r-r0)*a.n:]
		to := image[((c[0].start+i*c[0].stride)*c[1].result+c[1].start+j*c[1].stride)*width:]
		if c[2].stride == 2 {
			weave(rows, b.n, from, a.n, b.rows[(r-r0)*b.n:], b.n, to, next)
			for k := b.n; k < a.n; k++ {
				storeRows(rows, from[k:], a.n, 1, to[2*k:], next, 1)
			}
		} else {
			storeRows(rows, from, a.n, a.n, to[a.start:], next, c[2].stride)
		}
		r += rows
	}
}

// storeRows stores rows of n elements, each so far from the next.
func storeRows[T gemm.Float](rows int, from []T, pitch, n int, to []T, next, stride int) {
	if stride == 1 && n == pitch && n == next {
		copy(to, from[:rows*n])
		return
	}
	if stride == 1 {
		copyRows(rows, n, from, pitch, to, next)
		return
	}
	for r := range rows {
		row, put := from[r*pitch:][:n], to[r*next:]
		for x, v := range row {
			put[x*stride] = v
		}
	}
}
