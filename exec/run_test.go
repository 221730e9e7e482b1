package exec_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A compiled step allocates nothing, for any number of workers.
func TestNoAllocation(t *testing.T) {
	for _, n := range []int{1, 2, 5} {
		m := cnn(8, 8)
		p := m.compile(t, exec.Workers(n))
		m.run(t, p, 3)
		x, y := exec.Tensor(m.feed[0]), exec.Tensor(m.feed[1])
		const steps = 200
		least := uint64(math.MaxUint64) // of a few tries: the runtime allocates for itself now and then
		for range 3 {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for range steps {
				if _, err := p.Run(x, y); err != nil {
					t.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
			if least = min(least, after.Mallocs-before.Mallocs); least <= steps/4 {
				break
			}
		}
		if least > steps/4 {
			t.Errorf("%d workers: %d allocations in %d steps", n, least, steps)
		}
	}
}

// Ten thousand steps leave memory as it was.
func TestSoak(t *testing.T) {
	steps := 10_000
	if testing.Short() {
		steps = 500
	}
	m := cnn(2, 4)
	p := m.compile(t, exec.Workers(2))
	m.run(t, p, 100)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range steps {
		if _, err := p.RunBuffers(m.feed...); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// Sixteen goroutines run clones at once: each gets what it would alone.
func TestClones(t *testing.T) {
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2, 3}, 3))
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 5000, 3)
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Sum(ops.Mul(ops.Tanh(x), g.Use(w)))))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for k := range 16 {
		feed := make([]float32, 15000)
		for i := range feed {
			feed[i] = float32((i*k)%101)/50 - 1
		}
		want, err := p.Run(feed)
		if err != nil {
			t.Fatal(err)
		}
		alone := exec.Scalar(want[0])
		c := p.Clone()
		all.Add(1)
		go func() {
			defer all.Done()
			for range 50 {
				if out, err := c.Run(feed); err != nil || exec.Scalar(out[0]) != alone {
					t.Error(k, out, err)
					return
				}
			}
		}()
	}
	all.Wait()
}

// Training and evaluation on one set of parameters at once: each evaluation sees the values of one step, whole.
func TestEvaluateBesideTraining(t *testing.T) {
	a, b := graph.NewParam("a", graph.NewBuffer(graph.T(graph.Float64, 2000))), graph.NewParam("b", graph.NewBuffer(graph.T(graph.Float64, 2000)))
	g := graph.New(graph.Training)
	for _, v := range []*graph.Param{a, b} {
		g.Assign(v, ops.Offset(g.Use(v), 1))
	}
	train, err := exec.Compile(g)
	if err != nil {
		t.Fatal(err)
	}
	g = graph.New(graph.Evaluation)
	d := ops.Sub(g.Use(a), g.Use(b))
	look, err := exec.Compile(g, exec.Out(ops.Max(ops.Abs(d))))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		for range 2000 {
			if _, err := train.Run(); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		out, err := look.Run()
		if err != nil || exec.Scalar(out[0]) != 0 {
			t.Fatal("half a step was seen", out, err)
		}
		select {
		case err := <-done:
			if err != nil || graph.Data[float64](a.Value())[7] != 2000 {
				t.Fatal(err, a.Version())
			}
			return
		default:
		}
	}
}

func TestWrongFeeds(t *testing.T) {
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float32, 2, 3), g.Input("labels", graph.Int32, 2)
	p, err := exec.Compile(g, exec.In(x, y), exec.Out(ops.Sum(x), y))
	if err != nil {
		t.Fatal(err)
	}
	good := []float32{1, 2, 3, 4, 5, 6}
	labels := []int32{1, 2}
	turned := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking(append([]float32(nil), good...)))
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	whole := tensor.New(tensor.WithShape(4, 3), tensor.WithBacking(make([]float32, 12)))
	part, err := whole.Slice(nil, tensor.S(0, 2))
	if err != nil {
		t.Fatal(err)
	}
	column := tensor.New(tensor.WithShape(2, 3), tensor.AsFortran([]float32{1, 2, 3, 4, 5, 6}))
	masked := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(append([]float32(nil), good...), []bool{true, false, false, false, false, false}))
	for want, in := range map[string][]any{
		`1 values for 2 inputs [x labels]`:                                   {good},
		`input "x", number 0: want float32[2 3], got 2 elements of int32`:    {labels, good},
		`input "x", number 0: want float32[2 3], got 3 elements of float32`:  {[]float32{1, 2, 3}, labels},
		`input "labels", number 1: want int32[2], got 2 elements of float64`: {good, []float64{1, 2}},
		`want float32[2 3] as a *tensor.Dense or a slice, got string`:        {"images", labels},
		`got float32[4 3]`: {whole, labels},
		`in row-major order, got a tensor that is transposed`: {turned, labels},
		`got float32[4 2]`: {part, labels},
		`, got a tensor that is transposed, sliced, column-major or masked`: {column, labels},
		`sliced, column-major or masked; feed its Materialize()`:            {masked, labels},
		`a nil tensor`:                      {(*tensor.Dense)(nil), labels},
		`want float32[2 3], got float32[6]`: {graph.BufferOf(good, 6), labels},
		`input "x", number 0: want float32[2 3], got a buffer with memory for 0 elements`: {graph.Buffer{Type: x.Type()}, labels},
	} {
		if _, err := p.Run(in...); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if _, err := p.RunBuffers(graph.Buffer{Type: x.Type()}, graph.BufferOf(labels)); err == nil || !strings.Contains(err.Error(), "memory for 0 elements") {
		t.Error(err)
	}
	out, err := p.Run(tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(good)), tensor.New(tensor.WithShape(2), tensor.WithBacking(labels)))
	if err != nil || exec.Scalar(out[0]) != 21 {
		t.Error(out, err)
	}
}

// What cannot be planned is one line: no graph, more memory than there is anywhere. Storage dtypes come out as bits.
func TestBounds(t *testing.T) {
	if _, err := exec.Compile(nil); err == nil || err.Error() != "exec: there is no graph" {
		t.Error(err)
	}
	g := graph.New(graph.Training)
	x, h := g.Input("x", graph.Float32, 1<<50), g.Input("h", graph.Float16, 2)
	wide := ops.Reshape(g.Input("w", graph.Float32, 1<<41), 1<<41, 1)
	for _, outs := range [][]*graph.Node{{ops.Exp(x)}, {x}, {ops.Sum(ops.CumSum(x, 0))}, {wide, ops.Exp(wide), ops.Tanh(wide)}} {
		_, err := exec.Compile(g, exec.In(x, wide.In()[0]), exec.Out(outs...))
		if err == nil || !strings.HasPrefix(err.Error(), "exec: the plan needs ") || strings.Contains(err.Error(), "\n") {
			t.Error(err)
		}
	}
	p, err := exec.Compile(g, exec.In(h), exec.Out(ops.Reshape(h, 2, 1)), exec.Workers(math.MaxInt))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Run(tensor.New(tensor.WithShape(2), tensor.WithBacking([]uint16{0x3c00, 0xc000})))
	if err != nil || !slices.Equal(out[0].Uint16s(), []uint16{0x3c00, 0xc000}) {
		t.Error(out, err)
	}
	none := exec.PerShape(1, func([]graph.Type) (*exec.Plan, error) { return nil, nil })
	if _, err := none.Run([]float32{1}); err == nil || err.Error() != "for inputs [float32[1]]: exec: no plan was built" {
		t.Error(err)
	}
}

// A tensor may be empty, or a scalar.
func TestEmpty(t *testing.T) {
	g := graph.New(graph.Training)
	x, s := g.Input("x", graph.Float32, 0, 3), g.Input("s", graph.Float64)
	p, err := exec.Compile(g, exec.In(x, s), exec.Out(ops.Exp(x), ops.Sum(x), ops.Square(s)))
	if err != nil {
		t.Fatal(err)
	}
	empty := exec.Tensor(graph.NewBuffer(graph.T(graph.Float32, 0, 3)))
	out, err := p.Run(empty, []float64{3})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(out[0].Shape()) != "(0, 3)" || exec.Scalar(out[1]) != 0 || exec.Scalar(out[2]) != 9 || !math.IsNaN(exec.Scalar(out[0])) {
		t.Error(out[0].Shape(), out[1], out[2], err)
	}
}

// What a plan says it costs is what it takes; it places what it needs at once about as tightly as can be.
func TestCost(t *testing.T) {
	m := cnn(13, 26)
	c := m.compile(t).Cost()
	if c.Arena < c.Live || float64(c.Arena) > 1.25*float64(c.Live) || c.Flops == 0 {
		t.Error(c)
	}
	p := m.compile(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const clones = 16
	var all []*exec.Plan
	for range clones {
		all = append(all, p.Clone())
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	told, tables := int64(c.Arena+c.Output+c.Local), int64(2<<20) // of steps and nodes
	if got := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / clones; got < told*9/10 || got > told+tables || all[0].Cost() != c {
		t.Errorf("a clone took %d bytes, told %d", got, told)
	}
	runtime.KeepAlive(all)
	if s := m.compile(t).String(); !strings.Contains(s, "convfilter") || !strings.Contains(s, "models_test.go:") {
		t.Error(s)
	}
}

func TestProfile(t *testing.T) {
	m := cnn(2, 4)
	p := m.compile(t, exec.Profile())
	m.run(t, p, 2)
	if ts := p.Profile(); len(ts) < 20 || ts[0].Mean < ts[len(ts)-1].Mean {
		t.Error(ts)
	}
}
