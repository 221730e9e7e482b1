package vec

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// KEDJA_SWEEP=regexp runs the functions that it names over all 2³² float32, on each instruction set that the machine has, and prints a
// table of their largest errors: half an hour for all of them on one core. tools/long.sh does so.
func TestSweep(t *testing.T) {
	which, err := regexp.Compile(os.Getenv("KEDJA_SWEEP"))
	if err != nil {
		t.Fatal(err)
	}
	if which.String() == "" {
		t.Skip("KEDJA_SWEEP names no function")
	}
	for _, f := range elementary {
		if which.MatchString(f.name) {
			sweep(t, f.name, f.f32, f.exact, f.allowed)
		}
	}
	one := make([]float32, 1<<12)
	Fill(one, 1)
	for _, f := range slopes[float32]() {
		if which.MatchString(f.name) {
			sweep(t, f.name, func(dst, x []float32) { f.f(dst, x, one[:len(dst)]) }, f.exact, slopeBound)
		}
	}
}

// sweep prints the largest error among all float32, in ulp where so many are allowed, and as a share of what bound allows, and where each is.
func sweep(t *testing.T, name string, f func(dst, x []float32), exact func(float64) float64, bound func(x, want float64) float64) {
	const n = 1 << 12
	var x, y, other [n]float32
	var ulp, share float64
	var ulpAt, shareAt float32
	sets := "plain"
	switch {
	case cpu.AVX512:
		sets = "AVX-512, AVX2"
	case cpu.AVX2:
		sets = "AVX2"
	}
	defer func(was bool) { cpu.AVX512 = was }(cpu.AVX512)
	both := cpu.AVX512
	for b := uint64(0); b < 1<<32; b += n {
		for i := range x {
			x[i] = math.Float32frombits(uint32(b) + uint32(i))
		}
		f(y[:], x[:])
		if both {
			cpu.AVX512 = false
			f(other[:], x[:])
			cpu.AVX512 = true
		}
		for i, v := range x {
			if both && !same(y[i], other[i]) {
				t.Fatalf("%s(%v) is %v with AVX-512, %v with AVX2", name, v, y[i], other[i])
			}
			want := exact(float64(v))
			if same(y[i], float32(want)) {
				continue // within half a unit
			}
			allowed := bound(float64(v), want)
			if u := ulps(y[i], want); u > ulp && allowed <= 4*unit(want) { // not where an absolute error is allowed
				ulp, ulpAt = u, v
			}
			if e := math.Abs(float64(y[i])-want) / allowed; !(e <= share) {
				share, shareAt = e, v
			}
		}
	}
	fmt.Printf("| %s | %s | %.3f | %v (%#08x) | %.2f | %v |\n", name, sets, ulp, ulpAt, math.Float32bits(ulpAt), share, shareAt)
	if !(share <= 1) {
		t.Errorf("%s(%v): %.2f of what is allowed", name, shareAt, share)
	}
}
