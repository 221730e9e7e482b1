package exec

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/graph"
)

// Memories that are needed at once do not overlap, whichever way they get their places, and the arena is hardly larger than what is needed
// at once where lifetimes nest, as those of a forward and a backward pass do.
func TestPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, fit := range map[string]func([]*memory) int{"by size": bySize, "in order": inOrder} {
		for _, nested := range []bool{false, true} {
			for range 50 {
				const steps = 60
				var ms []*memory
				for i := range 80 {
					first := r.IntN(steps)
					m := &memory{of: graph.T(graph.Uint8, 64*r.IntN(9)), first: first, last: min(steps, first+r.IntN(r.IntN(steps)+1))}
					if nested {
						m.first, m.last = i, 400-i
						ms = append(ms, &memory{of: graph.T(graph.Uint8, 512), first: i, last: i + 1}, &memory{of: m.of, first: 400 - i, last: 401 - i})
					}
					ms = append(ms, m)
				}
				arena, least := fit(ms), needed(ms)
				if arena < least || nested && float64(arena) > 1.1*float64(least) {
					t.Errorf("%s: an arena of %d, %d needed", name, arena, least)
				}
				for i, m := range ms {
					if m.offset < 0 || m.offset+m.of.Bytes() > arena {
						t.Errorf("%s: %d bytes at %d of %d", name, m.of.Bytes(), m.offset, arena)
					}
					for _, o := range ms[:i] {
						if m.of.Bytes() > 0 && o.of.Bytes() > 0 && m.first <= o.last && o.first <= m.last && m.offset < o.offset+o.of.Bytes() && o.offset < m.offset+m.of.Bytes() {
							t.Fatalf("%s: %+v and %+v overlap", name, m, o)
						}
					}
				}
			}
		}
	}
}

func needed(ms []*memory) int { most, _ := liveness(ms); return most }
