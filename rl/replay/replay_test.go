package replay_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/rl/replay"
)

func ExampleBuffer() {
	b := replay.New(2, 1)
	for i := range 3 {
		b.Add([]float32{float32(i)}, int32(i), 1, []float32{float32(i + 1)}, i == 2)
	}
	batch := replay.NewBatch(4, 1)
	b.Sample(rand.New(rand.NewPCG(1, 3)), &batch)
	fmt.Println(b.Len(), batch.Actions, batch.Obs, batch.Terminated)
	// Output: 2 [2 1 2 2] [2 1 2 2] [1 0 1 1]
}

// Every transition that is kept is drawn about equally often, and no part of one is mixed with another's.
func TestSample(t *testing.T) {
	const capacity, n = 50, 20_000
	b := replay.New(capacity, 2)
	for i := range 120 {
		v := float32(i)
		b.Add([]float32{v, -v}, int32(i), 2*v, []float32{v + 1, -v - 1}, i%3 == 0)
	}
	batch := replay.NewBatch(n, 2)
	b.Sample(rand.New(rand.NewPCG(3, 4)), &batch)
	var count [120]float64
	for k, a := range batch.Actions {
		v, end := float32(a), float32(0)
		if a%3 == 0 {
			end = 1
		}
		if batch.Obs[2*k] != v || batch.Obs[2*k+1] != -v || batch.Next[2*k] != v+1 || batch.Rewards[k] != 2*v || batch.Terminated[k] != end {
			t.Fatal("mixed", k, a)
		}
		count[a]++
	}
	var chi float64
	for a, c := range count {
		want := 0.0
		if a >= 70 {
			want = n / capacity
			chi += (c - want) * (c - want) / want
		}
		if want == 0 && c > 0 {
			t.Fatal("forgotten, yet drawn", a)
		}
	}
	if chi > 85.4 { // passed by chance once in a thousand times, for 49 degrees of freedom
		t.Error("uneven", chi)
	}
}
