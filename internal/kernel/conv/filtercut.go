package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

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
	nr       int
	narrow   bool   // nr is one vector, not two
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
	leastPairs   = 32 * gemm.MR
	unitsAtOnce  = 4 // units of which the panels are packed together
)

func newFilterCut(s Shape, elemSize int) filterCut {
	f := filterCut{shape: s, c: s.forward(), nr: nr(elemSize)}
	f.sources, f.columns = s.channels()
	most := f.sources * f.columns
	cost := func(columns int) int {
		_, filled := narrows(columns, f.nr)
		return filled * most / max(1, columns)
	}
	if s.Stride == [3]int{1, 1, 1} && 4*cost(f.sources) < 3*cost(f.columns) {
		f.swapped, f.c = true, s.class(X, 0)
		f.sources, f.columns = f.columns, f.sources
	}
	if f.narrow, _ = narrows(f.columns, f.nr); f.narrow {
		f.nr /= 2
	}
	f.pairs = f.sources * f.c.taps()
	if f.pairs*f.columns*s.Groups == 0 {
		return f
	}
	f.panels = ceilDiv(f.columns, f.nr)
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

// narrows reports whether panels of half as many columns as a tile has should take less time, though their tiles load 14
// times for 12 multiply-adds where two loads a cycle match two of these, and how many columns of a tile that time is worth.
func narrows(columns, nr int) (narrow bool, filled int) {
	whole, half := ceilDiv(columns, nr)*nr, ceilDiv(columns, nr/2)*(nr/2)*7/6
	return half < whole, min(half, whole)
}

func (f *filterCut) bands() int { return f.grid[0] * f.grid[1] * f.grid[2] * f.grid[3] }

// partial is the size of a partial filter: pairs × columns for each unit, of which the last of a group may be padded.
func (f *filterCut) partial() int { return f.shape.Groups * f.pairs * f.panels * f.nr }

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
