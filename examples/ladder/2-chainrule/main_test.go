package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func Example() {
	main()
	// Output:
	//           by hand   kedja     differences
	// dy/da     0.266591  0.266591  0.266591
	// dy/dx     0.639818  0.639818  0.639818
	// dy/db     0.533182  0.533182  0.533182
	// d²y/dx²   1.964601  1.964601  1.964601
	//
	// the graph of dy/dx:
	// %0 = input "a" float64[]
	// %1 = input "x" float64[]
	// %2 = input "b" float64[]
	// %3 = mul %0 %1 float64[]
	// %4 = add %3 %2 float64[]
	// %5 = tanh %4 float64[]
	// %6 = square %5 float64[]
	// %7 = fill{Value:1 Of:float64[]} float64[]
	// %8 = scale{By:2} %5 float64[]
	// %9 = mul %7 %8 float64[]
	// %10 = affine{A:-1 B:1} %6 float64[]
	// %11 = mul %9 %10 float64[]
	// %12 = mul %11 %0 float64[]
	// return %12
}

// All three ways agree anywhere, not only at the point that is printed.
func TestAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		a, x, b := r.NormFloat64(), r.NormFloat64(), r.NormFloat64()
		hand, diff := byHand(a, x, b), byDifferences(a, x, b)
		kedja, _, err := byKedja(a, x, b)
		if err != nil {
			t.Fatal(err)
		}
		for i := range hand {
			if math.Abs(kedja[i]-hand[i]) > 1e-12 || math.Abs(diff[i]-hand[i]) > 1e-5 {
				t.Errorf("derivative %d at %v, %v, %v: by hand %v, Kedja %v, differences %v", i, a, x, b, hand[i], kedja[i], diff[i])
			}
		}
	}
}
