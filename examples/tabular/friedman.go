package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// units are those of the columns: what is from [0, 1) is multiplied, then moved.
var units = [10][2]float64{{1000, 5000}, {0.001, 0}, {250, -100}, {40, 1e4}, {1, 0}, {1e4, 0}, {0.01, 3}, {100, -50}, {1, 1}, {7, 0}}

// friedman returns a table of n rows.
func friedman(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0xf1))
	var b strings.Builder
	b.WriteString("a,b,c,d,e,f,g,h,i,j,y\n")
	for range n {
		var x [10]float64
		for k := range x {
			x[k] = r.Float64()
			fmt.Fprintf(&b, "%.9g,", x[k]*units[k][0]+units[k][1])
		}
		y := 10*math.Sin(math.Pi*x[0]*x[1]) + 20*(x[2]-0.5)*(x[2]-0.5) + 10*x[3] + 5*x[4] + r.NormFloat64()
		fmt.Fprintf(&b, "%.9g\n", y)
	}
	return b.String()
}
