package attention

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"pgregory.net/rapid"
)

// The tiles agree with the formula, at sizes about those of blocks, in any order of units, whatever memory holds.
func TestTilesAgreeWithNaive(t *testing.T) {
	t.Run("float32", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { agree[float32](t, 2e-4) }) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { agree[float64](t, 1e-11) }) })
}

func agree[T gemm.Float](t *rapid.T, tol float64) {
	length := rapid.OneOf(rapid.IntRange(0, 9), rapid.SampledFrom([]int{47, 48, 49, 127, 128, 129, 191, 192, 193, 260}))
	width := rapid.SampledFrom([]int{1, 2, 7, 32, 33})
	p := &Plan{
		Batch: rapid.IntRange(1, 2).Draw(t, "batch"), KVHeads: rapid.IntRange(1, 2).Draw(t, "kv"),
		T: length.Draw(t, "T"), S: length.Draw(t, "S"), D: width.Draw(t, "D"), Dv: width.Draw(t, "Dv"),
		Causal: rapid.Bool().Draw(t, "causal"),
	}
	p.Heads, p.Scale = p.KVHeads*rapid.IntRange(1, 2).Draw(t, "group"), 1/math.Sqrt(float64(p.D))
	p.lay(rapid.Bool().Draw(t, "inside"), rapid.SampledFrom([]int{0, 0, 3}).Draw(t, "gap"))
	c := draw[T](p, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), rapid.IntRange(0, 3).Draw(t, "masks"))
	c.run(p, rand.New(rand.NewPCG(1, 2)))
	y, lse, dq, dk, dv := naive(p, c)
	near(t, tol, "y", c.Y, y)
	near(t, tol, "lse", c.Lse, lse)
	near(t, tol, "dq", c.Dq, dq)
	near(t, tol, "dk", c.Dk, dk)
	near(t, tol, "dv", c.Dv, dv)
}

// lay lays out all arrays with a gap behind each row, which nothing is to touch.
func (p *Plan) lay(inside bool, gap int) {
	q, y := Dense(p.Heads, p.T, p.D+gap, inside), Dense(p.Heads, p.T, p.Dv+gap, inside)
	k, v := Dense(p.KVHeads, p.S, p.D+gap, inside), Dense(p.KVHeads, p.S, p.Dv+gap, inside)
	p.At = Places{q, k, v, y, y, q, k, v}
}

// blank is an array that is NaN wherever no row lies, and 0 there.
func blank(p *Plan, r Rows, heads, n, width int) []float64 {
	x := poison[float64](p.Batch * r.Batch)
	for h := range p.Batch * heads {
		for i := range n {
			clear(x[r.at(h, heads, i):][:width])
		}
	}
	return x
}

func near[T gemm.Float](t *rapid.T, tol float64, name string, got []T, want []float64) {
	for i, v := range got {
		if w := want[i]; float64(v) != w && (v == v || w == w) && !(math.Abs(float64(v)-w) <= tol*max(1, math.Abs(w))) {
			t.Fatalf("%s[%d]: %v, want %v", name, i, v, w)
		}
	}
}

// draw makes operands, by flags with a mask that may hide all keys from a query, and with a bias that all heads share.
func draw[T gemm.Float](p *Plan, r *rand.Rand, masks int) *Pull[T] {
	if p.At == (Places{}) {
		p.lay(false, 0)
	}
	normal := func(at Rows, heads, n, width int) []T {
		x := poison[T](p.Batch * at.Batch)
		for i, v := range blank(p, at, heads, n, width) {
			if v == v {
				x[i] = T(r.NormFloat64())
			}
		}
		return x
	}
	c := &Pull[T]{
		Q: normal(p.At.Q, p.Heads, p.T, p.D), K: normal(p.At.K, p.KVHeads, p.S, p.D), V: normal(p.At.V, p.KVHeads, p.S, p.Dv),
		Dy: normal(p.At.Dy, p.Heads, p.T, p.Dv),
	}
	if masks&1 != 0 { // [Batch, 1, T, S]
		c.Allow = make([]bool, p.Batch*p.T*p.S)
		c.AllowAt = Grid{Rank: 2, Dims: [8]int{p.Batch, p.Heads}, Strides: [8]int{p.T * p.S, 0}, Row: p.S}
		for i := range c.Allow {
			c.Allow[i] = r.IntN(4) > 0 && i/max(1, p.S)%5 != 3
		}
	}
	if masks&2 != 0 { // [1, Heads, 1, S]
		c.Bias = make([]T, p.Heads*p.S)
		for i := range c.Bias {
			c.Bias[i] = T(r.NormFloat64())
		}
		c.BiasAt = Grid{Rank: 2, Dims: [8]int{p.Batch, p.Heads}, Strides: [8]int{0, p.S}}
	}
	c.Y, c.Lse, c.Dq = poison[T](len(c.Dy)), poison[T](p.Batch*p.Heads*p.T), poison[T](len(c.Q))
	c.Dk, c.Dv = poison[T](len(c.K)), poison[T](len(c.V))
	return c
}

func poison[T gemm.Float](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(math.NaN())
	}
	return x
}

// run runs both passes, the units of each phase in any order.
func (c *Pull[T]) run(p *Plan, r *rand.Rand) {
	for _, u := range r.Perm(p.Units()) {
		Forward(p, u, c.Y, c.Lse, c.Q, c.K, c.V, &c.Masks, poison[T](Local[T](p)))
	}
	for phase, n := range p.BackwardUnits() {
		for _, u := range r.Perm(n) {
			Backward(p, phase, u, c, poison[T](BackwardLocal[T](p)))
		}
	}
}

// naive is the formula, in float64.
func naive[T gemm.Float](p *Plan, c *Pull[T]) (y, lse, dq, dk, dv []float64) {
	y, lse, dq = blank(p, p.At.Y, p.Heads, p.T, p.Dv), make([]float64, len(c.Lse)), blank(p, p.At.Dq, p.Heads, p.T, p.D)
	dk, dv = blank(p, p.At.Dk, p.KVHeads, p.S, p.D), blank(p, p.At.Dv, p.KVHeads, p.S, p.Dv)
	w := make([]float64, p.S)
	for row := range lse {
		head, i := row/p.T, row%p.T
		kv := head / p.group()
		atQ, atY := p.At.Q.at(head, p.Heads, i), p.At.Y.at(head, p.Heads, i)
		atK := func(j int) int { return p.At.K.at(kv, p.KVHeads, j) }
		atV := func(j int) int { return p.At.V.at(kv, p.KVHeads, j) }
		sum, top := 0.0, math.Inf(-1)
		for j := range w {
			s := 0.0
			for x := range p.D {
				s += p.Scale * float64(c.Q[atQ+x]) * float64(c.K[atK(j)+x])
			}
			if c.Bias != nil {
				s += float64(c.Bias[head%p.Heads*p.S+j])
			}
			w[j] = s
			if c.Allow != nil && !c.Allow[(head/p.Heads*p.T+i)*p.S+j] || p.Causal && j > i+p.S-p.T {
				w[j] = math.Inf(-1)
			}
			top = max(top, w[j])
		}
		for j := range w {
			w[j] = math.Exp(w[j] - max(top, -1e300))
			sum += w[j]
		}
		if lse[row] = top + math.Log(sum); sum == 0 {
			continue
		}
		delta := 0.0
		for x := range p.Dv {
			for j := range w {
				y[atY+x] += w[j] / sum * float64(c.V[atV(j)+x])
			}
			delta += float64(c.Dy[atY+x]) * y[atY+x]
		}
		for j := range w {
			w[j] /= sum
			slope := -delta
			for x := range p.Dv {
				dy := float64(c.Dy[atY+x])
				dv[atV(j)+x] += w[j] * dy
				slope += dy * float64(c.V[atV(j)+x])
			}
			for x := range p.D {
				dq[atQ+x] += p.Scale * w[j] * slope * float64(c.K[atK(j)+x])
				dk[atK(j)+x] += p.Scale * w[j] * slope * float64(c.Q[atQ+x])
			}
		}
	}
	return y, lse, dq, dk, dv
}

// The error stays within what the package states, also for scores far apart, and hardly moves with them.
func TestErrorBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &Plan{
			Batch: 1, Heads: 1, KVHeads: 1, T: rapid.IntRange(1, 60).Draw(t, "T"), S: rapid.IntRange(1, 400).Draw(t, "S"),
			D: rapid.IntRange(1, 80).Draw(t, "D"), Dv: 3, Causal: rapid.Bool().Draw(t, "causal"),
			Scale: rapid.SampledFrom([]float64{1e-3, 0.1, 1, -3, 20}).Draw(t, "scale"),
		}
		c := draw[float32](p, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), 0)
		shift := float32(rapid.SampledFrom([]float64{0, 10}).Draw(t, "shift")) // makes all scores large
		for i := range c.K {
			c.K[i] += shift
		}
		c.run(p, rand.New(rand.NewPCG(1, 2)))
		y, _, _, _, _ := naive(p, c)
		for i, want := range y {
			z, most := 0.0, 0.0
			row := i / p.Dv
			for j := range p.sees(row) {
				s := 0.0
				for x := range p.D {
					s += math.Abs(p.Scale * float64(c.Q[row*p.D+x]) * float64(c.K[j*p.D+x]))
				}
				z = max(z, s)
				for x := range p.Dv {
					most = max(most, math.Abs(float64(c.V[j*p.Dv+x])))
				}
			}
			bound := (2*float64(p.D+3)*z + 2*float64(p.S) + 32) * 0x1p-24 * most
			if e := math.Abs(float64(c.Y[i]) - want); !(e <= bound) {
				t.Fatalf("y[%d] is off by %v, the bound is %v", i, e, bound)
			}
		}
	})
}

// An example's bits depend neither on the batch it comes in nor on how the backward pass is cut.
func TestBitsDoNotDependOnTheBatch(t *testing.T) {
	p := &Plan{Batch: 9, Heads: 4, KVHeads: 2, T: 210, S: 300, D: 8, Dv: 5, Causal: true, Scale: 0.3}
	all := draw[float32](p, rand.New(rand.NewPCG(3, 4)), 0)
	all.run(p, rand.New(rand.NewPCG(5, 6)))
	one := *p
	one.Batch = 1
	if p.long() || !one.long() {
		t.Fatal("both ways of cutting are to be compared")
	}
	alone := draw[float32](&one, rand.New(rand.NewPCG(7, 8)), 0)
	const at = 6
	last := func(x, part []float32) []float32 { return x[at*len(part) : (at+1)*len(part)] }
	copy(alone.Q, last(all.Q, alone.Q))
	copy(alone.K, last(all.K, alone.K))
	copy(alone.V, last(all.V, alone.V))
	copy(alone.Dy, last(all.Dy, alone.Dy))
	alone.run(&one, rand.New(rand.NewPCG(5, 6)))
	for name, x := range map[string][2][]float32{
		"y": {all.Y, alone.Y}, "lse": {all.Lse, alone.Lse}, "dq": {all.Dq, alone.Dq}, "dk": {all.Dk, alone.Dk}, "dv": {all.Dv, alone.Dv},
	} {
		if !slices.Equal(last(x[0], x[1]), x[1]) {
			t.Errorf("%s has other bits", name)
		}
	}
}

// Blocks of keys that a mask hides from everyone are skipped, whatever they hold, as the rest of a cache is.
func TestHiddenBlocksAreSkipped(t *testing.T) {
	p := &Plan{Batch: 1, Heads: 2, KVHeads: 1, T: 3, S: 400, D: 4, Dv: 5, Scale: 0.5}
	c := draw[float64](p, rand.New(rand.NewPCG(3, 4)), 0)
	const seen = 100
	c.Allow, c.AllowAt = make([]bool, p.T*p.S), Grid{Rank: 2, Dims: [8]int{1, 2}, Row: p.S}
	for i := range c.Allow {
		c.Allow[i] = i%p.S <= seen+i/p.S
	}
	for i := 128 * p.D; i < len(c.K); i++ {
		c.K[i] = math.NaN()
	}
	for i := 128 * p.Dv; i < len(c.V); i++ {
		c.V[i] = math.NaN()
	}
	c.run(p, rand.New(rand.NewPCG(5, 6)))
	for name, x := range map[string][]float64{"y": c.Y, "dq": c.Dq, "dk": c.Dk, "dv": c.Dv} {
		if i := slices.IndexFunc(x, func(v float64) bool { return v != v }); i >= 0 {
			t.Errorf("%s[%d] is NaN", name, i)
		}
	}
}

// A score that is NaN reaches its row, and no other.
func TestNaNStaysInItsRow(t *testing.T) {
	p := &Plan{Batch: 1, Heads: 1, KVHeads: 1, T: 60, S: 150, D: 3, Dv: 3, Scale: 1}
	c := draw[float64](p, rand.New(rand.NewPCG(3, 4)), 0)
	c.Q[50*p.D] = math.NaN()
	c.run(p, rand.New(rand.NewPCG(5, 6)))
	for i, v := range c.Y {
		if (v != v) != (i/p.Dv == 50) {
			t.Fatalf("y[%d] is %v", i, v)
		}
	}
}
