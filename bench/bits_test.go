package main

import (
	"bytes"
	"os"
	"strconv"
	"testing"

	"github.com/kedja-ml/kedja/internal/workers"
)

// Every case has the same bits for 1, 2, 3 and 8 workers after two steps, or as many as KEDJA_STEPS says, in whatever order tasks are taken.
func TestSameBits(t *testing.T) {
	steps, _ := strconv.Atoi(os.Getenv("KEDJA_STEPS"))
	if steps == 0 {
		steps = 2
	}
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	defer workers.Shuffle(0)
	for _, c := range cases() {
		var want [][]byte
		for i, n := range []int{1, 2, 3, 8} {
			workers.Shuffle(uint64(i) * 987654321)
			r, err := c.start(settings{workers: n})
			if err != nil {
				t.Fatal(c.name, err)
			}
			for range steps {
				if _, err := r.step(); err != nil {
					t.Fatal(c.name, err)
				}
			}
			got := r.result()
			if len(got) == 0 {
				t.Errorf("%s has no result", c.name)
			}
			for k, b := range got {
				if i == 0 {
					want = append(want, bytes.Clone(b.Bytes()))
				} else if !bytes.Equal(b.Bytes(), want[k]) {
					t.Errorf("%s: result %d, %v, has other bits for %d workers", c.name, k, b.Type, n)
				}
			}
		}
	}
}
