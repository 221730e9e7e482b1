package index

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestGather(t *testing.T) {
	for _, width := range []int{1, 2, 4, 8, 12} {
		src := make([]byte, 2*3*width) // two tables of three rows
		for i := range src {
			src[i] = byte(i)
		}
		index := []int64{2, 0, 1, 1, 0, 0, 2, 2}
		dst := make([]byte, len(index)*width)
		for _, cut := range [][2]int{{5, 8}, {0, 5}} {
			if err := Gather(dst, src, index, 4, 3, width, cut[0], cut[1]); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range index {
			from := (i/4*3 + int(v)) * width
			if !slices.Equal(dst[i*width:(i+1)*width], src[from:from+width]) {
				t.Errorf("width %d: row %d is %v", width, i, dst[i*width:(i+1)*width])
			}
		}
	}
}

// ScatterAdd is Gather's transpose: ⟨u, gather(x)⟩ = ⟨scatter(u), x⟩, here in whole numbers.
func TestScatterAddIsTheTranspose(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		tables, per, n, width := 1+r.IntN(3), r.IntN(5), 1+r.IntN(4), 1+r.IntN(3)
		index := make([]int32, tables*per)
		for i := range index {
			index[i] = int32(r.IntN(n))
		}
		x, u := make([]int64, tables*n*width), make([]int64, tables*per*width)
		for i := range x {
			x[i] = int64(r.IntN(20) - 10)
		}
		for i := range u {
			u[i] = int64(r.IntN(20) - 10)
		}
		src, dst := make([]byte, 8*len(x)), make([]byte, 8*len(u))
		for i, v := range x {
			binary.NativeEndian.PutUint64(src[8*i:], uint64(v))
		}
		if err := Gather(dst, src, index, max(1, per), n, 8*width, 0, len(index)); err != nil {
			t.Fatal(err)
		}
		y := slices.Repeat([]int64{99}, len(x))
		tasks := 1 + r.IntN(4)
		for _, k := range r.Perm(tasks) {
			rows := tables * n
			if err := ScatterAdd(y, u, index, per, n, width, k*rows/tasks, (k+1)*rows/tasks); err != nil {
				t.Fatal(err)
			}
		}
		var a, b int64
		for i, v := range u {
			a += v * int64(binary.NativeEndian.Uint64(dst[8*i:]))
		}
		for i, v := range x {
			b += v * y[i]
		}
		if a != b {
			t.Fatalf("%d tables of %d rows of %d, %v: %d and %d", tables, n, width, index, a, b)
		}
	}
}

func TestOutOfRange(t *testing.T) {
	for _, v := range []int64{-1, 3, 1 << 40, -1 << 62} {
		for name, err := range map[string]error{
			"gather":  Gather(make([]byte, 8), make([]byte, 12), []int64{0, v}, 2, 3, 4, 0, 2),
			"scatter": ScatterAdd(make([]float32, 3), make([]float32, 2), []int64{0, v}, 2, 3, 1, 0, 3),
			"empty":   ScatterAdd(nil, make([]float32, 1), []int64{v}, 1, 0, 1, 0, 0),
			"onehot":  OneHot(make([]uint8, 6), []int64{0, v}, 3, 0, 2),
		} {
			if err == nil || !strings.Contains(err.Error(), "is not in [0, ") {
				t.Errorf("%s of %d: %v", name, v, err)
			}
		}
	}
}

func TestOneHot(t *testing.T) {
	y := []float32{9, 9, 9, 9, 9, 9}
	if err := OneHot(y, []int32{2, 0}, 3, 0, 2); err != nil || !slices.Equal(y, []float32{0, 0, 1, 1, 0, 0}) {
		t.Error(y, err)
	}
}
