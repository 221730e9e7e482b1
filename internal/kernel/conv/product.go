package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

const (
	maxPairs    = 1024 // pairs of channel and tap that a tile sums at a time, so that it lasts a few microseconds
	chunkPixels = 96   // outputs that are computed for all channels before others are
)

// A product computes outputs [lo, hi) of one image or of several: whole rows, or part of one.
type product[T gemm.Float] struct {
	target[T]
	c              *correlation
	nr, rows       int
	lo, hi, images int
	filters        []T // panels
	pairs          int
	view           view[T]
	bias           []T
	relu           bool
	buf            []T // results of a chunk for nr channels

	x0, x1   int // columns of each row
	lines    int // rows of an image
	pieces   int // segments of a row
	most     int // rows that are a segment each and make a tile
	blocks   blocking
	table    [maxPairs]int32
	of       block // of which the table is
	reach    int   // of its first channel, and of all channels of the block in hand
	furthest int
	bases    [chunkPixels]int
	puts     [chunkPixels + 1]int // where in buf segments begin, in pixels, and the last ends
	ends     [chunkPixels]int     // where their last pixels go
	segments int
	runs     [chunkPixels]run
	n1       int
}

// A target is where products go: results, or rows of all outputs, image after image.
type target[T gemm.Float] struct {
	to          []T
	plane, slot int // from a row, from an image, to the next
	gathered    bool
}

// A run is pixels that are neighbours in a chunk, from one on, and in the result.
type run struct{ from, pixels, to int }

// A cursor stands before a segment.
type cursor struct{ image, line, piece int }

func (p *product[T]) multiply() {
	width := p.c[2].outputs
	p.x0, p.x1 = 0, width
	p.lines = (p.hi - p.lo) / width
	if p.hi-p.lo < width {
		p.x0, p.x1, p.lines = p.lo%width, p.lo%width+p.hi-p.lo, 1
	}
	size := sizeof[T]()
	widest := panelColumns(p.rows, p.nr, 0)
	p.pieces = ceilDiv(p.x1-p.x0, mostRows(p.nr, widest, size))
	p.most = 1
	if p.pieces == 1 {
		p.most = mostSegments(p.nr, widest, size, p.x1-p.x0)
	}
	p.blocks = newBlocking(p.pairs/max(1, p.c.taps()), p.c.taps())
	var at cursor
	for at.image < p.images {
		at = p.fill(at)
		for row := 0; row < p.rows; row += p.nr {
			columns := panelColumns(p.rows, p.nr, row)
			p.panel(row, columns, p.filters[row*p.pairs:])
			for _, r := range p.runs[:p.n1] {
				unload(r.pixels, min(columns, p.rows-row), p.buf[r.from*columns:], columns, p.to[row*p.plane+r.to:], p.plane, tail(p.bias, row), p.relu)
			}
		}
	}
}

func tail[T any](s []T, i int) []T {
	if s == nil {
		return nil
	}
	return s[i:]
}

// panel multiplies the chunk by a panel.
func (p *product[T]) panel(row, columns int, filters []T) {
	if p.pairs == 0 {
		clear(p.buf)
		return
	}
	for i := 0; i < p.segments; {
		s := even(p.segments-i, p.most)
		n := p.puts[i+1] - p.puts[i]
		for k := range s { // where they will be stored
			prefetch(min(columns, p.rows-row), p.to[row*p.plane+p.ends[i+k]:], p.plane)
		}
		bases, to := p.bases[i:i+s], p.buf[p.puts[i]*columns:]
		moved := 0
		for b, ok := p.blocks.next(block{}); ok; b, ok = p.blocks.next(b) {
			p.aim(b)
			by := b.c0*p.view.plane - moved
			for k := range bases {
				bases[k] += by
			}
			moved += by
			panel := filters[p.blocks.before(b)*columns:]
			tile(p.nr, columns, n, bases, p.view.data, p.table[:b.size()], p.furthest, panel, to, b.c0+b.t0 > 0)
		}
		for k := range bases {
			bases[k] -= moved
		}
		i += s
	}
}

// aim makes the table of where pairs of a block lie in the view, but for its first channel.
func (p *product[T]) aim(b block) {
	b.c0, b.c1 = 0, b.c1-b.c0
	if b.t0 == p.of.t0 && b.t1 == p.of.t1 && b.c1 <= p.of.c1 {
		p.furthest = p.reach + (b.c1-1)*p.view.plane
		return
	}
	p.of = b
	taps := b.t1 - b.t0
	p.reach = 0
	o := newOdometer(p.c, b.t0)
	for k := range taps {
		at := p.view.tap(p.c, o.at)
		p.table[k], p.reach = int32(at), max(p.reach, at)
		o.next()
	}
	for k := taps; k < b.size(); k++ {
		p.table[k] = p.table[k-taps] + int32(p.view.plane)
	}
	p.furthest = p.reach + (b.c1-1)*p.view.plane
}

// fill takes segments into a chunk, and returns where the next one begins.
func (p *product[T]) fill(at cursor) cursor {
	p.segments, p.n1 = 0, 0
	size := [3]int{p.c[0].outputs, p.c[1].outputs, p.c[2].outputs}
	for pixels := 0; at.image < p.images; {
		x, end := part(p.x1-p.x0, p.pieces, at.piece)
		n := end - x
		if pixels+n > chunkPixels {
			break
		}
		j := split(p.lo-p.x0+at.line*size[2], size)
		j[2] = p.x0 + x
		to := p.place(at.image, j)
		p.bases[p.segments] = at.image*p.view.slot + p.view.pixel(j)
		p.ends[p.segments] = to + n - 1
		p.segments++
		p.run(run{pixels, n, to})
		pixels += n
		p.puts[p.segments] = pixels
		if at.piece++; at.piece == p.pieces {
			at.piece = 0
			if at.line++; at.line == p.lines {
				at.line = 0
				at.image++
			}
		}
	}
	return at
}

// place is where output j of an image goes.
func (p *product[T]) place(image int, j [3]int) int {
	if p.gathered {
		return image*(p.hi-p.lo) + (j[0]*p.c[1].outputs+j[1])*p.c[2].outputs + j[2] - p.lo
	}
	at := 0
	for d, a := range p.c {
		at = at*a.result + a.start + j[d]*a.stride
	}
	return image*p.slot + at
}

// run adds a run, or makes the last one longer.
func (p *product[T]) run(r run) {
	if p.n1 > 0 {
		if last := &p.runs[p.n1-1]; r.to == last.to+last.pixels {
			last.pixels += r.pixels
			return
		}
	}
	p.runs[p.n1] = r
	p.n1++
}
