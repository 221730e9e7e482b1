package npyrand

import "testing"

// numpy.random.default_rng(seed).random(), of seed 42 the draws that Gymnasium's CartPole-v1 makes.
func TestGoldens(t *testing.T) {
	for seed, want := range goldens {
		r := New(seed)
		for i, w := range want {
			if got := r.Float64(); got != w {
				t.Errorf("seed %d, draw %d: %v, want %v", seed, i, got, w)
			}
		}
	}
	for seed, want := range far {
		r := New(seed)
		for range 1_000_000 {
			r.Float64()
		}
		if got := r.Uint64(); got != want {
			t.Errorf("seed %d, after a million: %v, want %v", seed, got, want)
		}
	}
}

func TestRandomState(t *testing.T) {
	if len(states) != 5 {
		t.Fatal("goldens are missing")
	}
	for seed, want := range states {
		var r RandomState
		r.Seed(seed)
		next := func(got float64) {
			if got != want[0] {
				t.Fatalf("seed %d: %v, want %v, with %d to go", seed, got, want[0], len(want))
			}
			want = want[1:]
		}
		for range 4 {
			next(r.Float64())
			for _, n := range sizes {
				next(float64(r.IntN(n)))
			}
		}
		for range 2000 {
			r.Float64()
		}
		next(r.Float64())
	}
}
