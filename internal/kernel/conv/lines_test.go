package conv

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"pgregory.net/rapid"
)

// drawSlots draws slots of which no two go to the same place, reading up to some distance.
func drawSlots(t *rapid.T, r *rand.Rand, lanes, distance int) *slots {
	s, to := new(slots), 0
	for range rapid.IntRange(1, 30).Draw(t, "slots") {
		n := 1 + r.IntN(lanes)
		s.add(r.IntN(distance), to, n)
		to += n + r.IntN(2)
	}
	s.close()
	return s
}

func drawTable(t *rapid.T, r *rand.Rand, most int) (table []int32, furthest int) {
	table = make([]int32, rapid.IntRange(1, most).Draw(t, "pairs"))
	for i := range table {
		table[i] = r.Int32N(200)
		furthest = max(furthest, int(table[i]))
	}
	return table, furthest
}

// Assembly against plain Go, whose products are rounded once more.
func TestLines(t *testing.T) { both(t, checkLines[float32], checkLines[float64]) }

func checkLines[T gemm.Float](t *rapid.T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	nr := rapid.SampledFrom(widths[T]()).Draw(t, "nr")
	rows := rapid.IntRange(1, rowsAtOnce).Draw(t, "rows")
	s := drawSlots(t, r, nr/2, 300)
	table, furthest := drawTable(t, r, 40)
	data, w := random[T](r, s.from+furthest+nr/2), random[T](r, len(table)*rows)
	plane := s.to + r.IntN(3)
	var bias []T
	if rapid.Bool().Draw(t, "biased") {
		bias = random[T](r, rows)
	}
	relu, add := rapid.Bool().Draw(t, "relu"), rapid.Bool().Draw(t, "add")
	got := newGuarded[T]((rows-1)*plane + s.to)
	copy(got.s, random[T](r, len(got.s)))
	want := append([]T(nil), got.s...)
	lines(nr, rows, s, data, table, furthest, w, got.s, plane, bias, relu, add)
	got.check(t, "lines")
	linesGo(rows, s, data, table, w, want, plane, bias, relu, add)
	near(t, got.s, want, len(table)+2)
}

func near[T gemm.Float](t fataler, got, want []T, terms int) {
	t.Helper()
	eps := map[int]float64{4: 0x1p-23, 8: 0x1p-52}[sizeof[T]()]
	for i, v := range want {
		if !(math.Abs(float64(got[i]-v)) <= eps*float64(terms*terms)) {
			t.Fatalf("element %d is %v, want %v", i, got[i], v)
		}
	}
}

func TestDots(t *testing.T) { both(t, checkDots[float32], checkDots[float64]) }

func checkDots[T gemm.Float](t *rapid.T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	nr := rapid.SampledFrom(widths[T]()).Draw(t, "nr")
	s := drawSlots(t, r, nr/2, 300)
	table, furthest := drawTable(t, r, dotsMost)
	data, y := random[T](r, s.from+furthest+nr/2), random[T](r, s.to)
	got := newGuarded[T](len(table) * nr / 2)
	copy(got.s, random[T](r, len(got.s)))
	want := append([]T(nil), got.s...)
	dots(nr, s, data, table, furthest, y, got.s)
	got.check(t, "dots")
	dotsGo(nr/2, s, data, table, y, want)
	near(t, got.s, want, s.n+1)
}
