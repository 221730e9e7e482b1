package data_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

func TestShuffledVisitsAllInAnotherOrderEachEpoch(t *testing.T) {
	var last []int
	for epoch := range uint64(3) {
		order, err := data.Shuffled{Seed: 1}.Epoch(nil, 50, epoch)
		if err != nil || slices.Equal(order, last) {
			t.Fatalf("epoch %d: %v, %v", epoch, order, err)
		}
		last = slices.Clone(order)
		slices.Sort(order)
		for i, v := range order {
			if i != v {
				t.Fatalf("epoch %d lacks example %d", epoch, i)
			}
		}
	}
}

// Pearson's χ² with 3 degrees of freedom lies below 16.27 in 99.9 % of all draws.
func TestWeightedFrequencies(t *testing.T) {
	weights := []float64{1, 0, 2, 4, 3, 0}
	const draws = 100_000
	order, err := data.Weighted{Weights: weights, N: draws, Seed: 4}.Epoch(nil, len(weights), 0)
	if err != nil || len(order) != draws {
		t.Fatal(len(order), err)
	}
	counts := make([]float64, len(weights))
	for _, i := range order {
		counts[i]++
	}
	chi := 0.0
	for i, w := range weights {
		want := draws * w / 10
		if w == 0 {
			if counts[i] > 0 {
				t.Errorf("example %d weighs nothing and was drawn %v times", i, counts[i])
			}
			continue
		}
		chi += (counts[i] - want) * (counts[i] - want) / want
	}
	if chi > 16.27 {
		t.Errorf("χ² = %.2f", chi)
	}
}

func TestStratifiedStretchesHoldTheProportions(t *testing.T) {
	labels := make([]int, 300)
	for i := range labels { // 200 of class 0, 75 of class 1, 25 of class 2
		labels[i] = []int{0, 0, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1}[i%12]
	}
	order, err := data.Stratified{Labels: labels, Seed: 9}.Epoch(nil, len(labels), 3)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < 300; at += 60 {
		var n [3]int
		for _, i := range order[at : at+60] {
			n[labels[i]]++
		}
		for c, want := range []int{40, 15, 5} {
			if d := n[c] - want; d < -2 || d > 2 {
				t.Errorf("examples %d on: %d of class %d, want about %d", at, n[c], c, want)
			}
		}
	}
	slices.Sort(order)
	if order = slices.Compact(order); len(order) != 300 || order[299] != 299 {
		t.Error("not every example is visited once")
	}
}

// A key stays in its part when others come, and parts have their shares.
func TestByHashIsStable(t *testing.T) {
	keys := make([]string, 20_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("images/%05d.png", i)
	}
	few, err := data.ByHash(keys[:1000], 1, 0.8, 0.1, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	all, err := data.ByHash(keys, 1, 0.8, 0.1, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	for p := range few {
		if !slices.Equal(few[p], all[p][:len(few[p])]) {
			t.Errorf("part %d changed as the set grew", p)
		}
	}
	for p, want := range []float64{16000, 2000, 2000} { // five standard deviations
		if d := math.Abs(float64(len(all[p])) - want); d > 5*math.Sqrt(want) {
			t.Errorf("part %d has %d keys, want about %v", p, len(all[p]), want)
		}
	}
	other, _ := data.ByHash(keys, 2, 0.8, 0.1, 0.1)
	if slices.Equal(other[1], all[1]) {
		t.Error("the seed changes nothing")
	}
}

func TestFoldsHoldEachExampleOnce(t *testing.T) {
	labels := []int{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2}
	plain, err := data.KFold(len(labels), 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	strata, err := data.StratifiedKFold(labels, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, folds := range [][]data.Fold{plain, strata} {
		var held []int
		for _, f := range folds {
			if n := len(labels) / len(folds); len(f.Held) != n && len(f.Held) != n+1 {
				t.Errorf("a fold of %d", len(f.Held))
			}
			held = append(held, f.Held...)
			if both := slices.Sorted(slices.Values(append(slices.Clone(f.Fit), f.Held...))); len(slices.Compact(both)) != len(labels) {
				t.Errorf("%v and %v are not the whole", f.Fit, f.Held)
			}
		}
		if slices.Sort(held); len(slices.Compact(held)) != len(labels) {
			t.Errorf("held out: %v", held)
		}
	}
	for _, f := range strata {
		n := 0
		for _, i := range f.Held {
			if labels[i] == 1 {
				n++
			}
		}
		if n != 1 && n != 2 {
			t.Errorf("%d of 4 examples of class 1 in one of 3 folds", n)
		}
	}
}

func TestSets(t *testing.T) {
	a, err := data.Arrays(graph.BufferOf([]float32{1, 2, 3, 4}, 2, 2), graph.BufferOf([]int32{7, 8}))
	if err != nil {
		t.Fatal(err)
	}
	none, _ := data.Subset(a, nil)
	all, err := data.Concat(none, a, none, a)
	if err != nil {
		t.Fatal(err)
	}
	back, err := data.Subset(all, []int{3, 0})
	if err != nil {
		t.Fatal(err)
	}
	doubled := data.Map(back, []graph.Type{graph.T(graph.Float64)}, func(seed uint64, in, out []graph.Buffer) error {
		graph.Data[float64](out[0])[0] = 10*float64(graph.Data[int32](in[1])[0]) + float64(graph.Data[float32](in[0])[1]) + float64(seed)
		return nil
	})
	var got []float64
	for i := range doubled.Len() {
		row, err := data.Get(doubled, i)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, graph.Data[float64](row[0])[0])
	}
	if want := []float64{84, 72}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestMoments(t *testing.T) {
	a, _ := data.Arrays(graph.BufferOf([]float32{1, 3, 10, 10, 5, 7, 20, 40}, 2, 2, 2))
	m, err := data.MomentsOf(a, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range []float64{4, 20} {
		if math.Abs(m.Mean[c]-want) > 1e-12 {
			t.Errorf("mean %v", m.Mean)
		}
	}
	for c, want := range []float64{math.Sqrt(5), math.Sqrt(150)} {
		if math.Abs(m.Deviation[c]-want) > 1e-12 {
			t.Errorf("deviation %v, want %v", m.Deviation[c], want)
		}
	}
	whole, err := data.MomentsOf(a, 0, -1)
	if err != nil || len(whole.Mean) != 1 || whole.Mean[0] != 12 {
		t.Errorf("%v, %v", whole, err)
	}
}

// Divide is Holdout on the examples themselves.
func TestDivide(t *testing.T) {
	fit, held, err := data.Divide(numbered(20), 6, 3)
	if err != nil {
		t.Fatal(err)
	}
	a, b, err := data.Holdout(20, 6, 3)
	if err != nil {
		t.Fatal(err)
	}
	for k, index := range [][]int{a, b} {
		set := []data.Dataset{fit, held}[k]
		if set.Len() != len(index) {
			t.Fatal(set.Len(), len(index))
		}
		for i, want := range index {
			row, err := data.Get(set, i)
			if err != nil || graph.Data[int32](row[1])[0] != int32(want) {
				t.Error(k, i, row, err)
			}
		}
	}
	if _, _, err := data.Divide(numbered(20), 21, 3); err == nil || !strings.Contains(err.Error(), "hold out 21 of 20") {
		t.Error(err)
	}
}
