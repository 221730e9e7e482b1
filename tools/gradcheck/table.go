package gradcheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// MinCases is how many cases an op must have.
const MinCases = 30

// A Result is one line of the table: an op at one order in one way.
type Result struct {
	Op        string  `json:"op"`
	Dtype     string  `json:"dtype"`
	Order     int     `json:"order"`
	Mode      string  `json:"mode"` // reverse, modes (forward against reverse, and linearity), float32, batch
	Cases     int     `json:"cases"`
	MaxRelErr float64 `json:"max_rel_err"`
	Pass      bool    `json:"pass"`
	err       error
}

// Err says what failed, nil if nothing did.
func (r Result) Err() error { return r.err }

// Op checks a row of ops.All up to an order: every case in float64 against differences, forward against reverse mode, float32
// against float64, and batched against row by row.
func Op(info ops.Info, order int) (rs []Result) {
	order = min(order, info.Order)
	worst := make([]float64, order+1)
	errs := make([]error, order+1)
	var single, batch float64
	var errSingle, errBatch error
	for _, k := range info.Cases {
		in := draw(info.Name, k, 0)
		c := &check{order: order, in: in, f: k.F, r: source(info.Name, k, 1)}
		w, err := c.run()
		for i, e := range w {
			worst[i] = max(worst[i], e)
		}
		if err != nil {
			errs[order] = errors.Join(errs[order], fmt.Errorf("%s: %w", k.Name, err))
		}
		if e, err := narrow(k, in, info.Order > 0); e > 1 || err != nil {
			errSingle = errors.Join(errSingle, errors.Join(fmt.Errorf("%s: float32 is off by %.1f of the bound", k.Name, e), err))
			single = max(single, e)
		} else {
			single = max(single, e)
		}
		if e, err := batched(info.Name, k); e > 1e-12 || err != nil {
			errBatch = errors.Join(errBatch, errors.Join(fmt.Errorf("%s: batched, off by %.1e", k.Name, e), err))
			batch = max(batch, e)
		} else {
			batch = max(batch, e)
		}
	}
	n := len(info.Cases)
	var few error
	if n < MinCases {
		few = fmt.Errorf("%d cases, want %d", n, MinCases)
	}
	add := func(dtype string, order int, mode string, e float64, err error) {
		if err = errors.Join(err, few); err != nil {
			err = fmt.Errorf("%s: %w", info.Name, err)
		}
		if !(e <= math.MaxFloat64) { // JSON has neither infinities nor NaN
			e = math.MaxFloat64
		}
		rs = append(rs, Result{info.Name, dtype, order, mode, n, e, err == nil, err})
	}
	// A line fails by its own error, wherever else the cases' errors are told.
	off := func(k int, what string) error {
		if worst[k] <= Tolerance(k) {
			return nil
		}
		return fmt.Errorf("%s by %.1e", what, worst[k])
	}
	for k := 1; k <= order; k++ {
		add("float64", k, "reverse", worst[k], errors.Join(errs[k], off(k, "off")))
	}
	if order > 0 {
		add("float64", 1, "modes", worst[0], off(0, "JVP and VJP differ, or the VJP is not linear in the cotangent,"))
	} else {
		add("float64", 0, "values", 0, errs[0])
	}
	add("float32", min(1, order), "float32", single, errSingle)
	add("float64", 0, "batch", batch, errBatch)
	return rs
}

// source is a case's own stream of random numbers.
func source(op string, k ops.Case, n uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(op + k.Name))
	return rand.New(rand.NewPCG(h.Sum64(), n))
}

// draw makes the operands of a case, floats as float64.
func draw(op string, k ops.Case, n uint64) []graph.Buffer {
	r := source(op, k, 100+n)
	in := make([]graph.Buffer, len(k.In))
	for i, o := range k.In {
		in[i] = graph.BufferFrom(graph.Type{Dtype: float64Of(o.Dtype), Shape: o.Shape}, o.Draw(r, o.Shape.Size()))
	}
	return in
}

func float64Of(d graph.Dtype) graph.Dtype {
	if d == graph.Float32 {
		return graph.Float64
	}
	return d
}

// narrow compares a case's values and gradients in float32 with those in float64. The bound for each array is 64·u times its condition, taken
// as the square root of the number of terms that enter an element at most, times the largest magnitude among operands, results and
// gradients: what rounding each of that many terms once costs where the errors are independent. It returns the error as a share of the
// bound.
func narrow(k ops.Case, in []graph.Buffer, gradients bool) (worst float64, err error) {
	var outs [2][]graph.Buffer
	most, terms := 1.0, 1.0
	for i, d := range []graph.Dtype{graph.Float64, graph.Float32} {
		g := graph.New(graph.Training)
		var nodes, xs []*graph.Node
		feed := make([]graph.Buffer, len(in))
		for j, b := range in {
			t := b.Type
			if feed[j] = b; t.Dtype == graph.Float64 {
				t.Dtype = d
				feed[j] = rounded(b, d)
			}
			n := g.Placeholder("x", t)
			if nodes = append(nodes, n); t.Dtype == d {
				xs = append(xs, n)
			}
			terms = max(terms, float64(b.Len()))
		}
		var ys, cot []*graph.Node
		for _, y := range k.F(nodes) {
			if y.Valid() && y.Dtype() == d {
				ys, cot = append(ys, y), append(cot, ops.Like(0.75, y))
			}
		}
		if gradients && len(ys) > 0 {
			for _, dx := range autodiff.VJP(ys, cot, xs) {
				if dx != nil {
					ys = append(ys, dx)
				}
			}
		}
		if len(ys) == 0 {
			continue
		}
		p, err := exec.Compile(g, exec.In(nodes...), exec.Out(ys...), exec.Workers(1), exec.NoTrap())
		if err != nil {
			return math.Inf(1), err
		}
		if outs[i], err = p.RunBuffers(feed...); err != nil {
			return math.Inf(1), err
		}
	}
	if len(outs[0]) != len(outs[1]) { // results of a dtype that the case names
		return 0, nil
	}
	for _, b := range append(append([]graph.Buffer(nil), in...), outs[0]...) {
		if b.Type.Dtype == graph.Float64 {
			for _, v := range graph.Data[float64](b) {
				most = max(most, math.Abs(v))
			}
		}
	}
	bound := 64 * 0x1p-24 * most * math.Sqrt(terms)
	for i, b := range outs[0] {
		narrow := graph.Data[float32](outs[1][i])
		for j, v := range graph.Data[float64](b) {
			if e := math.Abs(float64(narrow[j])-v) / bound; near(float64(narrow[j]), v) > 0 {
				if e != e {
					e = math.Inf(1)
				}
				worst = max(worst, e)
			}
		}
	}
	return worst, nil
}

// rounded is b through float32, as dtype d: both precisions start at the same point.
func rounded(b graph.Buffer, d graph.Dtype) graph.Buffer {
	v := make([]float64, b.Len())
	for i, x := range graph.Data[float64](b) {
		v[i] = float64(float32(x))
	}
	return graph.BufferFrom(graph.Type{Dtype: d, Shape: b.Type.Shape}, v)
}

// batched compares the case mapped over three sets of operands with the case applied to each, and so with one operand after the other, and then
// the others, the same for all.
func batched(op string, k ops.Case) (worst float64, err error) {
	const rows = 3
	if len(k.In) == 0 {
		return 0, nil
	}
	masks := [][]bool{make([]bool, len(k.In))}
	for i := range k.In {
		masks[0][i] = true
	}
	if i := int(source(op, k, 2).Uint32()) % len(k.In); len(k.In) > 1 {
		for _, own := range []bool{true, false} { // mapped itself, or the others
			m := make([]bool, len(k.In))
			for j := range m {
				m[j] = (i == j) == own
			}
			masks = append(masks, m)
		}
	}
	sets := make([][]graph.Buffer, rows)
	for r := range sets {
		sets[r] = draw(op, k, uint64(10+r))
	}
	for _, mapped := range masks {
		e, err := rowByRow(k, sets, mapped)
		if worst = max(worst, e); err != nil {
			return worst, err
		}
	}
	return worst, nil
}

// rowByRow compares f mapped over some operands with f of each row; the operands of the first row stand for those that are not mapped.
func rowByRow(k ops.Case, sets [][]graph.Buffer, mapped []bool) (worst float64, err error) {
	rows := len(sets)
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(1))
	var operands []*graph.Node
	var feed []graph.Buffer
	single := make([][]*graph.Node, rows)
	for i, m := range mapped {
		all := sets[0][i]
		if t := all.Type; m {
			all = graph.NewBuffer(graph.Type{Dtype: t.Dtype, Shape: t.Shape.Lead(rows)})
			for r := range rows {
				copy(all.Bytes()[r*t.Bytes():], sets[r][i].Bytes())
			}
		}
		n := g.Placeholder("operand", all.Type)
		operands, feed = append(operands, n), append(feed, all)
		for r := range rows {
			x := n
			if m {
				x = ops.ReshapeTo(ops.Slice(n, 0, r, 1), sets[0][i].Type.Shape)
			}
			single[r] = append(single[r], x)
		}
	}
	outs := vmap.Flagged(k.F, operands, mapped)
	if g.RNG() != nil && draws(outs) { // rows would share their draws or not, depending on how they are counted
		return 0, g.Err()
	}
	results := len(outs)
	for r := range rows {
		outs = append(outs, k.F(single[r])...)
	}
	p, err := exec.Compile(g, exec.In(operands...), exec.Out(outs...), exec.Workers(1), exec.NoTrap())
	if err != nil {
		return math.Inf(1), err
	}
	got, err := p.RunBuffers(feed...)
	if err != nil {
		return math.Inf(1), err
	}
	for i := range results {
		for r := range rows {
			want := got[results*(r+1)+i]
			if s := got[i].Type.Shape; s != want.Type.Shape.Lead(rows) {
				return math.Inf(1), fmt.Errorf("a batch of %v has the shape %v", want.Type, s)
			}
			part := got[i].Part(r*want.Len(), (r+1)*want.Len())
			if want.Type.Dtype != graph.Float64 {
				if string(part.Bytes()) != string(want.Bytes()) {
					worst = math.Inf(1)
				}
				continue
			}
			for j, v := range graph.Data[float64](want) {
				worst = max(worst, near(graph.Data[float64](part)[j], v))
			}
		}
	}
	return worst, nil
}

func draws(outs []*graph.Node) bool {
	for _, n := range graph.Order(outs, nil) {
		if n.Op().Name() == "uniform" || n.Op().Name() == "normal" {
			return true
		}
	}
	return false
}

// All checks the rows of ops.All whose name is given, or all of them, on all cores, in order.
func All(name string, order int) ([]Result, error) {
	var rows []ops.Info
	for _, info := range ops.All() {
		if name == "" || info.Name == name {
			rows = append(rows, info)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("gradcheck: there is no op %q", name)
	}
	results := make([][]Result, len(rows))
	var all sync.WaitGroup
	free := make(chan bool, runtime.GOMAXPROCS(0))
	for i, info := range rows {
		all.Add(1)
		free <- true
		go func() {
			defer all.Done()
			results[i] = Op(info, order)
			<-free
		}()
	}
	all.Wait()
	var out []Result
	for _, r := range results {
		out = append(out, r...)
	}
	return out, nil
}

// Main prints the table, or JSON lines; the error counts what failed.
func Main(w io.Writer, name string, order int, asJSON bool) error {
	if order < 0 || order > 6 {
		return fmt.Errorf("gradcheck: order %d, want 0 to 6", order)
	}
	results, err := All(name, order)
	if err != nil {
		return err
	}
	failed, cases, checked := 0, 0, map[string]bool{}
	if !asJSON {
		fmt.Fprintf(w, "%-20s %-8s %5s %-8s %5s  %11s\n", "op", "dtype", "order", "mode", "cases", "max rel err")
	}
	for _, r := range results {
		cases += r.Cases
		checked[r.Op] = true
		if !r.Pass {
			failed++
		}
		if asJSON {
			b, err := json.Marshal(r)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s\n", b)
			continue
		}
		mark := ""
		if !r.Pass {
			mark = "  FAIL: " + r.err.Error()
		}
		fmt.Fprintf(w, "%-20s %-8s %5d %-8s %5d  %11.1e%s\n", r.Op, r.Dtype, r.Order, r.Mode, r.Cases, r.MaxRelErr, mark)
	}
	if !asJSON {
		fmt.Fprintf(w, "%d ops, %d checks of cases, %d lines failed\n", len(checked), cases, failed)
	}
	if failed > 0 {
		return fmt.Errorf("gradcheck: %d of %d lines failed", failed, len(results))
	}
	return nil
}
