// Package dist holds distributions over actions, built on a graph: their logarithms can be differentiated, and the samples of continuous ones
// are functions of their parameters (Kingma & Welling, 2014), so that gradients pass through them.
package dist

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Categorical chooses one of n.
type Categorical struct {
	Logits *graph.Node // [..., n]
}

// LogProb is ln p of choices.
//
//	index [...], int32    y [...]
func (c Categorical) LogProb(index *graph.Node) *graph.Node {
	return ops.Pick(ops.LogSoftmax(c.Logits, -1), index)
}

// Entropy is −Σ p·ln p, in nats.
func (c Categorical) Entropy() *graph.Node {
	log := ops.LogSoftmax(c.Logits, -1)
	return ops.Neg(ops.Sum(ops.Mul(ops.Exp(log), log), -1))
}

// Mode is the most probable choice.
func (c Categorical) Mode() *graph.Node { return ops.ArgMax(c.Logits, -1) }

// Sample draws: the largest of the logits, each with Gumbel noise −ln(−ln u), is distributed as the choices are (Gumbel, 1954).
func (c Categorical) Sample() *graph.Node {
	u := ops.Clamp(ops.UniformOf(c.Logits.Graph(), c.Logits.Type()), 1e-20, 1)
	e := ops.Clamp(ops.Neg(ops.Log(u)), 1e-20, math.Inf(1)) // u of 1 would make it 0
	return ops.ArgMax(ops.Sub(c.Logits, ops.Log(e)), -1)
}

// TanhNormal is tanh of independent normal variables: a vector within (−1, 1)ᵈ (Haarnoja et al., 2018, appendix C).
type TanhNormal struct {
	Mean, LogStd *graph.Node // [..., d]
}

// Mode is tanh of the mean, where the normal variables are most probable.
func (t TanhNormal) Mode() *graph.Node { return ops.Tanh(t.Mean) }

// Sample draws y = tanh(x), x = mean + std·e with e ~ N(0, 1), and gives its log-density, both as functions of the parameters.
//
//	y [..., d]    logProb [...]
func (t TanhNormal) Sample() (y, logProb *graph.Node) {
	return t.Transform(ops.NormalOf(t.Mean.Graph(), t.Mean.Type()))
}

// Transform is Sample of given e.
func (t TanhNormal) Transform(e *graph.Node) (y, logProb *graph.Node) {
	x := ops.Add(t.Mean, ops.Mul(ops.Exp(t.LogStd), e))
	return ops.Tanh(x), t.density(x, e)
}

// LogProb is the log-density at tanh(x):
//
//	Σ −½·((x − mean)/std)² − ln std − ½·ln 2π − ln(1 − tanh² x)
//
// The last term is computed as 2·(ln 2 − x − softplus(−2x)), which is exact where tanh x is 1 in floating point.
func (t TanhNormal) LogProb(x *graph.Node) *graph.Node {
	return t.density(x, ops.Mul(ops.Sub(x, t.Mean), ops.Exp(ops.Neg(t.LogStd))))
}

func (t TanhNormal) density(x, e *graph.Node) *graph.Node {
	normal := ops.Offset(ops.Sub(ops.Scale(-0.5, ops.Square(e)), t.LogStd), -0.5*math.Log(2*math.Pi))
	slope := ops.Scale(2, ops.Sub(ops.Affine(-1, x, math.Ln2), ops.Softplus(ops.Scale(-2, x))))
	return ops.Sum(ops.Sub(normal, slope), -1)
}
