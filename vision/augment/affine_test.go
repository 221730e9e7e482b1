package augment

import (
	"fmt"
	"math"
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

func picture(h, w int) []uint8 {
	src := make([]uint8, h*w)
	for i := range src {
		src[i] = uint8(i * 37 % 251)
	}
	return src
}

// A quarter turn moves every level exactly; a whole shift too.
func TestExact(t *testing.T) {
	const n = 7
	src, dst := picture(n, n), make([]float32, n*n)
	resample(dst, src, n, n, 1, 0, 0, 1, 0, 0)
	for y := range n {
		for x := range n {
			if want := float32(src[x*n+n-1-y]); dst[y*n+x] != want {
				t.Fatalf("turned: (%d, %d) is %v, want %v", x, y, dst[y*n+x], want)
			}
		}
	}
	resample(dst, src, n, n, 2, 1, 1, 0, 2, -1)
	for y := range n {
		for x := range n {
			if want := 2*level(src, n, n, x+2, y-1) + 1; dst[y*n+x] != want {
				t.Fatalf("shifted: (%d, %d) is %v, want %v", x, y, dst[y*n+x], want)
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
	src, dst := picture(28, 28), make([]float32, 784)
	seed := uint64(0)
	for b.Loop() {
		Affine{Shift: 2, Rotate: 15, Scale: 0.1}.Apply(dst, src, 28, 28, 1, 0, seed)
		seed++
	}
}
