package flow_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

func list(n ...*node) []*node { return n }

func real(dims ...int) ops.Operand { return ops.Operand{Shape: graph.Of(dims...), Draw: ops.Real} }

// loops are bodies that each say something else about a loop: states h [3] and c [2, 2], sequences x [T, 3] and z [T, 2, 2], captured
// v [3] and w [3, 3].
var loops = map[string]func(s, x []*node, v, w *node) (next, y []*node){
	"decay": func(s, x []*node, v, _ *node) (_, _ []*node) {
		return list(ops.Add(ops.Mul(s[0], ops.Tanh(v)), x[0]), s[1]), nil
	},
	"recurrent": func(s, x []*node, v, w *node) (_, _ []*node) {
		h := ops.Tanh(ops.Add(ops.Add(row(s[0], w), x[0]), v))
		return list(h, ops.Mul(s[1], x[1])), list(h, h)
	},
	"swap": func(s, x []*node, v, _ *node) (_, _ []*node) { // states change places, and one is a row of a sequence
		return list(ops.Reshape(ops.Slice(ops.Reshape(s[1], 4), 0, 0, 3), 3), x[1]), list(ops.Mul(s[0], v), s[1], x[0])
	},
	"unused": func(s, x []*node, _, w *node) (_, _ []*node) { // neither sequence z nor state c reaches a result
		return list(ops.Sin(row(s[0], w)), ops.Add(s[1], x[1])), list(ops.Square(s[0]), v0(s[0]))
	},
	"twice": func(s, x []*node, v, w *node) (_, _ []*node) { // a weight in two products and beside them
		a := row(row(s[0], w), w)
		b := ops.Mul(ops.Sum(w, 1), ops.Add(x[0], v))
		return list(ops.Tanh(ops.Add(a, b)), ops.Tanh(ops.MatMulT(s[1], x[1], true, true))), list(ops.MatMul(s[1], x[1]))
	},
	"slope": func(s, x []*node, v, w *node) (_, _ []*node) { // a gradient in the body, also of what is outside
		e := ops.Sum(ops.Tanh(ops.Mul(row(s[0], w), ops.Add(ops.Square(v), x[0]))))
		d := autodiff.Grad(e, s[0], v)
		return list(ops.Tanh(ops.Add(s[0], ops.Scale(0.1, ops.Mul(d[0], d[1])))), s[1]), list(e)
	},
	"nested": func(s, x []*node, v, w *node) (_, _ []*node) {
		last, ys := flow.Scan(list(s[0]), list(x[1]), func(t, z []*node) (_, _ []*node) {
			h := ops.Tanh(ops.Add(row(t[0], w), ops.Mul(v, ops.Sum(z[0]))))
			return list(h), list(ops.Sum(h))
		})
		return list(last[0], ops.Add(s[1], ys[0])), list(ys[0])
	},
	"branch": func(s, x []*node, v, w *node) (_, _ []*node) {
		h := flow.Cond(ops.Less(ops.Sum(x[0]), ops.Sum(v)), func(in []*node) []*node { return list(row(in[0], w)) },
			func(in []*node) []*node { return list(ops.Mul(in[0], v)) }, s[0])
		return list(ops.Tanh(h[0]), s[1]), list(h[0])
	},
	"checkpointed": func(s, x []*node, v, w *node) (_, _ []*node) {
		h := autodiff.Checkpoint(func(in []*node) []*node { return list(ops.Tanh(ops.Add(row(in[0], w), in[1]))) }, s[0], x[0])
		return list(h[0], s[1]), h
	},
}

// row is s·w for a vector.
func row(s, w *node) *node { return ops.Reshape(ops.MatMul(ops.Unsqueeze(s, 0), w), 3) }

func v0(n *node) *node { return ops.Slice(n, 0, 0, 1) }

func scanInfo(name string, scan func(init, xs []*node, f flow.Step) (final, ys []*node)) ops.Info {
	info := ops.Info{Name: name, Order: 2}
	for body, f := range loops {
		for _, n := range []int{0, 1, 2, 3, 5} {
			in := []ops.Operand{real(3), real(2, 2), real(n, 3), real(n, 2, 2), real(3), real(3, 3)}
			info.Cases = append(info.Cases, ops.Case{Name: fmt.Sprint(body, " over ", n), In: in, F: func(in []*node) []*node {
				final, ys := scan(in[:2], in[2:4], func(s, x []*node) (_, _ []*node) { return f(s, x, in[4], in[5]) })
				return append(final, ys...)
			}})
		}
	}
	return info
}

func foriInfo() ops.Info {
	info := ops.Info{Name: "Fori", Order: 2}
	for n := range 10 {
		for k, f := range []func(i, s, w *node) *node{
			func(i, s, w *node) *node { return ops.Sin(ops.Mul(s, w)) },
			func(i, s, w *node) *node {
				return ops.Add(ops.Mul(s, ops.Tanh(w)), ops.Cast(ops.Broadcast(i, s)[0], s.Dtype()))
			},
			func(i, s, w *node) *node { return s },
		} {
			info.Cases = append(info.Cases, ops.Case{Name: fmt.Sprint(n, k), In: []ops.Operand{real(2, 2), real(2)}, F: func(in []*node) []*node {
				return flow.Fori(n, in[:1], func(i *node, s []*node) []*node { return list(f(i, s[0], in[1])) })
			}})
		}
	}
	return info
}

func mapInfo() ops.Info {
	info := ops.Info{Name: "Map", Order: 2}
	for n := range 8 {
		for k, f := range []func(x, z, w *node) []*node{
			func(x, z, w *node) []*node { return list(row(x, w)) },
			func(x, z, w *node) []*node { return list(ops.Mul(ops.Sum(x), z), x) },
			func(x, z, w *node) []*node { return list(ops.Softmax(ops.Mul(x, z), 0)) },
			func(x, z, w *node) []*node { return list(ops.Sum(w), z, z) },
		} {
			in := []ops.Operand{real(n, 3), real(n), real(3, 3)}
			info.Cases = append(info.Cases, ops.Case{Name: fmt.Sprint(n, k), In: in, F: func(in []*node) []*node {
				return flow.Map(func(x []*node) []*node { return f(x[0], x[1], in[2]) }, in[:2]...)
			}})
		}
	}
	return info
}

func condInfo() ops.Info {
	info := ops.Info{Name: "Cond", Order: 2}
	same := func(in []*node, _ *node) []*node { return in }
	branches := []func(in []*node, w *node) []*node{
		same,
		func(in []*node, w *node) []*node { return list(ops.Mul(ops.Tanh(in[0]), w), in[1]) },
		func(in []*node, w *node) []*node { return list(ops.Sin(in[1]), ops.Square(in[1])) },
		func(in []*node, w *node) []*node { return list(w, w) },
		func(in []*node, w *node) []*node { return list(ops.Like(0.5, w), ops.Mul(in[0], w)) },
		func(in []*node, w *node) []*node { return list(in[1], in[1]) },
	}
	for i, a := range branches {
		for j, b := range branches {
			in := []ops.Operand{{Dtype: graph.Bool, Draw: ops.Index(2)}, real(2, 2), real(2, 2), real(2, 2)}
			info.Cases = append(info.Cases, ops.Case{Name: fmt.Sprint(i, j), In: in, F: func(in []*node) []*node {
				return flow.Cond(in[0], func(x []*node) []*node { return a(x, in[3]) }, func(x []*node) []*node { return b(x, in[3]) }, in[1:3]...)
			}})
		}
	}
	return info
}

func associativeInfo(name string, scan func(f func(a, b []*node) []*node, xs ...*node) []*node) ops.Info {
	info := ops.Info{Name: name, Order: 2}
	for n := range 11 {
		for k, c := range []struct {
			in []ops.Operand
			f  func(a, b []*node) []*node
		}{
			{[]ops.Operand{real(n, 2)}, func(a, b []*node) []*node { return list(ops.Mul(a[0], b[0])) }},
			{[]ops.Operand{real(n), real(n)}, func(a, b []*node) []*node {
				return list(ops.Mul(b[0], a[0]), ops.Add(ops.Mul(b[0], a[1]), b[1]))
			}},
			{[]ops.Operand{real(n, 2, 2)}, func(a, b []*node) []*node { return list(ops.MatMul(a[0], b[0])) }},
		} {
			info.Cases = append(info.Cases, ops.Case{Name: fmt.Sprint(n, k), In: c.in, F: func(in []*node) []*node { return scan(c.f, in...) }})
		}
	}
	return info
}

// Every construct, all its cases: to second order, forward against reverse mode, in both dtypes, mapped over rows.
func TestTable(t *testing.T) {
	for _, info := range []ops.Info{
		scanInfo("Scan", flow.Scan), scanInfo("ScanReverse", flow.ScanReverse), foriInfo(), mapInfo(), condInfo(), whileInfo(),
		associativeInfo("AssociativeScan", flow.AssociativeScan), associativeInfo("AssociativeScanReverse", flow.AssociativeScanReverse),
	} {
		for _, r := range gradcheck.Op(info, 2) {
			if t.Logf("%s: %d cases, order %d, %s: %.1e", r.Op, r.Cases, r.Order, r.Mode, r.MaxRelErr); !r.Pass {
				t.Error(r.Err())
			}
		}
	}
}

func whileInfo() ops.Info {
	info := ops.Info{Name: "While", Order: 2}
	for n := range 6 { // rounds that the condition allows, of at most four
		for k, f := range []func(s []*node, v, w *node) []*node{
			func(s []*node, v, w *node) []*node { return list(ops.Tanh(row(s[0], w)), s[1]) },
			func(s []*node, v, w *node) []*node { return list(ops.Add(s[0], v), ops.Mul(s[1], ops.Sin(v))) },
			func(s []*node, v, w *node) []*node { return list(s[1], s[0]) },
			func(s []*node, v, w *node) []*node { return list(s[1], s[1]) },
			func(s []*node, v, w *node) []*node { return list(ops.Sin(s[1]), ops.Sin(s[1])) },
			func(s []*node, v, w *node) []*node { return list(v, s[0]) },
		} {
			times := func(*rand.Rand, int) []float64 { return []float64{float64(n)} }
			in := []ops.Operand{real(3), real(3), real(3), real(3, 3), {Dtype: graph.Int32, Draw: times}}
			info.Cases = append(info.Cases, ops.Case{Name: fmt.Sprint(n, k), In: in, F: func(in []*node) []*node {
				s := append(in[:2:2], in[0].Graph().Fill(0, graph.T(graph.Int32)))
				final, rounds := flow.While(4, s, func(s []*node) *node { return ops.Less(s[2], in[4]) }, func(s []*node) []*node {
					return append(f(s, in[2], in[3]), ops.Add(s[2], ops.Like(1, s[2])))
				})
				return append(final, rounds)
			}})
		}
	}
	return info
}
