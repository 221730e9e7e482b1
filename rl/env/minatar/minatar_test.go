package minatar_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/envtest"
	"github.com/kedja-ml/kedja/rl/env/minatar"
)

func newGame(t testing.TB, g minatar.Game, o minatar.Options) *minatar.Env {
	e, err := minatar.New(g, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEnv(t *testing.T) {
	for _, g := range minatar.Games() {
		for _, o := range []minatar.Options{minatar.Standard(), {Minimal: true, Sticky: 0.5}} {
			t.Run(fmt.Sprint(g, o), func(t *testing.T) {
				envtest.Check(t, func() env.Env { return newGame(t, g, o) })
			})
		}
	}
}

// Seeds beyond MinAtar's 32 bits are other seeds, and those within them are not folded.
func TestLongSeeds(t *testing.T) {
	saved := map[string]uint64{}
	for _, seed := range []uint64{0, 1, 1<<32 - 1, 1 << 32 * 5, 1<<32*7 + 9} {
		e := newGame(t, minatar.Freeway, minatar.Standard())
		e.Reset(seed, make([]float32, e.Spec().Size()))
		b, err := e.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := saved[string(b)]; ok {
			t.Errorf("seeds %d and %d are one", seed, other)
		}
		saved[string(b)] = seed
	}
}

func TestBad(t *testing.T) {
	for _, c := range []struct {
		g      minatar.Game
		sticky float64
		want   string
	}{
		{5, 0, "minatar.Game(5): want one of the 5 games"},
		{-1, 0, "minatar.Game(-1): want one of the 5 games"},
		{minatar.Breakout, 1.5, "minatar-breakout: a stickiness of 1.5, want a probability from 0 to 1"},
	} {
		if _, err := minatar.New(c.g, minatar.Options{Sticky: c.sticky}); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// A saved state in which bytes were changed is refused, or is one to go on from.
func TestDamagedStates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, g := range minatar.Games() {
		e := newGame(t, g, minatar.Standard())
		obs := make([]float32, e.Spec().Size())
		refused := 0
		for i := range uint64(2000) {
			e.Reset(i, obs)
			play := func() {
				for range 40 {
					if o, err := e.Step(envtest.Random(r, e.Spec().Actions), obs); err != nil || o.Over() {
						return
					}
				}
			}
			play()
			good, err := e.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			bad := []byte(string(good))
			for range 1 + r.IntN(4) {
				bad[len(bad)-1-r.IntN(min(len(bad)-2505, 60))] = byte(r.Uint32()) // of the board, not of the random numbers
			}
			if err := e.UnmarshalBinary(bad); err != nil {
				refused++
				if now, _ := e.AppendBinary(nil); string(now) != string(good) || strings.Contains(err.Error(), "\n") {
					t.Fatalf("%v: a state refused with %q changed something", g, err)
				}
			}
			_ = e.Text()
			play()
		}
		if refused == 0 {
			t.Errorf("%v: nothing was refused", g)
		}
	}
}

func TestImage(t *testing.T) {
	for _, g := range minatar.Games() {
		e := newGame(t, g, minatar.Standard())
		colours := func() int {
			seen := map[any]bool{}
			img := e.Image()
			for y := range img.Bounds().Dy() {
				for x := range img.Bounds().Dx() {
					seen[img.At(x, y)] = true
				}
			}
			return len(seen)
		}
		before := colours()
		e.Reset(1, make([]float32, e.Spec().Size()))
		if after := colours(); before != 2 || after <= before {
			t.Errorf("%v: %d colours before Reset and %d after it", g, before, after)
		}
	}
}

func Example() {
	e, err := minatar.New(minatar.Breakout, minatar.Options{Sticky: 0, Minimal: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	obs := make([]float32, e.Spec().Size())
	e.Reset(1, obs)
	for range 3 {
		if _, err := e.Step(env.Action{Index: 1}, obs); err != nil { // left
			fmt.Println(err)
		}
	}
	fmt.Print(e.Text())
	// Output:
	// +---------------------+
	// |                     |
	// | # # # # # # # # # # |
	// | # # # # # # # # # # |
	// | # # # # # # # # # # |
	// |                     |
	// |               .     |
	// |             o       |
	// |                     |
	// |                     |
	// |   =                 |
	// +---------------------+
}

func BenchmarkStep(b *testing.B) {
	for _, g := range minatar.Games() {
		b.Run(g.String(), func(b *testing.B) {
			e := newGame(b, g, minatar.Standard())
			obs := make([]float32, e.Spec().Size())
			r := rand.New(rand.NewPCG(1, 2))
			actions := make([]int, 4096)
			for i := range actions {
				actions[i] = r.IntN(6)
			}
			b.ReportAllocs()
			e.Reset(0, obs)
			i := 0
			for b.Loop() {
				i++
				o, err := e.Step(env.Action{Index: actions[i%len(actions)]}, obs)
				if err != nil {
					b.Fatal(err)
				}
				if o.Terminated {
					e.Reset(uint64(i), obs)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Msteps/s")
		})
	}
}
