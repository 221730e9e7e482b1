package conv

// A filterCut says how the gradient to the filter falls into tasks. It is the product of what taps meet of the source,
// rows for each pair of channel and tap, by the other tensor, columns for each of its channels, summed over positions of
// the latter. The source is x and the other y, or, at stride 1, the reverse, if that fills the columns better.
//
// Positions are taken in bands; a chunk is a range of bands, summed into a partial filter of its own, and the partial
// filters are added up last. Small filters are cut into chunks. Large ones, whose partial filters would take longer to
// add up than it takes to pack the operands again, are cut into ranges of channels and of units, which are panels of
// columns, group after group.
type filterCut struct {
	shape    Shape
	c        correlation
	swapped  bool
	nr, size int    // columns of a panel, bytes of an element
	n, most  int    // taps that are neighbours in the source as well, and how many times these make a tile
	sources  int    // channels of a group of the source
	pairs    int    // of a group
	columns  int    // of a group
	panels   int    // of a group's columns
	band     [4]int // images, or else slices of an image, rows and columns, or else part of a row
	grid     [4]int // bands along each of these
	chunks   int
	ranges   int // of channels
	units    int // ranges of units
	reducers int
}

const (
	bandMost     = 512     // positions in a band
	partialsMost = 1 << 20 // elements in all partial filters, unless one has more
	leastPairs   = 192
	unitsAtOnce  = 4 // units of which the panels are packed together
)

func newFilterCut(s Shape, elemSize int) filterCut {
	f := filterCut{shape: s, c: s.forward(), nr: nr(elemSize), size: elemSize}
	f.sources, f.columns = s.channels()
	cost := func(sources, columns int) int { return sources * padded(columns, f.nr) }
	if s.Stride == [3]int{1, 1, 1} && 4*cost(f.columns, f.sources) < 3*cost(f.sources, f.columns) {
		f.swapped, f.c = true, s.class(X, 0)
		f.sources, f.columns = f.columns, f.sources
	}
	f.pairs = f.sources * f.c.taps()
	if f.pairs*f.columns*s.Groups == 0 {
		return f
	}
	f.panels = ceilDiv(f.columns, f.nr)
	widest := panelColumns(f.columns, f.nr, 0)
	f.n, f.most = 1, mostSegments(f.nr, widest, elemSize, 1)
	for n := f.c[2].taps; n > 1 && f.c[2].delta*f.c[2].delta == 1; n-- {
		if m := mostSegments(f.nr, widest, elemSize, n); f.c[2].taps%n == 0 && n*m >= f.n*f.most && m > 0 {
			f.n, f.most = n, m
			break
		}
	}
	f.reducers = 1
	if s.N*f.c.outputs() == 0 {
		return f
	}
	room := bandMost
	for d := 3; d >= 0; d-- {
		size := s.N
		if d > 0 {
			size = f.c[d-1].outputs
		}
		f.band[d] = even(size, room)
		f.grid[d] = ceilDiv(size, f.band[d])
		room /= f.band[d]
		if f.band[d] < size || d == 1 && size > 1 {
			room = 1
		}
	}
	want := tasksWanted(s.flops())
	f.chunks = min(want, f.bands(), max(1, partialsMost/f.partial()))
	f.ranges = min(ceilDiv(want, f.chunks), f.sources, max(1, f.pairs/leastPairs))
	f.units = min(ceilDiv(want, f.chunks*f.ranges), s.Groups*f.panels)
	f.reducers = min(max(1, f.chunks*f.partial()>>16), s.Groups*f.panels*f.slots())
	return f
}

// slots is how many pieces of a unit are reduced one by one.
func (f *filterCut) slots() int { return ceilDiv(f.pairs, reduceRows) }

func (f *filterCut) bands() int { return f.grid[0] * f.grid[1] * f.grid[2] * f.grid[3] }

// partial is the size of a partial filter: pairs × columns for each unit, which are half panels where that is enough.
func (f *filterCut) partial() int { return f.shape.Groups * f.pairs * padded(f.columns, f.nr) }

// unit is where a unit lies in a partial filter, and its columns, the first of which is which of the group's.
func (f *filterCut) unit(u int) (at, first, columns int) {
	g := u / f.panels
	first = u % f.panels * f.nr
	return (g*padded(f.columns, f.nr) + first) * f.pairs, first, panelColumns(f.columns, f.nr, first)
}

func (f *filterCut) work() Work {
	if f.chunks == 0 {
		return Work{Phases: [3]int{0, f.reducers}}
	}
	return Work{
		Phases:  [3]int{f.chunks * f.ranges * f.units, f.reducers},
		Scratch: f.chunks * f.partial(),
		Local:   unitsAtOnce*f.panelSize() + f.copyChannels()*f.boxSize(),
	}
}

// panelSize is a panel of a band: as many rows of columns as it has positions.
func (f *filterCut) panelSize() int { return f.band[0] * f.band[1] * f.band[2] * f.band[3] * f.nr }

// boxSize is what a band needs of a channel.
func (f *filterCut) boxSize() int {
	b := f.c.box([3]int{}, [3]int(f.band[1:]))
	return f.band[0] * b.copySize(1)
}

// copyChannels is how many channels are copied at once: as many as stay in a cache.
func (f *filterCut) copyChannels() int {
	return min(ceilDiv(f.sources, f.ranges), max(1, 1<<15/f.boxSize()))
}
