//go:build amd64 && !noasm

package conv

import (
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

//go:generate go run ./internal/gen -out asm_amd64.s -stubs asm_amd64.go -pkg conv

// vectorBytes is the width of the vectors of which two make a row of nr elements; 0 stands for plain Go.
func vectorBytes[T gemm.Float](nr int) int {
	if !cpu.AVX2 {
		return 0
	}
	return nr / 2 * sizeof[T]()
}

func cast[To, From any](p *From) *To { return (*To)(unsafe.Pointer(p)) }

func ptr[To, From any](s []From) *To { return cast[To](unsafe.SliceData(s)) }

// The functions here are not inlined, so that their prologues let the garbage collector stop a loop of them.

// tileAsm is tileGo, if there is assembly for it. The caller has checked bounds.
//
//go:noinline
func tileAsm[T gemm.Float](t *strip[T], offsets []int, c []T) bool {
	wide := vectorBytes[T](t.nr)
	if t.narrow {
		wide *= 2
	}
	p, h, w, n := t.planes, t.height, t.width, len(offsets)
	o := unsafe.SliceData(offsets)
	step := t.view.jump[2]
	skip, next := t.view.jump[1]-w*step, t.jump-h*t.view.jump[1]
	switch {
	case wide == 32 && sizeof[T]() == 4:
		tile32x8(n, t.narrow, p, h, w, ptr[float32](t.view.data), o, step, skip, next, ptr[float32](t.panel), ptr[float32](c), t.add)
	case wide == 64 && sizeof[T]() == 4:
		tile32x16(n, t.narrow, p, h, w, ptr[float32](t.view.data), o, step, skip, next, ptr[float32](t.panel), ptr[float32](c), t.add)
	case wide == 32:
		tile64x4(n, t.narrow, p, h, w, ptr[float64](t.view.data), o, step, skip, next, ptr[float64](t.panel), ptr[float64](c), t.add)
	case wide == 64:
		tile64x8(n, t.narrow, p, h, w, ptr[float64](t.view.data), o, step, skip, next, ptr[float64](t.panel), ptr[float64](c), t.add)
	default:
		return false
	}
	return true
}

func tile32x8(n int, narrow bool, p, h, w int, x *float32, o *int, step, skip, next int, panel, c *float32, add bool) {
	if narrow {
		n += gemm.MR
	}
	switch n {
	case 1:
		tile1float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 2:
		tile2float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 3:
		tile3float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 4:
		tile4float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 5:
		tile5float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 6:
		tile6float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 1:
		narrow1float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 2:
		narrow2float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 3:
		narrow3float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 4:
		narrow4float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 5:
		narrow5float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 6:
		narrow6float32AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	}
}

func tile32x16(n int, narrow bool, p, h, w int, x *float32, o *int, step, skip, next int, panel, c *float32, add bool) {
	if narrow {
		n += gemm.MR
	}
	switch n {
	case 1:
		tile1float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 2:
		tile2float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 3:
		tile3float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 4:
		tile4float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 5:
		tile5float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 6:
		tile6float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 1:
		narrow1float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 2:
		narrow2float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 3:
		narrow3float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 4:
		narrow4float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 5:
		narrow5float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 6:
		narrow6float32AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	}
}

func tile64x4(n int, narrow bool, p, h, w int, x *float64, o *int, step, skip, next int, panel, c *float64, add bool) {
	if narrow {
		n += gemm.MR
	}
	switch n {
	case 1:
		tile1float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 2:
		tile2float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 3:
		tile3float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 4:
		tile4float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 5:
		tile5float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case 6:
		tile6float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 1:
		narrow1float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 2:
		narrow2float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 3:
		narrow3float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 4:
		narrow4float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 5:
		narrow5float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 6:
		narrow6float64AVX2(p, h, w, x, o, step, skip, next, panel, c, add)
	}
}

func tile64x8(n int, narrow bool, p, h, w int, x *float64, o *int, step, skip, next int, panel, c *float64, add bool) {
	if narrow {
		n += gemm.MR
	}
	switch n {
	case 1:
		tile1float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 2:
		tile2float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 3:
		tile3float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 4:
		tile4float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 5:
		tile5float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case 6:
		tile6float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 1:
		narrow1float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 2:
		narrow2float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 3:
		narrow3float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 4:
		narrow4float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 5:
		narrow5float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	case gemm.MR + 6:
		narrow6float64AVX512(p, h, w, x, o, step, skip, next, panel, c, add)
	}
}
