package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// All roles are made of one tile: rows of sums, one for each element that a segment of the source begins with, in columns
// of one or two vectors. A segment is n neighbours in the source. Forward, rows are outputs, columns channels of the result
// and the sum is over pairs of channel and tap; in the gradient to the filter rows are pairs, columns channels of the other
// tensor, and the sum is over positions.

// mostRows is how many rows of a number of columns, nr or half of it, a tile has at most: as many as registers hold.
func mostRows(nr, columns, size int) int {
	rows := 12
	if nr*size > 64 {
		rows = 28
	}
	return rows * (nr / 2) / columns
}

// mostSegments is how many segments of n elements a tile takes at most.
func mostSegments(nr, columns, size, n int) int { return min(mostRows(nr, columns, size)/n, 10) }

// tile computes C[s·n + j] = Σ over k of data[bases[s] + table[k] + j]·panel[k], or adds to C. No entry of the table is larger
// than furthest. Columns are nr or half of it.
func tile[T gemm.Float](nr, columns, n int, bases []int, data []T, table []int32, furthest int, panel, c []T, add bool) {
	for _, b := range bases {
		_ = data[b : b+furthest+n]
	}
	panel, c = panel[:len(table)*columns], c[:len(bases)*n*columns]
	if !tileAsm(nr, columns, n, bases, data, table, panel, c, add) {
		tileGo(columns, n, bases, data, table, panel, c, add)
	}
}

func tileGo[T gemm.Float](columns, n int, bases []int, data []T, table []int32, panel, c []T, add bool) {
	for i := range len(bases) * n {
		sum := c[i*columns:][:columns]
		if !add {
			clear(sum)
		}
		x := data[bases[i/n]+i%n:]
		for k, at := range table {
			v := x[at]
			for j, w := range panel[k*columns:][:columns] {
				sum[j] = T(v*w) + sum[j]
			}
		}
	}
}

// unload stores rows of results, one a pixel, as rows of dst, one a channel, with their biases, or none, and ReLU, if asked to.
func unload[T gemm.Float](pixels, channels int, src []T, pitch int, dst []T, plane int, bias []T, relu bool) {
	if pixels == 0 || channels == 0 {
		return
	}
	src, dst = src[:(pixels-1)*pitch+channels], dst[:(channels-1)*plane+pixels]
	if bias != nil {
		bias = bias[:channels]
	}
	if !unloadAsm(pixels, channels, src, pitch, dst, plane, bias, relu) {
		unloadGo(pixels, channels, src, pitch, dst, plane, bias, relu)
	}
}

func unloadGo[T gemm.Float](pixels, channels int, src []T, pitch int, dst []T, plane int, bias []T, relu bool) {
	for ch := range channels {
		row := dst[ch*plane:][:pixels]
		for p := range row {
			v := src[p*pitch+ch]
			if bias != nil {
				v += bias[ch]
			}
			if relu && v < 0 {
				v = 0
			}
			row[p] = v
		}
	}
}
