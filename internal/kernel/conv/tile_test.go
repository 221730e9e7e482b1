package conv

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"pgregory.net/rapid"
)

// widths are the columns of a tile that some machine has and this one can run.
func widths[T gemm.Float]() []int {
	w := []int{64 / sizeof[T]()}
	if cpu.AVX512 {
		w = append(w, 128/sizeof[T]())
	}
	return w
}

func both(t *testing.T, single, double func(*rapid.T)) {
	t.Run("float32", func(t *testing.T) { rapid.Check(t, single) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, double) })
}

// Assembly against plain Go, whose products are rounded once more.
func TestTile(t *testing.T) { both(t, checkTile[float32], checkTile[float64]) }

func checkTile[T gemm.Float](t *rapid.T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	nr, size := rapid.SampledFrom(widths[T]()).Draw(t, "nr"), sizeof[T]()
	columns := nr / rapid.IntRange(1, 2).Draw(t, "halves")
	n := rapid.IntRange(1, mostRows(nr, columns, size)).Draw(t, "n")
	some := rapid.IntRange(1, mostSegments(nr, columns, size, n)).Draw(t, "segments")
	data := random[T](r, 700)
	table, furthest := make([]int32, rapid.IntRange(1, 40).Draw(t, "count")), 0
	for i := range table {
		table[i] = r.Int32N(300)
		furthest = max(furthest, int(table[i]))
	}
	bases := make([]int, some)
	for i := range bases {
		bases[i] = r.IntN(len(data) - furthest - n + 1)
	}
	panel := random[T](r, len(table)*columns)
	add := rapid.Bool().Draw(t, "add")
	got := newGuarded[T](some * n * columns)
	want := random[T](r, len(got.s))
	if add {
		copy(got.s, want)
	}
	tile(nr, columns, n, bases, data, table, furthest, panel, got.s, add)
	got.check(t, "tile")
	tileGo(columns, n, bases, data, table, panel, want, add)
	eps := map[int]float64{4: 0x1p-23, 8: 0x1p-52}[size]
	terms := float64(len(table) + 1)
	for i, v := range want {
		if !(math.Abs(float64(got.s[i]-v)) <= eps*terms*terms) {
			t.Fatalf("element %d is %v, want %v", i, got.s[i], v)
		}
	}
}

func TestUnload(t *testing.T) { both(t, checkUnload[float32], checkUnload[float64]) }

func checkUnload[T gemm.Float](t *rapid.T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	pixels, channels := rapid.IntRange(0, 40).Draw(t, "pixels"), rapid.IntRange(0, 40).Draw(t, "channels")
	pitch, plane := channels+r.IntN(3), pixels+r.IntN(3)
	src := random[T](r, pixels*pitch)
	for _, v := range []T{0, T(math.Copysign(0, -1)), T(math.NaN()), T(math.Inf(-1))} {
		if len(src) > 0 {
			src[r.IntN(len(src))] = v
		}
	}
	var bias []T
	if rapid.Bool().Draw(t, "biased") {
		bias = random[T](r, channels)
	}
	relu := rapid.Bool().Draw(t, "relu")
	got := newGuarded[T](channels * plane)
	want := append([]T(nil), got.s...)
	unload(pixels, channels, src, pitch, got.s, plane, bias, relu)
	unloadGo(pixels, channels, src, pitch, want, plane, bias, relu)
	got.check(t, "unload")
	sameBits(t, got.s, want, "unload")
}

func TestFinish(t *testing.T) { both(t, checkFinish[float32], checkFinish[float64]) }

func checkFinish[T gemm.Float](t *rapid.T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	rows, columns := rapid.IntRange(0, 9).Draw(t, "rows"), rapid.SampledFrom([]int{0, 1, 7, 16, 33, 70, 4200}).Draw(t, "columns")
	ldc := columns + r.IntN(3)
	got := newGuarded[T](rows * ldc)
	copy(got.s, random[T](r, len(got.s)))
	for _, v := range []T{0, T(math.Copysign(0, -1)), T(math.NaN()), T(math.Inf(-1))} {
		if len(got.s) > 0 {
			got.s[r.IntN(len(got.s))] = v
		}
	}
	want := append([]T(nil), got.s...)
	var bias []T
	if rapid.Bool().Draw(t, "biased") {
		bias = random[T](r, rows)
	}
	relu := rapid.Bool().Draw(t, "relu")
	finish(rapid.SampledFrom(widths[T]()).Draw(t, "nr"), rows, columns, got.s, ldc, bias, relu)
	got.check(t, "finish")
	finishGo(rows, columns, want, ldc, bias, relu)
	sameBits(t, got.s, want, "finish")
}

func TestHalveAndWeave(t *testing.T) { both(t, checkHalves[float32], checkHalves[float64]) }

func checkHalves[T gemm.Float](t *rapid.T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	planes, rows, n := rapid.IntRange(1, 3).Draw(t, "planes"), rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 40).Draw(t, "n")
	made := func(n int) stack[T] {
		row := n + r.IntN(4)
		plane := rows*row + r.IntN(4)
		return stacked(random[T](r, (planes-1)*plane+(rows-1)*row+n), plane, row)
	}
	same := func(what string, n int, fast, plain func(dst stack[T])) {
		dst := made(n)
		got, want := newGuarded[T](len(dst.data)), newGuarded[T](len(dst.data))
		fast(stack[T]{got.s, dst.plane, dst.row})
		plain(stack[T]{want.s, dst.plane, dst.row})
		got.check(t, what)
		sameBits(t, got.s, want.s, what)
	}
	a, b, both := made(n), made(n), made(2*n-1)
	same("copyRows", n, func(dst stack[T]) { copyRows(planes, rows, n, a, dst) }, func(dst stack[T]) { copyRowsGo(planes, rows, n, a, dst) })
	same("halve", n, func(dst stack[T]) { halve(planes, rows, n, both, dst) }, func(dst stack[T]) { halveGo(planes, rows, n, both, dst) })
	same("weave", 2*n, func(dst stack[T]) { weave(planes, rows, n, a, b, dst) }, func(dst stack[T]) { weaveGo(planes, rows, n, a, b, dst) })
}

func TestAccumulate(t *testing.T) { both(t, checkAccumulate[float32], checkAccumulate[float64]) }

func checkAccumulate[T gemm.Float](t *rapid.T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	n := rapid.IntRange(0, 40).Draw(t, "n")
	src, got := random[T](r, n), newGuarded[T](n)
	copy(got.s, random[T](r, n))
	want := append([]T(nil), got.s...)
	accumulate(src, got.s)
	accumulateGo(src, want)
	got.check(t, "accumulate")
	sameBits(t, got.s, want, "accumulate")
}

// A loop of kernels must let the collector stop it: directly in a loop, assembly has held it up for seconds.
func TestCollectorIsNotHeldUp(t *testing.T) {
	for _, role := range roles {
		p := newRunner[float32](plain2d(4, 8, 8, 28, 3, 1, 1), role, 1)
		done, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-done:
					return
				default:
					for range 200 {
						p.run()
					}
				}
			}
		}()
		start := time.Now()
		for range 3 {
			runtime.GC()
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("role %d: three collections took %v", role, d)
		}
		close(done)
		<-stopped
	}
}
