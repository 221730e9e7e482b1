package board

import (
	"errors"
	"fmt"
	"math/bits"
)

// Connect4 is a position of Connect Four: seven columns of six places, four in a row win. Bit 7·c + r is the place in column c, r places from
// below; bit 7·c + 6 is always 0, so that no shift carries a row from one column into the next. The zero value is the empty board.
type Connect4 struct{ Own, All uint64 }

const (
	c4Columns, c4Rows = 7, 6
	c4Cells           = c4Columns * c4Rows
	c4Bottom          = 0x0000040810204081 // the lowest place of each column
	c4Board           = c4Bottom * (1<<c4Rows - 1)
)

// column is the mask of a column's places.
func column(c int) uint64 { return (1<<c4Rows - 1) << (7 * c) }

func (Connect4) Game() string { return "connect4" }
func (Connect4) Rows() int    { return c4Rows }
func (Connect4) Columns() int { return c4Columns }
func (Connect4) Moves() int   { return c4Columns }

// Plies is how many stones there are.
func (p Connect4) Plies() int { return bits.OnesCount64(p.All) }

func (p Connect4) Legal(move int) bool {
	return move >= 0 && move < c4Columns && p.open()&column(move) != 0 && !p.Lost()
}

// open are the places where a stone can come to lie.
func (p Connect4) open() uint64 { return (p.All + c4Bottom) & c4Board }

func (p Connect4) Play(move int) Connect4 { return p.put(p.open() & column(move)) }

// put is a stone in a place.
func (p Connect4) put(place uint64) Connect4 { return Connect4{p.All &^ p.Own, p.All | place} }

func (p Connect4) Lost() bool { return four(p.All &^ p.Own) }

// four reports whether there are four in a row, by steps of 1 up, 7 to the right, and 6 and 8 askew.
func four(stones uint64) bool {
	for _, d := range [4]int{1, 7, 6, 8} {
		two := stones & (stones >> d)
		if two&(two>>(2*d)) != 0 {
			return true
		}
	}
	return false
}

func (p Connect4) Full() bool { return p.All == c4Board || p.Lost() }

func (p Connect4) At(row, column int) int {
	place := uint64(1) << (7*column + c4Rows - 1 - row)
	switch {
	case p.Own&place != 0:
		return 1
	case p.All&place != 0:
		return -1
	}
	return 0
}

// key is a number of the position's own: in each column the stones of who is to move, with a 1 above the highest stone of either.
func (p Connect4) key() uint64 { return p.Own | (p.All + c4Bottom) }

// wins are the empty places that would make four in a row of stones: at either end of three, and in the gap of two and one.
func wins(stones, all uint64) uint64 {
	found := stones << 1 & (stones << 2) & (stones << 3)
	for _, d := range [3]int{7, 6, 8} {
		two := stones & (stones << d) // the later one of two
		three := two & (stones << (2 * d))
		found |= three<<d | three>>(3*d) | two<<d&(stones>>d) | stones<<d&(two>>(2*d))
	}
	return found & (c4Board &^ all)
}

// ParseConnect4 is the position after moves that are written as the numbers, from 1, of the columns.
func ParseConnect4(moves string) (p Connect4, err error) {
	for i, c := range moves {
		move := int(c - '1')
		if c < '1' || c > '7' {
			return p, errors.New("connect4: " + fmt.Sprintf("%q", c) + " is not a column from 1 to 7")
		}
		if err := checkMove(p, move); err != nil {
			return p, fmt.Errorf("%w, after %d moves", err, i)
		}
		p = p.Play(move)
	}
	return p, nil
}
