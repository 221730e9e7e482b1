package data_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// numbered is n examples of their own number and, where varied, the seed's low bits.
func numbered(n int) data.Dataset {
	return data.Func(n, []graph.Type{graph.T(graph.Float32, 2), graph.T(graph.Int32)}, func(i int, seed uint64, row []graph.Buffer) error {
		x := graph.Data[float32](row[0])
		x[0], x[1] = float32(i), float32(seed&0xffff)
		graph.Data[int32](row[1])[0] = int32(i)
		return nil
	})
}

// copied is a batch that stays.
type copied struct {
	x   []float32
	y   []int32
	n   int
	at  data.Position
	end bool
}

func take(t interface{ Fatal(...any) }, s data.Source, n int) []copied {
	var all []copied
	for range n {
		b, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, copied{slices.Clone(graph.Data[float32](b.Fields[0])), slices.Clone(graph.Data[int32](b.Fields[1])), b.N, b.At, b.EpochEnd})
	}
	return all
}

func same(a, b []copied) bool {
	return slices.EqualFunc(a, b, func(a, b copied) bool {
		return slices.Equal(a.x, b.x) && slices.Equal(a.y, b.y) && a.n == b.n && a.at == b.at && a.end == b.end
	})
}

func loader(t interface{ Fatal(...any) }, d data.Dataset, c data.Config) *data.Loader {
	l, err := data.NewLoader(d, c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Neither prefetching, nor workers, nor a stop at any place changes a bit.
func TestBatchesDependOnThePlaceAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		c := data.Config{
			Batch: rapid.IntRange(1, n).Draw(t, "batch"), Vary: rapid.Uint64Range(0, 2).Draw(t, "vary"),
			Last: rapid.SampledFrom([]data.Last{data.Drop, data.Keep, data.Fill}).Draw(t, "last"),
		}
		labels := make([]int, n)
		weights := make([]float64, n)
		for i := range n {
			labels[i], weights[i] = i%3, float64(1+i%5)
		}
		c.Order = rapid.SampledFrom([]data.Order{
			nil, data.Sequential{}, data.Shuffled{Seed: 7}, data.Weighted{Weights: weights, Seed: 3}, data.Stratified{Labels: labels, Seed: 5},
		}).Draw(t, "order")
		steps := rapid.IntRange(1, 30).Draw(t, "steps")
		want := take(t, loader(t, numbered(n), c), steps)

		c.Prefetch, c.Workers = rapid.IntRange(0, 5).Draw(t, "prefetch"), rapid.IntRange(0, 4).Draw(t, "workers")
		l := loader(t, numbered(n), c)
		defer l.Close()
		stop := rapid.IntRange(0, steps-1).Draw(t, "stop")
		got := take(t, l, stop)
		at := l.Position()
		if at != want[stop].at {
			t.Fatalf("position %v, want %v", at, want[stop].at)
		}
		if rapid.Bool().Draw(t, "anew") {
			other := loader(t, numbered(n), c)
			defer other.Close()
			l = other
		}
		if err := l.Seek(at); err != nil {
			t.Fatal(err)
		}
		if got = append(got, take(t, l, steps-stop)...); !same(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

func TestLastBatches(t *testing.T) {
	for last, want := range map[data.Last]string{
		data.Drop: "[[0 1 2] [3 4 5] [0 1 2]] [3 3 3] [false true false]",
		data.Keep: "[[0 1 2] [3 4 5] [6 7]] [3 3 2] [false false true]",
		data.Fill: "[[0 1 2] [3 4 5] [6 7 0]] [3 3 2] [false false true]",
	} {
		l := loader(t, numbered(8), data.Config{Batch: 3, Last: last})
		var rows [][]int32
		var counts []int
		var ends []bool
		for _, b := range take(t, l, 3) {
			rows, counts, ends = append(rows, b.y), append(counts, b.n), append(ends, b.end)
		}
		if got := fmt.Sprint(rows, counts, ends); got != want {
			t.Errorf("Last %d: %s, want %s", last, got, want)
		}
	}
}

// A set smaller than a batch is repeated as often as it takes.
func TestFillRepeats(t *testing.T) {
	b := take(t, loader(t, numbered(2), data.Config{Batch: 5, Last: data.Fill}), 1)[0]
	if want := []int32{0, 1, 0, 1, 0}; !slices.Equal(b.y, want) || b.n != 2 {
		t.Errorf("%v, %d count; want %v and 2", b.y, b.n, want)
	}
}

func TestEpochEndsAtItsEnd(t *testing.T) {
	l := loader(t, numbered(10), data.Config{Batch: 4, Order: data.Shuffled{Seed: 1}, Prefetch: 2})
	defer l.Close()
	for range 3 {
		n := 0
		for _, err := range l.Epoch() {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != l.Len() || n != 2 {
			t.Fatalf("%d batches, want %d", n, l.Len())
		}
	}
	if want := (data.Position{Epoch: 3}); l.Position() != want {
		t.Errorf("at %v, want %v", l.Position(), want)
	}
}

func TestAFaultyExampleIsNamed(t *testing.T) {
	broken := errors.New("torn page")
	d := data.Func(8, []graph.Type{graph.T(graph.Uint8)}, func(i int, _ uint64, _ []graph.Buffer) error {
		if i == 5 {
			return broken
		}
		return nil
	})
	for _, ahead := range []int{0, 3} {
		l := loader(t, d, data.Config{Batch: 2, Prefetch: ahead})
		for range 2 {
			if _, err := l.Next(); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if _, err := l.Next(); !errors.Is(err, broken) || !strings.Contains(err.Error(), "example 5") {
				t.Fatalf("%d ahead: %v", ahead, err)
			}
		}
		if err := l.Seek(data.Position{Batch: 3}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Next(); err != nil {
			t.Errorf("%d ahead, past the fault: %v", ahead, err)
		}
		l.Close()
	}
}

func TestAPanicReachesTheCaller(t *testing.T) {
	d := data.Func(4, []graph.Type{graph.T(graph.Uint8)}, func(i int, _ uint64, _ []graph.Buffer) error { panic("user's own") })
	for _, ahead := range []int{0, 2} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "user's own") {
					t.Errorf("%d ahead: recovered %v", ahead, p)
				}
			}()
			_, _ = loader(t, d, data.Config{Batch: 2, Prefetch: ahead}).Next()
		}()
	}
}

func TestNoAllocationABatch(t *testing.T) {
	for _, ahead := range []int{0, 2} {
		l := loader(t, numbered(64*50), data.Config{Batch: 64, Order: data.Shuffled{Seed: 1}, Vary: 1, Prefetch: ahead})
		_, _ = l.Next()
		if n := testing.AllocsPerRun(40, func() { _, _ = l.Next() }); n > 0 {
			t.Errorf("%d ahead: %v allocations a batch", ahead, n)
		}
		l.Close()
	}
}

func TestBadLoaders(t *testing.T) {
	one := numbered(1)
	for want, make := range map[string]func() (any, error){
		"without a data set":   func() (any, error) { return data.NewLoader(nil, data.Config{Batch: 1}) },
		"batches of 0":         func() (any, error) { return data.NewLoader(one, data.Config{}) },
		"no batch of 2 from 1": func() (any, error) { return data.NewLoader(one, data.Config{Batch: 2}) },
		"2 weights for 1": func() (any, error) {
			return data.NewLoader(one, data.Config{Batch: 1, Order: data.Weighted{Weights: []float64{1, 2}}})
		},
		"has the weight -1": func() (any, error) {
			return data.NewLoader(one, data.Config{Batch: 1, Order: data.Weighted{Weights: []float64{-1}}})
		},
		"the weights sum to 0": func() (any, error) {
			return data.NewLoader(one, data.Config{Batch: 1, Order: data.Weighted{Weights: []float64{0}}})
		},
		"0 labels for 1":                  func() (any, error) { return data.NewLoader(one, data.Config{Batch: 1, Order: data.Stratified{}}) },
		"Last 7":                          func() (any, error) { return data.NewLoader(one, data.Config{Batch: 1, Last: 7}) },
		"the order names example 9":       func() (any, error) { return data.NewLoader(one, data.Config{Batch: 1, Order: fixed{9}}) },
		"batch 1 of epoch 0, want 0 to":   func() (any, error) { return nil, loader(t, one, data.Config{Batch: 1}).Seek(data.Position{Batch: 1}) },
		"example 3 of a subset":           func() (any, error) { return data.Subset(one, []int{3}) },
		"array 1 has 2 rows":              func() (any, error) { return data.Arrays(graph.BufferOf([]uint8{1}, 1), graph.BufferOf([]uint8{1, 2})) },
		"array 0 is the scalar":           func() (any, error) { return data.Arrays(graph.BufferOf([]uint8{1})) },
		"want at least one array":         func() (any, error) { return data.Arrays() },
		"want at least one set":           func() (any, error) { return data.Concat() },
		"set 1 has examples of":           func() (any, error) { return data.Concat(one, data.Func(1, nil, nil)) },
		"example 1, want 0 to 0":          func() (any, error) { return data.Get(one, 1) },
		"2 folds of 1":                    func() (any, error) { return data.KFold(1, 2, 0) },
		"1 folds of 2":                    func() (any, error) { return data.StratifiedKFold([]int{1, 1}, 1, 0) },
		"shares [0.5], want a sum of 1":   func() (any, error) { return data.ByHash(nil, 0, 0.5) },
		"a share of -1":                   func() (any, error) { return data.ByHash(nil, 0, -1, 2) },
		"hold out 3 of 2":                 func() (any, error) { _, _, err := data.Holdout(2, 3, 0); return nil, err },
		"without a stream":                func() (any, error) { return data.NewStreamLoader(nil, data.StreamConfig{Batch: 1}) },
		"field 1 of [float32[2] int32[]]": func() (any, error) { return data.MomentsOf(one, 1, -1) },
		"axis 1 of an example":            func() (any, error) { return data.MomentsOf(one, 0, 1) },
		"no elements to measure":          func() (any, error) { return data.MomentsOf(numbered(0), 0, -1) },
		"want at least one example, no ":  func() (any, error) { return data.NewStreamLoader(&counting{}, data.StreamConfig{}) },
	} {
		if _, err := make(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in %v", want, err)
		}
	}
}

// fixed is an order that names given examples.
type fixed []int

func (f fixed) Epoch(dst []int, _ int, _ uint64) ([]int, error) { return append(dst, f...), nil }
