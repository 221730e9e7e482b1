package ops_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Parity with PyTorch: every row of ops.All, its results and gradients in both float types.
//
// To add an op: write its cases in tools/parity/ops.py, run `python tools/parity/ops.py NAME` in an environment with
// tools/parity/requirements.txt, which writes testdata/parity/name.json.gz, and add a row to parityRows or linearRows, which say how the op is
// applied to a case's operands and attributes. To add a case to an op: the first two of these. Where Kedja holds to another
// convention at a kink, the golden keeps what PyTorch says, conventions says what Kedja does, and the op's doc comment says so, too.

// The largest error against PyTorch, relative to the larger of 1 and the value: of float64 to that of the element, of float32, whose
// sums have terms as large as the largest, to that of its array's largest.
const (
	tolerance64 = 1e-12
	tolerance32 = 4e-6
)

// agrees reports whether got is want up to rounding in dtype d; signs of zeros count if asked for.
func agrees(got, want, largest float64, d graph.Dtype, signs bool) bool {
	switch {
	case want != want || math.IsInf(want, 0):
		return same(got, want)
	case signs && want == 0 && got == 0:
		return same(got, want)
	case d == graph.Float32:
		return math.Abs(got-want) <= tolerance32*max(1, largest)
	case d == graph.Float64:
		return math.Abs(got-want) <= tolerance64*max(1, math.Abs(want))
	}
	return got == want
}

// compared says where a result is not what is wanted, nil if it is; own are elements with another value than
// PyTorch's.
func compared(got graph.Buffer, want array, own map[int]float64, float graph.Dtype, signs bool) error {
	if got.Type.Shape != graph.Of(want.S...) {
		return fmt.Errorf("shape %v, not %v", got.Type.Shape, want.S)
	}
	if isFloat := got.Type.Dtype.Float(); isFloat != want.dtype(float).Float() || isFloat && got.Type.Dtype != want.dtype(float) {
		return fmt.Errorf("dtype %v, not %v", got.Type.Dtype, want.dtype(float))
	}
	var wrong []string
	largest := 0.0
	for _, w := range want.values() {
		if w-w == 0 {
			largest = max(largest, math.Abs(w))
		}
	}
	for i, w := range want.values() {
		v := floats(got)[i]
		if k, ok := own[i]; ok {
			if agrees(k, w, largest, graph.Float64, signs) {
				wrong = append(wrong, fmt.Sprintf("element %d is %v in PyTorch, too: there is no convention of our own", i, w))
			}
			w = k
		}
		if !agrees(v, w, largest, got.Type.Dtype, signs) {
			wrong = append(wrong, fmt.Sprintf("element %d is %v, not %v", i, v, w))
		}
	}
	if wrong != nil {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// weight is the cotangent of element i of float result r, as in tools/parity/harness.py.
func weight(r, i int) float64 { return (float64((5*i+3*r)%11) - 4.5) / 4 }

// runParity applies a row to a case in a float dtype; a gradient that is nil is nothing but zeros.
func runParity(row parityRow, k golden, float graph.Dtype) (outs, grads []graph.Buffer, err error) {
	g := graph.New(graph.Training)
	u := use{g: g, float: float, attr: k.Attr, read: map[string]bool{}}
	var feed []graph.Buffer
	var xs, ys, cot []*graph.Node
	for i, a := range k.In {
		feed = append(feed, buffer(a.dtype(float), a.values(), a.S...))
		u.in = append(u.in, g.Placeholder(fmt.Sprint("x", i), feed[i].Type))
		if a.T == "f" {
			xs = append(xs, u.in[i])
		}
	}
	all := slices.Clone(row(u))
	n := len(all)
	for name := range k.Attr {
		if !u.read[name] {
			return nil, nil, fmt.Errorf("the row does not read attribute %s", name)
		}
	}
	for _, y := range all {
		if y.Valid() && y.Dtype() == float {
			w := make([]float64, y.Shape().Size())
			for i := range w {
				w[i] = weight(len(ys), i)
			}
			ys, cot = append(ys, y), append(cot, g.Constant(buffer(float, w, y.Shape().Dims()...)))
		}
	}
	if g.Err() != nil {
		return nil, nil, g.Err()
	}
	if k.Grad != nil {
		for i, dx := range autodiff.VJP(ys, cot, xs) {
			if dx == nil {
				dx = ops.Like(0, xs[i])
			}
			all = append(all, dx)
		}
	}
	p, err := exec.Compile(g, exec.In(u.in...), exec.Out(all...), exec.NoTrap())
	if err != nil {
		return nil, nil, err
	}
	out, err := p.RunBuffers(feed...)
	if err != nil {
		return nil, nil, err
	}
	return out[:n], out[n:], nil
}

// checkParity compares a case, results first.
func checkParity(row parityRow, k golden, float graph.Dtype, own convention) error {
	outs, grads, err := runParity(row, k, float)
	if err != nil {
		return err
	}
	if len(outs) != len(k.Out) || len(grads) != len(k.Grad) {
		return fmt.Errorf("%d results and %d gradients, want %d and %d", len(outs), len(grads), len(k.Out), len(k.Grad))
	}
	for i, b := range outs {
		if e := compared(b, k.Out[i], own.results[i], float, k.Signs); e != nil {
			err = errors.Join(err, fmt.Errorf("result %d: %w", i, e))
		}
	}
	for i, b := range grads {
		if e := compared(b, k.Grad[i], own.gradients[i], float, false); e != nil {
			err = errors.Join(err, fmt.Errorf("gradient %d: %w", i, e))
		}
	}
	return err
}

// Every op agrees with its counterpart.
func TestParity(t *testing.T) {
	known, used, cases := map[string]bool{}, map[string]bool{}, 0
	for _, info := range ops.All() {
		known[strings.ToLower(info.Name)+".json.gz"] = true
		row := parityRows[info.Name]
		if row == nil {
			row = linearRows[info.Name]
		}
		if row == nil {
			t.Errorf("%s has no parity row", info.Name)
			continue
		}
		ks := goldens(t, info.Name)
		if len(ks) < 2 {
			t.Errorf("%s: %d cases, want at least 2", info.Name, len(ks))
		}
		t.Run(info.Name, func(t *testing.T) {
			for _, k := range ks {
				cases++
				for _, d := range both {
					if err := checkParity(row, k, d, conventions[info.Name+" "+k.Name]); err != nil {
						t.Errorf("%s %v: %v", k.Name, d, err)
					}
				}
			}
		})
		for _, k := range ks {
			used[info.Name+" "+k.Name] = true
		}
	}
	t.Logf("%d cases", cases)
	for name, c := range conventions {
		if !used[name] || c.why == "" {
			t.Errorf("convention %q is of no case, or without a reason", name)
		}
	}
	files, err := filepath.Glob("testdata/parity/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[filepath.Base(f)] {
			t.Errorf("%s is of no op", f)
		}
	}
}
