package gradcheck

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A check is one function at one point.
//
// φ₀ = ⟨u, f⟩ for random weights u, and φₖ = ⟨∇φₖ₋₁, vₖ⟩ for random directions vₖ: order k is right if φₖ is the slope of φₖ₋₁
// along vₖ, so errors of lower orders do not add up. Slopes are central differences at two steps, extrapolated (Richardson).
type check struct {
	order int
	in    []graph.Buffer
	f     func(in []*graph.Node) []*graph.Node
	r     *rand.Rand

	g     *graph.Graph
	nodes []*graph.Node // inputs
	feed  []graph.Buffer
	float []int // inputs that have derivatives
	plan  *exec.Plan
}

// input makes an input with a value, drawn if none is given.
func (c *check) input(t graph.Type, b graph.Buffer) *graph.Node {
	if b.Type != t {
		b = graph.NewBuffer(t)
		for i := range b.Len() {
			graph.Data[float64](b)[i] = c.r.NormFloat64()
		}
	}
	n := c.g.Placeholder("gradcheck", t)
	c.nodes, c.feed = append(c.nodes, n), append(c.feed, b)
	return n
}

func (c *check) inputs(like []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(like))
	for i, n := range like {
		out[i] = c.input(n.Type(), graph.Buffer{})
	}
	return out
}

// dot is ⟨as, bs⟩, 0 if there is nothing.
func (c *check) dot(as, bs []*graph.Node) *graph.Node {
	if d := autodiff.Dot(as, bs); d != nil {
		return d
	}
	return c.g.Fill(0, graph.T(graph.Float64))
}

// run does all checks and returns the largest error of each order, 0 standing for the agreement of modes, and linearity.
func (c *check) run() (worst []float64, err error) {
	c.g = graph.New(graph.Training)
	var all, xs []*graph.Node
	for i, b := range c.in {
		n := c.input(b.Type, b)
		if all = append(all, n); b.Type.Dtype == graph.Float64 {
			xs = append(xs, n)
			c.float = append(c.float, i)
		}
	}
	results := c.f(all)
	var ys []*graph.Node
	for _, y := range results {
		if y == nil {
			return nil, errors.New("the function returns a nil node")
		}
		if !y.Valid() {
			return nil, c.g.Err()
		}
		if y.Dtype() == graph.Float64 {
			ys = append(ys, y)
		}
	}
	worst = make([]float64, c.order+1)
	var outs []*graph.Node
	var dirs []int // the first input of each direction
	if c.order > 0 && len(xs) > 0 && len(ys) > 0 {
		outs, dirs = c.derivatives(xs, ys)
	}
	outs = append(outs, results...)
	if err := errors.Join(c.g.Err(), c.g.Verify()); err != nil {
		return worst, err
	}
	if c.plan, err = exec.Compile(c.g, exec.In(c.nodes...), exec.Out(outs...), exec.Workers(1), exec.NoTrap()); err != nil {
		return worst, err
	}
	at, err := c.eval(-1, 0)
	if err != nil {
		return worst, err
	}
	if err := c.kernels(append(slices.Clone(results), outs[:min(2, len(outs))]...)); err != nil {
		return worst, err
	}
	if dirs != nil {
		err = c.compare(at, dirs, worst)
	}
	return worst, errors.Join(err, c.pure(at))
}

// derivatives builds φ₀ … φₙ, then ⟨u, JVP⟩, and the VJPs of u, w and 2u − 3w along v₁.
func (c *check) derivatives(xs, ys []*graph.Node) (outs []*graph.Node, dirs []int) {
	u, w := c.inputs(ys), c.inputs(ys)
	phi := c.dot(u, ys)
	outs = []*graph.Node{phi}
	var v1 []*graph.Node
	for k := range c.order {
		dirs = append(dirs, len(c.nodes))
		v := c.inputs(xs)
		if k == 0 {
			v1 = v
		}
		phi = c.dot(autodiff.Grad(phi, xs...), v)
		outs = append(outs, phi)
	}
	mixed := make([]*graph.Node, len(ys))
	for i := range ys {
		mixed[i] = ops.Add(ops.Scale(2, u[i]), ops.Scale(-3, w[i]))
	}
	outs = append(outs, c.dot(u, autodiff.JVP(ys, xs, v1)))
	for _, cot := range [][]*graph.Node{u, w, mixed} {
		outs = append(outs, c.dot(autodiff.VJP(ys, cot, xs), v1))
	}
	return outs, dirs
}

// compare holds the built derivatives against differences.
func (c *check) compare(at []graph.Buffer, dirs []int, worst []float64) error {
	var found error
	note := func(order int, what, by string, got, want float64) {
		e := near(got, want)
		worst[order] = max(worst[order], e)
		if e > Tolerance(order) {
			found = errors.Join(found, fmt.Errorf("%s is %v, but %v %s: off by %.1e", what, got, want, by, e))
		}
	}
	for k := 1; k <= c.order; k++ {
		if v := scalar(at[k-1]); v-v != 0 { // there is no slope where there is no value: the mean of nothing, say
			return found
		}
		slope, err := c.slope(dirs[k-1], k-1)
		if err != nil {
			return err
		}
		note(k, fmt.Sprintf("order %d: the derivative along a random direction", k), "by differences", scalar(at[k]), slope)
	}
	n := c.order + 1
	jvp, vu, vw, vm := scalar(at[n]), scalar(at[n+1]), scalar(at[n+2]), scalar(at[n+3])
	note(0, "the JVP", "by the VJP", jvp, vu)
	note(0, "linearity in the cotangent: the VJP of a sum", "by its parts", vm, 2*vu-3*vw)
	return found
}

// slope is the derivative of output out along the direction fed from input dir on: of two extrapolations, the one that its steps agree on best.
func (c *check) slope(dir, out int) (float64, error) {
	var d [4]float64
	for i := range d {
		h := 4e-3 / float64(int(1)<<i)
		plus, err := c.value(dir, h, out)
		if err != nil {
			return 0, err
		}
		minus, err := c.value(dir, -h, out)
		if err != nil {
			return 0, err
		}
		d[i] = (plus - minus) / (2 * h)
	}
	// Neville's table in h²: each column removes another power.
	best, off := d[0], math.Inf(1)
	prev := d[:]
	for p := 4.0; len(prev) > 1; p *= 4 {
		next := make([]float64, len(prev)-1)
		for i := range next {
			next[i] = (p*prev[i+1] - prev[i]) / (p - 1)
			if e := math.Abs(next[i] - prev[i+1]); e < off {
				best, off = next[i], e
			}
		}
		prev = next
	}
	return best, nil
}

func (c *check) value(dir int, h float64, out int) (float64, error) {
	r, err := c.eval(dir, h)
	if err != nil {
		return 0, err
	}
	return scalar(r[out]), nil
}

// eval runs the plan with the float operands moved by h along the direction, and checks that it wrote none of its operands.
func (c *check) eval(dir int, h float64) ([]graph.Buffer, error) {
	moved := make([]graph.Buffer, len(c.feed))
	for i, b := range c.feed {
		moved[i] = b.Clone()
	}
	if dir >= 0 {
		for k, i := range c.float {
			x, v := graph.Data[float64](moved[i]), graph.Data[float64](c.feed[dir+k])
			for j := range x {
				x[j] += h * v[j]
			}
		}
	}
	kept := make([]graph.Buffer, len(moved))
	for i, b := range moved {
		kept[i] = b.Clone()
	}
	out, err := c.plan.RunBuffers(moved...)
	if err != nil {
		return nil, err
	}
	for i, b := range moved {
		if !bytes.Equal(b.Bytes(), kept[i].Bytes()) {
			return nil, errWritten
		}
	}
	res := make([]graph.Buffer, len(out))
	for i, b := range out {
		res[i] = b.Clone()
	}
	return res, nil
}

// pure reports whether a second run, and a clone, give the same bits.
func (c *check) pure(at []graph.Buffer) error {
	for range 2 {
		again, err := c.eval(-1, 0)
		if err != nil {
			return err
		}
		for i, b := range at {
			if !bytes.Equal(b.Bytes(), again[i].Bytes()) && c.g.RNG() == nil {
				return errors.New("not pure: a second run gives other bits")
			}
		}
		c.plan = c.plan.Clone()
	}
	return nil
}

func scalar(b graph.Buffer) float64 { return graph.Data[float64](b)[0] }
