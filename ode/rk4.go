// Package ode solves ordinary differential equations dy/dt = f(t, y, θ) on graphs, with derivatives in the first state and in θ.
package ode

import (
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A Field is dy/dt, of y's shape, at time t, a scalar of y's dtype. It is a function of its arguments alone: what depends on parameters is passed
// among θ.
type Field func(t, y *graph.Node, theta []*graph.Node) *graph.Node

// RK4 returns y(t1) from y(t0) by so many equal steps of the classical method of Runge and Kutta, whose error falls with the fourth power of their
// length. Its derivative is that of the steps, exactly, at any order, and keeps the states of all.
func RK4(f Field, y0 *graph.Node, t0, t1 float64, steps int, theta ...*graph.Node) *graph.Node {
	g := y0.Graph()
	if steps < 1 {
		return g.Failf("rk4: want at least one step, not %d", steps)
	}
	if y0.Valid() && !y0.Dtype().Float() {
		return g.Failf("rk4 of %v: want float32 or float64", y0.Type())
	}
	h := (t1 - t0) / float64(steps)
	return flow.Fori(steps, []*graph.Node{y0}, func(i *graph.Node, s []*graph.Node) []*graph.Node {
		y := s[0]
		t := ops.Affine(h, ops.Cast(i, y.Dtype()), t0)
		at := func(dt float64, k *graph.Node) *graph.Node {
			return f(ops.Offset(t, dt), ops.Add(y, ops.Scale(dt, k)), theta)
		}
		k1 := f(t, y, theta)
		k2 := at(h/2, k1)
		k3 := at(h/2, k2)
		k4 := at(h, k3)
		sum := ops.Add(ops.Add(k1, k4), ops.Scale(2, ops.Add(k2, k3)))
		return []*graph.Node{ops.Add(y, ops.Scale(h/6, sum))}
	})[0]
}
