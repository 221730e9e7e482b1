package reduce

import "math/bits"

const (
	tile    = 512     // columns added up at once
	narrow  = 128     // rows shorter than this are joined to about this length
	grain   = 1 << 15 // additions that make a task
	handful = 16      // tasks that are wanted before a long sum is cut into chunks
	most    = 64      // tasks of a phase
)

// A pass adds up the middle axis of [outer, n, inner]. With chunks above 1 it cuts n into that many parts and leaves
// [outer, chunks, inner], which another pass finishes. Its columns are taken in tiles.
type pass struct{ outer, n, inner, chunks, tiles int }

func (p *pass) results() int { return p.outer * p.chunks * p.inner }
func (p *pass) units() int   { return p.outer * p.chunks * p.tiles }
func (p *pass) tasks() int {
	return max(1, min(most, p.outer*p.n*p.inner/grain, p.units()))
}

// local is the memory that pairwise sums of rows take.
func (p *pass) local() int {
	if p.inner == 1 {
		return 0
	}
	return (bits.Len(uint(p.n/leaf+1)) + 1) * max(narrow*2, min(tile, p.inner))
}

// A Plan is a sequence of passes, a function of shapes alone.
type Plan struct {
	passes [9]pass
	len    int
}

// NewPlan plans the sum of an array of sizes dims, at most 8 of them, along the axes where keep is false.
func NewPlan(dims []int, keep []bool) (p Plan) {
	// Runs of neighbouring axes that are all kept or all added up.
	var size [9]int
	var kept [9]bool
	n := 0
	for i, d := range dims {
		switch {
		case d == 1:
		case n > 0 && kept[n-1] == keep[i]:
			size[n-1] *= d
		default:
			size[n], kept[n] = d, keep[i]
			n++
		}
	}
	inner := 1
	for i := n - 1; i >= 0; i-- { // from the innermost run on
		if kept[i] {
			inner *= size[i]
			continue
		}
		outer := 1
		for _, d := range size[:i] {
			outer *= d
		}
		p.add(outer, size[i], inner)
	}
	return p
}

// add appends a pass; one that gives few results of many terms is cut into chunks first.
func (p *Plan) add(outer, n, inner int) {
	s := pass{outer, n, inner, 1, max(1, (inner+tile-1)/tile)}
	if c := min(handful/max(1, s.units()), n/64, outer*n*inner/grain); c > 1 {
		s.chunks = c
		p.passes[p.len] = s
		p.len++
		s.n, s.chunks = c, 1
	}
	p.passes[p.len] = s
	p.len++
}

// Phases gives the tasks of up to three phases. Passes beyond the third are small: the last phase does them too, in one task.
func (p *Plan) Phases() (t [3]int) {
	if p.len == 0 {
		return [3]int{1}
	}
	for i := range min(p.len, len(t)) {
		t[i] = p.passes[i].tasks()
	}
	if p.len > len(t) {
		t[2] = 1
	}
	return t
}

// Scratch is how many elements the passes leave for each other.
func (p *Plan) Scratch() (n int) {
	for i := range max(0, p.len-1) {
		n += p.passes[i].results()
	}
	return n
}

// Local is how many elements a task needs for itself.
func (p *Plan) Local() (n int) {
	for i := range p.len {
		n = max(n, p.passes[i].local())
	}
	return n
}
