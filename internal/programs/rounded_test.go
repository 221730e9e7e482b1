package programs

import (
	"fmt"
	"math"
	"strings"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// rounded runs a convolution of a size that Winograd's algorithm takes mostly, with a bias at times, and ReLU or gradients, and holds it against
// the direct one. It reports whether the plan did choose it.
//
// What package winograd states bounds the error by (n + 28)·u·|A|²·|G|²·|B|²·Σ|w||x|, with row sums of |A|, |G|, |B| of at most 19, 1, 10: on
// drawn operands far more than what is met. So the mean error is held to a ten-thousandth of the size of the sum, too.
func rounded(seed uint64) (chosen bool, err error) {
	m := newMaker(seed)
	c, k := pick(m, 16, 32, 33, 48, 64+m.IntN(9)), pick(m, 16, 24, 32, 40, 64+m.IntN(9))
	h, w := 8+m.IntN(13), pick(m, 8, 12, 15, 16)
	draw := func(dims ...int) *graph.Node {
		n := m.g.Input("x", graph.Float32, dims...)
		b := graph.NewBuffer(n.Type())
		for i := range b.Len() {
			put(b, i, 2*m.Float64()-1)
		}
		m.in, m.feed = append(m.in, n), append(m.feed, b)
		return n
	}
	x, f := draw(1+m.IntN(3), c, h, w), draw(k, c, 3, 3)
	y := ops.Conv(x, f, ops.Convolution{Pad: []int{1}})
	terms := map[*graph.Node]int{y: 9 * c}
	if m.one(2) {
		y = ops.Add(y, draw(k, 1, 1))
	}
	kink := m.one(3)
	if kink {
		y = ops.ReLU(y)
	}
	terms[y] = 9 * c
	m.outs = []*graph.Node{y}
	if !kink { // where rounding changes a sign, ReLU's gradient is another
		dy := draw(y.Shape().Dims()...)
		d := autodiff.VJP([]*graph.Node{y}, []*graph.Node{dy}, []*graph.Node{x, f})
		terms[d[0]], terms[d[1]] = 9*k, x.Shape().Dim(0)*h*w
		m.outs = append(m.outs, d...)
	}
	at := oracle{}
	for i, n := range m.in {
		at[n] = m.feed[i]
	}
	if err := at.eval(m.outs...); err != nil {
		return chosen, err
	}
	var first []graph.Buffer
	for _, workers := range []int{1, 2, 3, 8} {
		p, err := exec.Compile(m.g, exec.In(m.in...), exec.Out(m.outs...), exec.Workers(workers), exec.Verify(), exec.Rounding(graph.Loose))
		if err != nil {
			return chosen, err
		}
		chosen = strings.Contains(p.String(), "winograd")
		got, err := p.RunBuffers(m.feed...)
		if err != nil {
			return chosen, err
		}
		for i, b := range got {
			if first = append(first, b); workers > 1 && differs(b, first[i]) != "" {
				return chosen, fmt.Errorf("output %d has other bits for %d workers: %s", i, workers, differs(b, first[i]))
			}
			n := float64(terms[m.outs[i]])
			most, sum := 0.0, 0.0
			for j := range b.Len() {
				e := math.Abs(number(b, j) - number(at[m.outs[i]], j))
				most, sum = max(most, e), sum+e
			}
			limit := (n + 28) * 0x1p-24 * (19 * 19 * 10 * 10) * n
			if size := math.Sqrt(n); !(most <= limit) || !(sum/float64(b.Len()) <= 1e-4*size) {
				return chosen, fmt.Errorf("output %d, %v: errors of %g at most, of %g in the mean; want %g and %g", i, b.Type, most, sum/float64(b.Len()), limit, 1e-4*size)
			}
		}
	}
	return chosen, nil
}
