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
	channels, plane := t.i1-t.i0, c[0].result*c[1].result*c[2].result
	together := 1
	if c[2].stride == 2 {
		together = 2
	}
	for i := 0; i < t.lines; i += together {
		var of [2]line[T]
		for k := range together {
			n := t.shape.class(t.role, class+i+k)[2].outputs
			of[k] = line[T]{room, i + k, n, (t.n1 - t.n0) * (r1 - r0) * n}
			room = room[channels*of[k].plane:]
		}
		for n := t.n0; n < t.n1; n++ {
			images := t.to[((n*t.shape.Groups+g)*t.rows+t.i0)*plane:][:channels*plane]
			from := (n - t.n0) * (r1 - r0)
			storeLines(&c, r0, r1, channels, of[0].after(from), of[1].after(from), images)
		}
	}
}

// A line is the part of a class in rows that are collected, n outputs of each, of a number of channels.
type line[T gemm.Float] struct {
	rows     []T
	start, n int
	plane    int // from a channel to the next
}

func (l line[T]) after(rows int) line[T] {
	l.rows = l.rows[rows*l.n:]
	return l
}

func (l line[T]) stack() stack[T] { return stacked(l.rows, l.plane, l.n) }

// storeLines stores rows [r0, r1) of one class, or of two that take turns, in images, one a channel.
func storeLines[T gemm.Float](c *correlation, r0, r1, channels int, a, b line[T], images []T) {
	if a.n == 0 {
		return
	}
	width := c[2].result
	for r := r0; r < r1; {
		i, j := r/c[1].outputs, r%c[1].outputs
		rows := min(r1-r, c[1].outputs-j)
		first := (c[0].start+i*c[0].stride)*c[1].result + c[1].start + j*c[1].stride
		to := stacked(images[first*width:], c[0].result*c[1].result*width, c[1].stride*width)
		from := a.after(r - r0).stack()
		if c[2].stride == 2 {
			weave(channels, rows, b.n, from, b.after(r-r0).stack(), to)
			if a.n > b.n {
				copyRows(channels, rows, 1, from.at(b.n), to.at(2*b.n))
			}
		} else {
			spread(channels, rows, a.n, from, to.at(a.start), c[2].stride)
		}
		r += rows
	}
}

// spread copies n elements of each row, to every so many elements.
func spread[T gemm.Float](planes, rows, n int, src, dst stack[T], stride int) {
	for p := range planes {
		for r := range rows {
			to := dst.line(p, r, (n-1)*stride+1)
			for i, v := range src.line(p, r, n) {
				to[i*stride] = v
			}
		}
	}
}
