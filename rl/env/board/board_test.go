package board_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/board"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

func TestPromises(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"tic-tac-toe by itself":   func() env.Env { return board.NewSelfPlay(board.TicTacToe{}) },
		"Connect Four by itself":  func() env.Env { return board.NewSelfPlay(board.Connect4{}) },
		"tic-tac-toe at random":   func() env.Env { return board.NewAgainst(board.TicTacToe{}, board.Random) },
		"Connect Four, carefully": func() env.Env { return board.NewAgainst(board.Connect4{}, board.Careful) },
		"tic-tac-toe, perfect":    func() env.Env { return board.NewAgainst(board.TicTacToe{}, board.PerfectTicTacToe()) },
	} {
		t.Run(name, func(t *testing.T) { envtest.Check(t, newEnv) })
	}
}

func ExampleSelfPlay() {
	g := board.NewSelfPlay(board.Connect4{})
	obs := make([]float32, g.Spec().Size())
	g.Reset(1, obs)
	for _, move := range []int{3, 3, 2, 4, 1, 5, 0} {
		o, err := g.Step(env.Action{Index: move}, obs)
		if err != nil || o.Over() {
			fmt.Println(o.Reward, o.Terminated, err)
		}
	}
	fmt.Print(g.Text())
	// Output:
	// 1 true <nil>
	// .......
	// .......
	// .......
	// .......
	// ...o...
	// xxxxoo.
}

func ExampleSolver() {
	p, err := board.ParseConnect4("44444326555") // eleven moves, columns counted from 1
	if err != nil {
		fmt.Println(err)
		return
	}
	s := board.NewSolver(20)
	fmt.Print(board.Text(p))
	fmt.Println(s.Result(p), s.Value(p), s.Best(p)+1)
	// Output:
	// .......
	// ...x...
	// ...o...
	// ...xx..
	// ...oo..
	// .xoxxo.
	// 1 29 3
}

// Every game of tic-tac-toe there is: 255,168 of them, of which the first player wins 131,184, the second 77,904, and 46,080 are drawn; 5,478
// positions, of which 958 are ends.
func TestTicTacToeGames(t *testing.T) {
	first, second, drawn := 0, 0, 0
	var play func(p board.TicTacToe, plies int)
	play = func(p board.TicTacToe, plies int) {
		switch {
		case p.Lost() && plies%2 == 1:
			first++
		case p.Lost():
			second++
		case p.Full():
			drawn++
		}
		for move := range 9 {
			if p.Legal(move) {
				play(p.Play(move), plies+1)
			}
		}
	}
	play(board.TicTacToe{}, 0)
	if first != 131184 || second != 77904 || drawn != 46080 {
		t.Error(first, second, drawn)
	}
	values := board.TicTacToeValues()
	ends := 0
	for p := range values {
		if p.Full() {
			ends++
		}
	}
	if len(values) != 5478 || ends != 958 || values[board.TicTacToe{}] != 0 {
		t.Error(len(values), ends, values[board.TicTacToe{}])
	}
}

// Nobody who tries everything against the perfect player, from either side, ever wins; and the best that can be had is a draw.
func TestPerfectTicTacToe(t *testing.T) {
	perfect := board.PerfectTicTacToe()
	random := rand.NewPCG(1, 1)
	drawn, won := 0, 0
	var try func(p board.TicTacToe, mine bool)
	try = func(p board.TicTacToe, mine bool) {
		switch {
		case p.Lost() && !mine:
			t.Fatalf("the perfect player has lost:\n%s", board.Text(p))
		case p.Lost():
			won++
		case p.Full():
			drawn++
		case !mine:
			try(p.Play(perfect(p, random)), true)
		default:
			for move := range 9 {
				if p.Legal(move) {
					try(p.Play(move), false)
				}
			}
		}
	}
	try(board.TicTacToe{}, true)
	try(board.TicTacToe{}, false)
	if drawn == 0 || won == 0 {
		t.Error(drawn, won)
	}
}

// wins plays episodes at random against a player, and says how the player fares.
func wins[P board.Position[P]](t *testing.T, start P, player board.Player[P], episodes int) (won, drawn, lost int) {
	g := board.NewAgainst(start, player)
	obs := make([]float32, g.Spec().Size())
	r := rand.New(rand.NewPCG(1, 2))
	allowed := make([]bool, start.Moves())
	for seed := range episodes {
		g.Reset(uint64(seed), obs)
		for {
			g.LegalMoves(allowed)
			move := r.IntN(len(allowed))
			if !allowed[move] {
				continue
			}
			o, err := g.Step(env.Action{Index: move}, obs)
			if err != nil {
				t.Fatal(err)
			}
			if !o.Over() {
				continue
			}
			switch o.Reward {
			case 1:
				lost++
			case -1:
				won++
			default:
				drawn++
			}
			break
		}
	}
	return won, drawn, lost
}

func TestPlayers(t *testing.T) {
	if won, drawn, lost := wins(t, board.TicTacToe{}, board.PerfectTicTacToe(), 1000); lost > 0 || won < 800 || drawn == 0 {
		t.Error("perfect tic-tac-toe:", won, drawn, lost)
	}
	// Players of one strength win as often as each other.
	if won, drawn, lost := wins(t, board.Connect4{}, board.Random, 2000); won-lost > 180 || lost-won > 180 || drawn > 30 {
		t.Error("random Connect Four:", won, drawn, lost)
	}
	if won, drawn, lost := wins(t, board.Connect4{}, board.Careful, 500); won < 425 {
		t.Error("careful Connect Four:", won, drawn, lost)
	}
}

func TestIllegalMoves(t *testing.T) {
	obs := make([]float32, 18)
	g := board.NewAgainst(board.TicTacToe{}, board.Random)
	g.Reset(1, obs)
	taken := slices.Index(obs[9:], 1)
	for seed := uint64(2); taken < 0; seed++ { // until the other player moves first
		g.Reset(seed, obs)
		taken = slices.Index(obs[9:], 1)
	}
	if o, err := g.Step(env.Action{Index: taken}, obs); err != nil || o != (env.Outcome{Reward: -1, Terminated: true}) {
		t.Error(o, err)
	}
	s := board.NewSelfPlay(board.TicTacToe{})
	s.Reset(1, obs)
	for i := range 2 {
		if _, err := s.Step(env.Action{Index: 4}, obs); i == 1 && (err == nil || err.Error() != "tictactoe: move 4 is not allowed here") {
			t.Error(err)
		}
	}
	for moves, want := range map[string]string{
		"48":       "connect4: '8' is not a column from 1 to 7",
		"4444444":  "connect4: move 3 is not allowed here, after 6 moves",
		"12121213": "connect4: move 2 is not allowed here, after 7 moves",
	} {
		if _, err := board.ParseConnect4(moves); err == nil || err.Error() != want {
			t.Error(err, "want", want)
		}
	}
}

// The number of positions after each move is that of Tromp (OEIS A212693), where games go on no further than their end.
func TestConnect4Positions(t *testing.T) {
	level := map[board.Connect4]bool{{}: true}
	for plies, want := range []int{1, 7, 49, 238, 1120, 4263, 16422, 54859, 184275} {
		if len(level) != want {
			t.Errorf("%d positions of %d stones, want %d", len(level), plies, want)
		}
		next := map[board.Connect4]bool{}
		for p := range level {
			for move := range 7 {
				if p.Legal(move) {
					next[p.Play(move)] = true
				}
			}
		}
		level = next
	}
}

func TestText(t *testing.T) {
	p, err := board.ParseConnect4("4453")
	if err != nil || !strings.HasSuffix(board.Text(p), "...o...\n..oxx..\n") {
		t.Error(board.Text(p), err)
	}
}
