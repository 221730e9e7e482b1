package npyrand

import "testing"

// The draws that Gymnasium's CartPole-v1 makes of seed 42, and numpy.random.default_rng(seed).random() of others.
func TestGoldens(t *testing.T) {
	for seed, want := range goldens {
		r := New(seed)
		for i, w := range want {
			if got := r.Float64(); got != w {
				t.Errorf("seed %d, draw %d: %v, want %v", seed, i, got, w)
			}
		}
	}
}
