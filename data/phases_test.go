package data_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// tagged is examples that say which set they are of and whether they are varied.
func tagged(n int, tag int32) data.Dataset {
	return data.Func(n, []graph.Type{graph.T(graph.Int32, 3)}, func(i int, seed uint64, row []graph.Buffer) error {
		v := graph.Data[int32](row[0])
		v[0], v[1], v[2] = tag, int32(i), int32(seed)
		return nil
	})
}

func phases(t *testing.T, from int) *data.Phases {
	t.Helper()
	order := data.Shuffled{Seed: 5}
	a, err := data.NewLoader(tagged(7, 1), data.Config{Batch: 2, Order: order, Vary: 3, Prefetch: 1})
	if err != nil {
		t.Fatal(err)
	}
	b, err := data.NewLoader(tagged(7, 2), data.Config{Batch: 2, Order: order})
	if err != nil {
		t.Fatal(err)
	}
	p, err := data.NewPhases(a, b, from)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// told is the next batch, and where it is.
func told(t *testing.T, p data.Source) string {
	t.Helper()
	at := p.Position()
	b, err := p.Next()
	if err != nil || b.At != at {
		t.Fatal(b.At, at, err)
	}
	return fmt.Sprint(b.At, b.EpochEnd, graph.Data[int32](b.Fields[0]))
}

// Epochs before the change are of the first source and the others of the second, and from any place on the batches are the same again.
func TestPhases(t *testing.T) {
	for _, from := range []int{0, 2, 9} {
		p := phases(t, from)
		var all []string
		var places []data.Position
		for range 12 { // four epochs of three batches
			places = append(places, p.Position())
			all = append(all, told(t, p))
		}
		for i, s := range all {
			tag := "[1 "
			if i/3 >= from {
				tag = "[2 "
			}
			if !strings.Contains(s, tag) || strings.Contains(s, "true") != (i%3 == 2) {
				t.Errorf("from %d: batch %d is %s", from, i, s)
			}
		}
		for i := len(all) - 1; i >= 0; i-- {
			again := phases(t, from)
			for _, q := range []*data.Phases{again, p} {
				if err := q.Seek(places[i]); err != nil {
					t.Fatal(err)
				}
				for k := i; k < len(all); k++ {
					if s := told(t, q); s != all[k] {
						t.Errorf("from %d: after a seek to %v batch %d is %s, want %s", from, places[i], k, s, all[k])
					}
				}
			}
			if err := again.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestPhasesRefuse(t *testing.T) {
	a, err := data.NewLoader(tagged(7, 1), data.Config{Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	b, err := data.NewLoader(tagged(7, 2), data.Config{Batch: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []func() (*data.Phases, error){
		func() (*data.Phases, error) { return data.NewPhases(nil, a, 1) },
		func() (*data.Phases, error) { return data.NewPhases(a, a, -1) },
		func() (*data.Phases, error) { return data.NewPhases(a, b, 1) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), "want") {
			t.Error(err)
		}
	}
	p, err := data.NewPhases(a, a, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Seek(data.Position{Epoch: 4, Batch: 3}); err == nil || p.Position() != (data.Position{}) {
		t.Error(p.Position(), err)
	}
}
