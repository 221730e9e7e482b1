package winograd

// A source is images of which tiles are made: of m+halo points a side, m points apart, the first pad points before the image.
type source struct {
	kind     kind // of transform
	values   []float32
	channels int
	size     plane
	pad      plane
	halo     int

	image []float32 // a group of channels of some rows, with padding: [row][column][lane]; zeros, before the first use
}

// gather transforms a group of channels, from ch on, of what rows of tiles [i0, i1) of image n meet.
func (s *source) gather(c *cut, ch, n, i0, i1 int, to view, tmp []float32) {
	width := c.m*c.tiles.w + s.halo
	first, rows := i0*c.m-s.pad.h, (i1-i0)*c.m+s.halo // of the source
	top := min(max(0, -first), rows)
	bottom := max(top, min(rows, s.size.h-first))
	clear(s.image[:top*width*lanes])
	clear(s.image[bottom*width*lanes : rows*width*lanes])
	left, skip := max(0, s.pad.w), max(0, -s.pad.w)
	for l := 0; l < min(lanes, s.channels-ch); l += 8 {
		turn := turn{
			rows: bottom - top, lines: min(8, s.channels-ch-l), columns: min(s.size.w-skip, width-left),
			src: s.values, at: ((n*s.channels+ch+l)*s.size.h+first+top)*s.size.w + skip, line: s.size.size(), srcRow: s.size.w,
			dst: s.image, to: (top*width+left)*lanes + l, column: lanes, dstRow: width * lanes, slack: true,
		}
		turn.run()
	}
	for i := range i1 - i0 {
		from := view{s.image, i * c.m * width * lanes, width * lanes, lanes, c.m * lanes}
		transform(c.m, s.kind, c.tiles.w, from, to.behind(i*c.tiles.w), tmp, nil)
	}
}
