package winograd

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// A task computes some blocks of a data role.
type task struct {
	cut
	source
	to, bias []float32
	relu     bool
	filters  []float32 // transformed
	p0, p1   int       // panels of results

	points []float32 // transformed: [product][tile][source]
	sums   []float32 // products: [product][tile][result]
	output []float32 // a group of channels of results: [row][column][lane]
	tmp    []float32
	tile   []float32 // of gemm
	finish finish
}

func (c *cut) runTask(i int, from, to, bias []float32, relu bool, scratch, local []float32) {
	t := task{cut: *c, source: source{kind: data, values: from, channels: c.sources, size: c.in, pad: c.pad, halo: 2}, to: to, bias: bias, relu: relu, filters: scratch}
	take := func(n int) (part []float32) {
		part, local = local[:n:n], local[n:]
		return part
	}
	t.image, t.points, t.sums = take(c.imageSize(2)), take(c.products*c.dataStride()), take(c.products*c.productStride())
	t.output, t.tmp, t.tile = take(c.resultSize()), take(tmpSize), take(gemm.MR*c.nr)
	t.finish = finish{take(lanes), take(lanes)}
	clear(t.image)
	t.p0, t.p1 = part(c.panels, c.ranges, i%c.ranges)
	lo, hi := c.group(i / c.ranges)
	blocks := ceilDiv(hi-lo, c.rows)
	for b := range blocks {
		b0, b1 := part(hi-lo, blocks, b)
		t.block(lo+b0, lo+b1)
	}
}

// block computes the rows of tiles [lo, hi), of all images.
func (t *task) block(lo, hi int) {
	for s := 0; s < t.sources; s += lanes {
		to := view{t.points, s, t.alpha * t.dataStride(), t.dataStride(), t.depth}
		t.pieces(lo, hi, func(n, i0, i1, tile int) { t.source.gather(&t.cut, s, n, i0, i1, to.behind(tile), t.tmp) })
	}
	for p := t.p0; p < t.p1; p += t.chunk {
		end := min(p+t.chunk, t.p1)
		t.multiply((hi-lo)*t.tiles.w, p, end)
		for k := p * t.nr; k < min(end*t.nr, t.results); k += lanes {
			t.finishing(k)
			t.pieces(lo, hi, func(n, i0, i1, tile int) { t.scatter(k, k-p*t.nr, n, i0, i1, tile) })
		}
	}
}

// pieces visits rows [i0, i1) of each image n in a range of rows; tile is the number in the block of the first tile.
func (c *cut) pieces(lo, hi int, visit func(n, i0, i1, tile int)) {
	for at := lo; at < hi; {
		n, i0 := at/c.tiles.h, at%c.tiles.h
		i1 := min(c.tiles.h, i0+hi-at)
		visit(n, i0, i1, (at-lo)*c.tiles.w)
		at += i1 - i0
	}
}

// most is the longest sum of products that a tile of registers is kept for.
const most = 256

// multiply computes the products of a block's tiles and panels [p0, p1) of filters.
func (t *task) multiply(tiles, p0, p1 int) {
	for i := range t.products {
		for p := p0; p < p1; p++ {
			filters := t.filters[i*t.filterStride()+p*t.sources*t.nr:]
			sums := t.sums[i*t.productStride()+(p-p0)*t.nr:]
			parts := ceilDiv(t.sources, most)
			for q := range parts {
				lo, hi := part(t.sources, parts, q)
				gemm.Column(tiles, t.nr, hi-lo, t.points[i*t.dataStride()+lo:], t.depth, false, filters[lo*t.nr:], sums, t.width(), q > 0, t.tile)
			}
		}
	}
}

// finishing prepares the finish of a group of results.
func (t *task) finishing(k int) {
	f := &t.finish
	clear(f.bias)
	if t.bias != nil {
		copy(f.bias, t.bias[k:])
	}
	for l := range f.floor {
		f.floor[l] = 0
		if !t.relu {
			f.floor[l] = float32(math.Inf(-1))
		}
	}
}

// scatter makes results k and up, as many as a group has, of the products in the columns from column on. Rows of them lie one behind the
// other, as in the result. What the last tile of a row has too much is overwritten by the first of the next row, which comes after it.
func (t *task) scatter(k, column, n, i0, i1, tile int) {
	row, last := t.out.w*lanes, t.tiles.w-1
	for i := range i1 - i0 {
		from := view{t.sums, (tile+i*t.tiles.w)*t.width() + column, t.alpha * t.productStride(), t.productStride(), t.width()}
		to := view{t.output, i * t.m * row, row, lanes, t.m * lanes}
		transform(t.m, result, 1, from.behind(last), to.behind(last), t.tmp, &t.finish)
		transform(t.m, result, last, from, to, t.tmp, &t.finish)
	}
	pixels := min((i1-i0)*t.m, t.out.h-i0*t.m) * t.out.w
	for l := 0; l < min(lanes, t.results-k); l += 8 {
		t.store(l, pixels, min(8, t.results-k-l), ((n*t.results+k+l)*t.out.h+i0*t.m)*t.out.w)
	}
}

// store copies pixels of some channels to where they belong. What does not fill a block of 8 is copied with pixels that are
// there already.
func (t *task) store(at, pixels, channels, to int) {
	turn := turn{
		rows: pixels / 8, lines: 8, columns: channels,
		src: t.output, at: at, line: lanes, srcRow: 8 * lanes,
		dst: t.to, to: to, column: t.out.size(), dstRow: 8,
	}
	turn.run()
	rest := pixels % 8
	if rest == 0 {
		return
	}
	turn.rows = 1
	back := 8
	if pixels < 8 {
		turn.lines, back = rest, rest
	}
	turn.at += (pixels - back) * lanes
	turn.to += pixels - back
	turn.run()
}
