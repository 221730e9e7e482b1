package programs

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graphfile"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// A verb program is a smooth function of a vector of float64 to a number, made of loops, branches, rows, regions that are computed again and
// ops, on which what turns graphs into graphs is tried: reverse and forward mode, vmap, and a file.
type verbs struct {
	*rand.Rand
	n    int
	took map[string]bool
}

type nodes = []*graph.Node

// step chooses when it is called, so that the function is the same each time it is traced.
func (v *verbs) step() func(x *graph.Node) *graph.Node {
	n := v.n
	weights := func(dims ...int) func(g *graph.Graph) *graph.Node {
		values := make([]float64, graph.Of(dims...).Size())
		for i := range values {
			values[i] = 2*v.Float64() - 1
		}
		return func(g *graph.Graph) *graph.Node { return g.Constant(graph.BufferOf(values, dims...)) }
	}
	switch k := v.IntN(10); k {
	case 0, 1, 2:
		f := []func(x *graph.Node) *graph.Node{
			ops.Sin, ops.Cos, ops.Tanh, ops.Sigmoid, ops.Softplus, ops.GELU, ops.SiLU, ops.Atan, ops.Asinh, ops.Erf, ops.Mish,
			func(x *graph.Node) *graph.Node { return ops.Exp(ops.Tanh(x)) },
			func(x *graph.Node) *graph.Node { return ops.Softmax(x, 0) },
			func(x *graph.Node) *graph.Node { return ops.LogSoftmax(x, 0) },
			func(x *graph.Node) *graph.Node { return ops.Tanh(ops.CumSum(x, 0)) },
			func(x *graph.Node) *graph.Node { return ops.Flip(x, 0) },
			func(x *graph.Node) *graph.Node { return ops.Mul(x, ops.Tanh(ops.Mean(x))) },
			func(x *graph.Node) *graph.Node { return ops.Log1p(ops.Square(x)) },
		}
		return f[v.IntN(len(f))]
	case 3:
		w := weights(n, n)
		return func(x *graph.Node) *graph.Node {
			return ops.Tanh(ops.Reshape(ops.MatMul(w(x.Graph()), ops.Reshape(x, n, 1)), n))
		}
	case 4, 5:
		v.took["scan"] = true
		t, w, reverse, again := 1+v.IntN(4), weights(4, n), v.IntN(2) == 0, k == 4
		if again {
			v.took["rematerialised"] = true
		}
		return func(x *graph.Node) *graph.Node {
			rows := ops.Mul(ops.Slice(w(x.Graph()), 0, 0, t), ops.Sin(x))
			scan := flow.Scan
			if reverse {
				scan = flow.ScanReverse
			}
			body := func(in nodes) nodes { return nodes{ops.Tanh(ops.Add(ops.Mul(in[0], x), in[1]))} }
			final, ys := scan(nodes{ops.Cos(x)}, nodes{rows}, func(s, r nodes) (next, y nodes) {
				if again {
					next = autodiff.Checkpoint(body, s[0], r[0])
				} else {
					next = body(nodes{s[0], r[0]})
				}
				return next, nodes{ops.Square(next[0])}
			})
			return ops.Add(final[0], ops.Sum(ys[0], 0))
		}
	case 6:
		v.took["branch"] = true
		at := v.Float64() - 0.5
		return func(x *graph.Node) *graph.Node {
			s := ops.Mean(x)
			return flow.Cond(ops.Less(s, ops.Like(at, s)), func(in nodes) nodes { return nodes{ops.Sin(in[0])} },
				func(in nodes) nodes { return nodes{ops.Mul(ops.Sigmoid(in[0]), x)} }, x)[0]
		}
	case 7:
		v.took["vmapped"] = true
		return func(x *graph.Node) *graph.Node {
			return vmap.Map(func(in nodes) nodes { return nodes{ops.Tanh(ops.Sum(ops.Mul(ops.Sin(in[0]), x)))} }, ops.Reshape(x, n, 1))[0]
		}
	case 8:
		v.took["rematerialised"] = true
		w := weights(n)
		return func(x *graph.Node) *graph.Node {
			return autodiff.Checkpoint(func(in nodes) nodes { return nodes{ops.Sin(ops.Mul(ops.Softplus(in[0]), w(in[0].Graph())))} }, x)[0]
		}
	default:
		v.took["branch"] = true
		return func(x *graph.Node) *graph.Node {
			final, _ := flow.While(3, nodes{x}, func(s nodes) *graph.Node { return ops.Less(ops.Sum(ops.Square(s[0])), ops.Like(2, ops.Sum(s[0]))) },
				func(s nodes) nodes { return nodes{ops.Affine(1.3, ops.Sin(s[0]), 0.1)} })
			return final[0]
		}
	}
}

// newVerbs returns the function of a seed.
func newVerbs(seed uint64) (v *verbs, f func(x *graph.Node) *graph.Node) {
	v = &verbs{rand.New(rand.NewPCG(seed, 0x7665726273)), 0, map[string]bool{}}
	v.n = 1 + v.IntN(6)
	var steps []func(x *graph.Node) *graph.Node
	for range 1 + v.IntN(5) {
		steps = append(steps, v.step())
	}
	return v, func(x *graph.Node) *graph.Node {
		y := x
		for i, s := range steps {
			if y = s(y); i%2 == 1 {
				y = ops.Add(y, x)
			}
		}
		return ops.Sum(ops.Mul(y, ops.Cos(y)))
	}
}

// within reports whether two numbers agree to a share of their size.
func within(a, b, share float64) bool { return math.Abs(a-b) <= share*(1+math.Abs(a)+math.Abs(b)) }

func (v *verbs) values(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 2*v.Float64() - 1
	}
	return x
}

// check holds reverse mode against forward mode, both against differences, rows by vmap against one row after the other, with their
// gradients, and what was saved and loaded against what was not.
func (v *verbs) check(f func(x *graph.Node) *graph.Node) error {
	const rows = 3
	n := v.n
	g := graph.New(graph.Training)
	x, dx, xs := g.Input("x", graph.Float64, n), g.Input("dx", graph.Float64, n), g.Input("xs", graph.Float64, rows, n)
	y := f(x)
	grad := autodiff.Grad(y, x)[0]
	forward := autodiff.JVP(nodes{y}, nodes{x}, nodes{dx})[0]
	both := vmap.Map(func(in nodes) nodes {
		y := f(in[0])
		return nodes{y, autodiff.Grad(y, in[0])[0]}
	}, xs)
	in, out := nodes{x, dx, xs}, nodes{y, ops.Sum(ops.Mul(grad, dx)), forward, both[0], both[1], grad}
	p, err := exec.Compile(g, exec.In(in...), exec.Out(out...), exec.Workers(1))
	if err != nil {
		return err
	}
	v0, dir, list := v.values(n), v.values(n), v.values(rows*n)
	got, err := p.RunBuffers(graph.BufferOf(v0, n), graph.BufferOf(dir, n), graph.BufferOf(list, rows, n))
	if err != nil {
		return err
	}
	for i := range got {
		got[i] = got[i].Clone()
	}
	number := func(i int) float64 { return graph.Data[float64](got[i])[0] }
	reverse, fwd := number(1), number(2)
	if !within(reverse, fwd, 1e-10) {
		err = errors.Join(err, fmt.Errorf("reverse %v, forward %v", reverse, fwd))
	}

	data, e := graphfile.Encode(g, in, out)
	if e != nil {
		return e
	}
	q, e := graphfile.Decode(data, nil)
	if e != nil {
		return e
	}
	loaded, e := exec.Compile(q.Graph, exec.In(q.In...), exec.Out(q.Out...), exec.Workers(1))
	if e != nil {
		return e
	}
	at := func(x []float64) ([]graph.Buffer, error) {
		return loaded.RunBuffers(graph.BufferOf(x, n), graph.BufferOf(dir, n), graph.BufferOf(list, rows, n))
	}
	same, e := at(v0)
	if e != nil {
		return e
	}
	for i := range same {
		if k := differs(same[i], got[i]); k != "" {
			err = errors.Join(err, fmt.Errorf("loaded, output %d: %s", i, k))
		}
	}
	// From here on the loaded program is the only one that runs.
	moved := func(h float64) (float64, error) {
		x := make([]float64, n)
		for i := range x {
			x[i] = v0[i] + h*dir[i]
		}
		r, err := at(x)
		if err != nil {
			return 0, err
		}
		return graph.Data[float64](r[0])[0], nil
	}
	slope := func(h float64) float64 {
		a, e1 := moved(h)
		b, e2 := moved(-h)
		err = errors.Join(err, e1, e2)
		return (a - b) / (2 * h)
	}
	// Two steps tell the error of second order; where they differ by more, a branch lies between them, which tells nothing.
	d, wide := slope(1e-4), slope(1e-3)
	best, share := d+(d-wide)/99, 1e-6
	if v.took["branch"] {
		best, share = d, 1e-3
	}
	if (!v.took["branch"] || within(d, wide, 1e-3)) && !within(best, fwd, share) {
		err = errors.Join(err, fmt.Errorf("differences %v and %v, forward %v", d, wide, fwd))
	}
	for r := range rows {
		one, e := at(list[r*n : (r+1)*n])
		if e != nil {
			return e
		}
		if a, b := graph.Data[float64](one[0])[0], graph.Data[float64](got[3])[r]; !within(a, b, 1e-12) {
			err = errors.Join(err, fmt.Errorf("row %d: %v, by vmap %v", r, a, b))
		}
		for i, a := range graph.Data[float64](one[5]) {
			if b := graph.Data[float64](got[4])[r*n+i]; !within(a, b, 1e-10) {
				err = errors.Join(err, fmt.Errorf("row %d, gradient %d: %v, by vmap %v", r, i, a, b))
			}
		}
	}
	return err
}

// Verbs agree with each other. KEDJA_PROGRAMS=from-to makes it every fifth of those seeds, and prints how many took which path.
func TestVerbs(t *testing.T) {
	from, to := uint64(0), uint64(1500)
	if testing.Short() {
		to = 300
	}
	long := os.Getenv("KEDJA_PROGRAMS")
	if long != "" {
		if _, err := fmt.Sscanf(long, "%d-%d", &from, &to); err != nil {
			t.Fatalf("KEDJA_PROGRAMS: want from-to, not %q", long)
		}
	}
	hits := map[string]int{}
	for seed := from; seed < to; seed += 5 {
		v, f := newVerbs(seed)
		if err := v.check(f); err != nil {
			t.Fatalf("seed %d, of size %d: %v", seed, v.n, err)
		}
		for k := range v.took {
			hits[k]++
		}
		hits["saved"]++
	}
	line := fmt.Sprintf("verbs %d-%d:", from, to)
	for _, k := range []string{"scan", "branch", "vmapped", "rematerialised", "saved"} {
		line += fmt.Sprintf(" %s %d", k, hits[k])
		if hits[k] < int(to-from)/50 {
			t.Errorf("%d functions of %d take the path %s", hits[k], hits["saved"], k)
		}
	}
	if long != "" {
		fmt.Println(line)
	}
}
