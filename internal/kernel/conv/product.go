package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A product multiplies the filters of a block by panels of what they meet. Its columns are the outputs [lo, hi) of one
// image, or all of several, image after image.
type product[T gemm.Float] struct {
	target[T]
	c           *correlation
	lo, hi      int
	outputs     int // of an image
	nr, rows    int
	filters     []T
	view        view[T]
	first, last bool // of the blocks
	bias        []T
	relu        bool
	panel, held []T

	offsets  [maxTaps]int // of the block's pairs in the view
	furthest int
	runs     [maxColumns]run
	n        int
}

// A target is where products go: results, or rows of whole panels, image after image.
type target[T gemm.Float] struct {
	to          []T
	plane, slot int // from a row, from an image, to the next
	gathered    bool
}

func (p *product[T]) multiply(at block) {
	p.aim(at)
	pairs := at.size()
	dense := p.c.dense()
	for q := p.lo; q < p.hi; q += p.nr {
		columns := min(p.nr, p.hi-q)
		p.findRuns(q, columns)
		packPanel(p.nr, p.view.data, p.offsets[:pairs], p.furthest, p.runs[:p.n+1], p.panel)
		if p.gathered {
			to := p.to[q-p.lo:]
			gemm.Macro(p.rows, p.nr, pairs, p.filters, p.panel[:pairs*p.nr], to, p.plane, !p.first, p.held)
			if p.last {
				finish(p.nr, p.rows, p.nr, to, p.plane, p.bias, p.relu)
			}
			continue
		}
		if n, o := q/p.outputs, q%p.outputs; dense && o+columns <= p.outputs {
			to := p.to[n*p.slot+o:]
			gemm.Macro(p.rows, columns, pairs, p.filters, p.panel[:pairs*p.nr], to, p.plane, !p.first, p.held)
			if p.last {
				finish(p.nr, p.rows, columns, to, p.plane, p.bias, p.relu)
			}
			continue
		}
		for i := 0; i < p.rows; i += tileRows {
			rows := min(tileRows, p.rows-i)
			held, tmp := p.held[:tileRows*p.nr], p.held[tileRows*p.nr:]
			if !p.first {
				p.load(i, rows, held)
			}
			gemm.Macro(rows, columns, pairs, p.filters[i*pairs:], p.panel[:pairs*p.nr], held, p.nr, !p.first, tmp)
			if p.last {
				finish(p.nr, rows, columns, held, p.nr, tail(p.bias, i), p.relu)
			}
			p.store(i, rows, held)
		}
	}
}

func tail[T any](s []T, i int) []T {
	if s == nil {
		return nil
	}
	return s[i:]
}

// aim finds where the pairs of a block lie in the view.
func (p *product[T]) aim(at block) {
	taps := at.t1 - at.t0
	o := newOdometer(p.c, at.t0)
	p.furthest = 0
	for k := range taps {
		p.offsets[k] = p.view.tap(p.c, o.at)
		p.furthest = max(p.furthest, p.offsets[k])
		o.next()
	}
	offsets := p.offsets[:at.size()]
	for k := taps; k < len(offsets); k++ {
		offsets[k] = offsets[k-taps] + p.view.plane
	}
	p.furthest += (at.c1 - at.c0 - 1) * p.view.plane
}

// findRuns cuts columns from q on where a row of outputs ends, and closes the list with a run of no columns.
func (p *product[T]) findRuns(q, columns int) {
	n := q / p.outputs
	size := [3]int{p.c[0].outputs, p.c[1].outputs, p.c[2].outputs}
	j := split(q%p.outputs, size)
	p.n = 0
	for column := 0; column < columns; {
		to := n * p.slot
		at := 0
		for d, a := range p.c {
			at = at*a.result + a.start + j[d]*a.stride
		}
		p.runs[p.n] = run{column, n*p.view.slot + p.view.pixel(j), to + at}
		p.n++
		column += size[2] - j[2]
		j[2] = 0
		if j[1]++; j[1] == size[1] {
			j[1] = 0
			if j[0]++; j[0] == size[0] {
				j[0] = 0
				n++
			}
		}
	}
	p.runs[p.n] = run{column: columns}
}

// load brings what rows from i on hold so far.
func (p *product[T]) load(i, rows int, held []T) {
	for r := range rows {
		row := held[r*p.nr:][:p.nr]
		to := p.to[(i+r)*p.plane:]
		for k, run := range p.runs[:p.n] {
			part := row[run.column:p.runs[k+1].column]
			copy(part, to[run.to:])
		}
	}
}

// store is the reverse of load.
func (p *product[T]) store(i, rows int, held []T) {
	for r := range rows {
		row := held[r*p.nr:][:p.nr]
		to := p.to[(i+r)*p.plane:]
		for k, run := range p.runs[:p.n] {
			part := row[run.column:p.runs[k+1].column]
			copy(to[run.to:], part)
		}
	}
}

// clear stores sums of nothing.
func (p *product[T]) clear() {
	if p.gathered {
		for i := range p.rows {
			row := p.to[i*p.plane:][:p.plane]
			clear(row)
			finish(p.nr, 1, len(row), row, 0, tail(p.bias, i), p.relu)
		}
		return
	}
	clear(p.held)
	for q := p.lo; q < p.hi; q += p.nr {
		p.findRuns(q, min(p.nr, p.hi-q))
		for i := 0; i < p.rows; i += tileRows {
			rows := min(tileRows, p.rows-i)
			clear(p.held)
			finish(p.nr, rows, p.nr, p.held, p.nr, tail(p.bias, i), p.relu)
			p.store(i, rows, p.held)
		}
	}
}
