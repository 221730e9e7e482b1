package augment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func ExampleAffine() {
	src := []uint8{0, 0, 0, 0, 255, 0, 0, 0, 0}
	dst := make([]float32, 9)
	Affine{}.Apply(dst, src, 3, 3, 1.0/255, 0, 1)
	fmt.Println(dst)
	// Output: [0 0 0 0 1 0 0 0 0]
}

func ExamplePose() {
	src := []uint8{0, 0, 0, 0, 255, 0, 0, 0, 0}
	dst := make([]float32, 9)
	Pose{Right: 1}.Apply(dst, src, 3, 3, 1.0/255, 0, 1)
	fmt.Println(dst)
	Pose{Down: -1, Turn: 90}.Apply(dst, src, 3, 3, 1.0/255, 0, 2)
	fmt.Println(dst[1] > 0.999, dst[7] > 0.999)
	// Output:
	// [0 0 0 1 0 0 0 0 0]
	// false false
}

func pattern(h, w int) []uint8 {
	src := make([]uint8, h*w)
	for i := range src {
		src[i] = uint8(i * 37 % 251)
	}
	return src
}

// A quarter turn moves every level exactly; a whole shift and a shear by whole pixels too.
func TestExact(t *testing.T) {
	const n = 7
	src, dst := pattern(n, n), make([]float32, n*n)
	level := func(x, y int) float32 {
		if x < 0 || y < 0 || x >= n || y >= n {
			return 0
		}
		return float32(src[y*n+x])
	}
	p := framed(nil, src, n, n)
	apply := func(m matrix) {
		for y := range n {
			sx, sy := m.row(y)
			for x := range n {
				dst[y*n+x] = p.at(sx+float32(x)*m.xx, sy+float32(x)*m.yx)
			}
		}
	}
	apply(centred(0, 1, 0, 0, 0, n, n))
	for y := range n {
		for x := range n {
			if want := float32(src[x*n+n-1-y]); dst[y*n+x] != want {
				t.Fatalf("turned: (%d, %d) is %v, want %v", x, y, dst[y*n+x], want)
			}
		}
	}
	apply(centred(1, 0, 0, 2, -1, n, n))
	for y := range n {
		for x := range n {
			if want := level(x+2, y-1); dst[y*n+x] != want {
				t.Fatalf("shifted: (%d, %d) is %v, want %v", x, y, dst[y*n+x], want)
			}
		}
	}
	apply(centred(1, 0, 1, 0, 0, n, n))
	for y := range n {
		for x := range n {
			if want := level(x+y-n/2, y); dst[y*n+x] != want {
				t.Fatalf("sheared: (%d, %d) is %v, want %v", x, y, dst[y*n+x], want)
			}
		}
	}
}

// Points on, about and beyond the edges, in memory that is as large as it must be and no larger.
func TestEdges(t *testing.T) {
	for _, s := range [][2]int{{1, 1}, {3, 5}, {28, 28}, {32, 32}} {
		h, w := s[0], s[1]
		src := slices.Repeat([]uint8{200}, h*w)
		p := framed(nil, src, h, w)
		places := func(n int) (at []float32) {
			for _, v := range []float32{-2, -1, -0.5, 0, float32(n) - 1, float32(n) - 0.5, float32(n), float32(n) + 1} {
				at = append(at, math.Nextafter32(v, -9), v, math.Nextafter32(v, 99))
			}
			return append(at, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)))
		}
		cover := func(v float32, n int) float64 { // how much of a pixel's width around v lies inside
			if !(v > -1 && v < float32(n)) {
				return 0
			}
			return min(1, float64(v)+1, float64(n)-float64(v))
		}
		for _, y := range places(h) {
			for _, x := range places(w) {
				if got, want := float64(p.at(x, y)), 200*cover(x, w)*cover(y, h); math.Abs(got-want) > 1e-3 {
					t.Fatalf("%v: at (%v, %v) %v, want %v", s, x, y, got, want)
				}
			}
		}
	}
}

func TestBySeedAlone(t *testing.T) {
	src := make([]uint8, 28*28)
	for y := 8; y < 20; y++ {
		for x := 10; x < 18; x++ {
			src[y*28+x] = 200
		}
	}
	a, b := make([]float32, 784), make([]float32, 784)
	how := Affine{Shift: 2, Rotate: 15, Scale: 0.1}
	differ := false
	for seed := range uint64(200) {
		how.Apply(a, src, 28, 28, 1, 0, seed)
		how.Apply(b, src, 28, 28, 1, 0, seed)
		var mass float64
		for _, v := range a {
			mass += float64(v)
		}
		if !slices.Equal(a, b) || math.Abs(mass/(12*8*200)-1) > 0.3 {
			t.Fatal(seed, mass)
		}
		how.Apply(b, src, 28, 28, 1, 0, seed+1)
		differ = differ || !slices.Equal(a, b)
	}
	if !differ {
		t.Error("all seeds give one image")
	}
}

func BenchmarkAffine(b *testing.B) {
	src, dst := pattern(28, 28), make([]float32, 784)
	seed := uint64(0)
	for b.Loop() {
		Affine{Shift: 2, Rotate: 15, Scale: 0.1}.Apply(dst, src, 28, 28, 1, 0, seed)
		seed++
	}
}

// A row at once has the bits of its pixels one by one.
func TestRowsArePixels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		h, w := 1+r.IntN(12), 1+r.IntN(12)
		p, row := framed(nil, pattern(h, w), h, w), make([]float32, w)
		x, y := float32(6*r.NormFloat64()), float32(6*r.NormFloat64())
		dx, dy := float32(r.NormFloat64()), float32(r.NormFloat64())
		if r.IntN(4) == 0 {
			dy = 0
		}
		p.along(row, x, y, dx, dy, 0.7, -0.3)
		for i, got := range row {
			if want := float32(0.7*p.at(x+float32(float32(i)*dx), y+float32(float32(i)*dy))) - 0.3; math.Float32bits(got) != math.Float32bits(want) {
				t.Fatalf("%d×%d, pixel %d from (%v, %v) by (%v, %v): %v, want %v", h, w, i, x, y, dx, dy, got, want)
			}
		}
	}
}
