//go:build amd64 && !noasm

package winograd

import (
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// A routine is a transform in assembly.
type routine func(n int, src *float32, srcRow, srcCol, srcStep int, dst *float32, dstRow, dstCol, dstStep int, tmp *float32)

// A finishing routine is that of results.
type finishing func(n int, src *float32, srcRow, srcCol, srcStep int, dst *float32, dstRow, dstCol, dstStep int, tmp, bias, floor *float32)

// The routines for m = 2 and 4, by kind; each treats 8 lanes with AVX2, 16 with AVX-512.
var (
	narrow = [2][kinds]routine{
		{data2AVX2, nil, filter2AVX2, cotangent2AVX2, filtergrad2AVX2},
		{data4AVX2, nil, filter4AVX2, cotangent4AVX2, filtergrad4AVX2},
	}
	wide = [2][kinds]routine{
		{data2AVX512, nil, filter2AVX512, cotangent2AVX512, filtergrad2AVX512},
		{data4AVX512, nil, filter4AVX512, cotangent4AVX512, filtergrad4AVX512},
	}
	narrowResult = [2]finishing{result2AVX2, result4AVX2}
	wideResult   = [2]finishing{result2AVX512, result4AVX512}
)

// transformAsm is transformGo, if there is assembly for it. It is not inlined, so that its prologue lets the garbage collector
// stop a loop of calls.
//
//go:noinline
func transformAsm(m int, k kind, n int, from, to view, tmp []float32, f *finish) bool {
	if !cpu.AVX2 {
		return false
	}
	i, step := m/2-1, lanes
	plain, results := wide[i][k], wideResult[i]
	if !cpu.AVX512 {
		step, plain, results = 8, narrow[i][k], narrowResult[i]
	}
	t := unsafe.SliceData(tmp)
	for l := 0; l < lanes; l += step {
		src, dst := &from.data[from.at+l], &to.data[to.at+l]
		if k == result {
			results(n, src, 4*from.row, 4*from.col, 4*from.step, dst, 4*to.row, 4*to.col, 4*to.step, t, &f.bias[l], &f.floor[l])
			continue
		}
		plain(n, src, 4*from.row, 4*from.col, 4*from.step, dst, 4*to.row, 4*to.col, 4*to.step, t)
	}
	return true
}

// some slides over ones and zeros: the mask of the first n of 8 words begins at 8−n.
var some = [16]uint32{^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0)}

// transposeAsm copies the first columns of blocks of 8 lines, and reports that it has.
//
//go:noinline
func transposeAsm(t *turn, columns int) bool {
	if !cpu.AVX2 {
		return false
	}
	var mask *uint32
	if n := columns % 8; n > 0 {
		mask = &some[8-n]
	}
	transpose(t.rows, columns/8, &t.src[t.at], 4*t.line, 4*t.srcRow, &t.dst[t.to], 4*t.column, 4*t.dstRow, mask)
	return true
}
