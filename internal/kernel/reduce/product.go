package reduce

// Product multiplies the elements of x as a tree: half by half, the second half being the shorter one, until one element is left. tmp has
// half as many elements as x, rounded up. The product of nothing is 1.
func Product[T Number](x, tmp []T) T {
	if len(x) == 0 {
		return 1
	}
	for n := len(x); n > 1; {
		h := (n + 1) / 2
		for i, v := range x[h:n] {
			tmp[i] = x[i] * v
		}
		if n-h < h {
			tmp[h-1] = x[h-1]
		}
		x, n = tmp, h
	}
	return x[0]
}
