package main

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// A golden is what tools/parity/steps.py recorded of a model.
type golden struct {
	Batch  int                             `json:"batch"`
	Skip   [][3]any                        `json:"skip"` // name, from, to: parameters whose exact gradient is zero
	Loss   []float64                       `json:"loss"`
	Loss0  float64                         `json:"loss0"`  // the first loss on the benchmark's own batch
	Loss32 []float64                       `json:"loss32"` // how far float32 runs of PyTorch are apart
	At     map[string]map[string][]float64 `json:"at"`     // step, parameter: norm and product of the gradient, then of the new value
	Far32  map[string]map[string][]float64 `json:"far32"`
}

func goldens(t *testing.T) map[string]golden {
	t.Helper()
	f, err := os.Open("testdata/steps.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.NewDecoder(z).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	all := map[string]golden{}
	for _, m := range models() {
		var g golden
		if err := json.Unmarshal(raw[m.name], &g); err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		all[m.name] = g
	}
	return all
}

// Twenty steps of every model are PyTorch's: in float64 to 1e-10 at the first step and 1e-8 at the last. In float32, where rounding is
// amplified from step to step, they are as near to PyTorch's as four times the distance between PyTorch's own runs, and 1e-5 at the least,
// as long as that distance stays below 1e-2.
func TestStepsArePyTorchs(t *testing.T) {
	for name, want := range goldens(t) {
		for _, m := range models() {
			if m.name != name {
				continue
			}
			t.Run(name+"/float64", func(t *testing.T) { compare(t, m, want, graph.Float64) })
			t.Run(name+"/float32", func(t *testing.T) { compare(t, m, want, graph.Float32) })
		}
	}
}

// within is how far figures of a step may be off, given how far PyTorch's are apart.
func within(d graph.Dtype, step int, apart float64) float64 {
	if d == graph.Float32 {
		return max(1e-5, 4*apart)
	}
	return 1e-10 * math.Pow(100, float64(step-1)/19)
}

func compare(t *testing.T, m trained, want golden, d graph.Dtype) {
	p := m.build(d, want.Batch)
	losses := len(p.out)
	plan, err := exec.Compile(p.g, exec.In(p.in...), exec.Out(append(p.out, p.grads...)...))
	if err != nil {
		t.Fatal(err)
	}
	steps := len(want.Loss)
	if testing.Short() {
		steps = 2
	}
	for step := 1; step <= steps; step++ {
		out, err := plan.RunBuffers(p.feed...)
		if err != nil {
			t.Fatal(err)
		}
		apart := want.Loss32[step-1]
		if d == graph.Float32 && apart > 1e-2 {
			t.Logf("from step %d on PyTorch's own runs differ by %.1e", step, apart)
			return
		}
		got, loss := floats(out[0])[0], want.Loss[step-1]
		if e, tol := math.Abs(got-loss)/math.Abs(loss), within(d, step, apart); !(e <= tol) {
			t.Fatalf("step %d: loss %v, want %v: off by %.1e, want %.1e", step, got, loss, e, tol)
		}
		if step == 1 || step == len(want.Loss) {
			p.figures(t, want, d, step, out[losses:])
		}
	}
}

// figures compares norms and products of gradients and new values.
func (p *problem) figures(t *testing.T, want golden, d graph.Dtype, step int, grads []graph.Buffer) {
	key := map[int]string{1: "1", len(want.Loss): "20"}[step]
	seen := 0
	for i, v := range p.params {
		w, recorded := want.At[key][v.name]
		if !recorded {
			if !p.skipped(want, v.name) {
				t.Errorf("%s is not among what was recorded", v.name)
			}
			continue
		}
		seen++
		for k, b := range []graph.Buffer{grads[i], v.Value()} {
			x := floats(b)
			for _, s := range want.Skip {
				if s[0] == v.name {
					clear(x[int(s[1].(float64)):int(s[2].(float64))])
				}
			}
			norm, product := 0.0, 0.0
			for j, u := range floats(formula("w."+v.name, graph.T(graph.Float64, len(x)), -1, 1)) {
				norm += x[j] * x[j]
				product += x[j] * u
			}
			norm = math.Sqrt(norm)
			unit := []float64{w[2*k], w[2*k] / math.Sqrt(3)}
			for j, got := range []float64{norm, product} {
				e := math.Abs(got-w[2*k+j]) / max(unit[j], 1e-30)
				if tol := within(d, step, want.Far32[key][v.name][2*k+j]); !(e <= tol) {
					t.Errorf("step %d: %s of the %s of %s: %v, want %v: off by %.1e, want %.1e", step,
						[]string{"norm", "product"}[j], []string{"gradient", "new value"}[k], v.name, got, w[2*k+j], e, tol)
				}
			}
		}
	}
	if seen != len(want.At[key]) {
		t.Errorf("%d of %d recorded parameters are there", seen, len(want.At[key]))
	}
}

func (p *problem) skipped(want golden, name string) bool {
	for _, s := range want.Skip {
		if s[0] == name {
			return true
		}
	}
	return false
}

func floats(b graph.Buffer) []float64 {
	v := make([]float64, b.Len())
	for i := range v {
		if b.Type.Dtype == graph.Float64 {
			v[i] = graph.Data[float64](b)[i]
		} else {
			v[i] = float64(graph.Data[float32](b)[i])
		}
	}
	return v
}
