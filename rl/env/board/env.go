package board

import (
	"image"
	"math/bits"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// SelfPlay is a game as an environment for one agent that moves for both players. The observation [2, rows, columns] has a 1 for each stone of
// who is to move, then for each of the other's. The reward is 1 for the move that wins and 0 for all others: it is that of who moved, so what the
// next observation is worth counts against it. A move that the rules do not allow is refused; Legal tells.
type SelfPlay[P Position[P]] struct {
	start P
	s     struct {
		env.Episode
		Now P
	}
}

// NewSelfPlay begins each episode from a position, from which a player can move.
func NewSelfPlay[P Position[P]](start P) *SelfPlay[P] { return &SelfPlay[P]{start: start} }

// Position is that of now.
func (g *SelfPlay[P]) Position() P { return g.s.Now }

func spec[P Position[P]](p P) env.Spec {
	return env.Spec{Name: p.Game(), Obs: []int{2, p.Rows(), p.Columns()}, Bytes: true, Actions: env.Discrete(p.Moves())}
}

func (g *SelfPlay[P]) Spec() env.Spec { return spec(g.start) }

func (g *SelfPlay[P]) Reset(_ uint64, obs []float32) {
	g.s.Now = g.start
	g.s.Begin()
	planes(g.s.Now, obs)
}

func (g *SelfPlay[P]) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := g.s.Check(g.start.Game(), g.start.Moves(), a); err != nil {
		return env.Outcome{}, err
	}
	if err := checkMove(g.s.Now, a.Index); err != nil {
		return env.Outcome{}, err
	}
	g.s.Now = g.s.Now.Play(a.Index)
	planes(g.s.Now, obs)
	return g.s.Next(won(g.s.Now), g.s.Now.Full(), 0), nil
}

// won is 1 if the last move has won.
func won[P Position[P]](p P) float32 {
	if p.Lost() {
		return 1
	}
	return 0
}

// Legal writes which moves the rules allow.
func (g *SelfPlay[P]) Legal(allowed []bool) { legal(g.s.Now, allowed) }

func legal[P Position[P]](p P, allowed []bool) {
	for move := range allowed {
		allowed[move] = p.Legal(move)
	}
}

func (g *SelfPlay[P]) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &g.s) }

func (g *SelfPlay[P]) UnmarshalBinary(b []byte) error { return env.Unpack(g.start.Game(), b, &g.s) }

func (g *SelfPlay[P]) Text() string       { return Text(g.s.Now) }
func (g *SelfPlay[P]) Image() image.Image { return picture(g.s.Now) }

// Player chooses a move of a position, which has at least one; what is random about it comes from random.
type Player[P any] func(p P, random rand.Source) int

// choose draws one of the moves for which good holds, or of all legal ones if it holds for none.
func choose[P Position[P]](p P, random rand.Source, good func(move int) bool) int {
	var moves [64]int8
	count, any := 0, 0
	for move := range p.Moves() {
		switch {
		case !p.Legal(move):
		case good(move):
			moves[count] = int8(move)
			count++
		default:
			any++
			moves[len(moves)-any] = int8(move)
		}
	}
	from := moves[:count]
	if count == 0 {
		from = moves[len(moves)-any:]
	}
	k, _ := bits.Mul64(random.Uint64(), uint64(len(from)))
	return int(from[k])
}

// Random plays any legal move.
func Random[P Position[P]](p P, random rand.Source) int {
	return choose(p, random, func(int) bool { return true })
}

// Careful wins where it can at once, and otherwise leaves the other player no move that wins at once, if it can; else it plays at random.
func Careful[P Position[P]](p P, random rand.Source) int {
	for move := range p.Moves() {
		if p.Legal(move) && p.Play(move).Lost() {
			return move
		}
	}
	return choose(p, random, func(move int) bool {
		next := p.Play(move)
		for answer := range next.Moves() {
			if next.Legal(answer) && next.Play(answer).Lost() {
				return false
			}
		}
		return true
	})
}

// PerfectTicTacToe never loses, and wins where the other player errs; of equally good moves it draws one.
func PerfectTicTacToe() Player[TicTacToe] {
	values := TicTacToeValues()
	return func(p TicTacToe, random rand.Source) int {
		return choose(p, random, func(move int) bool { return values[p.Play(move)] == -values[p] })
	}
}

// PerfectConnect4 plays what the solver holds best. Positions with fewer than eight stones take it minutes.
func PerfectConnect4(s *Solver) Player[Connect4] {
	return func(p Connect4, _ rand.Source) int { return s.Best(p) }
}

// Against is a game as an environment for an agent that plays one side, against a player who answers at once. Who moves first is drawn for each
// episode. The observation is as in SelfPlay. The reward is 1 for a win, −1 for a loss and 0 for all else, a draw too. A move that the rules do
// not allow loses the game.
type Against[P Position[P]] struct {
	start  P
	player Player[P]
	s      struct {
		env.Episode
		Now    P
		Random npyrand.Rand
	}
}

// NewAgainst begins each episode from a position, from which two moves can be made.
func NewAgainst[P Position[P]](start P, player Player[P]) *Against[P] {
	return &Against[P]{start: start, player: player}
}

// Position is that of now.
func (g *Against[P]) Position() P { return g.s.Now }

func (g *Against[P]) Spec() env.Spec { return spec(g.start) }

func (g *Against[P]) Reset(seed uint64, obs []float32) {
	g.s.Random.Seed(seed)
	g.s.Now = g.start
	g.s.Begin()
	if g.s.Random.Uint64()>>63 == 1 {
		g.answer()
	}
	planes(g.s.Now, obs)
}

func (g *Against[P]) answer() { g.s.Now = g.s.Now.Play(g.player(g.s.Now, &g.s.Random)) }

func (g *Against[P]) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := g.s.Check(g.start.Game(), g.start.Moves(), a); err != nil {
		return env.Outcome{}, err
	}
	reward, over := float32(-1), true
	if g.s.Now.Legal(a.Index) {
		g.s.Now = g.s.Now.Play(a.Index)
		reward, over = won(g.s.Now), g.s.Now.Full()
		if !over {
			g.answer()
			reward, over = 0-won(g.s.Now), g.s.Now.Full() // not −0
		}
	}
	planes(g.s.Now, obs)
	return g.s.Next(reward, over, 0), nil
}

// LegalMoves writes which moves the rules allow; the others lose.
func (g *Against[P]) LegalMoves(allowed []bool) { legal(g.s.Now, allowed) }

func (g *Against[P]) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &g.s) }

func (g *Against[P]) UnmarshalBinary(b []byte) error { return env.Unpack(g.start.Game(), b, &g.s) }

func (g *Against[P]) Text() string       { return Text(g.s.Now) }
func (g *Against[P]) Image() image.Image { return picture(g.s.Now) }
