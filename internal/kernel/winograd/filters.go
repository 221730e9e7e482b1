package winograd

import "github.com/kedja-ml/kedja/internal/kernel/conv"

// filtersAtOnce is how many sources' filters are turned at once.
const filtersAtOnce = 16

// taps of a filter.
const taps = 9

const filterSize = (filtersAtOnce*taps + 8) * lanes

// packFilters transforms the filters of one group of results, for all sources.
func (c *cut) packFilters(group int, w, scratch, local []float32) {
	turned, tmp := local[:filterSize], local[filterSize:]
	first := group * lanes
	n := min(lanes, c.results-first)
	if n < lanes {
		clear(turned)
	}
	panel := first / c.nr
	for s := 0; s < c.sources; s += filtersAtOnce {
		some := min(filtersAtOnce, c.sources-s)
		from := view{data: turned, row: 3 * lanes, col: lanes, step: taps * lanes}
		t := turn{src: w, dst: turned, column: lanes, slack: true}
		if c.role == conv.Y { // w[result][source][tap]
			t.rows, t.columns, t.line = 1, some*taps, c.sources*taps
			t.at = (first*c.sources + s) * taps
		} else { // w[source][result][tap], and the taps from the last to the first
			t.rows, t.columns, t.line = some, taps, taps
			t.at, t.srcRow, t.dstRow = (s*c.results+first)*taps, c.results*taps, taps*lanes
			from.at, from.row, from.col = (taps-1)*lanes, -3*lanes, -lanes
		}
		for l := 0; l < n; l += 8 {
			part := t
			part.lines = min(8, n-l)
			part.at += l * t.line
			part.to += l
			part.run()
		}
		to := view{
			data: scratch, at: (panel*c.sources+s)*c.nr + first%c.nr,
			row: c.alpha * c.filterStride(), col: c.filterStride(), step: c.nr,
		}
		transform(c.m, filter, some, from, to, tmp, nil)
	}
}
