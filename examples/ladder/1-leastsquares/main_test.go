package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func Example() {
	main()
	// Output:
	// step 0  a 0.0000  loss 8.9720  slope -11.7791
	// step 1  a 0.5890  loss 3.3860  slope  -7.1899
	// step 2  a 0.9484  loss 1.3049  slope  -4.3886
	// step 3  a 1.1679  loss 0.5295  slope  -2.6788
	// step 4  a 1.3018  loss 0.2406  slope  -1.6351
	// step 5  a 1.3836  loss 0.1329  slope  -0.9981
	// closed form       1.51165704
	// gradient descent  1.51165704
	// Newton, one step  1.51165704
	// L-BFGS            1.51165704
}

// All ways find the same a for any measurement, to a hundred-millionth.
func TestAgree(t *testing.T) {
	for seed := range uint64(5) {
		xs, ys := measure(rand.New(rand.NewPCG(seed, 7)))
		want := closed(xs, ys)
		if math.Abs(want-1.5) > 0.3 {
			t.Errorf("seed %d: %v by formula, 1.5 without noise", seed, want)
		}
		for way, find := range map[string]func(xs, ys []float64) (float64, error){
			"gradient descent": descend, "L-BFGS": lbfgs,
			"Newton": func(xs, ys []float64) (float64, error) { return newton(xs, ys, 1) },
		} {
			if a, err := find(xs, ys); err != nil || math.Abs(a-want) > 1e-8 {
				t.Errorf("seed %d: %v by %s, %v by formula, %v", seed, a, way, want, err)
			}
		}
	}
}
