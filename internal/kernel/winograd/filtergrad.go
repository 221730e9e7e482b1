package winograd

import (
	"github.com/kedja-ml/kedja/internal/kernel/conv"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// A filterCut says how the gradient to the filters falls into tasks: results in ranges, the rows of tiles in chunks. A task sums
// products of tiles and transforms the sums of its chunk back to taps; a second phase adds up the chunks.
type filterCut struct {
	cut
	wide   int // results, in whole groups of lanes, which fall into ranges
	across int // sources, in whole panels
	chunks int
}

// Elements of the sums of products that a task holds, and of the partial filters of all chunks, at most.
const (
	sumsSize     = 384 << 10
	partialsSize = 2 << 20
)

// Tiles that a chunk has at least, and results that a range has: fewer would be transformed and added up for too few products.
const (
	chunkTiles = 96
	rangeLeast = 2 * lanes
)

func newFilterCut(s conv.Shape, m int) filterCut {
	f := filterCut{cut: newCut(s, conv.Y, m)}
	f.wide, f.across = ceilDiv(f.results, lanes)*lanes, ceilDiv(f.sources, f.nr)*f.nr
	if f.tiles.size() == 0 {
		return f
	}
	groups := max(1, min(f.wide/lanes, sumsSize/(f.products*f.across*lanes)))
	f.ranges = ceilDiv(f.wide/lanes, groups)
	tiles := min(blockTiles, blockSize/(f.products*(f.across+groups*lanes)))
	all := f.images * f.tiles.h
	work := 2 * float64(all*f.tiles.w) * float64(f.products*f.across*f.wide)
	want := int(min(max(taskCount, work/taskMost), max(1, work/taskLeast)))
	f.chunks = max(1, min(ceilDiv(want, f.ranges), all, all*f.tiles.w/chunkTiles, partialsSize/(f.wide*f.across*taps)))
	f.ranges = max(f.ranges, min(ceilDiv(min(want, taskCount/2), f.chunks), f.wide/rangeLeast))
	f.rows = max(1, min(tiles/f.tiles.w, ceilDiv(all, f.chunks)))
	f.tasks = f.ranges * f.chunks
	return f
}

// height is the most results of a range.
func (f *filterCut) height() int { return ceilDiv(f.wide/lanes, f.ranges) * lanes }

// partial is the size of a chunk's filters: [result][group of sources][tap][lane].
func (f *filterCut) partial() int { return f.results * f.groups() * taps * lanes }

func (f *filterCut) groups() int { return ceilDiv(f.sources, lanes) }

func (f *filterCut) panelSize() int  { return f.tileCount() * f.nr }
func (f *filterCut) dataStride() int { return f.across/f.nr*f.panelSize() + lanes }
func (f *filterCut) gradStride() int { return f.tileCount()*f.height() + lanes }
func (f *filterCut) sumStride() int  { return f.height()*f.across + lanes }

func (f *filterCut) work() conv.Work {
	return conv.Work{
		Phases:  [3]int{f.tasks, f.results},
		Scratch: f.chunks * f.partial(),
		Local: f.imageSize(2) + f.imageSize(0) + f.products*(f.dataStride()+f.gradStride()+f.sumStride()) +
			tmpSize + gemm.MR*f.nr,
	}
}

// A filterTask sums the products of results [k0, k1) and all sources over a chunk.
type filterTask struct {
	filterCut
	x, y                source
	points, grads, sums []float32 // [product], then [panel of sources][tile][lane], [tile][result], [result][source]
	tmp, tile           []float32
	k0, k1              int
}

func (f *filterCut) runTask(i int, x, y, scratch, local []float32) {
	t := filterTask{
		filterCut: *f,
		x:         source{kind: data, values: x, channels: f.sources, size: f.in, pad: f.pad, halo: 2},
		y:         source{kind: cotangent, values: y, channels: f.results, size: f.out},
	}
	take := func(n int) (part []float32) {
		part, local = local[:n:n], local[n:]
		return part
	}
	t.x.image, t.y.image = take(f.imageSize(2)), take(f.imageSize(0))
	t.points, t.grads, t.sums = take(f.products*f.dataStride()), take(f.products*f.gradStride()), take(f.products*f.sumStride())
	t.tmp, t.tile = take(tmpSize), take(gemm.MR*f.nr)
	clear(t.x.image)
	clear(t.y.image)
	clear(t.points)
	g0, g1 := part(f.wide/lanes, f.ranges, i%f.ranges)
	t.k0, t.k1 = g0*lanes, min(g1*lanes, f.results)
	chunk := i / f.ranges
	lo, hi := part(f.images*f.tiles.h, f.chunks, chunk)
	blocks := ceilDiv(hi-lo, f.rows)
	for b := range blocks {
		b0, b1 := part(hi-lo, blocks, b)
		t.block(lo+b0, lo+b1, b > 0)
	}
	to := view{data: scratch[chunk*f.partial():][:f.partial()], row: 3 * lanes, col: lanes, step: taps * lanes}
	for k := t.k0; k < t.k1; k++ {
		from := view{t.sums, (k - t.k0) * f.across, f.alpha * f.sumStride(), f.sumStride(), lanes}
		transform(f.m, filterGrad, f.groups(), from, to.behind(k*f.groups()), t.tmp, nil)
	}
}

// block adds the products of the rows of tiles [lo, hi), of all images, or begins with them.
func (t *filterTask) block(lo, hi int, add bool) {
	to := view{t.points, 0, t.alpha * t.dataStride(), t.dataStride(), t.nr}
	for c := 0; c < t.sources; c += lanes {
		to.at = c/t.nr*t.panelSize() + c%t.nr
		t.pieces(lo, hi, func(n, i0, i1, tile int) { t.x.gather(&t.cut, c, n, i0, i1, to.behind(tile), t.tmp) })
	}
	to = view{t.grads, 0, t.alpha * t.gradStride(), t.gradStride(), t.height()}
	for k := t.k0; k < t.k1; k += lanes {
		to.at = k - t.k0
		t.pieces(lo, hi, func(n, i0, i1, tile int) { t.y.gather(&t.cut, k, n, i0, i1, to.behind(tile), t.tmp) })
	}
	tiles := (hi - lo) * t.tiles.w
	for i := range t.products {
		for p := range t.across / t.nr {
			points := t.points[i*t.dataStride()+p*t.panelSize():]
			sums := t.sums[i*t.sumStride()+p*t.nr:]
			gemm.Column(t.k1-t.k0, t.nr, tiles, t.grads[i*t.gradStride():], t.height(), true, points, sums, t.across, add, t.tile)
		}
	}
}

// reduce adds up the chunks of one result's filters and stores them as [source][tap].
func (f *filterCut) reduce(k int, scratch, w []float32) {
	var sum [taps * lanes]float32
	for g := range f.groups() {
		at := (k*f.groups() + g) * len(sum)
		copy(sum[:], scratch[at:])
		for c := 1; c < f.chunks; c++ {
			vec.AddTo(sum[:], scratch[c*f.partial()+at:][:len(sum)])
		}
		n := min(lanes, f.sources-g*lanes)
		turn := turn{
			rows: 1, lines: 8, columns: n, src: sum[:], line: lanes,
			dst: w, to: (k*f.sources + g*lanes) * taps, column: taps,
		}
		turn.run()
		for c := range n {
			w[turn.to+c*taps+8] = sum[8*lanes+c]
		}
	}
}
