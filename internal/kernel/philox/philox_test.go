package philox

import (
	"math"
	"slices"
	"testing"
)

// The vectors are those of Random123's kat_vectors for philox4x32 with 10 rounds.
func TestKnownAnswers(t *testing.T) {
	const ones = 0xffffffff
	for _, k := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
			[2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		c := k.counter
		w0, w1, w2, w3 := Block(c[0], c[1], c[2], c[3], k.key[0], k.key[1])
		if got := [4]uint32{w0, w1, w2, w3}; got != k.want {
			t.Errorf("Block(%x, %x) = %x, want %x", k.counter, k.key, got, k.want)
		}
	}
}

// A source lays seed, step and stream out as the third vector has them.
func TestSource(t *testing.T) {
	s := Source{Seed: 0x299f31d0a4093822, Step: 0x0370734413198a2e, Stream: 0x85a308d3}
	w0, w1, w2, w3 := s.Block(0x243f6a88)
	if got, want := [4]uint32{w0, w1, w2, w3}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}; got != want {
		t.Errorf("%x, want %x", got, want)
	}
}

// Whatever part is asked for, from whichever block on, an element has the same bits.
func TestParts(t *testing.T) {
	s := Source{Seed: 1, Step: 2, Stream: 3}
	parts(t, "Uniform32", Float32s, func(d []float32, at uint32) { Uniform32(d, s, at) })
	parts(t, "Uniform64", Float64s, func(d []float64, at uint32) { Uniform64(d, s, at) })
	parts(t, "Normal32", Float32s, func(d []float32, at uint32) { Normal32(d, s, at) })
	parts(t, "Normal64", Float64s, func(d []float64, at uint32) { Normal64(d, s, at) })
	ones, ones32 := slices.Repeat([]float64{1}, 100), slices.Repeat([]float32{1}, 100)
	parts(t, "Drop32", 4, func(d []float32, at uint32) { Drop32(d, ones32, s, at, 1<<31, 2) })
	parts(t, "Drop64", 4, func(d []float64, at uint32) { Drop64(d, ones, s, at, 1<<31, 2) })
}

func parts[T float32 | float64](t *testing.T, name string, per int, f func(d []T, at uint32)) {
	whole := make([]T, 37)
	f(whole, 0)
	for at := range 10 {
		for n := range 38 - min(37, at*per) {
			got := make([]T, n)
			if f(got, uint32(at)); at*per <= 37 && !slices.Equal(got, whole[at*per:at*per+n]) {
				t.Errorf("%s: %d elements from block %d on are not those of the whole", name, n, at)
			}
		}
	}
}

// The largest and the smallest words stay within the intervals.
func TestEnds(t *testing.T) {
	const ones = 0xffffffff
	if unit32(0) != 0 || unit32(ones) != 1-1.0/(1<<24) || unit64(0, 0) != 0 || unit64(ones, ones) != 1-1.0/(1<<53) {
		t.Error("the ends of [0, 1) are wrong")
	}
	if a, b := pair(1.0/(1<<32), 0); math.Abs(a-6.66) > 0.01 || b != 0 {
		t.Error(a, b)
	}
	if a, b := pair(1, 0.3); a != 0 || b != 0 {
		t.Error(a, b)
	}
}

// What is kept is scaled, and what is dropped is 0 whatever it was.
func TestDrop(t *testing.T) {
	const n = 10000
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		if x[i] = float32(i + 1); i%2 == 0 {
			x[i] = float32(math.NaN())
		}
	}
	Drop32(y, x, Source{}, 0, 3<<30, 4.0/3)
	wide, z := make([]float64, n), make([]float64, n)
	for i, v := range x {
		wide[i] = float64(v)
	}
	Drop64(z, wide, Source{}, 0, 3<<30, 4.0/3)
	kept := 0
	for i, v := range y {
		if (v == 0) != (z[i] == 0) {
			t.Fatalf("element %d is kept in one dtype only", i)
		}
		switch {
		case v != v || v == x[i]*(4.0/3):
			kept++
		case v != 0:
			t.Fatalf("element %d: %v from %v", i, v, x[i])
		}
	}
	if Drop32(y, x, Source{}, 0, 0, 1); slices.ContainsFunc(y, func(v float32) bool { return v != 0 }) {
		t.Error("something is kept with probability 0")
	}
	for i := range x {
		x[i] = 1
	}
	if Drop32(y, x, Source{}, 0, 1<<32, 1); !slices.Equal(x, y) {
		t.Error("something is dropped with probability 0")
	}
	if math.Abs(float64(kept)-0.75*n) > 200 { // 4.6 standard deviations
		t.Errorf("%d of %d are kept", kept, n)
	}
}

var sink float32

func BenchmarkUniform32(b *testing.B) { bench(b, Uniform32) }
func BenchmarkNormal32(b *testing.B)  { bench(b, Normal32) }
func BenchmarkDrop32(b *testing.B) {
	x := make([]float32, 1<<12)
	bench(b, func(d []float32, s Source, at uint32) { Drop32(d, x, s, at, 1<<31, 2) })
}

func bench(b *testing.B, f func([]float32, Source, uint32)) {
	d := make([]float32, 1<<12)
	b.SetBytes(int64(4 * len(d)))
	step := uint64(0)
	for b.Loop() {
		step++ // or branches on the words would be learnt by heart
		f(d, Source{Seed: 1, Step: step}, 0)
		sink += d[0]
	}
}
