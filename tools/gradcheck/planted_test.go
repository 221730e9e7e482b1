package gradcheck_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// planted are ops as a user might write them, each with one fault, and what the checks that the user calls say of it. Their right twins, which
// want says nothing of, pass.
var planted = []struct {
	name  string
	order int // of CheckOrder; 0 stands for Batched
	f     gradcheck.F
	in    []graph.Buffer
	want  string
}{
	{"right", 3, one(faulty{Slope: 2, Second: 2}), ins(v), ""},
	{"2.001 for 2", 1, one(faulty{Slope: 2.001, Second: 2}), ins(v), "order 1"},
	{"the sign", 1, one(faulty{Slope: -2, Second: 2}), ins(v), "order 1"},
	{"a missing factor", 1, one(faulty{Slope: 1, Second: 2}), ins(v), "order 1"},
	{"wrong at order 2, asked for 1", 1, one(faulty{Slope: 2, Second: 2.001}), ins(v), ""},
	{"wrong at order 2", 2, one(faulty{Slope: 2, Second: 2.001}), ins(v), "order 2"},
	{"wrong at order 3", 3, one(faulty{Slope: 2, Second: 2, How: "third"}), ins(v), "order 3"},
	{"a VJP that is not linear", 1, one(faulty{Slope: 2, Second: 2, How: "bent"}), ins(v), "linearity"},
	{"a VJP that adds a constant", 1, one(faulty{Slope: 2, Second: 2, How: "moved"}), ins(v), "linearity"},
	{"a VJP that ignores its cotangent", 1, one(faulty{Slope: 2, Second: 2, How: "constant"}), ins(v), "order 1"},
	{"a cotangent of another shape", 1, one(faulty{Slope: 2, Second: 2, How: "shape"}), ins(v), "cotangent of operand 0 is float64[], not float64[3]"},
	{"a cotangent of another dtype", 1, one(faulty{Slope: 2, Second: 2, How: "dtype"}), ins(v), "cotangent of operand 0 is float32[3], not float64[3]"},
	{"a cotangent too many", 1, one(faulty{Slope: 2, Second: 2, How: "many"}), ins(v), "2 cotangents for 1 operands"},
	{"no cotangent", 1, one(faulty{Slope: 2, Second: 2, How: "dropped"}), ins(v), "order 1"},
	{"no derivative", 1, one(faulty{Slope: 2, Second: 2, How: "none"}), ins(v), "no derivative"},
	{"a NaN derivative", 1, one(faulty{Slope: math.NaN(), Second: 2}), ins(v), "order 1"},
	{"0/0 where the derivative is 0", 1, one(faulty{Slope: 2, Second: 2, How: "quotient"}), ins(graph.BufferOf([]float64{1, 0, 2})), "order 1"},
	{"wrong in forward mode only", 1, one(faulty{Slope: 2, Second: 2, How: "forward"}), ins(v), "the JVP"},

	{"right product", 3, two(product{}), ins(a, b), ""},
	{"a swapped flag", 1, two(product{"flag"}), ins(a, b), "order 1"},
	{"a factor", 1, two(product{"factor"}), ins(a, b), "operand 1: order 1"},
	{"one operand without cotangent", 1, two(product{"missing"}), ins(a, b), "operand 1: order 1"},
	{"cotangents exchanged", 1, two(product{"exchanged"}), ins(a, b), "order 1"},
	{"a stopped gradient", 2, two(product{"stopped"}), ins(a, b), "order 2"},
	{"a type that is not the kernel's", 1, two(product{"type"}), ins(a, b), "float64[2], but its definition"},

	{"right bias", 3, two(bias{}), ins(a, r), ""},
	{"no sum over what was broadcast", 1, two(bias{"first"}), ins(a, r), "operand 1: order 1"},
	{"a sum over the wrong axis", 1, two(bias{"axis"}), ins(a, r), "operand 1: order 1"},
	{"a mean for a sum", 1, two(bias{"mean"}), ins(a, r), "operand 1: order 1"},

	{"right pair", 3, both(false, false), ins(v), ""},
	{"a second result's cotangent", 1, both(true, false), ins(v), "order 1"},
	{"results exchanged in the derivative", 1, both(false, true), ins(v), "order 1"},

	{"right sum of max and min", 2, two(ties{}), ins(v, v), ""},
	{"nothing at ties", 1, two(ties{"nothing"}), ins(v, v), "order 1"},
	{"twice at ties", 1, two(ties{"twice"}), ins(v, v), "order 1"},

	{"writes its operand", 1, one(faulty{Slope: 2, Second: 2, How: "writes"}), ins(v), "written"},
	{"reads beyond its operand", 1, one(faulty{Slope: 2, Second: 2, How: "beyond"}), ins(v), "out of range"},
	{"writes beyond its result", 1, one(faulty{Slope: 2, Second: 2, How: "beside"}), ins(v), "writes beside an array"},
	{"leaves a result unwritten", 1, one(faulty{Slope: 2, Second: 2, How: "last"}), ins(v), "the kernel of faulty: is not a function of its operands"},
	{"adds to what lies in its result", 1, one(faulty{Slope: 2, Second: 2, How: "adds"}), ins(v), "is not a function of its operands"},
	{"knows how often it ran", 1, one(faulty{Slope: 2, Second: 2, How: "counts", Runs: new(int)}), ins(v), "the kernel of faulty: is not a function of its operands"},
	{"looks at its neighbours", 1, one(faulty{Slope: 2, Second: 2, How: "sums"}), ins(v), "is not pointwise"},
	{"cannot lie over its operand", 1, one(faulty{Slope: 2, Second: 2, How: "reversed"}), ins(v), "over its operand"},
	{"tasks that write one element", 1, one(tasks{}), ins(v), "order of its tasks"},
	{"a kernel that its definition is not", 1, one(defined{}), ins(v), "its definition"},
	{"a simplification that is none", 1, one(simple{}), ins(v), "a plan gives"},
	{"an error in the kernel", 1, one(faulty{Slope: 2, Second: 2, How: "fails"}), ins(v), "no luck"},
	{"an attribute that cannot be compared", 1, one(listed{Sizes: []int{1}}), ins(v), "not comparable"},
	{"an attribute that nobody sees", 1, one(hidden{by: 2}), ins(v), "exported"},
	{"a shape that changes its mind", 1, one(fickle{N: new(int)}), ins(v), "Infer says"},
	{"a nil node", 1, func(...*node) *node { return nil }, ins(v), "nil node"},

	{"right batching", 0, one(mixed{}), ins(v), ""},
	{"a mean over the rows of a batch", 0, one(mixed{Wrong: true}), ins(v), "off by"},
	{"right batching of some operands", 0, two(shifted{}), ins(v, v), ""},
	{"an operand that is not mapped, taken for one that is", 0, two(shifted{Wrong: true}), ins(v, v), "gradcheck: "},
	{"a batch of another shape", 0, one(mixed{Flat: true}), ins(v), "the shape"},
}

var v, a, b, r = gradcheck.Random(3), gradcheck.Random(2, 2), gradcheck.Random(4).As(graph.Of(2, 2)), gradcheck.Random(2)

func ins(b ...graph.Buffer) []graph.Buffer { return b }

func one(op graph.Op) gradcheck.F { return func(x ...*node) *node { return graph.Apply(op, x[0]) } }
func two(op graph.Op) gradcheck.F {
	return func(x ...*node) *node { return graph.Apply(op, x[0], x[1]) }
}

func both(forgets, exchanges bool) gradcheck.F {
	return func(x ...*node) *node {
		r := graph.ApplyN(pair{forgets, exchanges}, 2, x[0])
		return ops.Add(r[0], ops.Scale(3, r[1]))
	}
}

// Each planted fault is found, and said to be what it is; the right twin is not.
func TestPlantedFaults(t *testing.T) {
	found := 0
	for _, c := range planted {
		var err error
		if c.order > 0 {
			err = gradcheck.Error(c.order, c.f, c.in...)
		} else {
			err = gradcheck.BatchedError(c.f, c.in...)
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		} else if err != nil {
			found++
		}
	}
	t.Logf("%d planted faults were found", found)
	if found < 40 {
		t.Error("want 40 at least")
	}
}

// Faults that only the table sees: in float32, at some of the cases, batched, too few cases.
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
	found := 0
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
		{"float32 only", "float32", square(faulty{Slope: 2, Second: 2, How: "narrow"})},
		{"one shape only", "reverse 2", square(faulty{Slope: 2, Second: 2, How: "four"})},
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
			t.Errorf("%s: failed %v", c.name, slices.Sorted(maps.Keys(failed)))
		} else if c.mode != "" {
			found++
		}
	}
	t.Logf("%d planted faults were found by the table", found)
}

// A faulty is x² whose derivative is Slope·x, and that one's derivative Second: 2 and 2 would be right.
type faulty struct {
	ops.Pointwise
	Slope, Second float64
	How           string
	Runs          *int
}

func (faulty) Name() string { return "faulty" }

func (o faulty) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		return ops.Map(c, func(x float64) float64 { return x*x + map[bool]float64{true: 1e-3}[o.How == "narrow"] })
	}
	x, y := graph.Data[float64](c.In[0]), graph.Data[float64](c.Out[0])
	n := len(x)
	switch o.How {
	case "writes":
		x[0] *= 1.5
	case "beside":
		*(*float64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(y)), 8*n)) = 1
	case "last":
		n--
	case "counts":
		*o.Runs++
		y[0] = float64(*o.Runs)
		return nil
	case "fails":
		return fmt.Errorf("no luck")
	}
	for i := range n {
		switch o.How {
		case "beyond":
			y[i] = x[i]*x[i+1] + x[i]
		case "adds":
			y[i] += x[i] * x[i]
		case "sums":
			if y[i] = x[i] * x[i]; i > 0 {
				y[i] += y[i-1]
			}
		case "reversed":
			y[n-1-i] = x[n-1-i]*x[n-1-i] + 0*x[i]
			if y[n-1-i] = x[n-1-i] * x[n-1-i]; i == n-1 {
				y[n-1] = x[n-1] * x[n-1]
			}
		default:
			y[i] = x[i] * x[i]
		}
	}
	return nil
}

func (o faulty) VJP(y, dy *node) []*node {
	x := y.In()[0]
	d := []*node{ops.Mul(dy, graph.Apply(slope{Slope: o.Slope, Second: o.Second}, x))}
	switch o.How {
	case "bent":
		dy = ops.Tanh(dy)
	case "moved":
		return []*node{ops.Add(d[0], ops.Like(1e-3, x))}
	case "constant":
		return []*node{ops.Scale(o.Slope, x)}
	case "shape":
		return []*node{ops.Sum(ops.Mul(dy, x))}
	case "dtype":
		return []*node{ops.Cast(d[0], graph.Float32)}
	case "many":
		return append(d, d[0])
	case "dropped":
		return []*node{nil}
	case "none":
		return nil
	case "third":
		return []*node{ops.Mul(dy, graph.Apply(slope{Slope: 2, Second: 2, Third: 1e-3}, x))}
	case "quotient":
		return []*node{ops.Mul(dy, ops.Scale(2, ops.Div(y, x)))}
	case "forward":
		return []*node{graph.Apply(passes{}, d[0])}
	case "four":
		if x.Shape() == graph.Of(4) {
			return []*node{ops.Scale(1.5, d[0])}
		}
	}
	return []*node{ops.Mul(dy, graph.Apply(slope{Slope: o.Slope, Second: o.Second}, x))}
}

type slope struct {
	ops.Pointwise
	Slope, Second, Third float64
}

func (slope) Name() string { return "slope" }
func (o slope) Eval(c *graph.Call) error {
	return ops.Map(c, func(x float64) float64 { return o.Slope * x })
}

func (o slope) Partial(y *node, _ int) *node {
	return ops.Add(ops.Like(o.Second, y), ops.Scale(o.Third, ops.Sub(y.In()[0], ops.StopGradient(y.In()[0]))))
}

// passes is its operand, with a derivative of 1.01.
type passes struct{ ops.Pointwise }

func (passes) Name() string                 { return "passes" }
func (passes) Eval(c *graph.Call) error     { return ops.Map(c, func(x float64) float64 { return x }) }
func (passes) Partial(y *node, _ int) *node { return ops.Like(1.01, y) }

// product is a matrix product with a derivative that may be wrong.
type product struct{ Fault string }

func (product) Name() string { return "product" }

func (o product) Define(in []*node) []*node { return []*node{ops.MatMul(in[0], in[1])} }

func (o product) Infer(in []graph.Type) ([]graph.Type, error) {
	s := graph.Of(in[0].Shape.Dim(0), in[1].Shape.Dim(1))
	if o.Fault == "type" {
		s = graph.Of(in[0].Shape.Dim(0))
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: s}}, nil
}

func (o product) VJP(y, dy *node) []*node {
	a, b := y.In()[0], y.In()[1]
	if o.Fault == "type" {
		return []*node{a, b}
	}
	da, db := ops.MatMulT(dy, b, false, true), ops.MatMulT(a, dy, true, false)
	switch o.Fault {
	case "flag":
		da = ops.MatMulT(dy, b, false, false)
	case "factor":
		db = ops.Scale(1.001, db)
	case "missing":
		db = nil
	case "exchanged":
		da, db = db, da
	case "stopped":
		da = ops.MatMulT(dy, ops.StopGradient(b), false, true)
	}
	return []*node{da, db}
}

// bias adds a row to each row.
type bias struct{ Fault string }

func (bias) Name() string                                { return "bias" }
func (bias) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], nil }
func (bias) Define(in []*node) []*node                   { return []*node{ops.Add(in[0], in[1])} }
func (o bias) VJP(_, dy *node) []*node {
	switch o.Fault {
	case "first":
		return []*node{dy, ops.Reshape(ops.Slice(dy, 0, 0, 1), 2)}
	case "axis":
		return []*node{dy, ops.Sum(dy, 1)}
	case "mean":
		return []*node{dy, ops.Mean(dy, 0)}
	}
	return []*node{dy, ops.Sum(dy, 0)}
}

// pair has two results, of which the second's cotangent may be forgotten.
type pair struct{ Forgets, Exchanges bool }

func (pair) Name() string                                { return "pair" }
func (pair) Infer(in []graph.Type) ([]graph.Type, error) { return []graph.Type{in[0], in[0]}, nil }
func (pair) Define(in []*node) []*node                   { return []*node{ops.Square(in[0]), ops.Tanh(in[0])} }

func (o pair) VJPs(ys, dys []*node) []*node {
	switch {
	case dys[0] == nil || dys[1] == nil:
		return nil
	case o.Forgets:
		return []*node{ops.Mul(dys[0], ops.Scale(2, ys[0].In()[0]))}
	case o.Exchanges:
		return []*node{ops.Add(ops.Mul(dys[1], ops.Scale(2, ys[0].In()[0])), ops.Mul(dys[0], ops.Affine(-1, ops.Square(ys[1]), 1)))}
	}
	return nil
}

// ties is max(a, b) + min(a, b), which is smooth where a = b.
type ties struct{ Fault string }

func (ties) Name() string                                { return "ties" }
func (ties) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], nil }
func (ties) Define(in []*node) []*node                   { return []*node{ops.Add(in[0], in[1])} }
func (o ties) VJP(y, dy *node) []*node {
	a, b := y.In()[0], y.In()[1]
	zero := ops.Like(0, dy)
	larger, smaller := ops.Where(ops.Less(a, b), zero, dy), ops.Where(ops.Less(a, b), dy, zero)
	switch o.Fault {
	case "nothing":
		larger = ops.Where(ops.Greater(a, b), dy, zero)
	case "twice":
		smaller = ops.Where(ops.LessEqual(a, b), dy, zero)
	}
	d := ops.Add(larger, smaller)
	return []*node{d, d}
}

// tasks writes one element from two tasks.
type tasks struct{ ops.Pointwise }

func (tasks) Name() string                      { return "tasks" }
func (tasks) Work(_, _ []graph.Type) graph.Work { return graph.Work{Phases: [3]int{2}} }
func (tasks) Partial(y *node, _ int) *node      { return ops.Like(1, y) }
func (tasks) Eval(c *graph.Call) error {
	for i, x := range graph.Data[float64](c.In[0]) {
		graph.Data[float64](c.Out[0])[i] = x + float64(c.Task)
	}
	return nil
}

// defined has a kernel that is its definition and a little.
type defined struct{ ops.Pointwise }

func (defined) Name() string              { return "defined" }
func (defined) Define(in []*node) []*node { return []*node{ops.Tanh(in[0])} }
func (defined) Eval(c *graph.Call) error {
	return ops.Map(c, func(x float64) float64 { return math.Tanh(x) + 1e-3 })
}

// simple is x + 1, and says that it is x.
type simple struct{ ops.Pointwise }

func (simple) Name() string                 { return "simple" }
func (simple) Simplify(n *node) *node       { return n.In()[0] }
func (simple) Partial(y *node, _ int) *node { return ops.Like(1, y) }
func (simple) Eval(c *graph.Call) error     { return ops.Map(c, func(x float64) float64 { return x + 1 }) }

type listed struct {
	ops.Pointwise
	Sizes []int
}

func (listed) Name() string             { return "listed" }
func (listed) Eval(c *graph.Call) error { return ops.Map(c, math.Abs) }

type hidden struct {
	ops.Pointwise
	by float64
}

func (hidden) Name() string { return "hidden" }
func (o hidden) Eval(c *graph.Call) error {
	return ops.Map(c, func(x float64) float64 { return o.by * x })
}

// fickle says another shape each time.
type fickle struct{ N *int }

func (fickle) Name() string { return "fickle" }
func (o fickle) Infer(in []graph.Type) ([]graph.Type, error) {
	*o.N++
	return []graph.Type{graph.T(in[0].Dtype, *o.N)}, nil
}
func (fickle) Eval(*graph.Call) error { return nil }
func (fickle) VJP(y, _ *node) []*node { return []*node{y.In()[0]} }

// mixed is x − mean(x); its batching rule may take the mean over all rows, or lose the rows.
type mixed struct{ Wrong, Flat bool }

func (mixed) Name() string                                { return "mixed" }
func (mixed) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }
func (mixed) Define(in []*node) []*node                   { return []*node{ops.Sub(in[0], ops.MeanKeep(in[0]))} }
func (o mixed) Batch(in []*node, _ []bool) []*node {
	switch {
	case o.Wrong:
		return []*node{graph.Apply(mixed{}, in[0])}
	case o.Flat:
		return []*node{ops.Sum(in[0], 1)}
	}
	return []*node{ops.Sub(in[0], ops.MeanKeep(in[0], 1))}
}

// shifted is a − b·Σa; its batching rule may forget that b is not mapped.
type shifted struct{ Wrong bool }

func (shifted) Name() string                                { return "shifted" }
func (shifted) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], nil }
func (shifted) Define(in []*node) []*node {
	return []*node{ops.Sub(in[0], ops.Mul(in[1], ops.SumKeep(in[0], -1)))}
}

func (o shifted) Batch(in []*node, mapped []bool) []*node {
	if o.Wrong {
		return []*node{ops.Sub(in[0], ops.Mul(in[1], ops.SumKeep(in[0], 1)))}
	}
	return o.Define(ops.Align(in, mapped))
}
