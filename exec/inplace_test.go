package exec_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

var nan32 = float32(math.NaN())

// A cacheStep writes rows u into a cache at a place, and returns the sum of all of it. pick must be below 3.
type cacheStep struct {
	state *graph.State
	plan  *exec.Plan
}

func newCacheStep(t *testing.T, rows int, read bool, o ...exec.Option) cacheStep {
	t.Helper()
	s := graph.NewState("cache", graph.NewBuffer(graph.T(graph.Float32, 2, rows, 3)))
	g := graph.New(graph.Evaluation)
	u, at, pick := g.Input("u", graph.Float32, 2, 1, 3), g.Input("at", graph.Int32), g.Input("pick", graph.Int32)
	old := g.Use(s)
	all := ops.DynamicUpdateSliceAxis(old, ops.Scale(2, u), 1, at)
	g.Assign(s, all)
	// The rest of the step comes after the cache is written, and may fail.
	y := ops.Sum(all)
	if read {
		y = ops.Add(y, ops.Sum(ops.Mul(old, all)))
	}
	y = ops.Add(y, ops.Gather(ops.Iota(g, graph.Float32, 3), ops.Add(pick, ops.Cast(ops.Scale(0, y), graph.Int32))))
	p, err := exec.Compile(g, append([]exec.Option{exec.In(u, at, pick), exec.Out(y)}, o...)...)
	if err != nil {
		t.Fatal(err)
	}
	return cacheStep{s, p}
}

func (c cacheStep) run(u []float32, at, pick int32) (float32, error) {
	y, err := c.plan.RunBuffers(graph.BufferOf(u, 2, 1, 3), graph.BufferOf([]int32{at}), graph.BufferOf([]int32{pick}))
	if err != nil {
		return 0, err
	}
	return graph.Data[float32](y[0])[0], nil
}

func (c cacheStep) values() []float32 { return graph.Data[float32](c.state.Value()) }

// A cache that is read by its update alone lies where it is, whatever the number of workers; one that is read elsewhere too is copied.
func TestCacheInPlace(t *testing.T) {
	for _, workers := range []int{1, 3} {
		for _, read := range []bool{false, true} {
			c := newCacheStep(t, 4000, read, exec.Workers(workers))
			want, moved := make([]float32, 2*4000*3), false
			for i := range 5 {
				here := c.state.Storage().Buffer.Pointer()
				at := []int{7, 3999, 0, 7, 12345}[i]
				y, err := c.run([]float32{1, 2, 3, 4, 5, float32(i)}, int32(at), 1)
				if err != nil {
					t.Fatal(err)
				}
				var sum float32
				old := slices.Clone(want)
				for k, v := range []float32{2, 4, 6, 8, 10, 2 * float32(i)} {
					want[k/3*12000+min(at, 3999)*3+k%3] = v
				}
				for k, v := range want {
					if sum += v; read {
						sum += v * old[k]
					}
				}
				if !slices.Equal(c.values(), want) || y != sum+1 {
					t.Fatalf("step %d, read elsewhere %v: got %v, want %v", i, read, y, sum+1)
				}
				moved = moved || here != c.state.Storage().Buffer.Pointer()
			}
			if moved != read {
				t.Errorf("read elsewhere %v: the cache has moved: %v", read, moved)
			}
			if got := c.state.Version(); got != 5 {
				t.Errorf("version %d after 5 steps", got)
			}
		}
	}
}

// A step that fails after the cache was written has not written it.
func TestFailedCacheStep(t *testing.T) {
	for _, workers := range []int{1, 3} {
		c := newCacheStep(t, 5, false, exec.Workers(workers))
		for at := range int32(4) {
			if _, err := c.run([]float32{1, 2, 3, 4, 5, 6}, at, 0); err != nil {
				t.Fatal(err)
			}
		}
		before, version := c.values(), c.state.Version()
		for _, bad := range []struct {
			u    []float32
			pick int32
			want string
		}{
			{[]float32{7, 7, 7, 7, 7, 7}, 3, "index 3"},
			{[]float32{7, nan32, 7, 7, 7, 7}, 0, `input "u" is fed NaN`},
		} {
			for _, at := range []int32{2, 4, -1, 99} {
				if _, err := c.run(bad.u, at, bad.pick); err == nil || !strings.Contains(err.Error(), bad.want) {
					t.Errorf("at %d: %v, want %q", at, err, bad.want)
				}
				if !slices.Equal(c.values(), before) || c.state.Version() != version {
					t.Fatalf("a failed step at %d has changed the cache to %v", at, c.values())
				}
			}
		}
		if _, err := c.run([]float32{7, 7, 7, 7, 7, 7}, 4, 0); err != nil || c.values()[12] != 14 {
			t.Error("a step after failures:", err, c.values())
		}
	}
}

// A NaN that was there before the step is found in the variable, one that is written in what writes it.
func TestTrapInPlace(t *testing.T) {
	s := graph.NewState("cache", graph.BufferOf([]float32{1, nan32, 3}, 3))
	g := graph.New(graph.Evaluation)
	at := g.Input("at", graph.Int32)
	g.Assign(s, ops.DynamicUpdateSliceAxis(g.Use(s), g.Constant(graph.BufferOf([]float32{5}, 1)), 0, at))
	p, err := exec.Compile(g, exec.In(at))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run([]int32{0}); err != nil { // the part that is written is all that is looked at
		t.Error(err)
	}
	h := graph.New(graph.Evaluation)
	from := h.Input("from", graph.Float32, 1)
	h.Assign(s, ops.DynamicUpdateSliceAxis(h.Use(s), ops.Log(from), 0, h.Constant(graph.BufferOf([]int32{2}))))
	q, err := exec.Compile(h, exec.In(from))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Run([]float32{1}); err != nil {
		t.Error(err)
	}
	if _, err := q.Run([]float32{-1}); err == nil || !strings.Contains(err.Error(), "cache holds NaN before the step") {
		t.Error(err)
	}
	if v := graph.Data[float32](s.Value()); v[0] != 5 || v[1] == v[1] || v[2] != 0 {
		t.Error(v)
	}
}

// The cache costs no memory but its own and no allocation.
func TestCacheMemory(t *testing.T) {
	c := newCacheStep(t, 100_000, false, exec.Workers(2))
	if n := c.plan.Cost().Output; n > 100 {
		t.Errorf("outputs take %d bytes", n)
	}
	u := graph.BufferOf([]float32{1, 2, 3, 4, 5, 6}, 2, 1, 3)
	at, pick := graph.BufferOf([]int32{4}), graph.BufferOf([]int32{1})
	var before, after runtime.MemStats
	for range 2 {
		runtime.ReadMemStats(&before)
		for range 20 {
			if _, err := c.plan.RunBuffers(u, at, pick); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
	}
	if n := after.Mallocs - before.Mallocs; n > 5 {
		t.Errorf("%d allocations in 20 steps", n)
	}
}

// Random chains of updates, views and arithmetic give the bits that they give where every result is kept, and so nothing is written over.
func TestWrittenOver(t *testing.T) {
	over, groups := 0, 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := graph.New(graph.Evaluation)
		x, at := g.Input("x", graph.Float32, 4, 6), g.Input("at", graph.Int32)
		nodes := []*graph.Node{x, ops.Square(x), ops.Like(0.5, x), ops.Transpose(ops.Reshape(x, 6, 4))}
		for range 3 + r.IntN(10) {
			a, b := nodes[r.IntN(len(nodes))], nodes[max(0, len(nodes)-1-r.IntN(3))]
			switch r.IntN(5) {
			case 0:
				a = ops.Add(a, ops.Scale(0.5, b))
			case 1:
				a = ops.Flip(b, r.IntN(2))
			case 2:
				a = ops.Cos(b)
			default:
				part := ops.Slice(a, 1, r.IntN(4), 2)
				if r.IntN(2) == 0 {
					part = ops.DynamicSliceAxis(a, 1, at, 2)
				}
				a = ops.DynamicUpdateSliceAxis(b, part, 1, at)
			}
			nodes = append(nodes, a)
		}
		last := nodes[len(nodes)-1:]
		few, err := exec.Compile(g, exec.In(x, at), exec.Out(last...), exec.NoTrap(), exec.Verify())
		if err != nil {
			t.Fatal(err)
		}
		var kept []*graph.Node
		for _, n := range graph.Order(last, nil) {
			kept = append(kept, n.Results()...)
		}
		all, err := exec.Compile(g, exec.In(x, at), exec.Out(append(kept, last...)...), exec.NoTrap())
		if err != nil {
			t.Fatal(err)
		}
		v := graph.NewBuffer(x.Type())
		for i := range v.Len() {
			graph.Data[float32](v)[i] = float32(r.NormFloat64())
		}
		for range 2 {
			place := graph.BufferOf([]int32{int32(r.IntN(8) - 1)})
			got, err := few.RunBuffers(v, place)
			if err != nil {
				t.Fatal(err)
			}
			want, err := all.RunBuffers(v, place)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got[0].Bytes(), want[len(kept)].Bytes()) {
				t.Fatalf("seed %d: %v, want %v\n%v", seed, graph.Data[float32](got[0]), graph.Data[float32](want[len(kept)]), few)
			}
		}
		for line := range strings.Lines(few.String()) {
			to, from, _ := strings.Cut(line, "←")
			f := strings.Fields(to)
			if len(f) < 3 {
				continue
			}
			switch result, _, _ := strings.Cut(f[2], ":"); {
			case !slices.Contains(strings.Fields(from), result):
			case f[1] == "dynamicupdateslice":
				over++
			case f[1] != "copy":
				groups++
			}
		}
	}
	if over < 30 || groups < 50 {
		t.Errorf("only %d updates were written over what they update, and %d groups over an operand", over, groups)
	}
	t.Log(over, "updates were written over what they update", groups, "groups over an operand")
}

// A group that reads a result after writing over it would read too much: each operand is left alone that a later op of the group needs, or
// anything after the group, or that is seen through strides; what the kernel before it reads, too.
func TestLeftAlone(t *testing.T) {
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 64, 64)
	a, b := ops.MatMul(x, x), ops.MatMul(x, ops.Neg(x))
	for name, outs := range map[string][]*graph.Node{
		"a later op of the group": {ops.Mul(ops.Exp(a), ops.Sin(a))},
		"another step":            {ops.Sum(ops.Cos(ops.Tanh(a))), ops.Sum(a)},
		"strides":                 {ops.Add(a, ops.Transpose(a))},
		"the kernel before":       {ops.Add(ops.MatMul(a, b), a)},
	} {
		few, err := exec.Compile(g, exec.In(x), exec.Out(outs...), exec.NoTrap(), exec.Verify(), exec.Workers(2))
		if err != nil {
			t.Fatal(err)
		}
		var kept []*graph.Node
		for _, n := range graph.Order(outs, nil) {
			kept = append(kept, n.Results()...)
		}
		all, err := exec.Compile(g, exec.In(x), exec.Out(append(kept, outs...)...), exec.NoTrap())
		if err != nil {
			t.Fatal(err)
		}
		v := graph.NewBuffer(x.Type())
		for i := range v.Len() {
			graph.Data[float32](v)[i] = float32(math.Sin(float64(i)))
		}
		got, err := few.RunBuffers(v)
		if err != nil {
			t.Fatal(err)
		}
		want, err := all.RunBuffers(v)
		if err != nil {
			t.Fatal(err)
		}
		for i := range outs {
			if !bytes.Equal(got[i].Bytes(), want[len(kept)+i].Bytes()) {
				t.Errorf("%s:\n%v", name, few)
			}
		}
	}
}
