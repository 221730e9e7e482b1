package main

import (
	"math/rand/v2"
	"testing"
)

func Example() {
	main()
	// Output:
	// step   0  loss 0.7031  accuracy  50.0%
	// step  50  loss 0.2661  accuracy  88.3%
	// step 100  loss 0.0476  accuracy  98.7%
	// step 150  loss 0.0150  accuracy 100.0%
	// step 200  loss 0.0062  accuracy 100.0%
	// step 250  loss 0.0034  accuracy 100.0%
	// step 299  loss 0.0022  accuracy 100.0%
	// held out: 199 of 200 right
	// ooooooooooooooooooooooooooooooo
	// ooooooooooooooooooooooooooooooo
	// ooooooooooo.###..oooooooooooooo
	// oooooo..##########....ooooooooo
	// oooo.##################.ooooooo
	// ##########.ooooo..######.oooooo
	// ########.oooooooo.######.oooooo
	// ######.oooooooo.#######.ooooooo
	// #######.oooooo########.oooooooo
	// ########.ooooo.#####.oooooo.###
	// #########ooooooooo.oooooo..####
	// ###########..oooooooooo.#######
	// #################.....#########
	// ###############################
	// ###############################
}

// Before training the classes are a guess; after it, other seeds do as well as the printed one.
func TestHeldOut(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	xy, class := spirals(r, 300)
	heldOut, truth := spirals(r, 200)
	m := newMLP(r)
	share := func() float64 {
		guess, p1, err := predict(m, heldOut)
		if err != nil {
			t.Fatal(err)
		}
		right := 0
		for i := range truth {
			if (p1[i] > 0.5) != (guess[i] == 1) {
				t.Errorf("point %d: class %d at probability %v of class 1", i, guess[i], p1[i])
			}
			if guess[i] == truth[i] {
				right++
			}
		}
		return float64(right) / float64(len(truth))
	}
	before := share()
	if err := train(m, xy, class); err != nil {
		t.Fatal(err)
	}
	if after := share(); before > 0.8 || after < 0.95 {
		t.Errorf("%v right before training, %v after", before, after)
	}
}
