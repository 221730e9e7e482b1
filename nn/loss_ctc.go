package nn

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// CTCOptions are those of CTC; the zero value is PyTorch's default.
type CTCOptions struct {
	Blank        int  // its class
	ZeroInfinity bool // the loss of what cannot be aligned is 0, not +Inf
}

// CTC is −ln of the probability that a sequence of steps, with repeats joined and then blanks left out, spells the target (Graves et al.,
// 2006). Let l be the target with a blank before, between and after its labels. The forward variables, section 4.1, are logarithms:
//
//	α₀(s) = logProbs[0, l(s)] for s ≤ 1        αₜ(s) = ln(e^αₜ₋₁(s) + e^αₜ₋₁(s−1) + e^αₜ₋₁(s−2)) + logProbs[t, l(s)]
//
// with the last term only where l(s) is neither blank nor l(s−2); the loss is −ln of the sum of the last two. It is a loop over steps, with
// derivatives of every order.
//
//	logProbs [T, N, C]        inputLengths [N], in [0, T]
//	targets [N, S], in [0, C)    targetLengths [N], in [0, S]    all int32, or all int64; labels beyond a target's length do not count
//
// The mean is PyTorch's: each loss is divided by its target's length, or 1 if that is 0, then all are averaged. Of None there are N. A
// target that no alignment fits has the loss +Inf, or 0, and the gradient 0. What is out of range is an error of the run.
func CTC(logProbs, targets, inputLengths, targetLengths *graph.Node, o CTCOptions, r ...Reduction) *graph.Node {
	for _, x := range []*graph.Node{logProbs, targets, inputLengths, targetLengths} {
		if !x.Valid() {
			return x
		}
	}
	how, err := reduction(r)
	if err == nil {
		err = o.check(logProbs, targets, inputLengths, targetLengths)
	}
	if err != nil {
		return logProbs.Graph().Failf("ctc: %s %v · %s %v: %w", logProbs.Called(), logProbs.Type(), targets.Called(), targets.Type(), err)
	}
	inputLengths, targetLengths = within(inputLengths, logProbs.Shape().Dim(0)), within(targetLengths, targets.Shape().Dim(1))
	loss := o.align(logProbs, targets, inputLengths, targetLengths)
	impossible, other := ops.Greater(loss, ops.Like(-never/10, loss)), inf
	if o.ZeroInfinity {
		other = 0
	}
	loss = ops.Where(impossible, ops.Like(other, loss), loss)
	if how == Mean {
		loss = ops.Div(loss, ops.Cast(ops.Maximum(targetLengths, ops.Like(1, targetLengths)), loss.Dtype()))
	}
	return reduced("ctc", loss, r)
}

func (o CTCOptions) check(logProbs, targets, inputLengths, targetLengths *graph.Node) error {
	s, d := logProbs.Shape(), targets.Dtype()
	n := graph.T(d, s.Dim(1))
	switch {
	case !logProbs.Dtype().Float() || s.Rank() != 3:
		return errors.New("want logarithms of probabilities, floats [T, N, C]")
	case d != graph.Int32 && d != graph.Int64 || targets.Shape().Rank() != 2 || targets.Shape().Dim(0) != s.Dim(1):
		return fmt.Errorf("want targets [%d, S] of int32 or int64", s.Dim(1))
	case inputLengths.Type() != n || targetLengths.Type() != n:
		return fmt.Errorf("want lengths %v, not %v and %v", n, inputLengths.Type(), targetLengths.Type())
	case o.Blank < 0 || o.Blank >= s.Dim(2):
		return fmt.Errorf("want a blank in [0, %d), not %d", s.Dim(2), o.Blank)
	}
	return nil
}

// within is v, where an element out of [0, limit] is an error of the run.
func within(v *graph.Node, limit int) *graph.Node {
	return ops.Gather(ops.Iota(v.Graph(), v.Dtype(), limit+1), v)
}

// align is the loss of each sequence.
func (o CTCOptions) align(logProbs, targets, inputLengths, targetLengths *graph.Node) *graph.Node {
	g, d := logProbs.Graph(), targets.Dtype()
	steps, n, s := logProbs.Shape().Dim(0), logProbs.Shape().Dim(1), targets.Shape().Dim(1)
	places := 2*s + 1
	column := func(v *graph.Node) *graph.Node { return ops.Reshape(v, n, 1) }

	blank := func(dims ...int) *graph.Node { return g.Fill(float64(o.Blank), graph.T(d, dims...)) }
	labels := ops.Where(ops.Less(ops.Iota(g, d, s), column(targetLengths)), targets, blank(n, s))
	spelled := ops.Concat(1, ops.Reshape(ops.Stack(2, blank(n, s), labels), n, 2*s), blank(n, 1)) // l(s)
	before := ops.Concat(1, blank(n, 2), spelled)                                                 // l(s−2)
	skips := ops.And(ops.NotEqual(spelled, blank(n, places)), ops.NotEqual(spelled, ops.Slice(before, 1, 0, places)))
	emitted := ops.TakeAlongAxis(logProbs, ops.Unsqueeze(spelled, 0), 2)
	runs := ops.Less(ops.Reshape(ops.Iota(g, d, steps), steps, 1, 1), column(inputLengths)) // [T, N, 1]

	// Before the first step, all is at the first blank: from there, one step leads to α₀.
	start := ops.PadWith(g.Fill(0, graph.T(logProbs.Dtype(), n, 1)), 1, 0, 2*s, never)
	final, _ := flow.Scan([]*graph.Node{start}, []*graph.Node{emitted, runs}, func(state, x []*graph.Node) (next, y []*graph.Node) {
		a := state[0]
		padded := ops.PadWith(a, 1, 2, 0, never)
		jump := ops.Where(skips, ops.Slice(padded, 1, 0, places), ops.Like(never, a))
		paths := ops.LogSumExp(ops.Stack(2, a, ops.Slice(padded, 1, 1, places), jump), 2)
		return []*graph.Node{ops.Where(x[1], ops.Add(paths, x[0]), a)}, nil
	})
	end := ops.Sub(column(ops.Add(targetLengths, targetLengths)), ops.Iota(g, d, places)) // 0 at the last blank, 1 at the last label
	ends := ops.And(ops.GreaterEqual(end, ops.Like(0, end)), ops.LessEqual(end, ops.Like(1, end)))
	return ops.Neg(ops.LogSumExp(ops.Where(ends, final[0], ops.Like(never, final[0])), -1))
}
