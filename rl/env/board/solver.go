package board

import "math/bits"

// Solver finds out who wins a position of Connect Four, and how soon, by alpha-beta search (Knuth & Moore, 1975) with a table of what it has
// seen. The value of a position, for who is to move, is 43 − n where the mover wins by the n-th stone on the board, −(43 − n) where the other one
// does, and 0 for a draw; the winner hurries, the loser delays. It is for one goroutine at a time; what it has seen serves later calls.
type Solver struct {
	Nodes uint64 // positions searched so far
	table []entry
	shift uint
}

// entry is the key of a position, with a bound of its value in the upper 15 bits; two of them make a bucket: the one that took more
// work, and the last.
type entry uint64

const (
	keyBits                = 49
	atLeast, atMost        = 1, 2 // what the value of an entry is: a lower or an upper bound
	valueShift             = keyBits + 2
	valueOffset            = 64
	keyMask         uint64 = 1<<keyBits - 1
)

// NewSolver has a table of 2^bits entries of eight bytes; 22 is good for positions with eight stones and more.
func NewSolver(bits int) *Solver {
	bits = min(32, max(4, bits))
	return &Solver{table: make([]entry, 1<<bits), shift: uint(64 - bits)}
}

// winAt is the value of a win by the n-th stone.
func winAt(n int) int { return c4Cells + 1 - n }

// Value is the value of a position.
func (s *Solver) Value(p Connect4) int {
	n := p.Plies()
	result := s.Result(p)
	switch {
	case result == 0:
		return 0
	case p.Lost():
		return -winAt(n)
	case p.open()&wins(p.Own, p.All) != 0:
		return winAt(n + 1)
	}
	// Searches that only ask whether the value is above a bound are the quickest.
	lo, hi := 1, winAt(n+3)
	if result < 0 {
		lo, hi = -winAt(n+2), -1
	}
	for lo < hi {
		middle := lo + (hi-lo)/2
		if v := s.search(p, n, middle, middle+1); v <= middle {
			hi = v
		} else {
			lo = v
		}
	}
	return lo
}

// Result is 1, 0 or −1: whether who is to move wins, draws or loses. It takes less time than Value.
func (s *Solver) Result(p Connect4) int {
	n := p.Plies()
	switch {
	case p.Lost():
		return -1
	case p.All == c4Board:
		return 0
	case p.open()&wins(p.Own, p.All) != 0:
		return 1
	}
	return min(1, max(-1, s.search(p, n, -1, 1)))
}

// Best is a move of the best value: the least column of those, the middle before the sides; −1 where the game is over.
func (s *Solver) Best(p Connect4) int {
	best, most := -1, -100
	for _, c := range [7]int{3, 2, 4, 1, 5, 0, 6} {
		if !p.Legal(c) {
			continue
		}
		if v := -s.Value(p.Play(c)); v > most {
			best, most = c, v
		}
	}
	return best
}

// search returns the value of a position in which the mover cannot win at once, or a bound of it outside (alpha, beta): at most alpha or at
// least beta. n is the number of stones.
func (s *Solver) search(p Connect4, n, alpha, beta int) int {
	s.Nodes++
	other := p.All &^ p.Own
	threats := wins(other, p.All)
	open := p.open()
	if forced := open & threats; forced != 0 {
		if forced&(forced-1) != 0 {
			return -winAt(n + 2) // two threats cannot be met by one stone
		}
		open = forced
	}
	open &^= threats >> 1 // never a stone beneath a place where the other one wins
	if open == 0 {
		if n == c4Cells {
			return 0
		}
		return -winAt(n + 2)
	}
	if n >= c4Cells-2 {
		return 0
	}
	if alpha = max(alpha, -winAt(n+4)); alpha >= beta {
		return alpha
	}
	if beta = min(beta, winAt(n+3)); alpha >= beta {
		return beta
	}
	key := p.key()
	bucket := s.table[(key*0x9e3779b97f4a7c15)>>s.shift&^1:]
	bucket = bucket[:2:2]
	for _, e := range bucket {
		if uint64(e)&keyMask != key {
			continue
		}
		v := int(e>>valueShift) - valueOffset
		if uint64(e)>>keyBits&3 == atLeast {
			if alpha = max(alpha, v); alpha >= beta {
				return alpha
			}
		} else if beta = min(beta, v); alpha >= beta {
			return beta
		}
	}
	var moves [c4Columns]uint64
	var scores [c4Columns]int
	count := order(p, open, &moves, &scores)
	before := s.Nodes
	for _, place := range moves[:count] {
		v := -s.search(p.put(place), n+1, -beta, -alpha)
		if v >= beta {
			s.keep(bucket, key, v, atLeast, before)
			return v
		}
		alpha = max(alpha, v)
	}
	s.keep(bucket, key, alpha, atMost, before)
	return alpha
}

// order puts the moves that leave the most places to win at first, of those as good the ones nearer to the middle.
func order(p Connect4, open uint64, moves *[c4Columns]uint64, scores *[c4Columns]int) (count int) {
	for _, c := range [7]int{3, 2, 4, 1, 5, 0, 6} {
		place := open & column(c)
		if place == 0 {
			continue
		}
		score := bits.OnesCount64(wins(p.Own|place, p.All|place))
		at := count
		for at > 0 && scores[at-1] < score {
			moves[at], scores[at] = moves[at-1], scores[at-1]
			at--
		}
		moves[at], scores[at] = place, score
		count++
	}
	return count
}

// keep remembers a bound.
func (s *Solver) keep(bucket []entry, key uint64, v int, kind uint64, before uint64) {
	e := entry(key | kind<<keyBits | uint64(v+valueOffset)<<valueShift)
	slot := 1
	if uint64(bucket[0])&keyMask == key || bucket[0] == 0 || s.Nodes-before > 16 {
		slot = 0
	}
	bucket[slot] = e
}
