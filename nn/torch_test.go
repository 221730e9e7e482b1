package nn_test

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A torchCase is what PyTorch made of a layer or loss: see tools/parity/harness.py, and conv.py and losses.py beside it, which write
// testdata/parity.
type torchCase struct {
	Name string
	Attr map[string]any
	In   []torchArray
	Out  []torchArray
	Grad []torchArray // of the sum of weight(i)·y[i], for each float operand
}

type torchArray struct {
	T string
	S []int
	V []torchNumber
}

// A torchNumber may be one that JSON has no word for.
type torchNumber float64

func (v *torchNumber) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	*v = torchNumber(f)
	return err
}

func (a torchArray) buffer(float graph.Dtype) graph.Buffer {
	d := map[string]graph.Dtype{"f": float, "i32": graph.Int32, "i64": graph.Int64, "b": graph.Bool}[a.T]
	b := graph.NewBuffer(graph.T(d, a.S...))
	for i, v := range a.V {
		switch d {
		case graph.Float32:
			graph.Data[float32](b)[i] = float32(v)
		case graph.Float64:
			graph.Data[float64](b)[i] = float64(v)
		case graph.Int32:
			graph.Data[int32](b)[i] = int32(v)
		case graph.Int64:
			graph.Data[int64](b)[i] = int64(v)
		default:
			graph.Data[bool](b)[i] = v != 0
		}
	}
	return b
}

func (c torchCase) num(name string) float64 {
	f, ok := c.Attr[name].(float64)
	if !ok {
		panic("no number " + name + " in " + c.Name)
	}
	return f
}

func (c torchCase) flag(name string) bool { b, _ := c.Attr[name].(bool); return b }

func (c torchCase) text(name string) string { s, _ := c.Attr[name].(string); return s }

func (c torchCase) list(name string) (v []int) {
	l, _ := c.Attr[name].([]any)
	for _, x := range l {
		v = append(v, int(x.(float64)))
	}
	return v
}

// A torchRow applies a layer or loss to a case's operands, in the given dtype.
type torchRow func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node

// testTorch holds results and gradients of each row against PyTorch's, in both float types.
func testTorch(t *testing.T, rows map[string]torchRow) {
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			for _, c := range torchCases(t, name) {
				for _, d := range []graph.Dtype{graph.Float64, graph.Float32} {
					checkTorch(t, c, d, row)
				}
			}
		})
	}
}

func torchCases(t *testing.T, name string) (cases []torchCase) {
	f, err := os.Open(filepath.Join("testdata", "parity", strings.ToLower(name)+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err == nil {
		err = json.NewDecoder(z).Decode(&cases)
	}
	if err != nil || len(cases) == 0 {
		t.Fatalf("%s: %d cases: %v", name, len(cases), err)
	}
	return cases
}

func checkTorch(t *testing.T, c torchCase, d graph.Dtype, row torchRow) {
	t.Helper()
	g := graph.New(graph.Training)
	var in, xs []*graph.Node
	var feed []graph.Buffer
	for i, a := range c.In {
		feed = append(feed, a.buffer(d))
		in = append(in, g.Placeholder("in"+strconv.Itoa(i), feed[i].Type))
		if a.T == "f" {
			xs = append(xs, in[i])
		}
	}
	y := row(c, d, in)
	if !y.Valid() {
		t.Errorf("%s: %v", c.Name, g.Err())
		return
	}
	w := graph.NewBuffer(graph.Type{Dtype: graph.Float64, Shape: y.Shape()})
	for i := range w.Len() {
		graph.Data[float64](w)[i] = (float64(5*i%11) - 4.5) / 4 // weight in harness.py
	}
	outs := append([]*graph.Node{y}, autodiff.Grad(ops.Sum(ops.Mul(y, ops.Cast(g.Constant(w), y.Dtype()))), xs...)...)
	p, err := exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.NoTrap())
	if err != nil {
		t.Errorf("%s: %v", c.Name, err)
		return
	}
	got, err := p.RunBuffers(feed...)
	if err != nil {
		t.Errorf("%s: %v", c.Name, err)
		return
	}
	if len(c.Out) != 1 || len(c.Grad) != len(xs) {
		t.Fatalf("%s: %d results and %d gradients in the golden", c.Name, len(c.Out), len(c.Grad))
	}
	for i, want := range append(c.Out[:1:1], c.Grad...) {
		what := c.Name + ", " + d.String()
		if i > 0 {
			what += ", gradient " + strconv.Itoa(i-1)
		}
		loose, _ := c.Attr["loose"].(float64)
		torchEqual(t, what, got[i], want, max(1, loose))
	}
}

// torchEqual allows 1e-12 of an element in float64, and 1e-5 of the largest of the array, whose sums have terms as large, in float32;
// or a multiple of these, where a case says so.
func torchEqual(t *testing.T, what string, got graph.Buffer, want torchArray, loose float64) {
	t.Helper()
	if got.Type.Shape != graph.Of(want.S...) {
		t.Errorf("%s: shape %v, not %v", what, got.Type.Shape, want.S)
		return
	}
	largest := 1.0
	for _, v := range want.V {
		if f := math.Abs(float64(v)); f <= math.MaxFloat64 {
			largest = max(largest, f)
		}
	}
	for i, v := range want.V {
		var x, tol float64
		if w := float64(v); got.Type.Dtype == graph.Float64 {
			x, tol = graph.Data[float64](got)[i], 1e-12*max(1, math.Abs(w))
		} else {
			x, tol = float64(graph.Data[float32](got)[i]), 1e-5*largest
		}
		if w := float64(v); x != w && (x == x || w == w) && !(math.Abs(x-w) <= loose*tol) {
			t.Errorf("%s: element %d is %v, not %v", what, i, x, w)
			return
		}
	}
}
