package conv

// A block is channels [c0, c1) and taps [t0, t1) of a correlation: whole filters of several channels, or part of one.
type block struct{ c0, c1, t0, t1 int }

func (b block) size() int { return (b.c1 - b.c0) * (b.t1 - b.t0) }

// blocking is how a sum over channels and taps is cut: equal blocks but for the last.
type blocking struct{ channels, taps, c, t int }

func newBlocking(channels, taps int) blocking {
	b := blocking{channels: channels, taps: taps}
	if channels == 0 || taps == 0 {
		return b
	}
	if taps > maxPairs {
		b.c, b.t = 1, even(taps, maxPairs)
		return b
	}
	b.c, b.t = even(channels, max(1, maxPairs/taps)), taps
	return b
}

// even is the size of equal parts of n that are no larger than most.
func even(n, most int) int {
	parts := (n + most - 1) / most
	return (n + parts - 1) / parts
}

// next is the block after one, in order; ok is false after the last. The first comes after the zero block.
func (b blocking) next(at block) (_ block, ok bool) {
	if b.c == 0 {
		return at, false
	}
	switch {
	case at == block{}:
	case at.t1 < b.taps:
		at.t0 = at.t1
		at.t1 = min(at.t0+b.t, b.taps)
		return at, true
	default:
		at.c0 = at.c1
	}
	at.c1 = min(at.c0+b.c, b.channels)
	at.t0, at.t1 = 0, min(b.t, b.taps)
	return at, at.c0 < b.channels
}

// before is the number of pairs before a block.
func (b blocking) before(at block) int { return at.c0*b.taps + at.t0*(at.c1-at.c0) }

// odometer counts flat taps of a correlation in all three dimensions.
type odometer struct{ at, size [3]int }

func newOdometer(c *correlation, tap int) odometer {
	size := [3]int{c[0].taps, c[1].taps, c[2].taps}
	if volume(size) == 0 {
		return odometer{}
	}
	return odometer{split(tap, size), size}
}

func (o *odometer) next() {
	for d := 2; d >= 0; d-- {
		if o.at[d]++; o.at[d] < o.size[d] {
			return
		}
		o.at[d] = 0
	}
}

// filterTap is the flat index in the filter of the tap the odometer shows.
func (c *correlation) filterTap(t, filter [3]int) int {
	i := 0
	for d := range t {
		i = i*filter[d] + c[d].tap + t[d]*c[d].tapStep
	}
	return i
}
