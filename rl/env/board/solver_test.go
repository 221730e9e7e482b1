package board

import (
	"math/rand/v2"
	"testing"
	"time"
)

// slow is the value of a position by trying everything.
func slow(p Connect4) int {
	n := p.Plies()
	if p.Lost() {
		return -winAt(n)
	}
	if n == c4Cells {
		return 0
	}
	best := -100
	for c := range 7 {
		if p.Legal(c) {
			best = max(best, -slow(p.Play(c)))
		}
	}
	return best
}

// random is a position of so many stones that is not over, nor won at the next move.
func random(r *rand.Rand, plies int) Connect4 {
	for {
		var p Connect4
		for !p.Full() && p.Plies() < plies {
			if c := r.IntN(7); p.Legal(c) {
				p = p.Play(c)
			}
		}
		if p.Plies() == plies && !p.Full() && p.open()&wins(p.Own, p.All) == 0 {
			return p
		}
	}
}

func TestSolver(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := NewSolver(12) // a table so small that most of it is lost again
	seen := map[int]int{}
	for i := range 400 {
		p := random(r, 30+i%12)
		want := slow(p)
		if got := s.Value(p); got != want {
			t.Fatalf("%+v\n%s: %d, want %d", p, Text(p), got, want)
		}
		if got := s.Result(p); got != min(1, max(-1, want)) {
			t.Fatalf("%+v\n%s: %d, want the sign of %d", p, Text(p), got, want)
		}
		seen[min(1, max(-1, want))]++
	}
	for v := -1; v <= 1; v++ {
		if seen[v] < 20 {
			t.Error("few positions of result", v, seen)
		}
	}
	for moves, want := range map[string]int{"1212121": -winAt(7), "121212": winAt(7), "": 0} {
		if p, err := ParseConnect4(moves); err != nil || moves != "" && s.Value(p) != want {
			t.Error(moves, s.Value(p), err)
		}
	}
	full := Connect4{All: c4Board, Own: 0x0a5295a5295a5 & c4Board}
	if !four(full.Own) && !four(full.All&^full.Own) && s.Value(full) != 0 {
		t.Error("a full board is not drawn")
	}
}

// A game that both sides play best ends with the stone that the value of its first position promised.
func TestSolverKeepsItsPromise(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	s := NewSolver(18)
	for range 6 {
		p := random(r, 18)
		v := s.Value(p)
		start := p
		for sign := 1; !p.Full(); sign = -sign {
			if now := s.Value(p); now != sign*v {
				t.Fatalf("%+v: a value of %d, then %d", start, v, now)
			}
			p = p.Play(s.Best(p))
		}
		if n := p.Plies(); v == 0 != !p.Lost() || v != 0 && n != c4Cells+1-max(v, -v) {
			t.Errorf("%+v: a value of %d, but the game ends with stone %d", start, v, n)
		}
	}
}

// lines are all fours on the board, made the plain way.
func lines() (all []uint64) {
	for c := range c4Columns {
		for r := range c4Rows {
			for _, d := range [4][2]int{{0, 1}, {1, 0}, {1, 1}, {1, -1}} {
				if c2, r2 := c+3*d[0], r+3*d[1]; c2 < c4Columns && r2 >= 0 && r2 < c4Rows {
					line := uint64(0)
					for k := range 4 {
						line |= 1 << (7*(c+k*d[0]) + r + k*d[1])
					}
					all = append(all, line)
				}
			}
		}
	}
	return all
}

// sparse has a stone in about every fourth place.
func sparse(r *rand.Rand) uint64 {
	once, twice := r.Uint64(), r.Uint64()
	return once & twice & c4Board
}

func TestFours(t *testing.T) {
	all := lines()
	if len(all) != 69 {
		t.Fatal(len(all), "lines")
	}
	r := rand.New(rand.NewPCG(3, 1))
	for range 20000 {
		own := sparse(r)
		other := sparse(r) &^ own
		lined, want := false, uint64(0)
		for _, line := range all {
			lined = lined || own&line == line
			// Nothing lies on air: of an upright line only the highest place can be the last.
			if left := line &^ own; left&(left-1) == 0 && left&(own|other) == 0 && (line&(line<<1) == 0 || left > line&^left) {
				want |= left
			}
		}
		if four(own) != lined {
			t.Fatalf("%x: %v, want %v", own, four(own), lined)
		}
		if got := wins(own, own|other); got != want {
			t.Fatalf("%x beside %x: %x, want %x", own, other, got, want)
		}
	}
}

// What it takes to find the exact value of positions with so many stones.
func BenchmarkSolver(b *testing.B) {
	for _, plies := range []int{8, 10, 12} {
		b.Run(map[int]string{8: "8", 10: "10", 12: "12"}[plies]+" stones", func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			s := NewSolver(22)
			var worst time.Duration
			for b.Loop() {
				p := random(r, plies)
				at := time.Now()
				s.Value(p)
				worst = max(worst, time.Since(at))
			}
			b.ReportMetric(worst.Seconds(), "s/worst")
			b.ReportMetric(float64(s.Nodes)/float64(b.N), "nodes/op")
		})
	}
}
