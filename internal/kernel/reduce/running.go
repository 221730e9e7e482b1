package reduce

// Running writes running sums along lines lo to hi−1. A line has n elements, inner apart; lines are numbered outer axes first. A sum is
// kept as an A: wider than T for the sake of rounding.
func Running[T, A Number](y, x []T, lo, hi, n, inner int, exclusive, reverse bool) {
	const block = 64 // neighbouring lines that go together
	var sums [block]A
	for lo < hi {
		at := lo%inner + lo/inner*n*inner
		width := min(block, hi-lo, inner-lo%inner)
		lo += width
		sum := sums[:width]
		clear(sum)
		step := inner
		if reverse {
			at, step = at+(n-1)*inner, -inner
		}
		for range n {
			from, to := x[at:at+width], y[at:at+width]
			for k, v := range from {
				if exclusive {
					to[k] = T(sum[k])
				}
				sum[k] += A(v)
				if !exclusive {
					to[k] = T(sum[k])
				}
			}
			at += step
		}
	}
}
