package gradcheck_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

type node = graph.Node

// Every op of the library, all its cases, to second order, in both dtypes, batched.
func TestOps(t *testing.T) {
	results, err := gradcheck.All("", 2)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]int{}
	for _, r := range results {
		if !r.Pass {
			t.Errorf("%s order %d %s: %v", r.Op, r.Order, r.Mode, r.Err())
		}
		cases[r.Op] = r.Cases
	}
	total := 0
	for _, n := range cases {
		total += n
	}
	if t.Logf("%d ops, %d cases", len(cases), total); len(cases) != len(ops.All()) || len(cases) < 80 {
		t.Errorf("%d ops of %d were checked", len(cases), len(ops.All()))
	}
}

// A faulty is x² whose derivative is Slope·x, and that one's derivative Second: 2 and 2 would be right.
type faulty struct {
	ops.Pointwise
	Slope, Second float64
	How           string
}

func (faulty) Name() string { return "faulty" }

func (o faulty) Eval(c *graph.Call) error {
	switch {
	case o.How == "writes" && c.In[0].Type.Dtype == graph.Float64:
		graph.Data[float64](c.In[0])[0] *= 1.5
	case o.How == "narrow" && c.In[0].Type.Dtype == graph.Float32:
		return ops.Map(c, func(x float64) float64 { return x*x + 1e-3 })
	case o.How == "NaN":
		return ops.Map(c, func(x float64) float64 {
			if x > 1 {
				return math.NaN()
			}
			return x * x
		})
	}
	return ops.Map(c, func(x float64) float64 { return x * x })
}

func (o faulty) VJP(y, dy *node) []*node {
	x := y.In()[0]
	switch o.How {
	case "bent":
		dy = ops.Tanh(dy)
	case "constant":
		return []*node{ops.Scale(o.Slope, x)}
	case "shape":
		return []*node{ops.Sum(ops.Mul(dy, x))}
	case "dropped":
		return []*node{nil}
	case "none":
		return nil
	}
	return []*node{ops.Mul(dy, graph.Apply(slope{Slope: o.Slope, Second: o.Second}, x))}
}

type slope struct {
	ops.Pointwise
	Slope, Second float64
}

func (slope) Name() string { return "slope" }
func (o slope) Eval(c *graph.Call) error {
	return ops.Map(c, func(x float64) float64 { return o.Slope * x })
}
func (o slope) Partial(y *node, _ int) *node { return ops.Like(o.Second, y) }

// product is a matrix product with a derivative that may be wrong.
type product struct {
	Fault string
}

func (product) Name() string { return "product" }

func (o product) Define(in []*node) []*node { return []*node{ops.MatMul(in[0], in[1])} }

func (o product) Infer(in []graph.Type) ([]graph.Type, error) {
	return []graph.Type{{Dtype: in[0].Dtype, Shape: graph.Of(in[0].Shape.Dim(0), in[1].Shape.Dim(1))}}, nil
}

func (o product) VJP(y, dy *node) []*node {
	a, b := y.In()[0], y.In()[1]
	da, db := ops.MatMulT(dy, b, false, true), ops.MatMulT(a, dy, true, false)
	switch o.Fault {
	case "flag":
		da = ops.MatMulT(dy, b, false, false)
	case "factor":
		db = ops.Scale(1.001, db)
	case "missing":
		db = nil
	}
	return []*node{da, db}
}

// pair has two results, of which the second's cotangent may be forgotten.
type pair struct {
	Forgets bool
}

func (pair) Name() string                                { return "pair" }
func (pair) Infer(in []graph.Type) ([]graph.Type, error) { return []graph.Type{in[0], in[0]}, nil }
func (pair) Define(in []*node) []*node                   { return []*node{ops.Square(in[0]), ops.Tanh(in[0])} }

func (o pair) VJPs(ys, dys []*node) []*node {
	if !o.Forgets || dys[0] == nil {
		return nil
	}
	return []*node{ops.Mul(dys[0], ops.Scale(2, ys[0].In()[0]))}
}

// Each planted fault is found, and its correct twin is not.
func TestFaults(t *testing.T) {
	one := func(o faulty) gradcheck.F { return func(x ...*node) *node { return graph.Apply(o, x[0]) } }
	two := func(fault string) gradcheck.F {
		return func(x ...*node) *node { return graph.Apply(product{fault}, x[0], x[1]) }
	}
	both := func(forgets bool) gradcheck.F {
		return func(x ...*node) *node {
			r := graph.ApplyN(pair{forgets}, 2, x[0])
			return ops.Add(r[0], ops.Scale(3, r[1]))
		}
	}
	v, a, b := gradcheck.Random(3), gradcheck.Random(2, 2), gradcheck.Random(2, 2)
	for _, c := range []struct {
		name  string
		order int
		f     gradcheck.F
		in    []graph.Buffer
		want  string
	}{
		{"right", 3, one(faulty{Slope: 2, Second: 2}), []graph.Buffer{v}, ""},
		{"2.001 for 2", 1, one(faulty{Slope: 2.001, Second: 2}), []graph.Buffer{v}, "order 1"},
		{"the sign", 1, one(faulty{Slope: -2, Second: 2}), []graph.Buffer{v}, "order 1"},
		{"wrong at order 2, asked for 1", 1, one(faulty{Slope: 2, Second: 2.001}), []graph.Buffer{v}, ""},
		{"wrong at order 2", 2, one(faulty{Slope: 2, Second: 2.001}), []graph.Buffer{v}, "order 2"},
		{"writes its operand", 1, one(faulty{Slope: 2, Second: 2, How: "writes"}), []graph.Buffer{v}, "written"},
		{"a VJP that is not linear", 1, one(faulty{Slope: 2, Second: 2, How: "bent"}), []graph.Buffer{v}, "linearity"},
		{"a VJP that ignores its cotangent", 1, one(faulty{Slope: 2, Second: 2, How: "constant"}), []graph.Buffer{v}, "order 1"},
		{"a cotangent of another shape", 1, one(faulty{Slope: 2, Second: 2, How: "shape"}), []graph.Buffer{v}, "cotangent of operand 0 is"},
		{"no cotangent", 1, one(faulty{Slope: 2, Second: 2, How: "dropped"}), []graph.Buffer{v}, "order 1"},
		{"no derivative", 1, one(faulty{Slope: 2, Second: 2, How: "none"}), []graph.Buffer{v}, "no derivative"},
		{"a NaN derivative", 1, one(faulty{Slope: math.NaN(), Second: 2}), []graph.Buffer{v}, "order 1"},
		{"right product", 3, two(""), []graph.Buffer{a, b}, ""},
		{"a swapped flag", 1, two("flag"), []graph.Buffer{a, b}, "order 1"},
		{"a factor", 1, two("factor"), []graph.Buffer{a, b}, "order 1"},
		{"one operand without cotangent", 1, two("missing"), []graph.Buffer{a, b}, "operand 1: order 1"},
		{"right pair", 3, both(false), []graph.Buffer{v}, ""},
		{"a second result's cotangent", 1, both(true), []graph.Buffer{v}, "order 1"},
	} {
		err := gradcheck.Error(c.order, c.f, c.in...)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Faults that only the table sees: in float32, batched, of the wrong type, too few cases.
func TestTableFaults(t *testing.T) {
	row := func(n int, f func(x *node) *node) ops.Info {
		info := ops.Info{Name: "planted", Order: 2}
		for i := range n {
			in := []ops.Operand{{Shape: graph.Of(1 + i%4), Draw: ops.Real}}
			info.Cases = append(info.Cases, ops.Case{Name: "c", In: in, F: func(in []*node) []*node { return []*node{f(in[0])} }})
		}
		return info
	}
	square := func(o faulty) ops.Info {
		return row(30, func(x *node) *node { return graph.Apply(o, x) })
	}
	for _, c := range []struct {
		name, mode string
		info       ops.Info
	}{
		{"right", "", row(30, ops.Tanh)},
		{"right by hand", "", square(faulty{Slope: 2, Second: 2})},
		{"2.001 for 2", "reverse 1", square(faulty{Slope: 2.001, Second: 2.001})},
		{"2.001 for 2 at order 2", "reverse 2", square(faulty{Slope: 2, Second: 2.001})},
		{"a VJP that is not linear", "modes", square(faulty{Slope: 2, Second: 2, How: "bent"})},
		{"29 cases", "reverse", row(29, ops.Tanh)},
		{"float32 only", "float32", row(30, func(x *node) *node { return graph.Apply(faulty{Slope: 2, Second: 2, How: "narrow"}, x) })},
		{"wrong batching", "batch", row(30, func(x *node) *node { return graph.Apply(mixed{Wrong: true}, x) })},
		{"right batching", "", row(30, func(x *node) *node { return graph.Apply(mixed{}, x) })},
	} {
		failed := map[string]bool{}
		for _, r := range gradcheck.Op(c.info, 2) {
			if _, err := json.Marshal(r); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if !r.Pass {
				failed[r.Mode], failed[fmt.Sprint(r.Mode, " ", r.Order)] = true, true
			}
		}
		if c.mode == "" && len(failed) > 0 || c.mode != "" && !failed[c.mode] {
			t.Errorf("%s: failed %v", c.name, failed)
		}
	}
}

// mixed is x − mean(x); its batching rule may take the mean over all rows.
type mixed struct{ Wrong bool }

func (mixed) Name() string                                { return "mixed" }
func (mixed) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }
func (mixed) Define(in []*node) []*node                   { return []*node{ops.Sub(in[0], ops.MeanKeep(in[0]))} }
func (o mixed) Batch(in []*node, _ []bool) []*node {
	if o.Wrong {
		return []*node{graph.Apply(mixed{}, in[0])}
	}
	return []*node{ops.Sub(in[0], ops.MeanKeep(in[0], 1))}
}

func TestCommand(t *testing.T) {
	var text, lines strings.Builder
	if err := gradcheck.Main(&text, "Tanh", 2, false); err != nil || !strings.Contains(text.String(), "\n1 ops, ") {
		t.Error(err, text.String())
	}
	if err := gradcheck.Main(&lines, "MatMul", 1, true); err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(lines.String()) {
		var r struct {
			Op, Dtype, Mode string
			Order, Cases    int
			MaxRelErr       float64 `json:"max_rel_err"`
			Pass            bool
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil || r.Op != "MatMul" || !r.Pass || r.Cases < 30 {
			t.Error(err, line)
		}
	}
	if err := gradcheck.Main(io.Discard, "Nonsense", 1, false); err == nil {
		t.Error("an op that is not there was checked")
	}
	if err := gradcheck.Main(io.Discard, "", 9, false); err == nil {
		t.Error("order 9 was accepted")
	}
}

func TestParams(t *testing.T) {
	w, b := graph.NewParam("w", gradcheck.Random(3, 2)), graph.NewParam("b", gradcheck.Random(2))
	r := rand.New(rand.NewPCG(1, 2))
	x := graph.BufferOf([]float64{r.Float64(), r.Float64(), r.Float64()}, 1, 3)
	gradcheck.Params(t, []*graph.Param{w, b}, func(g *graph.Graph) *node {
		return ops.Tanh(ops.Add(ops.MatMul(g.Constant(x), g.Use(w)), g.Use(b)))
	})
}
