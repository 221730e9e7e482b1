package replay

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/kedja-ml/kedja/graph"
)

// A memory of bytes gives the batches of one of numbers, bit for bit, and goes on by them after what it holds was copied into another.
func TestBytesAreAsNumbers(t *testing.T) {
	const capacity, width = 37, 11
	for _, alpha := range []float64{0, 0.6} {
		made := func(bytes bool) (*Buffer, *Batch) {
			s := Size{Obs: width, Bytes: bytes}
			b := New(capacity, s)
			if alpha > 0 {
				b = NewPrioritised(capacity, s, alpha)
			}
			return b, NewBatch(16, s)
		}
		floats, want := made(false)
		bytes, got := made(true)
		values := rand.New(rand.NewPCG(5, 6))
		r, r2 := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
		for i := range 200 {
			x := Transition{Obs: make([]float32, width), Next: make([]float32, width), Action: int32(i), Reward: float32(i), Discount: 0.5}
			for k := range width {
				x.Obs[k], x.Next[k] = float32(values.IntN(256)), float32(values.IntN(256))
			}
			floats.Add(x)
			bytes.Add(x)
			floats.Sample(r, want, 0.4)
			bytes.Sample(r2, got, 0.4)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("batch %d differs", i)
			}
			floats.Update(want, want.Rewards)
			bytes.Update(got, got.Rewards)
			if i != 120 {
				continue
			}
			other, _ := made(true)
			saved := map[string]graph.Buffer{}
			for name, b := range bytes.Arrays() {
				saved[name] = b
			}
			for name, b := range other.Arrays() {
				copy(b.Bytes(), saved[name].Bytes())
			}
			if err := other.Restored(); err != nil {
				t.Fatal(err)
			}
			bytes = other
		}
	}
}

// What is said of the memory is what its arrays take, but for the inner nodes of the sums.
func TestMemoryCountsRight(t *testing.T) {
	for _, s := range []Size{{Obs: 400}, {Obs: 400, Bytes: true}, {Obs: 3, Action: 2}} {
		var sum int64
		for name, b := range New(1000, s).Arrays() {
			if name != "cursor" {
				sum += int64(len(b.Bytes()))
			}
		}
		if got := Bytes(1000, s, false); got != sum {
			t.Errorf("%+v: %d bytes, want %d", s, got, sum)
		}
	}
	if got := Bytes(100_000, Size{Obs: 400, Bytes: true}, false); got != 100_000*(2*400+12) {
		t.Error(got)
	}
}
