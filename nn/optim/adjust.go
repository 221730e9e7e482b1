package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Adjusted is a rate times a factor that can be changed from outside the graph, such as by a training loop that went back to an earlier
// state and goes on more carefully. The factor is a state, so that a checkpoint holds it.
type Adjusted struct {
	rate   Rate
	factor *graph.State
}

// Adjust begins with a factor of 1.
func Adjust(rate Rate) *Adjusted {
	return &Adjusted{rate, graph.NewState("adjusted.factor", graph.BufferOf([]float64{1}))}
}

// Rate is a [Rate].
func (a *Adjusted) Rate(done *graph.Node) *graph.Node {
	if a.rate == nil {
		done.Graph().Failf("adjusted: there is no rate")
		return done
	}
	return ops.Mul(a.rate(done), done.Graph().Use(a.factor))
}

// Factor is what the rate is multiplied by.
func (a *Adjusted) Factor() float64 { return graph.Data[float64](a.factor.Value())[0] }

// SetFactor changes it from the next step on.
func (a *Adjusted) SetFactor(f float64) { a.factor.Set(graph.BufferOf([]float64{f})) }

// States yields what must be saved to resume.
func (a *Adjusted) States() iter.Seq2[string, *graph.State] { return named(a.factor) }
