package optim

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// history is what LBFGS remembers, oldest pair first.
type history struct {
	s, y [][]float64
}

// direction is minus the product of the approximate inverse Hessian with the gradient, by two loops over the pairs (Nocedal & Wright,
// 2006, algorithm 7.4); the Hessian at the start is |y|²/sᵀy of the newest pair times one (equation 7.20).
func (h *history) direction(d []float64) []float64 {
	q := make([]float64, len(d))
	for i, v := range d {
		q[i] = -v
	}
	n := len(h.s)
	if n == 0 {
		return q
	}
	along := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		along[i] = dot(h.s[i], q) / dot(h.s[i], h.y[i])
		add(q, -along[i], h.y[i])
	}
	scale := dot(h.s[n-1], h.y[n-1]) / dot(h.y[n-1], h.y[n-1])
	for i := range q {
		q[i] *= scale
	}
	for i := range n {
		add(q, along[i]-dot(h.y[i], q)/dot(h.s[i], h.y[i]), h.s[i])
	}
	return q
}

// recall reads the pairs from the states.
func (l *LBFGS) recall() *history {
	h, n := &history{}, int(graph.Data[int64](l.pairs.Value())[0])
	for i := max(0, n-len(l.s)); i < n; i++ {
		h.s = append(h.s, graph.Data[float64](l.s[i%len(l.s)].Value()))
		h.y = append(h.y, graph.Data[float64](l.y[i%len(l.y)].Value()))
	}
	return h
}

// forget starts a history anew.
func (l *LBFGS) forget(h *history) {
	h.s, h.y = nil, nil
	l.pairs.Set(graph.BufferOf([]int64{0}))
}

// remember counts the step and keeps its pair, unless its curvature is not positive beyond rounding.
func (l *LBFGS) remember(h *history, at, next point) {
	steps := graph.Data[float64](l.step.Value())[0]
	l.step.Set(graph.BufferOf([]float64{steps + 1}))
	s, y := minus(next.x, at.x), minus(next.d, at.d)
	if !(dot(s, y) > 1e-15*math.Sqrt(dot(s, s)*dot(y, y))) {
		return
	}
	h.s, h.y = append(h.s, s), append(h.y, y)
	if len(h.s) > len(l.s) {
		h.s, h.y = h.s[1:], h.y[1:]
	}
	n := graph.Data[int64](l.pairs.Value())[0]
	l.s[n%int64(len(l.s))].Set(graph.BufferOf(s, len(s)))
	l.y[n%int64(len(l.y))].Set(graph.BufferOf(y, len(y)))
	l.pairs.Set(graph.BufferOf([]int64{n + 1}))
}

// place is where the parameters are.
func (l *LBFGS) place() (p point) {
	for _, v := range l.vars {
		p.x = appendFloats(p.x, v.Value())
	}
	return p
}

// move sets the parameters to x, rounded to their dtypes.
func (l *LBFGS) move(x []float64) {
	for _, v := range l.vars {
		b := graph.NewBuffer(v.Type())
		n := b.Len()
		if b.Type.Dtype == graph.Float32 {
			for i, e := range x[:n] {
				graph.Data[float32](b)[i] = float32(e)
			}
		} else {
			copy(graph.Data[float64](b), x)
		}
		v.Set(b)
		x = x[n:]
	}
}

// look moves the parameters to x and evaluates loss and gradient there.
func (l *LBFGS) look(x []float64, eval func() ([]graph.Buffer, error)) (point, error) {
	l.move(x)
	p := l.place() // as rounded
	out, err := eval()
	if err != nil {
		return p, err
	}
	if len(out) != 1+len(l.vars) || out[0].Len() != 1 {
		return p, fmt.Errorf("the plan returns %d values, want a loss and %d gradients", len(out), len(l.vars))
	}
	p.f = appendFloats(nil, out[0])[0]
	for i, b := range out[1:] {
		if b.Type != l.vars[i].Type() {
			return p, fmt.Errorf("the gradient of %s is %v, not %v", l.names[i], b.Type, l.vars[i].Type())
		}
		p.d = appendFloats(p.d, b)
	}
	return p, nil
}

func appendFloats(dst []float64, b graph.Buffer) []float64 {
	if b.Type.Dtype == graph.Float64 {
		return append(dst, graph.Data[float64](b)...)
	}
	for _, v := range graph.Data[float32](b) {
		dst = append(dst, float64(v))
	}
	return dst
}

func dot(a, b []float64) (s float64) {
	for i, v := range a {
		s += float64(v * b[i])
	}
	return s
}

func add(dst []float64, a float64, x []float64) {
	for i, v := range x {
		dst[i] += float64(a * v)
	}
}

func minus(a, b []float64) []float64 {
	c := make([]float64, len(a))
	for i, v := range a {
		c[i] = v - b[i]
	}
	return c
}

func largest(x []float64) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}

func sumAbs(x []float64) (s float64) {
	for _, v := range x {
		s += math.Abs(v)
	}
	return s
}
