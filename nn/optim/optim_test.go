package optim_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

var doubles = [4]graph.Dtype{graph.Float64, graph.Float64, graph.Float64, graph.Float64}

// one yields parameters by their own names.
func one(ps ...*graph.Param) params {
	return func(yield func(string, *graph.Param) bool) {
		for _, p := range ps {
			if !yield(p.Name(), p) {
				return
			}
		}
	}
}

func vector(name string, v ...float64) *graph.Param {
	return graph.NewParam(name, graph.BufferOf(v, len(v)))
}

// squares is ½·|w|², whose gradient is w.
func squares(g *graph.Graph, p *graph.Param) *node {
	return ops.Scale(0.5, ops.Sum(ops.Square(g.Use(p))))
}

// Stopping after any step, keeping parameters and states, and going on with new objects gives the bits of not stopping.
func TestResume(t *testing.T) {
	all := maps.Clone(optimisers)
	maps.Copy(all, wrapped)
	for name, build := range all {
		whole := newBench(t, doubles, build)
		whole.run(t, 20)
		first := newBench(t, doubles, build)
		first.run(t, 9)
		second := newBench(t, doubles, build)
		second.done = first.done
		for k, p := range first.vars {
			second.vars[k].Set(p.Value())
		}
		saved := map[string]graph.Buffer{}
		for n, s := range first.opt.States() {
			if _, twice := saved[n]; twice {
				t.Errorf("%s: two states are called %s", name, n)
			}
			saved[n] = s.Value()
		}
		for n, s := range second.opt.States() {
			s.Set(saved[n])
			delete(saved, n)
		}
		if len(saved) > 0 {
			t.Errorf("%s: states of one object that the other has not: %d", name, len(saved))
		}
		second.run(t, 11)
		for k, p := range whole.vars {
			if !slices.Equal(floats(p.Value()), floats(second.vars[k].Value())) {
				t.Errorf("%s: %s is %v after a stop, %v without", name, p.Name(), floats(second.vars[k].Value()), floats(p.Value()))
			}
		}
		other := map[string]*graph.State{}
		for n, s := range second.opt.States() {
			other[n] = s
		}
		for n, s := range whole.opt.States() {
			if !slices.Equal(s.Value().Bytes(), other[n].Value().Bytes()) {
				t.Errorf("%s: %s differs after a stop", name, n)
			}
		}
	}
}

func TestStateNames(t *testing.T) {
	w, b := vector("W", 1, 2), graph.NewParam("B", graph.BufferOf([]float32{3}, 1))
	var got []string
	for name, s := range optim.NewAdam(one(w, b), optim.Constant(1)).States() {
		if s.Name() != name {
			t.Errorf("%s is saved as %s", s.Name(), name)
		}
		got = append(got, fmt.Sprint(name, " ", s.Type()))
	}
	want := []string{"adam.step float64[]", "adam.m.W float64[2]", "adam.m.B float32[1]", "adam.v.W float64[2]", "adam.v.B float32[1]"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for name, n := range map[float64]int{0: 1, 0.9: 3} {
		got := 0
		for range optim.NewSGD(one(w, b), optim.Constant(1), name).States() {
			got++
		}
		if got != n {
			t.Errorf("momentum %v keeps %d states, want %d", name, got, n)
		}
	}
	for range optim.NewSGD(one(w, b), optim.Constant(1), 0.9).States() {
		break // a loop may stop early
	}
}

// Groups of different kinds, inside one another, keep their states apart.
func TestGroups(t *testing.T) {
	a, b, c := vector("a", 1), vector("b", 2), vector("c", 3)
	inner := optim.Groups{optim.NewAdam(one(b), optim.Constant(0.1)), optim.NewSGD(one(c), optim.Constant(0.1), 0)}
	o := optim.Groups{optim.NewAdam(one(a), optim.Constant(0.1)), inner}
	var names []string
	for name := range o.Params() {
		names = append(names, name)
	}
	for name := range o.States() {
		names = append(names, name)
	}
	want := []string{"a", "b", "c", "0.adam.step", "0.adam.m.a", "0.adam.v.a", "1.0.adam.step", "1.0.adam.m.b", "1.0.adam.v.b", "1.1.sgd.step"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	for range o.Params() {
		break // a loop may stop early
	}
	for range o.States() {
		break
	}
	g := graph.New(graph.Training)
	loss := ops.Add(squares(g, a), ops.Add(squares(g, b), squares(g, c)))
	o.Minimize(loss)
	if _, err := compile(t, g, nil, loss).Run(); err != nil {
		t.Fatal(err)
	}
	got := []float64{floats(a.Value())[0], floats(b.Value())[0], floats(c.Value())[0]}
	if d := distance(got, []float64{0.9, 1.9, 2.7}); d > 1e-7 {
		t.Error(got)
	}
}

// A trust ratio of 1 lets weights leave 0, and a matrix of zeros has no direction.
func TestZeros(t *testing.T) {
	for _, c := range []struct {
		o    func(p *graph.Param) optim.Optimizer
		d    float64
		want float64
	}{
		{func(p *graph.Param) optim.Optimizer { return optim.NewLAMB(one(p), optim.Constant(0.1), 0) }, 2, -0.1},
		{func(p *graph.Param) optim.Optimizer { return optim.NewLAMB(one(p), optim.Constant(0.1), 0) }, 0, 0},
		{func(p *graph.Param) optim.Optimizer { return optim.NewMuon(one(p), optim.Constant(0.1), 0) }, 0, 0},
		{func(p *graph.Param) optim.Optimizer { return optim.NewLion(one(p), optim.Constant(0.1), 0) }, 0, 0},
		{func(p *graph.Param) optim.Optimizer { return optim.NewRMSProp(one(p), optim.Constant(0.1), 0, true) }, 0, 0},
		{func(p *graph.Param) optim.Optimizer { return optim.NewAdagrad(one(p), optim.Constant(0.1)) }, 0, 0},
	} {
		p := graph.NewParam("p", graph.NewBuffer(graph.T(graph.Float64, 2, 2)))
		o, g := c.o(p), graph.New(graph.Training)
		o.Update([]*node{g.Fill(c.d, p.Type())})
		if _, err := compile(t, g, nil).Run(); err != nil {
			t.Fatal(err)
		}
		for _, v := range floats(p.Value()) {
			if math.Abs(v-c.want) > 1e-6 {
				t.Errorf("%T with a gradient of %v: %v, want %v", o, c.d, v, c.want)
			}
		}
	}
}

// Centred on a constant gradient the variance is nearly 0, and rounding makes it negative now and then: no NaN comes of it.
func TestCentredConstant(t *testing.T) {
	p := vector("p", 0, 0, 0)
	g := graph.New(graph.Training)
	o := optim.NewRMSProp(one(p), optim.Constant(1e-9), 0, true)
	o.Alpha = 0.5
	o.Update([]*node{g.Constant(graph.BufferOf([]float64{0.1, 0.7, 1.3}, 3))})
	step := compile(t, g, nil)
	for range 200 {
		if _, err := step.Run(); err != nil {
			t.Fatal(err)
		}
	}
}

// Parts of a model that share names keep states apart all the same.
func TestSharedNames(t *testing.T) {
	a, b := vector("W", 1), vector("W", 2)
	part := optim.Groups{optim.NewSGD(one(a), optim.Constant(1), 0), optim.NewSGD(one(b), optim.Constant(1), 0)}
	var names []string
	for name := range optim.Accumulate(part, 2).States() {
		names = append(names, name)
	}
	if want := []string{"0.sgd.step", "1.sgd.step", "accumulate.step", "accumulate.sum.W", "accumulate.sum.W'"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

// A compiled step of any optimiser allocates nothing.
func TestAllocations(t *testing.T) {
	all := maps.Clone(optimisers)
	maps.Copy(all, wrapped)
	for name, build := range all {
		b := newBench(t, doubles, build)
		var in []graph.Buffer
		for k, p := range b.vars {
			in = append(in, buffer(p.Type(), func(i int) float64 { return gradient(k, i, 0) }))
		}
		n := testing.AllocsPerRun(20, func() {
			if _, err := b.plan.RunBuffers(in...); err != nil {
				t.Fatal(err)
			}
		})
		if n > 0 {
			t.Errorf("%s: %v allocations a step", name, n)
		}
	}
}

func TestErrors(t *testing.T) {
	w, b := vector("W", 1, 2), vector("B", 3)
	build := func(want string, f func(g *graph.Graph)) {
		t.Helper()
		g := graph.New(graph.Training)
		f(g)
		wantErr(t, g, want)
		if _, err := exec.Compile(g); err == nil {
			t.Errorf("a graph with the error %v compiles", g.Err())
		}
	}
	for _, o := range []optim.Optimizer{
		optim.NewSGD(one(w, b), optim.Constant(1), 0.9), optim.NewAdam(one(w, b), optim.Constant(1)),
		optim.NewAdagrad(one(w, b), optim.Constant(1)), optim.NewRMSProp(one(w, b), optim.Constant(1), 0, true),
		optim.NewAdadelta(one(w, b), optim.Constant(1)), optim.NewNAdam(one(w, b), optim.Constant(1)),
		optim.NewRAdam(one(w, b), optim.Constant(1)), optim.NewLion(one(w, b), optim.Constant(1), 0),
		optim.NewLAMB(one(w, b), optim.Constant(1), 0), optim.NewMuon(one(w, b), optim.Constant(1), 0),
		optim.Groups{optim.NewAdam(one(w), optim.Constant(1)), optim.NewSGD(one(b), optim.Constant(1), 0)},
		optim.Through(optim.NewAdam(one(w, b), optim.Constant(1)), func(d []*node) []*node { return d }),
	} {
		build("the loss does not depend on B as it is at this point", func(g *graph.Graph) { o.Minimize(squares(g, w)) })
		build("inner dimensions", func(g *graph.Graph) { o.Minimize(ops.MatMul(ops.Reshape(g.Use(w), 1, 2), ops.Reshape(g.Use(w), 1, 2))) })
		build("want a scalar", func(g *graph.Graph) { o.Minimize(ops.Add(g.Use(w), g.Use(b))) })
		build("1 gradients for 2 parameters", func(g *graph.Graph) { o.Update([]*node{g.Use(w)}) })
		build("the gradient of B is float64[2], not float64[1]", func(g *graph.Graph) { o.Update([]*node{g.Use(w), g.Use(w)}) })
	}
	build("muon: W is float64[2], want a matrix or filters", func(g *graph.Graph) {
		optim.NewMuon(one(w), optim.Constant(1), 0).Minimize(squares(g, w))
	})
	build("groups: W is in group 0 and in group 1", func(g *graph.Graph) {
		optim.Groups{optim.NewAdam(one(w), optim.Constant(1)), optim.NewAdam(one(b, w), optim.Constant(1))}.Minimize(squares(g, w))
	})
	build("groups: there are no parameters to train", func(g *graph.Graph) { optim.Groups{}.Minimize(squares(g, w)) })
	build("adam: W is trained twice", func(g *graph.Graph) { optim.NewAdam(one(w, w), optim.Constant(1)).Minimize(squares(g, w)) })
	build("nadam: a running mean keeps a share of 1, want at least 0 and less than 1", func(g *graph.Graph) {
		o := optim.NewNAdam(one(w), optim.Constant(1))
		o.Beta2 = 1
		o.Minimize(squares(g, w))
	})
	build("muon: a running mean keeps a share of NaN", func(g *graph.Graph) {
		o := optim.NewMuon(one(w), optim.Constant(1), 0)
		o.Momentum = math.NaN()
		o.Minimize(squares(g, w))
	})
	build("sgd: there are no parameters to train (nn.Params sees exported fields only)", func(g *graph.Graph) {
		optim.NewSGD(one(), optim.Constant(1), 0).Minimize(squares(g, w))
	})
	build("sgd: there is no rate", func(g *graph.Graph) { optim.NewSGD(one(w), nil, 0).Minimize(squares(g, w)) })
	build("sgd: the rate is float64[2], want a scalar of float64", func(g *graph.Graph) {
		optim.NewSGD(one(w), func(*node) *node { return g.Use(w) }, 0).Minimize(squares(g, w))
	})
	build("does not depend on W", func(g *graph.Graph) { // the loss saw W as it was before the first update
		loss := squares(g, w)
		optim.NewSGD(one(w), optim.Constant(1), 0).Minimize(loss)
		optim.NewSGD(one(w), optim.Constant(1), 0).Minimize(loss)
	})
}

// A parameter whose gradient is zero stays where it is, and is decayed alone.
func TestNoGradient(t *testing.T) {
	w, idle := vector("W", 1, 2), vector("idle", 3, 4)
	g := graph.New(graph.Training)
	loss := ops.Add(squares(g, w), ops.Scale(0, squares(g, idle)))
	optim.NewAdamW(one(w, idle), optim.Constant(0.1), 0.5).Minimize(loss)
	step := compile(t, g, nil, loss)
	for range 3 {
		if _, err := step.Run(); err != nil {
			t.Fatal(err)
		}
	}
	shrink := math.Pow(1-0.1*0.5, 3)
	if d := distance(floats(idle.Value()), []float64{3 * shrink, 4 * shrink}); d > 1e-15 {
		t.Error(floats(idle.Value()))
	}
}

// Two optimisers on one graph: both losses see the values before the step, each trains its own parameters.
func TestTwoOnOneGraph(t *testing.T) {
	a, b := vector("a", 2), vector("b", 3)
	g := graph.New(graph.Training)
	product := ops.Sum(ops.Mul(g.Use(a), g.Use(b)))
	down, up := optim.NewSGD(one(a), optim.Constant(0.1), 0), optim.NewSGD(one(b), optim.Constant(0.01), 0)
	down.Minimize(product)
	up.Minimize(ops.Neg(product))
	step := compile(t, g, nil, product)
	x, y := 2.0, 3.0
	for range 5 {
		if _, err := step.Run(); err != nil {
			t.Fatal(err)
		}
		x, y = x-0.1*y, y+0.01*x
	}
	if d := distance([]float64{floats(a.Value())[0], floats(b.Value())[0]}, []float64{x, y}); d > 1e-14 {
		t.Error(a.Value(), b.Value(), x, y)
	}
}

func TestClip(t *testing.T) {
	big, small := vector("big", 3, -4), vector("small", 0.3, -0.4)
	single := graph.NewParam("single", graph.BufferOf([]float32{12}, 1))
	for _, c := range []struct {
		ps    []*graph.Param
		limit float64
		norm  float64
		scale float64
	}{
		{[]*graph.Param{big}, 1, 5, 1 / (5 + 1e-6)},
		{[]*graph.Param{small}, 1, 0.5, 1},
		{[]*graph.Param{big}, math.Inf(1), 5, 1},
		{[]*graph.Param{big, single}, 1.3, 13, 1.3 / (13 + 1e-6)},
		{[]*graph.Param{single, big, single}, 1, math.Sqrt(25 + 288), 1 / (math.Sqrt(25+288) + 1e-6)},
	} {
		g := graph.New(graph.Training)
		var in []*node
		for _, p := range c.ps {
			in = append(in, g.Use(p))
		}
		out, norm := optim.ClipNorm(in, c.limit)
		step := compile(t, g, nil, append(out, norm)...)
		got, err := step.RunBuffers()
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(floats(got[len(out)]), []float64{c.norm}); d > 1e-15 {
			t.Errorf("norm %v, want %v", floats(got[len(out)]), c.norm)
		}
		for i, p := range c.ps {
			for j, v := range floats(p.Value()) {
				if x := floats(got[i])[j]; math.Abs(x-v*c.scale) > 1e-7*math.Abs(v) || x > math.Abs(v) {
					t.Errorf("clipped to %v: %v of %v", c.limit, x, v)
				}
			}
		}
	}
	for _, limit := range []float64{-1, math.NaN()} {
		g := graph.New(graph.Training)
		d, n := optim.ClipNorm([]*node{g.Input("d", graph.Float64, 2)}, limit)
		if err := g.Err(); len(d) != 1 || d[0].Valid() || n.Valid() || err == nil || !strings.Contains(err.Error(), "want at least 0") {
			t.Error(d, n, err)
		}
	}
	if d, n := optim.ClipNorm(nil, 1); d != nil || n != nil {
		t.Error("no gradients have a norm")
	}
	g := graph.New(graph.Training)
	out := compile(t, g, nil, optim.ClipValue([]*node{g.Use(big)}, 3.5)[0])
	if got, err := out.RunBuffers(); err != nil || !slices.Equal(floats(got[0]), []float64{3, -3.5}) {
		t.Error(got, err)
	}
	// The clipped gradients can be differentiated: their norm is constant where it is clipped.
	d, _ := optim.ClipNorm([]*node{g.Use(big)}, 1)
	slope := autodiff.Grad(autodiff.Dot(d, d), g.Use(big))[0]
	got, err := compile(t, g, nil, slope).RunBuffers()
	if err != nil || math.Abs(floats(got[0])[0]) > 1e-6 {
		t.Error(got, err)
	}
}
