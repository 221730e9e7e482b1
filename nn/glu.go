package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Gated cuts x in halves a and b along an axis and returns a·f(b): the second half is the gate.
//
//	x [..., 2n, ...]    y [..., n, ...]
//
// The gate of weights kept elsewhere may come first: those of LLaMA's MLP are joined as [up, gate].
func Gated(x *graph.Node, axis int, f func(x *graph.Node) *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	a, err := s.Axis(axis)
	if err != nil {
		return x.Graph().Failf("gated: %s %v: %w", x.Called(), s, err)
	}
	n := s.Dim(a)
	if n%2 != 0 {
		return x.Graph().Failf("gated: %s %v: want an axis that can be halved, not one of size %d", x.Called(), s, n)
	}
	half := ops.Split(x, a, n/2, n/2)
	return ops.Mul(half[0], f(half[1]))
}

// GLU is the gated linear unit of the last axis: y = a·σ(b) (Dauphin et al., 2017, section 2; PyTorch's GLU).
//
//	x [..., 2n] = [a, b]    y [..., n]
func GLU(x *graph.Node) *graph.Node { return Gated(x, -1, ops.Sigmoid) }

// SwiGLU is GLU with SiLU for a gate: y = a·SiLU(b) (Shazeer, GLU variants improve transformer, 2020, eq. 6).
func SwiGLU(x *graph.Node) *graph.Node { return Gated(x, -1, ops.SiLU) }

// GEGLU is GLU with GELU for a gate: y = a·GELU(b) (Shazeer, 2020, eq. 5).
func GEGLU(x *graph.Node) *graph.Node { return Gated(x, -1, ops.GELU) }

// ReGLU is GLU with ReLU for a gate: y = a·max(0, b) (Shazeer, 2020, eq. 5).
func ReGLU(x *graph.Node) *graph.Node { return Gated(x, -1, ops.ReLU) }
