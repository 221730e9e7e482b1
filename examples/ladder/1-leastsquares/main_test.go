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
	// closed form       1.511657
	// gradient descent  1.511657
}

// Both ways find the same a for any measurement.
func TestAgree(t *testing.T) {
	for seed := range uint64(5) {
		xs, ys := measure(rand.New(rand.NewPCG(seed, 7)))
		bySteps, err := descend(xs, ys)
		if err != nil {
			t.Fatal(err)
		}
		if byFormula := closed(xs, ys); math.Abs(bySteps-byFormula) > 1e-6 || math.Abs(byFormula-1.5) > 0.3 {
			t.Errorf("seed %d: %v by steps, %v by formula, 1.5 without noise", seed, bySteps, byFormula)
		}
	}
}
