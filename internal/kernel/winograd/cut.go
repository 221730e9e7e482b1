package winograd

import (
	"github.com/kedja-ml/kedja/internal/kernel/conv"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// Fits reports whether a convolution is of the kind that the kernels here compute: 3×3 taps side by side, stride 1, one group, and
// rows of tiles that are not too long for a block.
func Fits(s conv.Shape) bool {
	one := [3]int{1, 1, 1}
	return s.Groups == 1 && s.Filter == [3]int{1, 3, 3} && s.Stride == one && s.Dilation == one &&
		s.In[0] == 1 && s.Out[0] == 1 && s.Pad[0] == 0 && max(s.In[2], s.Out[2]) <= maxWidth && s.N*s.C*s.K > 0
}

// maxWidth bounds the images: a row of tiles is the least that a block has.
const maxWidth = 256

// A plane has the sizes of an image.
type plane struct{ h, w int }

func (p plane) size() int { return p.h * p.w }

// A cut says how a data role falls into tasks. Tiles are m×m results; a block is some rows of tiles, of one image or several.
type cut struct {
	m, alpha         int
	role             conv.Role
	images           int
	sources, results int // channels
	in, out          plane
	pad              plane // zeros before the first row and column
	tiles            plane // of an image
	depth            int   // sources, in whole groups of lanes
	nr, panels       int   // of results
	chunk            int   // panels whose products are held at once
	rows             int   // of tiles, in a block at most
	groups           int   // of rows of tiles, of whole images if there are enough, are tasks,
	ranges           int   // each for a range of panels
	tasks            int
	products         int // (m+2)², of a tile
}

// About the most elements of transformed tiles that a block has, and of tiles.
const (
	blockSize  = 224 << 10
	blockTiles = 96
	leastTiles = 56
)

// The multiply-adds, counted as two, that make a task worth its hand-out, and that keep it below a millisecond or so.
const (
	taskLeast = 1 << 20
	taskMost  = 128 << 20
	taskCount = 16
)

func newCut(s conv.Shape, r conv.Role, m int) cut {
	c := cut{
		m: m, alpha: m + 2, role: r, images: s.N, sources: s.C, results: s.K,
		in: plane{s.In[1], s.In[2]}, out: plane{s.Out[1], s.Out[2]}, pad: plane{s.Pad[1], s.Pad[2]}, nr: gemm.NR[float32](), ranges: 1,
	}
	if r == conv.X {
		c.sources, c.results, c.in, c.out = c.results, c.sources, c.out, c.in
		c.pad = plane{2 - c.pad.h, 2 - c.pad.w}
	}
	c.products = c.alpha * c.alpha
	c.tiles = plane{ceilDiv(c.out.h, m), ceilDiv(c.out.w, m)}
	c.depth = ceilDiv(c.sources, lanes) * lanes
	c.panels = ceilDiv(c.results, c.nr)
	c.chunk = min(c.panels, max(1, 128/c.nr))
	if c.tiles.size() == 0 {
		return c
	}
	all := c.images * c.tiles.h
	tiles := min(blockTiles, max(leastTiles, blockSize/(c.products*(c.depth+c.width()))))
	c.rows = min(max(1, tiles/c.tiles.w), all)
	work := 2 * float64(all*c.tiles.w) * float64(c.products*c.depth*c.panels*c.nr)
	want := int(min(max(taskCount, work/taskMost), max(1, work/taskLeast)))
	blocks := ceilDiv(all, c.rows)
	if blocks < want {
		c.ranges = max(1, min(ceilDiv(want, blocks), c.panels/c.chunk))
		if blocks*c.ranges < want {
			c.rows = max(1, min(c.rows, ceilDiv(all*c.ranges, want)))
			blocks = ceilDiv(all, c.rows)
		}
	}
	c.groups = min(blocks, ceilDiv(want, c.ranges))
	if c.groups <= c.images {
		c.groups = ceilDiv(c.images, ceilDiv(c.images, c.groups))
	}
	c.tasks = c.groups * c.ranges
	return c
}

// group is the rows of tiles, of all images, in a group.
func (c *cut) group(i int) (lo, hi int) {
	if n0, n1, whole := c.whole(i); whole {
		return n0 * c.tiles.h, n1 * c.tiles.h
	}
	return part(c.images*c.tiles.h, c.groups, i)
}

// whole is the images of a group, if those are whole.
func (c *cut) whole(i int) (n0, n1 int, ok bool) {
	n0, n1 = part(c.images, c.groups, i)
	return n0, n1, c.groups <= c.images
}

// width is that of a row of products held at once.
func (c *cut) width() int { return c.chunk * c.nr }

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// part is the i-th of n parts of [0, size).
func part(size, n, i int) (lo, hi int) { return size * i / n, size * (i + 1) / n }

// tileCount is the most tiles of a block.
func (c *cut) tileCount() int { return c.rows * c.tiles.w }

// Sizes of the parts of a task's memory. Strides of products are no multiples of a page.
func (c *cut) imageSize(halo int) int { return ((c.m*c.rows+halo)*(c.m*c.tiles.w+halo) + 8) * lanes }
func (c *cut) dataStride() int        { return c.tileCount()*c.depth + lanes }
func (c *cut) productStride() int     { return c.tileCount()*c.width() + lanes }
func (c *cut) resultSize() int        { return c.m * c.rows * c.m * c.tiles.w * lanes }

func (c *cut) local() int {
	n := c.imageSize(2) + c.products*(c.dataStride()+c.productStride()) + c.resultSize() + tmpSize + gemm.MR*c.nr + 2*lanes
	return max(n, filterSize+tmpSize)
}

// filterStride is how far the filters of one product lie from the next: panels of nr results, sources by nr.
func (c *cut) filterStride() int { return c.panels * c.sources * c.nr }

func (c *cut) work() conv.Work {
	return conv.Work{
		Phases:  [3]int{c.panels * c.nr / lanes, c.tasks},
		Scratch: c.products * c.filterStride(),
		Local:   c.local(),
	}
}
