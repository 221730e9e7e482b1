package minatar

import (
	"math/bits"

	"github.com/kedja-ml/kedja/internal/npyrand"
)

// size of the board, in rows and in columns.
const size = 10

// canvas is an observation to light cells in.
type canvas []float32

func (c canvas) light(channel int, at cell) { c[channel*size*size+int(at.Row)*size+int(at.Col)] = 1 }

// trail lights the cell behind a thing, if it is on the board.
func (c canvas) trail(channel int, at cell, direction int8) {
	if behind := at.beside(-direction); behind.onBoard() {
		c.light(channel, behind)
	}
}

func (c canvas) board(channel int, b *board) {
	c = c[channel*size*size:]
	for r, row := range b {
		for ; row != 0; row &= row - 1 {
			c[r*size+bits.TrailingZeros16(row)] = 1
		}
	}
}

// cell is a place on the board or beside it.
type cell struct{ Row, Col int8 }

func (c cell) beside(direction int8) cell { return cell{c.Row, c.Col + direction} }

func (c cell) onBoard() bool { return within(c.Row, 0, size-1) && within(c.Col, 0, size-1) }

// steered is where an action moves a player who stays in the rows from top to bottom.
func (c cell) steered(action int32, top, bottom int8) cell {
	switch action {
	case Left:
		c.Col = max(0, c.Col-1)
	case Right:
		c.Col = min(size-1, c.Col+1)
	case Up:
		c.Row = max(top, c.Row-1)
	case Down:
		c.Row = min(bottom, c.Row+1)
	}
	return c
}

// board is a set of cells: column c of a row is bit c.
type board [size]uint16

const fullRow = 1<<size - 1

func (b *board) has(c cell) bool { return uint(c.Row) < size && b[c.Row]>>c.Col&1 != 0 }

func (b *board) add(c cell) { b[c.Row] |= 1 << c.Col }

func (b *board) remove(c cell) { b[c.Row] &^= 1 << c.Col }

// fill makes b the cells of the rows and columns from the first to the last.
func (b *board) fill(top, bottom, left, right int) {
	*b = board{}
	for r := top; r <= bottom; r++ {
		b[r] = fullRow & (1<<(right+1) - 1<<left)
	}
}

// columns are those in which there is a cell.
func (b *board) columns() (all uint16) {
	for _, row := range b {
		all |= row
	}
	return all
}

func (b *board) empty() bool { return b.columns() == 0 }

func (b *board) count() (n int) {
	for _, row := range b {
		n += bits.OnesCount16(row)
	}
	return n
}

// sideways moves all by a column; what leaves the board is gone.
func (b *board) sideways(direction int8) {
	for r := range b {
		if direction < 0 {
			b[r] >>= 1
		} else {
			b[r] = b[r] << 1 & fullRow
		}
	}
}

func (b *board) up() {
	copy(b[:], b[1:])
	b[size-1] = 0
}

func (b *board) down() {
	copy(b[1:], b[:])
	b[0] = 0
}

func (b *board) valid() bool { return b.columns() <= fullRow }

func within(x, low, high int8) bool { return x >= low && x <= high }

func isDirection(d int8) bool { return d == -1 || d == 1 }

// oneWay draws a direction, and the column in which what goes there appears.
func oneWay(r *npyrand.RandomState) (direction, column int8) {
	if r.Float64() < 0.5 {
		return 1, 0
	}
	return -1, size - 1
}
