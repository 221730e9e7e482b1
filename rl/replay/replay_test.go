package replay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func number(i int) Transition {
	f := float32(i)
	return Transition{Obs: []float32{f, f + 0.5}, Next: []float32{-f, -f - 0.5}, Action: int32(i), Reward: 2 * f, Discount: 1 / (f + 1)}
}

func TestForgetsTheOldest(t *testing.T) {
	b := New(5, Size{Obs: 2})
	for i := range 8 {
		if b.Len() != min(i, 5) {
			t.Error(i, b.Len())
		}
		b.Add(number(i))
	}
	batch := NewBatch(400, Size{Obs: 2})
	b.Sample(rand.New(rand.NewPCG(1, 2)), batch, 0)
	seen := map[int32]int{}
	for k, a := range batch.Actions {
		want := number(int(a))
		if !slices.Equal(batch.Obs[2*k:2*k+2], want.Obs) || !slices.Equal(batch.Next[2*k:2*k+2], want.Next) || batch.Rewards[k] != want.Reward ||
			batch.Discounts[k] != want.Discount || batch.Weights[k] != 1 {
			t.Fatal(k, a)
		}
		seen[a]++
	}
	for i := range int32(8) {
		if (seen[i] > 0) != (i >= 3) {
			t.Errorf("%d was drawn %d times", i, seen[i])
		}
	}
}

func TestVectors(t *testing.T) {
	s := Size{Obs: 1, Action: 2}
	b := New(3, s)
	for i := range 3 {
		b.Add(Transition{Obs: []float32{float32(i)}, Next: []float32{0}, Vector: []float32{float32(i), float32(-i)}})
	}
	batch := NewBatch(20, s)
	b.Sample(rand.New(rand.NewPCG(1, 2)), batch, 0)
	for k, o := range batch.Obs {
		if batch.Vectors[2*k] != o || batch.Vectors[2*k+1] != -o {
			t.Error(k, o, batch.Vectors[2*k:2*k+2])
		}
	}
}

// chi2 is Pearson's statistic of counts against probabilities.
func chi2(counts []int, p []float64) (x float64) {
	n := 0
	for _, c := range counts {
		n += c
	}
	for i, c := range counts {
		e := p[i] * float64(n)
		x += (float64(c) - e) * (float64(c) - e) / e
	}
	return x
}

// bound is a value that χ² with k degrees of freedom exceeds once in 10,000 times (Wilson & Hilferty, 1931).
func bound(k int) float64 {
	a := 2 / (9 * float64(k))
	return float64(k) * math.Pow(1-a+3.719*math.Sqrt(a), 3)
}

// How often each is drawn follows the probabilities: even ones, and those of priorities. The weights are what the paper says.
func TestFrequencies(t *testing.T) {
	const n = 37
	for _, alpha := range []float64{0, 0.6, 1} {
		s := Size{Obs: 2}
		b := New(50, s)
		if alpha > 0 {
			b = NewPrioritised(50, s, alpha)
		}
		p := make([]float64, n)
		sum := 0.0
		of := &Batch{}
		var priorities []float32
		for i := range n {
			b.Add(number(i))
			of.places = append(of.places, int32(i))
			priorities = append(priorities, float32(i%7)+0.25)
			p[i] = math.Pow(float64(priorities[i])+least, alpha)
			sum += p[i]
		}
		for i := range p {
			p[i] /= sum
		}
		b.Update(of, priorities)
		r := rand.New(rand.NewPCG(3, 4))
		batch := NewBatch(16, s)
		counts := make([]int, n)
		for range 20_000 {
			b.Sample(r, batch, 0.4)
			for _, a := range batch.Actions {
				counts[a]++
			}
			if alpha > 0 {
				most := 0.0
				for _, a := range batch.Actions {
					most = max(most, math.Pow(n*p[a], -0.4))
				}
				for k, a := range batch.Actions {
					if want := math.Pow(n*p[a], -0.4) / most; math.Abs(float64(batch.Weights[k])-want) > 1e-5 {
						t.Fatalf("α %v: a weight of %v, want %v", alpha, batch.Weights[k], want)
					}
				}
			}
		}
		if x := chi2(counts, p); x > bound(n-1) {
			t.Errorf("α %v: χ² %.1f, want at most %.1f", alpha, x, bound(n-1))
		}
	}
	// The test itself finds a bias of a tenth.
	r := rand.New(rand.NewPCG(5, 6))
	counts, p := make([]int, n), make([]float64, n)
	for range 320_000 {
		i := r.IntN(n)
		if i == 0 && r.Float64() < 0.1 {
			i = 1
		}
		counts[i]++
	}
	for i := range p {
		p[i] = 1.0 / n
	}
	if x := chi2(counts, p); x < bound(n-1) {
		t.Error("a bias of a tenth is not seen", x)
	}
}

// The tree finds what a search from the start finds, at any size, and one made anew from its leaves has the same bits.
func TestSumTree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 5, 8, 13, 64, 100} {
		tree := newSumTree(n, 1)
		naive := make([]float64, n)
		for range 300 {
			i := r.IntN(n)
			p := float64(r.IntN(5)) // whole numbers add up exactly
			tree.put(i, p)
			naive[i] = p
			sum := 0.0
			for _, v := range naive {
				sum += v
			}
			if tree.nodes[1] != sum {
				t.Fatal(n, tree.nodes[1], sum)
			}
			if sum == 0 {
				continue
			}
			v := math.Floor(r.Float64()*sum) + 0.5
			want, at := 0, naive[0]
			for at <= v {
				want++
				at += naive[want]
			}
			if got := tree.find(v); got != want {
				t.Fatalf("%d places: %v is found at %d, want %d of %v", n, v, got, want, naive)
			}
		}
		for i := range n {
			tree.set(i, r.Float64())
		}
		other := newSumTree(n, 1)
		copy(other.leaves(), tree.leaves())
		if err := other.rebuild(); err != nil || !slices.Equal(other.nodes, tree.nodes) {
			t.Error(n, err)
		}
	}
	tree := newSumTree(2, 1)
	tree.leaves()[1] = math.NaN()
	if err := tree.rebuild(); err == nil {
		t.Error("a priority that is no number")
	}
}

// What was just seen is drawn like what surprised most.
func TestNewcomersArePreferred(t *testing.T) {
	b := NewPrioritised(4, Size{Obs: 2}, 1)
	b.Add(number(0))
	b.Add(number(1))
	b.Update(&Batch{places: []int32{0, 1}}, []float32{3, 9})
	b.Add(number(2))
	if l := b.priorities.leaves(); l[2] != l[1] || l[1] < 9 {
		t.Error(l)
	}
}

// Sums over n steps are those of a search through the episode.
func TestSteps(t *testing.T) {
	const gamma = 0.9
	r := rand.New(rand.NewPCG(9, 9))
	for n := 1; n <= 4; n++ {
		const envs = 2
		s := NewSteps(n, envs, gamma, Size{Obs: 1})
		var got, want [envs][]string
		for e := range envs {
			for episode := range 30 {
				length := 1 + r.IntN(7)
				terminated := episode%2 == 0
				rewards := make([]float32, length)
				for i := range rewards {
					rewards[i] = float32(r.IntN(9))
				}
				for i := range length {
					over := i == length-1
					s.Push(e, Transition{Obs: []float32{float32(i)}, Next: []float32{float32(i + 1)}, Action: int32(i), Reward: rewards[i]},
						over && terminated, over && !terminated, func(t Transition) {
							got[e] = append(got[e], fmt.Sprintf("%v %v %d %.4f %.4f", t.Obs, t.Next, t.Action, t.Reward, t.Discount))
						})
				}
				for i := range length {
					end := min(i+n, length)
					sum, by := 0.0, 1.0
					for _, x := range rewards[i:end] {
						sum += by * float64(x)
						by *= gamma
					}
					if end == length && terminated {
						by = 0
					}
					want[e] = append(want[e], fmt.Sprintf("%v %v %d %.4f %.4f", []float32{float32(i)}, []float32{float32(end)}, i, sum, by))
				}
			}
			if !slices.Equal(got[e], want[e]) {
				t.Errorf("%d steps: %v\nwant %v", n, got[e], want[e])
			}
		}
	}
}

// What Arrays yields is all there is: copied to another buffer, both draw the same from then on.
func TestArrays(t *testing.T) {
	for _, prioritised := range []bool{false, true} {
		s := Size{Obs: 2}
		made := func() *Buffer {
			if prioritised {
				return NewPrioritised(6, s, 0.7)
			}
			return New(6, s)
		}
		a, b := made(), made()
		for i := range 9 {
			a.Add(number(i))
		}
		a.Update(&Batch{places: []int32{1, 2, 4}}, []float32{5, 0, 0.5})
		arrays := map[string][]byte{}
		for name, x := range a.Arrays() {
			arrays[name] = x.Bytes()
		}
		for name, x := range b.Arrays() {
			copy(x.Bytes(), arrays[name])
		}
		if err := b.Restored(); err != nil {
			t.Fatal(err)
		}
		x, y := NewBatch(30, s), NewBatch(30, s)
		for i := range 20 {
			a.Sample(rand.New(rand.NewPCG(1, uint64(i))), x, 0.5)
			b.Sample(rand.New(rand.NewPCG(1, uint64(i))), y, 0.5)
			if fmt.Sprint(x) != fmt.Sprint(y) {
				t.Fatal(x, y)
			}
			a.Add(number(20 + i))
			b.Add(number(20 + i))
			a.Update(x, x.Weights)
			b.Update(y, y.Weights)
		}
		b.cursor[0] = 7
		if err := b.Restored(); err == nil {
			t.Error("7 transitions of 6")
		}
	}
	st := NewSteps(3, 1, 1, Size{Obs: 1})
	st.pending[0] = 3
	if err := st.Restored(); err == nil {
		t.Error("3 of 2 steps wait")
	}
}

func TestAllocatesNothing(t *testing.T) {
	s := Size{Obs: 2}
	b, batch, steps := NewPrioritised(100, s, 0.6), NewBatch(32, s), NewSteps(3, 1, 0.9, s)
	r := rand.New(rand.NewPCG(1, 2))
	one, add := number(1), b.Add
	if n := testing.AllocsPerRun(200, func() {
		steps.Push(0, one, false, false, add)
		if b.Len() > 0 {
			b.Sample(r, batch, 0.4)
			b.Update(batch, batch.Weights)
		}
	}); n != 0 {
		t.Error(n, "allocations")
	}
}

func TestBytes(t *testing.T) {
	if got := Bytes(1000, Size{Obs: 4}, false); got != 1000*4*(8+1+2) {
		t.Error(got)
	}
	if got := Bytes(1000, Size{Obs: 4, Action: 2}, true); got != 1000*4*(8+2+2)+16*1024 {
		t.Error(got)
	}
}
