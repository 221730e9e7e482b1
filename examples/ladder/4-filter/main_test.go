package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func Example() {
	main()
	// Output:
	// ++.....--.......
	// ++.....--...+.-.
	// ++.....--..++--.
	// ++.....--.+++--.
	// ++.....--++++--.
	// ++.....-.+++.--.
	// ........+++..--.
	// step  0  loss 14.1655449662
	// step  5  loss 0.0001369055
	// step 10  loss 0.0000000357
	// step 15  loss 0.0000000000
	// learned after 19 steps:
	//   -1.0000   0.0000   1.0000
	//   -2.0000   0.0000   2.0000
	//   -1.0000   0.0000   1.0000
	// within 1e-5 of the hand-made one: true
}

// Any filter can be learned, not only the edge.
func TestLearn(t *testing.T) {
	const n, size = 8, 10
	r := rand.New(rand.NewPCG(3, 3))
	want, images := make([]float64, 9), make([]float64, n*size*size)
	for _, s := range [][]float64{want, images} {
		for i := range s {
			s[i] = r.NormFloat64()
		}
	}
	targets, err := apply(want, images, n, size, size)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := learn(images, targets, n, size, size)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-5 {
			t.Errorf("weight %d: %v, want %v", i, got[i], want[i])
		}
	}
}
