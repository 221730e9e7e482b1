package winograd

// A turn copies rows of lines × columns to rows of columns × lines: element (row, line, column) of src, from at on, to element
// (row, column, line) of dst, from to on.
type turn struct {
	rows, lines, columns int
	src                  []float32
	at, line, srcRow     int
	dst                  []float32
	to, column, dstRow   int
	slack                bool // zeros may be written to the columns behind the last, up to a multiple of 8
}

// run treats whole blocks of 8 lines and columns by vectors.
func (t *turn) run() {
	if t.rows <= 0 || t.lines <= 0 || t.columns <= 0 {
		return
	}
	lines, columns := t.lines, t.columns
	if lines != 8 {
		t.plain(0)
		return
	}
	done := columns &^ 7
	if t.slack {
		done = columns
	}
	if done > 0 {
		whole := (done + 7) &^ 7
		_ = t.src[t.at : t.at+(t.rows-1)*t.srcRow+(lines-1)*t.line+done]
		_ = t.dst[t.to : t.to+(t.rows-1)*t.dstRow+(whole-1)*t.column+lines]
		if !transposeAsm(t, done) {
			done = 0
		}
	}
	t.plain(done)
}

// plain copies the columns from first on.
func (t *turn) plain(first int) {
	if first == t.columns {
		return
	}
	for r := range t.rows {
		src, dst := t.src[t.at+r*t.srcRow:], t.dst[t.to+r*t.dstRow:]
		for l := range t.lines {
			row := src[l*t.line:][:t.columns]
			for c := first; c < len(row); c++ {
				dst[c*t.column+l] = row[c]
			}
		}
	}
}
