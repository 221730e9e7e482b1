package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// spreadGroup computes what the task has of a group and a class.
func (t *dataTask[T]) spreadGroup(c *correlation, g int, filters []T) {
	from, to := t.spreadBand(c, t.at)
	if volume([3]int{to[0] - from[0], to[1] - from[1], to[2] - from[2]}) == 0 {
		return
	}
	p := spreading[T]{c: c, nr: t.nr, channels: t.rows, from: from, to: to, relu: t.relu}
	if t.bias != nil {
		p.bias = t.bias[g*t.rows:][:t.rows]
	}
	result := volume([3]int{c[0].result, c[1].result, c[2].result})
	source := volume([3]int{c[0].source, c[1].source, c[2].source})
	groups := t.shape.Groups
	if c.taps() > 0 {
		p.region = c.region(from, to)
		p.aim()
		panel, products := t.panelSize(newBlocking(t.sources, 1)), t.rows*c.taps()*t.nr
		p.panel, p.products = t.local[:panel], t.local[panel:][:products]
		p.tmp = t.local[panel+products:][:gemm.MR*t.nr]
		p.room = t.local[panel+products+gemm.MR*t.nr:][:t.rows*volume(p.region.size)]
	}
	for n := t.n0; n < t.n1; n++ {
		clear(p.room)
		if c.taps() > 0 {
			x := t.from[(n*groups+g)*t.sources*source:]
			p.add(t.sources, x, source, filters)
		}
		p.store(t.to[(n*groups+g)*t.rows*result:][:t.rows*result])
	}
}

type spreading[T gemm.Float] struct {
	c                    *correlation
	nr, channels         int
	from, to             [3]int // outputs
	bias                 []T
	relu                 bool
	region               region
	panel, products, tmp []T
	room                 []T // for each channel
	offsets              [maxPairs]int
	puts                 [spreadRows]int // where row i of the products puts the source position region.lo
	runs                 [maxColumns + 1]span
}

// aim finds where the products go.
func (p *spreading[T]) aim() {
	taps, plane := p.c.taps(), volume(p.region.size)
	for i := range p.channels * taps {
		p.puts[i] = i/taps*plane + p.region.at(p.c, p.c.meeting(i%taps))
	}
}

// add adds the products of the region of an image, of which x is the first channel.
func (p *spreading[T]) add(sources int, x []T, plane int, filters []T) {
	rows := p.channels * p.c.taps()
	var size [3]int
	for d := range size {
		size[d] = p.region.hi[d] - p.region.lo[d]
	}
	pixels := volume(size)
	cut := newBlocking(sources, 1)
	for q := 0; q < pixels; q += p.nr {
		columns := min(p.nr, pixels-q)
		runs := p.findRuns(split(q, size), size, columns)
		for b, ok := cut.next(block{}); ok; b, ok = cut.next(b) {
			offsets := p.offsets[:b.size()]
			for k := range offsets {
				offsets[k] = (b.c0 + k) * plane
			}
			packPanel(p.nr, x, offsets, offsets[len(offsets)-1], runs, p.panel)
			gemm.Macro(rows, p.nr, b.size(), filters[rows*b.c0:], p.panel[:b.size()*p.nr], p.products, p.nr, b.c0 > 0, p.tmp)
		}
		for i, r := range runs[:len(runs)-1] {
			accumulate(rows, runs[i+1].column-r.column, p.products[r.column:], p.nr, p.room[r.to:], p.puts[:rows])
		}
	}
}

// findRuns cuts columns, from source position j of the region on, where its rows end.
func (p *spreading[T]) findRuns(j, size [3]int, columns int) []span {
	n := 0
	c, r := p.c, &p.region
	for column := 0; column < columns; n++ {
		from := ((r.lo[0]+j[0])*c[1].source+r.lo[1]+j[1])*c[2].source + r.lo[2] + j[2]
		p.runs[n] = span{column, from, (j[0]*r.size[1]+j[1])*r.size[2] + j[2]}
		column += size[2] - j[2]
		j[2] = 0
		if j[1]++; j[1] == size[1] {
			j[0], j[1] = j[0]+1, 0
		}
	}
	p.runs[n] = span{column: columns}
	return p.runs[:n+1]
}

// store stores the outputs, with zeros where nothing was put, and finishes them.
func (p *spreading[T]) store(to []T) {
	c, r := p.c, &p.region
	plane, result := volume(r.size), volume([3]int{c[0].result, c[1].result, c[2].result})
	for ch := range p.channels {
		for i := p.from[0]; i < p.to[0]; i++ {
			for j := p.from[1]; j < p.to[1]; j++ {
				var row []T
				if a, b := i-r.first[0], j-r.first[1]; a >= 0 && a < r.size[0] && b >= 0 && b < r.size[1] {
					row = p.room[ch*plane+(a*r.size[1]+b)*r.size[2]:][:r.size[2]]
				}
				at := (c[0].start+i*c[0].stride)*c[1].result + c[1].start + j*c[1].stride
				put := to[ch*result+at*c[2].result:][:c[2].result]
				if c[2].stride == 1 {
					copyRow(put, row, -r.first[2])
					finish(p.nr, 1, len(put), put, 0, tail(p.bias, ch), p.relu)
					continue
				}
				storeEvery(put[c[2].start:], c[2].stride, c[2].outputs, row, r.first[2])
			}
		}
	}
}

// storeEvery stores n outputs, stride apart, of which row holds those from first on.
func storeEvery[T gemm.Float](put []T, stride, n int, row []T, first int) {
	for o := range n {
		var v T
		if a := o - first; a >= 0 && a < len(row) {
			v = row[a]
		}
		put[o*stride] = v
	}
}
