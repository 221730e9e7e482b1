// Package linalg factorises and solves single dense matrices, row-major, in the caller's memory: loops over slices, one matrix a call, whose
// order of operations depends on the sizes alone. Inner loops are those of package vec.
//
// What cannot be factorised gives NaN: every loop ends for any values, and none fails.
package linalg

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Float is what matrices are of.
type Float interface{ float32 | float64 }

// Finite reports whether no element is infinite or NaN.
func Finite[T Float](a []T) bool { return !vec.NonFinite(a) }

// nan fills with NaN.
func nan[T Float](dsts ...[]T) {
	for _, d := range dsts {
		vec.Fill(d, T(math.NaN()))
	}
}

// sub takes a·x from y.
func sub[T Float](y, x []T, a T) { vec.AddScaled(y, y, x, -a) }
