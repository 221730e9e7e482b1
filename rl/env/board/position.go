package board

import (
	"fmt"
	"image"
	"image/color"

	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// Position is a position of a game, seen by who is to move. It is a small value of exported fields: a move makes another one.
type Position[P any] interface {
	Game() string
	Rows() int
	Columns() int
	Moves() int          // moves are numbered 0 to Moves()−1
	Legal(move int) bool // none is once the game is over
	Play(move int) P     // as the other player sees it; the move must be legal
	Lost() bool          // who moved last has won
	Full() bool          // nobody can move, or need not since the game is lost
	// At is 1 for a stone of who is to move, −1 for one of the other player, and 0 for none. Row 0 is at the top.
	At(row, column int) int
}

// planes writes a position as an observation [2, rows, columns]: the stones of who is to move, and those of the other player.
func planes[P Position[P]](p P, obs []float32) {
	rows, columns := p.Rows(), p.Columns()
	clear(obs)
	for r := range rows {
		for c := range columns {
			switch p.At(r, c) {
			case 1:
				obs[r*columns+c] = 1
			case -1:
				obs[(rows+r)*columns+c] = 1
			}
		}
	}
}

// Text shows a position, x being the stones of who moved first.
func Text[P Position[P]](p P) string {
	var b []byte
	for r := range p.Rows() {
		for c := range p.Columns() {
			b = append(b, ".xo"[stone(p, r, c)])
		}
		b = append(b, '\n')
	}
	return string(b)
}

// stone is 0 for none, 1 for one of who moved first, 2 for one of the other player.
func stone[P Position[P]](p P, row, column int) int {
	stones := 0
	for r := range p.Rows() {
		for c := range p.Columns() {
			stones += p.At(r, c) * p.At(r, c)
		}
	}
	switch at := p.At(row, column); {
	case at == 0:
		return 0
	case (at == 1) == (stones%2 == 0):
		return 1
	}
	return 2
}

func picture[P Position[P]](p P) image.Image {
	return paint.Cells(p.Rows(), p.Columns(), 32, func(row, column int) color.RGBA {
		return [3]color.RGBA{paint.White, paint.Red, paint.Blue}[stone(p, row, column)]
	})
}

// checkMove refuses a move that the rules do not allow.
func checkMove[P Position[P]](p P, move int) error {
	if !p.Legal(move) {
		return fmt.Errorf("%s: move %d is not allowed here", p.Game(), move)
	}
	return nil
}
