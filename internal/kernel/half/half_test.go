package half

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"
)

type format struct {
	value func(uint16) float32
	wide  func([]uint16, []float64)
	slim  func([]uint16, []float32)
	inf   uint16
}

var formats = map[string]format{
	"binary16": {Value16, To16[float64], To16[float32], 0x7c00},
	"bfloat16": {ValueB16, ToB16[float64], ToB16[float32], 0x7f80},
}

func (f format) of(v float64) uint16 {
	b := []uint16{0}
	f.wide(b, []float64{v})
	return b[0]
}

func (f format) of32(v float32) uint16 {
	b := []uint16{0}
	f.slim(b, []float32{v})
	return b[0]
}

// All 65,536 come back as they were, but for the payloads of NaN.
func TestAllComeBack(t *testing.T) {
	for name, f := range formats {
		for b := range 1 << 16 {
			v := f.value(uint16(b))
			want := uint16(b)
			if v != v {
				want = want&0x8000 | f.inf | (f.inf&-f.inf)>>1
			}
			if got, slim := f.of(float64(v)), f.of32(v); got != want || slim != want {
				t.Fatalf("%s: %04x is %v, which is stored as %04x and %04x", name, b, v, got, slim)
			}
		}
	}
}

// Known values.
func TestKnown(t *testing.T) {
	for b, v := range map[uint16]float64{
		0x0001: 0x1p-24, 0x03ff: 0x1p-14 - 0x1p-24, 0x0400: 0x1p-14, 0x3c00: 1, 0x3c01: 1 + 0x1p-10, 0x7bff: 65504, 0xc000: -2, 0x8000: math.Copysign(0, -1),
	} {
		if got := Value16(b); float64(got) != v || math.Signbit(float64(got)) != math.Signbit(v) {
			t.Errorf("%04x is %v, not %v", b, got, v)
		}
	}
	if v := ValueB16(0x3f80); v != 1 {
		t.Error(v)
	}
	f := formats["binary16"]
	for v, b := range map[float64]uint16{
		65519.99: 0x7bff, 65520: 0x7c00, 1e300: 0x7c00, 0x1p-25: 0, 0x1.8p-25: 1, 0x1.8p-24: 2, 0x1p-26: 0, 1e-300: 0, math.Inf(-1): 0xfc00, math.NaN(): 0x7e00,
		1 + 0x1p-11: 0x3c00, 1 + 0x1p-11 + 0x1p-40: 0x3c01, 1 + 3*0x1p-11: 0x3c02, // not by way of float32
	} {
		if got := f.of(v); got != b {
			t.Errorf("%v is stored as %04x, not %04x", v, got, b)
		}
	}
	g := formats["bfloat16"]
	for v, b := range map[float64]uint16{
		math.MaxFloat32: 0x7f80, 1e39: 0x7f80, 1e300: 0x7f80, -1e300: 0xff80, 0x1p-134: 0, 0x1.8p-134: 1, 0x1p-133: 1, 1 + 0x1p-8: 0x3f80, 1 + 3*0x1p-8: 0x3f82, 1 + 0x1p-8 + 0x1p-45: 0x3f81,
	} {
		if got := g.of(v); got != b {
			t.Errorf("%v is stored as %04x, not %04x", v, got, b)
		}
	}
}

// Any value goes to the nearest, and from the middle to the even one.
func TestNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, f := range formats {
		all := make([]float64, 0, f.inf)
		for b := range int(f.inf) {
			all = append(all, float64(f.value(uint16(b))))
		}
		for range 200000 {
			k := r.IntN(len(all) - 1)
			lo, hi := all[k], all[k+1]
			v := lo + (hi-lo)*r.Float64()
			switch r.IntN(4) {
			case 0:
				v = (lo + hi) / 2
			case 1:
				v = math.Nextafter((lo+hi)/2, math.Inf(1-2*r.IntN(2)))
			}
			want := uint16(k)
			if d := (v - lo) - (hi - v); d > 0 || d == 0 && k%2 == 1 {
				want++
			}
			if got := f.of(v); got != want {
				t.Fatalf("%s: %v between %v and %v is stored as %04x, not %04x", name, v, lo, hi, got, want)
			}
			w := float32(v)
			j := sort.SearchFloat64s(all, float64(w))
			if j > 0 && j < len(all) && f.of32(w) != f.of(float64(w)) {
				t.Fatalf("%s: float32 %v is stored as %04x, float64 as %04x", name, w, f.of32(w), f.of(float64(w)))
			}
		}
	}
}
