package optim

import (
	"iter"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Muon makes the running mean of a matrix's gradients nearly orthogonal and follows that, so that all of its directions count alike
// (Jordan et al., 2024):
//
//	m = Momentum·m + (1−Momentum)·∇    u = Momentum·m + (1−Momentum)·∇    (without Nesterov: u = m)
//	X = u/max(|u|, Eps), then Iterations times X = a·X + (b·XXᵀ + c·(XXᵀ)²)·X    with (a, b, c) = Coefficients
//	w = w·(1 − rate·Decay) − rate·Scale(in, out)·X
//
// Parameters must be matrices [in, out], as Dense keeps them, or filters [out, in, …], as Conv keeps them, which count as matrices of a row
// for each filter; train the others by another optimiser, side by side in [Groups]. Scale is √max(1, out/in) if nil, where all that a filter
// reads is in; PyTorch, whose matrices are [out, in], has the same for the same layer, and takes no filters. The iteration is done in the
// parameter's dtype, where PyTorch rounds it to bfloat16.
type Muon struct {
	params
	Momentum, Eps, Decay float64
	Nesterov             bool
	Iterations           int
	Coefficients         [3]float64
	Scale                func(in, out int) float64
	m                    []*graph.State
}

// NewMuon returns an optimiser with Momentum 0.95, Nesterov, 5 iterations with the coefficients 3.4445, −4.775 and 2.0315, Eps 1e-7 and
// the given decoupled weight decay.
func NewMuon(seq iter.Seq2[string, *graph.Param], rate Rate, decay float64) *Muon {
	o := &Muon{
		params: newParams("muon", seq, rate), Momentum: 0.95, Eps: 1e-7, Decay: decay, Nesterov: true,
		Iterations: 5, Coefficients: [3]float64{3.4445, -4.775, 2.0315},
	}
	o.m = o.perParam("m")
	return o
}

// Update assigns parameters and moments.
func (o *Muon) Update(grads []*graph.Node) {
	t, rate, ok := o.begin(grads, o.Momentum)
	if !ok {
		return
	}
	g := t.Graph()
	for i, p := range o.vars {
		shape := p.Type().Shape
		if shape.Rank() < 2 {
			g.Failf("muon: %s is %v, want a matrix or filters; train it by another optimiser, side by side in Groups", o.names[i], p.Type())
			return
		}
		w := g.Use(p)
		m := mix(o.Momentum, g.Use(o.m[i]), grads[i])
		g.Assign(o.m[i], m)
		if o.Nesterov {
			m = mix(o.Momentum, m, grads[i])
		}
		in, out := shape.Dim(0), shape.Dim(1)
		if shape.Rank() > 2 { // filters [out, in, …]
			m = ops.Flatten(m, 1)
			in, out = m.Shape().Dim(1), m.Shape().Dim(0)
		}
		scale := math.Sqrt(max(1, float64(out)/float64(in)))
		if o.Scale != nil {
			scale = o.Scale(in, out)
		}
		by := ops.Mul(like(ops.Scale(scale, rate), w), ops.ReshapeTo(o.orthogonal(m), shape))
		g.Assign(p, ops.Sub(shrunk(w, rate, o.Decay), by))
	}
}

// orthogonal moves the singular values of x towards 1 by Newton and Schulz's iteration, of odd polynomials of degree 5.
func (o *Muon) orthogonal(x *graph.Node) *graph.Node {
	tall := x.Shape().Dim(0) > x.Shape().Dim(1)
	norm := length([]*graph.Node{x})
	x = ops.Div(x, ops.Maximum(norm, ops.Like(o.Eps, norm)))
	a, b, c := o.Coefficients[0], o.Coefficients[1], o.Coefficients[2]
	for range o.Iterations {
		square := ops.MatMulT(x, x, tall, !tall) // of the shorter side
		poly := ops.Add(ops.Scale(b, square), ops.Scale(c, ops.MatMul(square, square)))
		if tall {
			x = ops.Add(ops.Scale(a, x), ops.MatMul(x, poly))
		} else {
			x = ops.Add(ops.Scale(a, x), ops.MatMul(poly, x))
		}
	}
	return x
}

// Minimize puts one step on the graph of loss.
func (o *Muon) Minimize(loss *graph.Node) { o.Update(o.Grads(loss)) }
