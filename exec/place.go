package exec

import (
	"fmt"
	"math"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

const align = 64

// maxBytes is what no machine has: memory beyond it is refused, while asking for it would end the program.
const maxBytes = min(1<<44, math.MaxInt/2)

// place gives every memory of the arena its offset, so that two overlap only if they are never needed at once: the
// largest first, each at the lowest place that is free while it lives.
//
// It assumes that every memory knows the steps between which it is needed.
func (b *compiler) place() error {
	var ms []*memory
	for _, m := range b.all {
		if m.of.Bytes() > maxBytes && m.home != fed && m.home != variable {
			return tooLarge(m.of.Bytes(), m.of)
		}
		if m.home == inArena {
			ms = append(ms, m)
		}
	}
	slices.SortStableFunc(ms, func(x, y *memory) int {
		if x.of.Bytes() != y.of.Bytes() {
			return y.of.Bytes() - x.of.Bytes()
		}
		return x.first - y.first
	})
	var placed []*memory // by offset
	for _, m := range ms {
		at, need, i := 0, rounded(m.of.Bytes()), 0
		for j, o := range placed {
			if o.first > m.last || o.last < m.first {
				continue
			}
			if o.offset >= at+need {
				break
			}
			at = max(at, o.offset+rounded(o.of.Bytes()))
			i = j + 1
		}
		m.offset = at
		b.arenaBytes = max(b.arenaBytes, at+need)
		for i < len(placed) && placed[i].offset <= at {
			i++
		}
		placed = slices.Insert(placed, i, m)
	}
	var own []*memory // outputs and next values, apart from what lies where a variable does
	for _, m := range b.results {
		if !b.inner && m.home != variable {
			own = append(own, m)
			b.outBytes += m.of.Bytes()
		}
	}
	if all := b.arenaBytes + b.outBytes; all > maxBytes {
		return tooLarge(all, slices.Concat(ms, own)[0].of)
	}
	b.liveBytes = liveness(ms)
	arena := aligned(b.arenaBytes)
	for _, m := range ms {
		m.buf = graph.Over(m.of, arena[m.offset:m.offset+m.of.Bytes():m.offset+m.of.Bytes()])
	}
	for _, m := range own {
		m.buf = graph.Over(m.of, aligned(m.of.Bytes()))
	}
	return nil
}

func tooLarge(bytes int, of graph.Type) error {
	return fmt.Errorf("exec: the plan needs %.0f TB, %v among it", float64(bytes)/1e12, of)
}

func rounded(n int) int { return (n + align - 1) / align * align }

// liveness is the largest number of bytes that is needed at once: no placement needs less.
func liveness(ms []*memory) (most int) {
	change := map[int]int{}
	end := 0
	for _, m := range ms {
		change[m.first] += rounded(m.of.Bytes())
		change[m.last+1] -= rounded(m.of.Bytes())
		end = max(end, m.last+1)
	}
	now := 0
	for i := range end + 1 {
		now += change[i]
		most = max(most, now)
	}
	return most
}
