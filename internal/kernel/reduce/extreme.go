package reduce

// Extreme writes the largest element along the middle axis of [outer, n, inner], or the smallest, and its place on that axis,
// for results lo to hi−1: NaN beats any number, and of equals the first wins. n must not be 0.
func Extreme[T Number](smallest bool, y []T, index []int32, x []T, lo, hi, n, inner int) {
	if inner == 1 {
		for r := lo; r < hi; r++ {
			y[r], index[r] = extreme(smallest, x[r*n:(r+1)*n])
		}
		return
	}
	for lo < hi {
		o := lo / inner
		m := min(hi, (o+1)*inner) - lo
		best, at := y[lo:lo+m], index[lo:lo+m]
		first := o*n*inner + lo%inner
		copy(best, x[first:])
		clear(at)
		for j := 1; j < n; j++ {
			for k, v := range x[first+j*inner : first+j*inner+m] {
				if beats(smallest, v, best[k]) {
					best[k], at[k] = v, int32(j)
				}
			}
		}
		lo += m
	}
}

func extreme[T Number](smallest bool, x []T) (best T, at int32) {
	best = x[0]
	for j, v := range x {
		if beats(smallest, v, best) {
			best, at = v, int32(j)
		}
	}
	return best, at
}

func beats[T Number](smallest bool, v, best T) bool {
	if smallest {
		return v < best || v != v && best == best
	}
	return v > best || v != v && best == best
}
