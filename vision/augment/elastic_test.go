package augment

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func ExampleElastic() {
	src := []uint8{0, 0, 0, 0, 255, 0, 0, 0, 0}
	still, bent := make([]float32, 9), make([]float32, 9)
	Elastic{Cell: 2}.Apply(still, src, 3, 3, 1.0/255, 0, 1)
	Elastic{Cell: 2, Bend: 0.5}.Apply(bent, src, 3, 3, 1.0/255, 0, 1)
	fmt.Println(still, bent[4] < 1)
	// Output: [0 0 0 0 1 0 0 0 0] true
}

// ramp returns an image whose levels tell the place they come from, along x or y.
func ramp(n, dx, dy int) []uint8 {
	src := make([]uint8, n*n)
	for y := range n {
		for x := range n {
			src[y*n+x] = uint8(dx*x + dy*y)
		}
	}
	return src
}

// The field has the size it says along each axis, the same everywhere, and is smooth: neighbours move alike.
func TestFieldOfElastic(t *testing.T) {
	const n, seeds = 64, 150
	dst := make([]float32, n*n)
	for _, cell := range []int{1, 3, 7, 10} {
		how := Elastic{Bend: 0.7, Cell: cell}
		for axis, src := range [][]uint8{ramp(n, 3, 0), ramp(n, 0, 3)} {
			var sum, squares, steps float64
			count := 0
			for seed := range uint64(seeds) {
				how.Apply(dst, src, n, n, 1.0/3, 0, seed)
				for y := 8; y < n-8; y++ {
					for x := 8; x < n-8; x++ {
						at := func(x, y int) float64 { return float64(dst[y*n+x]) - float64([]int{x, y}[axis]) }
						d := at(x, y)
						sum, squares, count = sum+d, squares+d*d, count+1
						steps += (at(x+1, y) - d) * (at(x+1, y) - d)
					}
				}
			}
			mean, rms, step := sum/float64(count), math.Sqrt(squares/float64(count)), math.Sqrt(steps/float64(count))
			if math.Abs(mean) > 0.05 || math.Abs(rms-0.7) > 0.05 || step > 1.2*0.7/float64(cell) {
				t.Errorf("cells of %d, axis %d: mean %.3f, root mean square %.3f, want 0.7, and from pixel to pixel %.3f", cell, axis, mean, rms, step)
			}
		}
	}
}

// What does not bend is Affine, to the bit, for images of any size; what does is by the seed alone.
func TestElasticIsAffineAndMore(t *testing.T) {
	plain := Affine{Shift: 2, Rotate: 15, Scale: 0.1, Shear: 0.1}
	for _, s := range [][3]int{{1, 1, 1}, {28, 28, 7}, {5, 31, 4}, {31, 3, 40}, {200, 170, 5}, {9, 9, 0}, {5, 6, math.MaxInt}} {
		h, w, cell := s[0], s[1], s[2]
		src := make([]uint8, h*w)
		for i := range src {
			src[i] = uint8(1 + i*37%251)
		}
		a, b := make([]float32, h*w), make([]float32, h*w)
		differ := false
		for seed := range uint64(20) {
			plain.Apply(a, src, h, w, 2, 1, seed)
			Elastic{plain, 0, cell}.Apply(b, src, h, w, 2, 1, seed)
			if !slices.Equal(a, b) {
				t.Fatal(s, seed, "differs from Affine")
			}
			Elastic{plain, 1, cell}.Apply(a, src, h, w, 2, 1, seed)
			differ = differ || !slices.Equal(a, b)
			Elastic{plain, 1, cell}.Apply(b, src, h, w, 2, 1, seed)
			if !slices.Equal(a, b) {
				t.Fatal(s, seed, "one seed gives two images")
			}
		}
		if !differ {
			t.Error(s, "nothing bends")
		}
	}
}

func TestElasticAllocatesNothing(t *testing.T) {
	src, dst := pattern(28, 28), make([]float32, 784)
	how := Elastic{Affine{Shift: 2, Rotate: 15}, 1, 5}
	if n := testing.AllocsPerRun(100, func() { how.Apply(dst, src, 28, 28, 1, 0, 3) }); n != 0 {
		t.Error(n, "allocations")
	}
}

func BenchmarkElastic(b *testing.B) {
	src, dst := pattern(28, 28), make([]float32, 784)
	seed := uint64(0)
	for b.Loop() {
		Elastic{Affine{Shift: 2, Rotate: 15, Scale: 0.1}, 1, 7}.Apply(dst, src, 28, 28, 1, 0, seed)
		seed++
	}
}
