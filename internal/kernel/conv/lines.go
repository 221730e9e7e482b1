package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// Where a group has few channels, lanes of a vector are neighbours in a row of outputs, and filters are broadcast: results come to lie
// where they belong, no lane stands for a channel that is not there, and the source is read as it lies.

const (
	maxSlots  = 256 // of a band
	spareMost = 8   // slots that a last tile has too much, at most
	dotsMost  = 9   // taps that dots takes at once
)

// A slot is as many neighbouring outputs as a vector has lanes, or fewer: where the first begins in the source, and where it goes.
type slot struct{ from, to, lanes, bits int32 }

// slots are those of a band, then spare ones that count nothing.
type slots struct {
	all      [maxSlots + spareMost]slot
	n        int
	from, to int // the last one reads from, and what is written ends at
}

func (s *slots) add(from, to, lanes int) {
	s.all[s.n] = slot{int32(from), int32(to), int32(lanes), 1<<lanes - 1}
	s.n++
	s.from, s.to = max(s.from, from), max(s.to, to+lanes)
}

// close puts the spare slots behind the last one.
func (s *slots) close() { clear(s.all[s.n:][:spareMost]) }

// slotsAtOnce is how many slots a tile of so many channels takes.
func slotsAtOnce(rows, wide int) int {
	if wide == 64 {
		return [...]int{8, 8, 8, 6}[rows-1]
	}
	return [...]int{8, 6, 4, 3}[rows-1]
}

// rowsAtOnce is how many channels a tile of lines has at most.
const rowsAtOnce = 4

// lines computes act(Σ over k of w[k·rows + r]·data[from + table[k] + lane] + bias[r]), with what is there added if asked to, for each
// slot and rows ≤ rowsAtOnce, in dst[r·plane + to + lane]. No entry of the table is larger than furthest. Whole vectors of data are read.
func lines[T gemm.Float](nr, rows int, s *slots, data []T, table []int32, furthest int, w, dst []T, plane int, bias []T, relu, add bool) {
	w, dst = w[:len(table)*rows], dst[:(rows-1)*plane+s.to]
	if bias != nil {
		bias = bias[:rows]
	}
	if s.n > 0 && len(table) > 0 {
		data = data[:s.from+furthest+nr/2]
		if linesAsm(nr, rows, s, data, table, w, dst, plane, bias, relu, add) {
			return
		}
	}
	linesGo(rows, s, data, table, w, dst, plane, bias, relu, add)
}

func linesGo[T gemm.Float](rows int, s *slots, data []T, table []int32, w, dst []T, plane int, bias []T, relu, add bool) {
	for _, at := range s.all[:s.n] {
		for r := range rows {
			for i, old := range dst[r*plane+int(at.to):][:at.lanes] {
				var sum T
				for k, t := range table {
					sum += T(w[k*rows+r] * data[int(at.from+t)+i])
				}
				if add {
					sum = old + sum
				}
				if bias != nil {
					sum += bias[r]
				}
				if relu && sum < 0 {
					sum = 0
				}
				dst[r*plane+int(at.to)+i] = sum
			}
		}
	}
}

// dots adds the products of y at each slot by data at a distance to sums, a vector of nr/2 lanes for each of at most dotsMost distances.
func dots[T gemm.Float](nr int, s *slots, data []T, table []int32, furthest int, y, sums []T) {
	data, y, sums = data[:s.from+furthest+nr/2], y[:s.to], sums[:len(table)*nr/2]
	if s.n > 0 && !dotsAsm(nr, s, data, table, y, sums) {
		dotsGo(nr/2, s, data, table, y, sums)
	}
}

func dotsGo[T gemm.Float](lanes int, s *slots, data []T, table []int32, y, sums []T) {
	for _, at := range s.all[:s.n] {
		for t, d := range table {
			sum, x := sums[t*lanes:][:lanes], data[at.from+d:]
			for i, v := range y[at.to:][:at.lanes] {
				sum[i] += T(v * x[i])
			}
		}
	}
}
