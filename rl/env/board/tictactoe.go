package board

// TicTacToe is a position of tic-tac-toe: bit i of Own and Other is the square in row i/3, column i%3. The zero value is the empty board.
type TicTacToe struct{ Own, Other uint16 }

func (TicTacToe) Game() string { return "tictactoe" }
func (TicTacToe) Rows() int    { return 3 }
func (TicTacToe) Columns() int { return 3 }
func (TicTacToe) Moves() int   { return 9 }

func (p TicTacToe) Legal(move int) bool {
	return move >= 0 && move < 9 && (p.Own|p.Other)>>move&1 == 0 && !p.Lost()
}

func (p TicTacToe) Play(move int) TicTacToe { return TicTacToe{p.Other, p.Own | 1<<move} }

func (p TicTacToe) Lost() bool {
	for _, line := range [8]uint16{0o7, 0o70, 0o700, 0o111, 0o222, 0o444, 0o421, 0o124} {
		if p.Other&line == line {
			return true
		}
	}
	return false
}

func (p TicTacToe) Full() bool { return p.Own|p.Other == 0o777 || p.Lost() }

func (p TicTacToe) At(row, column int) int {
	i := 3*row + column
	return int(p.Own>>i&1) - int(p.Other>>i&1)
}

// TicTacToeValues are the values of all positions that can come about, for who is to move: 1 for a win, 0 for a draw, −1 for a loss, if both
// play best.
func TicTacToeValues() map[TicTacToe]int {
	values := map[TicTacToe]int{}
	var value func(TicTacToe) int
	value = func(p TicTacToe) int {
		if v, known := values[p]; known {
			return v
		}
		best := -2
		for move := range 9 {
			if p.Legal(move) {
				best = max(best, -value(p.Play(move)))
			}
		}
		switch {
		case p.Lost():
			best = -1
		case best == -2:
			best = 0
		}
		values[p] = best
		return best
	}
	value(TicTacToe{})
	return values
}
