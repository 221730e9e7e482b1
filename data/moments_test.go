package data_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// Standardised by its own moments, a field has mean 0 and deviation 1; a channel that never changes is 0, and other fields stay.
func TestStandardize(t *testing.T) {
	d, err := data.Arrays(graph.BufferOf([]float32{1, 7, 10, 2, 7, 30, 3, 7, 50, 4, 7, 70}, 4, 3), graph.BufferOf([]int32{4, 5, 6, 7}, 4))
	if err != nil {
		t.Fatal(err)
	}
	for axis, want := range map[int]string{
		0:  "[{[0 0 0] [1 0 1]}] nil",
		-1: "[{[0] [1]}] nil",
	} {
		m, err := data.MomentsOf(d, 0, axis)
		if err != nil {
			t.Fatal(err)
		}
		s, err := data.Standardize(d, 0, axis, m)
		if err != nil {
			t.Fatal(err)
		}
		after, err := data.MomentsOf(s, 0, axis)
		if err != nil {
			t.Fatal(err)
		}
		for c := range after.Mean { // up to the rounding of float32
			after.Mean[c], after.Deviation[c] = round(after.Mean[c]), round(after.Deviation[c])
		}
		if got := fmt.Sprint([]data.Moments{after}) + " nil"; got != want {
			t.Errorf("axis %d: %s, want %s", axis, got, want)
		}
		row, err := data.Get(s, 2)
		if err != nil || graph.Data[int32](row[1])[0] != 6 {
			t.Error(row, err)
		}
	}
	for want, c := range map[string]struct{ field, axis int }{"field 1": {1, 0}, "field -1": {-1, 0}, "axis 1 of": {0, 1}, "moments of 0 and 0 channels for 3": {0, 0}} {
		if _, err := data.Standardize(d, c.field, c.axis, data.Moments{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func round(v float64) float64 { return float64(int64(v*1e5+100.5)-100) / 1e5 }

func ExampleStandardize() {
	fit, _ := data.Arrays(graph.BufferOf([]float32{1000, 0.1, 3000, 0.3}, 2, 2)) // two examples of two columns
	m, err := data.MomentsOf(fit, 0, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fit, err = data.Standardize(fit, 0, 0, m)
	if err != nil {
		fmt.Println(err)
		return
	}
	row, err := data.Get(fit, 1)
	fmt.Println(graph.Data[float32](row[0]), err)
	// Output: [1 1] <nil>
}
