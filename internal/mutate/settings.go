package mutate

import (
	"os"
	"strconv"
	"testing"
)

// Settings are how many inputs a test tries and from which seed: KEDJA_FUZZ and KEDJA_SEED, or n and 1.
func Settings(t testing.TB, n int) (inputs int, seed uint64) {
	t.Helper()
	set := func(name string, otherwise uint64) uint64 {
		s := os.Getenv(name)
		if s == "" {
			return otherwise
		}
		v, err := strconv.ParseUint(s, 10, 62)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return v
	}
	return int(set("KEDJA_FUZZ", uint64(n))), set("KEDJA_SEED", 1)
}
