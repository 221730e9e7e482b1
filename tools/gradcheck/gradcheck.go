// Package gradcheck proves derivatives: it compares them with differences of values, forward mode with reverse mode, float32 with
// float64, batched with row by row. It needs neither an op's help nor its registration.
//
//	func TestMyOp(t *testing.T) {
//		gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return MyOp(in[0]) }, gradcheck.Random(2, 3))
//	}
package gradcheck

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// F is what is checked: any function of float64 nodes.
type F func(in ...*graph.Node) *graph.Node

// Tolerance is the largest error at an order, relative to the larger of 1 and the derivative's magnitude.
func Tolerance(order int) float64 {
	switch order {
	case 0, 1:
		return 1e-7
	case 2:
		return 1e-6
	}
	return 1e-5
}

// Check reports to t whether f's first and second derivatives are right at in, arrays of float64.
func Check(t testing.TB, f F, in ...graph.Buffer) {
	t.Helper()
	CheckOrder(t, 2, f, in...)
}

// CheckOrder is Check up to another order.
func CheckOrder(t testing.TB, order int, f F, in ...graph.Buffer) {
	t.Helper()
	if err := Error(order, f, in...); err != nil {
		t.Error(err)
	}
}

// Batched reports to t whether f, mapped by vmap over several arrays like in, is f of each: all operands mapped, and one or the others alone.
func Batched(t testing.TB, f F, in ...graph.Buffer) {
	t.Helper()
	if err := BatchedError(f, in...); err != nil {
		t.Error(err)
	}
}

// BatchedError is Batched without a test.
func BatchedError(f F, in ...graph.Buffer) error {
	k := ops.Case{F: func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(in...)} }}
	for i, b := range in {
		if b.Type.Dtype != graph.Float64 {
			return fmt.Errorf("gradcheck: operand %d is %v, want float64", i, b.Type)
		}
		k.In = append(k.In, ops.Operand{Shape: b.Type.Shape, Draw: func(r *rand.Rand, n int) []float64 {
			v := make([]float64, n)
			for i, x := range graph.Data[float64](b) {
				v[i] = x + 0.01*r.NormFloat64()
			}
			return v
		}})
	}
	if e, err := batched("gradcheck", k); err != nil || e > 1e-12 {
		return errors.Join(err, fmt.Errorf("gradcheck: batched, f is off by %.1e from f of each row", e))
	}
	return nil
}

// Error is CheckOrder without a test: nil if all is right.
func Error(order int, f F, in ...graph.Buffer) error {
	for i, b := range in {
		if b.Type.Dtype != graph.Float64 {
			return fmt.Errorf("gradcheck: operand %d is %v, want float64", i, b.Type)
		}
	}
	c := &check{order: order, in: in, f: func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(in...)} }, r: rand.New(rand.NewPCG(5, 6))}
	if _, err := c.run(); err != nil {
		return fmt.Errorf("gradcheck: %s%w", blame(order, f, in), err)
	}
	return nil
}

// blame names the operands in which f is wrong while the others are held: of several, those that a user must look at.
func blame(order int, f F, in []graph.Buffer) string {
	var wrong []string
	for i := range in {
		alone := func(x []*graph.Node) []*graph.Node {
			all := make([]*graph.Node, len(in))
			for k, b := range in {
				if all[k] = x[0]; k != i {
					all[k] = x[0].Graph().Constant(b)
				}
			}
			return []*graph.Node{f(all...)}
		}
		c := &check{order: order, in: in[i : i+1], f: alone, r: rand.New(rand.NewPCG(5, 6))}
		if _, err := c.run(); err != nil {
			wrong = append(wrong, strconv.Itoa(i))
		}
	}
	if len(in) < 2 || len(wrong) == 0 || len(wrong) == len(in) {
		return ""
	}
	return "operand " + strings.Join(wrong, " and ") + ": "
}

// Params checks f, which builds a scalar or array from a model, in the parameters of that model, all float64.
func Params(t testing.TB, params []*graph.Param, g func(g *graph.Graph) *graph.Node) {
	t.Helper()
	in := make([]graph.Buffer, len(params))
	for i, p := range params {
		in[i] = p.Value()
	}
	Check(t, func(w ...*graph.Node) (y *graph.Node) {
		bound := map[graph.Var]*graph.Node{}
		for i, p := range params {
			bound[p] = w[i]
		}
		w[0].Graph().With(bound, func() { y = g(w[0].Graph()) })
		return y
	}, in...)
}

// Random returns an array of normal numbers, the same for the same sizes.
func Random(dims ...int) graph.Buffer {
	s := graph.Of(dims...)
	r := rand.New(rand.NewPCG(uint64(s.Rank()), uint64(s.Size())))
	b := graph.NewBuffer(graph.Type{Dtype: graph.Float64, Shape: s})
	for i := range graph.Data[float64](b) {
		graph.Data[float64](b)[i] = r.NormFloat64()
	}
	return b
}

// near is the error of got against want, relative to the larger of 1 and |want|: equal infinities and two NaN agree, anything else that is
// not finite is infinitely far.
func near(got, want float64) float64 {
	if got == want || got != got && want != want {
		return 0
	}
	e := math.Abs(got-want) / max(1, math.Abs(want))
	if e != e {
		return math.Inf(1)
	}
	return e
}

var errWritten = errors.New("an operand was written")
