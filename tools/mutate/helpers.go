package main

// helpers is the file that an instrumented package gets, without its package clause.
const helpers = `

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/tools/mutate/live"
)

func mutOn(id int) bool { return live.Is(id) }

// mutV is one of two values; functions are values.
func mutV[T any](id int, a, b T) T {
	if mutOn(id) {
		return b
	}
	return a
}

func mutNot[B ~bool](id int, b B) B { return b != B(mutOn(id)) }

type mutNumber interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64
}

func mutNeg[T mutNumber](id int, v T) T {
	if mutOn(id) {
		return v
	}
	return -v
}

func mutNext[T mutNumber](id int, v T) T {
	if mutOn(id) {
		return v + 1
	}
	return v
}

func mutAdd[T mutNumber](id int, a, b T) T {
	if mutOn(id) {
		return a - b
	}
	return a + b
}

func mutSub[T mutNumber](id int, a, b T) T {
	if mutOn(id) {
		return a + b
	}
	return a - b
}

func mutMul[T mutNumber](id int, a, b T) T {
	if mutOn(id) {
		return a / b
	}
	return a * b
}

func mutQuo[T mutNumber](id int, a, b T) T {
	if mutOn(id) {
		return a * b
	}
	return a / b
}

func mutLess[T mutNumber | ~string](id int, a, b T) bool {
	if mutOn(id) {
		return a <= b
	}
	return a < b
}

func mutLessEqual[T mutNumber | ~string](id int, a, b T) bool {
	if mutOn(id) {
		return a < b
	}
	return a <= b
}

func mutAnd(id int, a bool, b func() bool) bool {
	if mutOn(id) {
		return a || b()
	}
	return a && b()
}

func mutOr(id int, a bool, b func() bool) bool {
	if mutOn(id) {
		return a && b()
	}
	return a || b()
}

func mutSame(x *graph.Node) *graph.Node                  { return x }
func mutSameOver(x *graph.Node, _ ...int) *graph.Node    { return x }
func mutFirst[B any](a *graph.Node, _ B) *graph.Node     { return a }
func mutSecond[A any](_ A, b *graph.Node) *graph.Node    { return b }
func mutSwap(f func(a, b *graph.Node) *graph.Node) func(a, b *graph.Node) *graph.Node {
	return func(a, b *graph.Node) *graph.Node { return f(b, a) }
}

func mutWhere(_, a, _ *graph.Node) *graph.Node { return a }
func mutOther(_, _, b *graph.Node) *graph.Node { return b }
func mutSwapThree(f func(c, a, b *graph.Node) *graph.Node) func(c, a, b *graph.Node) *graph.Node {
	return func(c, a, b *graph.Node) *graph.Node { return f(c, b, a) }
}

func mutSwapFlags(f func(a, b *graph.Node, ta, tb bool) *graph.Node) func(a, b *graph.Node, ta, tb bool) *graph.Node {
	return func(a, b *graph.Node, ta, tb bool) *graph.Node { return f(b, a, ta, tb) }
}

func mutOppositeScale(f func(c float64, x *graph.Node) *graph.Node) func(c float64, x *graph.Node) *graph.Node {
	return func(c float64, x *graph.Node) *graph.Node { return f(-c, x) }
}

// mutApply applies an op to operands of which the first two are exchanged.
func mutApply(op graph.Op, in ...*graph.Node) *graph.Node {
	in = append([]*graph.Node(nil), in...)
	in[0], in[1] = in[1], in[0]
	return graph.Apply(op, in...)
}
`
