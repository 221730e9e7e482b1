package exec_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A tower is blocks of a norm, an activation and a product or a convolution, with or without a residual sum.
type tower struct {
	Norms  []*nn.GroupNorm
	Batch  []*nn.BatchNorm
	Layers []*nn.Conv
	Dense  []*nn.Dense
}

// newTower returns a step of a tower, and what to feed it.
func newTower(t *testing.T, o ...exec.Option) (*exec.Plan, []*graph.Param, graph.Buffer) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	m := &tower{}
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 4, 8, 6, 6)
	h := x
	for i := range 4 {
		m.Norms = append(m.Norms, nn.NewGroupNorm(2, 8))
		m.Batch = append(m.Batch, nn.NewBatchNorm(8))
		m.Layers = append(m.Layers, nn.NewConv2D(r, 8, 8, 3, nn.Padding(1)), nn.NewConv2D(r, 8, 8, 3, nn.Padding(1)))
		y := m.Layers[2*i].Forward(ops.SiLU(m.Norms[i].Forward(h)))
		y = m.Layers[2*i+1].Forward(ops.ReLU(m.Batch[i].Forward(y)))
		h = ops.Add(h, y)
	}
	h = ops.Reshape(h, 32, 36)
	for range 3 {
		m.Dense = append(m.Dense, nn.NewDense(r, 36, 72), nn.NewDense(r, 72, 36))
		n := len(m.Dense)
		h = m.Dense[n-1].Forward(ops.GELUTanh(m.Dense[n-2].Forward(h)))
	}
	loss := ops.Mean(ops.Square(h))
	optim.NewSGD(nn.Params(m), optim.Constant(0.01), 0.9).Minimize(loss)
	p, err := exec.Compile(g, append(o, exec.In(x), exec.Out(loss), exec.Verify(), exec.Rounding(graph.Exact))...)
	if err != nil {
		t.Fatal(err)
	}
	v := graph.NewBuffer(x.Type())
	for i := range v.Len() {
		graph.Data[float32](v)[i] = float32(r.NormFloat64())
	}
	var ps []*graph.Param
	for _, q := range nn.Params(m) {
		ps = append(ps, q)
	}
	return p, ps, v
}

// What is computed again has the bits of what was kept, for any number of workers and in clones, and takes less memory.
func TestRecompute(t *testing.T) {
	kept, want, x := newTower(t, exec.Recompute(-1))
	for _, workers := range []int{1, 3} {
		p, got, _ := newTower(t, exec.Recompute(0), exec.Workers(workers))
		if a, b := p.Cost().Live, kept.Cost().Live; float64(a) > 0.8*float64(b) {
			t.Errorf("%d bytes are needed at once, %d if all is kept", a, b)
		}
		if workers == 3 {
			p = p.Clone()
		}
		for i := range 3 {
			a, err := p.RunBuffers(x)
			if err != nil {
				t.Fatal(err)
			}
			loss := a[0].Clone()
			if workers == 1 {
				if a, err = kept.RunBuffers(x); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(a[0].Bytes(), loss.Bytes()) {
					t.Errorf("step %d: a loss of %v, %v if all is kept", i, graph.Data[float32](loss), graph.Data[float32](a[0]))
				}
			}
		}
		for i, v := range want {
			if !bytes.Equal(v.Value().Bytes(), got[i].Value().Bytes()) {
				t.Errorf("%d workers: %s, parameter %d, has other bits", workers, v.Name(), i)
			}
		}
	}
	text := kept.String() + "\ncomputed again\n"
	p, _, _ := newTower(t, exec.Recompute(0), exec.Workers(1))
	text += p.String()
	text = regexp.MustCompile(`(?m)@\d+|^\d+ steps, .*$`).ReplaceAllString(text, "") // places and sums depend on the scratch of kernels, and that on the machine
	if *update {
		if err := os.WriteFile("testdata/recompute.golden", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile("testdata/recompute.golden")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(golden), text); d != "" {
		t.Errorf("-update writes it anew: %s", d)
	}
	if s := kept.String(); strings.Contains(s, "′") {
		t.Errorf("something is computed again:\n%s", s)
	}
}

// What a norm restores has the bits of its kernel, at lengths that are taken one by one and in vectors, and for numbers that are none.
func TestRestore(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
		for _, s := range [][]int{{3, 4}, {2, 4, 3}, {2, 6, 5}, {3, 8, 7, 9}, {2, 4, 33, 17}} {
			for _, odd := range []float64{1, 0, math.Copysign(0, -1), math.Inf(1), math.NaN()} {
				g := graph.New(graph.Training)
				x := g.Input("x", d, s...)
				c, n := s[1], s[len(s)-1]
				scale := func(n int) *graph.Node {
					return ops.Cast(ops.Cos(ops.Cast(ops.Iota(g, graph.Int32, n), graph.Float64)), d)
				}
				of := []*graph.Node{}
				for _, groups := range []int{1, 2, c} {
					y, _, _ := ops.GroupNorm(x, scale(c), ops.Neg(scale(c)), groups, 1e-5)
					of = append(of, y)
				}
				b, _, _ := ops.BatchNorm(x, scale(c), ops.Neg(scale(c)), 1e-5)
				l, _, _ := ops.LayerNorm(x, 1e-5)
				a, _, _ := ops.LayerNormAffine(x, scale(n), ops.Neg(scale(n)), 1e-5)
				r, _ := ops.RMSNorm(x, scale(n), 1e-5)
				of = append(of, b, l, a, r)
				outs := of
				for _, y := range of {
					outs = append(outs, y.Op().(graph.Restorer).Restore(y.In(), y.Results()[1:]))
				}
				p, err := exec.Compile(g, exec.In(x), exec.Out(outs...), exec.NoTrap())
				if err != nil {
					t.Fatal(err)
				}
				v := graph.NewBuffer(x.Type())
				for i := range v.Len() {
					e := math.Sin(float64(i*i)) * 10
					if i == 5 {
						e = odd
					}
					if d == graph.Float32 {
						graph.Data[float32](v)[i] = float32(e)
					} else {
						graph.Data[float64](v)[i] = e
					}
				}
				out, err := p.RunBuffers(v)
				if err != nil {
					t.Fatal(err)
				}
				for i, y := range of {
					if a, b := fmt.Sprint(valuesOf(out[i])), fmt.Sprint(valuesOf(out[len(of)+i])); a != b {
						t.Errorf("%s of %v%v with %v: %s, restored %s", y.Op().Name(), d, s, odd, a, b)
					}
				}
			}
		}
	}
}

// valuesOf are b's elements, to be printed with all their digits.
func valuesOf(b graph.Buffer) any {
	if b.Type.Dtype == graph.Float32 {
		return graph.Data[float32](b)
	}
	return graph.Data[float64](b)
}
