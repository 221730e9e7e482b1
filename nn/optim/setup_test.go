package optim_test

import (
	"compress/gzip"
	"encoding/json"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
)

type (
	node   = graph.Node
	params = iter.Seq2[string, *graph.Param]
)

// sizes and shapes are those of the four parameters in tools/parity/optim.py, and weight and gradient its formulas: they have
// the same bits there and here.
var (
	sizes  = [4]float64{1, 1e-4, 1e-8, 0}
	shapes = [4]graph.Shape{graph.Of(2, 3), graph.Of(3, 2), graph.Of(2, 3), graph.Of(3, 2)}
)

func weight(k, i int) float64 {
	w := float64(1+(5*i+3*k)%7) / 4
	if sizes[k] != 0 {
		w *= sizes[k]
	}
	if (i+k)%2 == 1 {
		return -w
	}
	return w
}

func gradient(k, i, t int) float64 { return float64((7*i+11*t+5*k)%31-13) / 16 * sizes[k] }

// buffer fills an array of any float dtype by a formula.
func buffer(t graph.Type, f func(i int) float64) graph.Buffer {
	b := graph.NewBuffer(t)
	for i := range b.Len() {
		if t.Dtype == graph.Float32 {
			graph.Data[float32](b)[i] = float32(f(i))
		} else {
			graph.Data[float64](b)[i] = f(i)
		}
	}
	return b
}

func floats(b graph.Buffer) []float64 {
	if b.Type.Dtype == graph.Float64 {
		return slices.Clone(graph.Data[float64](b))
	}
	out := make([]float64, b.Len())
	for i, v := range graph.Data[float32](b) {
		out[i] = float64(v)
	}
	return out
}

// A bench holds the four parameters and a plan that takes their gradients.
type bench struct {
	vars []*graph.Param
	opt  optim.Optimizer
	plan *exec.Plan
	done int
}

// all yields some of the parameters, or all if none is named.
func (b *bench) all(which ...int) params {
	return func(yield func(string, *graph.Param) bool) {
		for k, p := range b.vars {
			if (len(which) == 0 || slices.Contains(which, k)) && !yield(p.Name(), p) {
				return
			}
		}
	}
}

func newBench(t *testing.T, dtypes [4]graph.Dtype, build func(b *bench) optim.Optimizer) *bench {
	t.Helper()
	b := &bench{}
	for k, s := range shapes {
		value := buffer(graph.Type{Dtype: dtypes[k], Shape: s}, func(i int) float64 { return weight(k, i) })
		b.vars = append(b.vars, graph.NewParam(string(rune('a'+k)), value))
	}
	b.opt = build(b)
	g := graph.New(graph.Training)
	in := map[*graph.Param]*node{}
	var ins, grads []*node
	for _, p := range b.vars {
		in[p] = g.Placeholder(p.Name(), p.Type())
		ins = append(ins, in[p])
	}
	for _, p := range b.opt.Params() {
		grads = append(grads, in[p])
	}
	b.opt.Update(grads)
	b.compile(t, g, ins)
	return b
}

func (b *bench) compile(t *testing.T, g *graph.Graph, ins []*node) {
	t.Helper()
	var err error
	if b.plan, err = exec.Compile(g, exec.In(ins...)); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) run(t *testing.T, steps int) {
	t.Helper()
	for range steps {
		var in []graph.Buffer
		for k, p := range b.vars {
			in = append(in, buffer(p.Type(), func(i int) float64 { return gradient(k, i, b.done) }))
		}
		if _, err := b.plan.RunBuffers(in...); err != nil {
			t.Fatal(err)
		}
		b.done++
	}
}

func golden[T any](t *testing.T, name string) (v T) {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// distance is the largest difference in units of what is wanted there.
func distance(got, want []float64) float64 { return distanceFrom(0, got, want) }

// distanceFrom is distance, where what is wanted counts as at least a share of the largest of the array: what nearly cancels has
// lost digits on both sides.
func distanceFrom(share float64, got, want []float64) (worst float64) {
	least := 0.0
	for _, w := range want {
		least = max(least, share*math.Abs(w))
	}
	for i, w := range want {
		d := math.Abs(got[i] - w)
		if d != 0 {
			d /= max(least, math.Abs(w))
		}
		worst = max(worst, d)
		if math.IsNaN(d) {
			return math.Inf(1)
		}
	}
	return worst
}

// spread is distance in units of the largest value wanted.
func spread(got, want []float64) float64 { return distanceFrom(1, got, want) }

func compile(t *testing.T, g *graph.Graph, in []*node, out ...*node) *exec.Plan {
	t.Helper()
	p, err := exec.Compile(g, exec.In(in...), exec.Out(out...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wantErr(t *testing.T, g *graph.Graph, text string) {
	t.Helper()
	if g.Err() == nil || !strings.Contains(g.Err().Error(), text) {
		t.Errorf("error %v, want %q", g.Err(), text)
	}
}
