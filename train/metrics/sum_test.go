package metrics

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// A sum is the float64 next to the exact one, for any numbers, in parts or saved.
func TestSumIsExact(t *testing.T) {
	finite := rapid.Custom(func(t *rapid.T) float64 {
		for {
			if x := math.Float64frombits(rapid.Uint64().Draw(t, "bits")); !math.IsNaN(x) && !math.IsInf(x, 0) {
				return x
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOf(rapid.OneOf(finite, rapid.Float64Range(-1, 1), rapid.SampledFrom([]float64{math.MaxFloat64, -math.MaxFloat64, 5e-324, 1}))).Draw(t, "xs")
		var a, b sum
		want := new(big.Rat)
		for i, x := range xs {
			want.Add(want, new(big.Rat).SetFloat64(x))
			if i%3 == 0 {
				a.add(x)
			} else {
				b.add(x)
			}
			if i%5 == 0 {
				a.carry()
			}
		}
		text, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		a = sum{}
		if err := json.Unmarshal(text, &a); err != nil {
			t.Fatal(err)
		}
		a.merge(&b)
		w, _ := want.Float64()
		if got := a.value(); got != w {
			t.Fatalf("%v sum to %v, want %v", xs, got, w)
		}
	})
}

func TestSumOfProducts(t *testing.T) {
	var s sum
	x := 1 + 0x1p-52
	s.addProduct(x, x) // 1 + 2^-51 + 2^-104
	s.add(-1)
	s.add(-0x1p-51)
	if s.value() != 0x1p-104 {
		t.Error(s.value())
	}
}

func TestSumOfWhatIsNotFinite(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		xs   []float64
		want float64
	}{{[]float64{1, inf}, inf}, {[]float64{-inf, 1}, -inf}, {[]float64{inf, -inf}, math.NaN()}, {[]float64{math.NaN(), 1}, math.NaN()}} {
		var s sum
		for _, x := range c.xs {
			s.add(x)
		}
		text, _ := json.Marshal(&s)
		var r sum
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		for _, v := range []float64{s.value(), r.value()} {
			if v != c.want && !(v != v && c.want != c.want) {
				t.Error(c.xs, v)
			}
		}
	}
}

func BenchmarkSum(b *testing.B) {
	var s sum
	for i := range b.N {
		s.add(float64(i) * 0.1)
	}
}
