package gemm

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTasks(t *testing.T) {
	for _, c := range []struct {
		m, n, k     int
		least, most int
		packs       bool
	}{
		{1, 1, 1, 1, 1, false},
		{32, 32, 32, 1, 1, false},
		{1, 64, 64, 1, 1, false},
		{64, 64, 64, 2, 8, false},
		{128, 256, 784, 8, 24, false},
		{128, 784, 256, 8, 24, false},
		{64, 128, 9216, 4, 8, false},
		{1024, 1024, 1024, 8, 128, true},
		{4096, 128, 256, 8, 64, true},
		{16, 8192, 1024, 8, 64, false},
	} {
		for _, s := range levels() {
			p := plan(s, 4, c.m, c.n, c.k, false, false)
			n := p.Phases()
			if n[1] < c.least || n[1] > c.most || n[0] > 0 != c.packs {
				t.Errorf("%s %d×%d×%d: phases of %v tasks, want %d to %d, packing %v", s, c.m, c.n, c.k, n, c.least, c.most, c.packs)
			}
		}
	}
}

// Tasks cover every element of C once, and the largest of several has at most 1.5 times its share, when there are tiles
// enough to share out.
func TestBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n, k := rapid.IntRange(1, 3000).Draw(t, "m"), rapid.IntRange(1, 3000).Draw(t, "n"), rapid.IntRange(0, 3000).Draw(t, "k")
		p := New[float32](m, n, k, rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb"))
		total, largest := 0, 0
		for task := range p.Phases()[1] {
			s0, s1 := part(p.strips(), p.rows, task/p.cols)
			j0, j1 := p.columns(task % p.cols)
			tiles := (s1 - s0) * ceil(j1-j0, p.nr)
			if tiles == 0 {
				t.Fatalf("%+v: task %d is empty", p, task)
			}
			total, largest = total+tiles, max(largest, tiles)
		}
		if want := p.strips() * p.panels(); total != want {
			t.Fatalf("%+v: tasks have %d tiles, want %d", p, total, want)
		}
		tasks := p.rows * p.cols
		if total >= 16*tasks && float64(largest) > 1.5*float64(total)/float64(tasks) {
			t.Fatalf("%+v: largest of %d tasks has %d of %d tiles", p, tasks, largest, total)
		}
	})
}

// Blocks of K are a function of K alone, or rows would depend on how many there are.
func TestBlocksOfK(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(0, 5000).Draw(t, "k")
		want := New[float32](1, 1, k, false, false).kc
		m, n := rapid.IntRange(1, 2000).Draw(t, "m"), rapid.IntRange(1, 2000).Draw(t, "n")
		for _, s := range levels() {
			if p := plan(s, 4, m, n, k, rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb")); p.kc != want || p.kc > blockK {
				t.Fatalf("block of %d for %d×%d×%d, want %d", p.kc, m, n, k, want)
			}
		}
	})
}

func TestPlansAreComparable(t *testing.T) {
	seen := map[Plan]string{New[float32](3, 4, 5, true, false): "float32"}
	if seen[New[float32](3, 4, 5, true, false)] != "float32" {
		t.Error("two plans of one product differ")
	}
	if name, ok := seen[New[float64](3, 4, 5, true, false)]; ok {
		t.Errorf("a plan for float64 equals one for %s", name)
	}
}
