package optim

import (
	"iter"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Plateau multiplies the rate by Factor, though not to below Least, when what it observes, usually a validation loss, has not improved
// for more than Patience observations: PyTorch's ReduceLROnPlateau. Unlike the other rates it is steered from outside the graph:
//
//	plateau := optim.NewPlateau(1e-3)
//	adam := optim.NewAdam(nn.Params(model), plateau.Rate)
//	… after each epoch: plateau.Observe(loss)
//
// An observation improves on the best if it is smaller (greater if Larger) by more than Threshold, as a share of the best, or as such if
// Absolute. For Cooldown observations after each reduction none counts against the rate. NaN never improves.
type Plateau struct {
	Factor, Threshold, Least float64
	Patience, Cooldown       int
	Larger, Absolute         bool
	rate, best               *graph.State // float64; best is NaN before the first observation
	bad, cooling             *graph.State // int64
}

// NewPlateau starts at the given rate, with Factor 0.1, Patience 10 and Threshold 1e-4.
func NewPlateau(rate float64) *Plateau {
	return &Plateau{
		Factor: 0.1, Patience: 10, Threshold: 1e-4,
		rate:    graph.NewState("plateau.rate", graph.BufferOf([]float64{rate})),
		best:    graph.NewState("plateau.best", graph.BufferOf([]float64{math.NaN()})),
		bad:     graph.NewState("plateau.bad", graph.BufferOf([]int64{0})),
		cooling: graph.NewState("plateau.cooling", graph.BufferOf([]int64{0})),
	}
}

// Rate is the rate as it is when a step is run; it is a [Rate].
func (p *Plateau) Rate(done *graph.Node) *graph.Node { return done.Graph().Use(p.rate) }

// States yields what must be saved to resume.
func (p *Plateau) States() iter.Seq2[string, *graph.State] {
	return named(p.rate, p.best, p.bad, p.cooling)
}

// Observe takes the next observation and returns the rate from now on.
func (p *Plateau) Observe(value float64) float64 {
	rate, best := graph.Data[float64](p.rate.Value())[0], graph.Data[float64](p.best.Value())[0]
	bad, cooling := graph.Data[int64](p.bad.Value())[0]+1, graph.Data[int64](p.cooling.Value())[0]
	if p.better(value, best) {
		best, bad = value, 0
	}
	if cooling > 0 {
		cooling, bad = cooling-1, 0
	}
	if bad > int64(p.Patience) {
		rate, cooling, bad = max(rate*p.Factor, min(rate, p.Least)), int64(p.Cooldown), 0
	}
	p.rate.Set(graph.BufferOf([]float64{rate}))
	p.best.Set(graph.BufferOf([]float64{best}))
	p.bad.Set(graph.BufferOf([]int64{bad}))
	p.cooling.Set(graph.BufferOf([]int64{cooling}))
	return rate
}

func (p *Plateau) better(value, best float64) bool {
	sign := 1.0
	if p.Larger {
		sign = -1
	}
	limit := best * (1 - sign*p.Threshold) // on which side of best depends on its sign, as PyTorch has it
	if p.Absolute {
		limit = best - sign*p.Threshold
	}
	return math.IsNaN(best) && !math.IsNaN(value) || sign*value < sign*limit
}
