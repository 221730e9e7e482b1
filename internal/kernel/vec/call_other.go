//go:build !amd64 || noasm

package vec

// There is no assembly here; every caller goes on with plain Go.

func binary[T Float](routine, []T, []T, []T, T) bool { return false }

func unary[T Float](routine, []T, []T, T, T) bool { return false }

func single[T Float](routine, []T, []T) bool { return false }

func periodic[T Float](routine, func(float64) float64, []T, []T) bool { return false }

func comparison[T Float](routine, []bool, []T, []T) bool { return false }

func choice[T Element]([]T, []bool, []T, []T) bool { return false }

func sum[T Float]([]T) (T, bool) { return 0, false }

func dot[T Float](_, _ []T) (T, bool) { return 0, false }

func sumSquaresShift[T Float]([]T, T) (T, bool) { return 0, false }

func expSumShift[T Float](_, _ []T, _ T) (T, bool) { return 0, false }

func largest[T Float]([]T) (T, bool) { return 0, false }

func hasNaN[T Float]([]T) (found, ok bool) { return false, false }

func nonFinite[T Float]([]T) (found, ok bool) { return false, false }

func expSum[T Float]([]T, T) (T, bool) { return 0, false }

func adam[T Float](_, _, _, _, _, _, _, _, _ []T, _, _, _, _, _ T) bool { return false }

func dotShift[T Float](_, _ []T, _ T) (T, bool) { return 0, false }

func shifted[T Float](_, _ []T, _, _, _ T) bool { return false }

func mixed[T Float](_, _, _ []T, _, _, _, _ T) bool { return false }

func mixedScaled[T Float](_, _, _, _ []T, _, _, _, _ T) bool { return false }

func normalized[T Float](_, _, _, _ []T, _, _ T) bool { return false }

func moments[T Float]([]T) (mean, squares T, ok bool) { return 0, 0, false }

func sumDotShift[T Float](_, _ []T, _ T) (sum, product T, ok bool) { return 0, 0, false }

func normSums[T Float](_, _, _, _, _ []T, _, _ T) (sum, product T, ok bool) { return 0, 0, false }

func rmsSums[T Float](_, _, _, _ []T, _ T) (product T, ok bool) { return 0, false }
