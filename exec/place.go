package exec

import (
	"fmt"
	"math"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

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
	fit := bySize
	if len(ms) > maxPairwise {
		fit = inOrder
	}
	b.arenaBytes = fit(ms)
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
	b.liveBytes, _ = liveness(ms)
	arena := aligned(b.arenaBytes)
	for _, m := range ms {
		m.buf = graph.Over(m.of, arena[m.offset:m.offset+m.of.Bytes():m.offset+m.of.Bytes()])
	}
	for _, m := range own {
		m.buf = graph.Over(m.of, aligned(m.of.Bytes()))
	}
	return nil
}

// maxPairwise is how many memories are compared in pairs: beyond, that would take most of the time to compile.
const maxPairwise = 1 << 12

// bySize gives the largest its place first, each the lowest that is free while it lives.
func bySize(ms []*memory) (arena int) {
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(x, y *memory) int {
		if d := y.of.Bytes() - x.of.Bytes(); d != 0 {
			return d
		}
		return x.first - y.first
	})
	type stretch struct{ first, last, from, to int }
	var placed []stretch // by offset
	for _, m := range ms {
		at, need, i := 0, rounded(m.of.Bytes()), 0
		for j := range placed {
			o := &placed[j]
			if o.first > m.last || o.last < m.first {
				continue
			}
			if o.from >= at+need {
				break
			}
			at, i = max(at, o.to), j+1
		}
		for i < len(placed) && placed[i].from <= at {
			i++
		}
		m.offset = at
		placed = slices.Insert(placed, i, stretch{m.first, m.last, at, at + need})
		arena = max(arena, at+need)
	}
	return arena
}

// inOrder gives places in the order of the steps, each the smallest hole that it fits in, as an allocator does that frees what is not
// needed any more. Its time grows with the holes there are at once, which are few.
func inOrder(ms []*memory) (arena int) {
	starts, ends := slices.Clone(ms), slices.Clone(ms)
	slices.SortStableFunc(starts, func(x, y *memory) int {
		if d := x.first - y.first; d != 0 {
			return d
		}
		return y.last - x.last // what stays lies lower
	})
	slices.SortStableFunc(ends, func(x, y *memory) int { return x.last - y.last })
	type hole struct{ from, to int }
	var holes []hole // by offset, none beside another one or at the end
	end := 0
	for _, m := range starts {
		for ; ends[0].last < m.first; ends = ends[1:] {
			free := hole{ends[0].offset, ends[0].offset + rounded(ends[0].of.Bytes())}
			if free.from == free.to {
				continue
			}
			i, _ := slices.BinarySearchFunc(holes, free, func(x, y hole) int { return x.from - y.from })
			lo, hi := i, i
			if i > 0 && holes[i-1].to == free.from {
				lo, free.from = i-1, holes[i-1].from
			}
			if i < len(holes) && holes[i].from == free.to {
				hi, free.to = i+1, holes[i].to
			}
			if holes = slices.Delete(holes, lo, hi); free.to == end {
				end = free.from
			} else {
				holes = slices.Insert(holes, lo, free)
			}
		}
		need, best := rounded(m.of.Bytes()), -1
		for i, h := range holes {
			if size := h.to - h.from; size >= need && (best < 0 || size < holes[best].to-holes[best].from) {
				best = i
			}
		}
		if best < 0 {
			m.offset = end
			end += need
			arena = max(arena, end)
			continue
		}
		h := &holes[best]
		m.offset = h.from
		if h.from += need; h.from == h.to {
			holes = slices.Delete(holes, best, best+1)
		}
	}
	return arena
}

func tooLarge(bytes int, of graph.Type) error {
	return fmt.Errorf("exec: the plan needs %.0f TB, %v among it", float64(bytes)/1e12, of)
}

func rounded(n int) int { return (n + align - 1) / align * align }

// liveness is the largest number of bytes that is needed at once, and the first step that needs so many: no placement needs less.
func liveness(ms []*memory) (most, at int) {
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
		if now > most {
			most, at = now, i
		}
	}
	return most, at
}
