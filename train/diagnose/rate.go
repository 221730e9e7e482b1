package diagnose

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/plots"
)

// A Range is what RateRange measured: rates, each with the loss of the step that was done with it before the step, and that loss averaged over
// its neighbours.
type Range struct {
	Rates, Losses, Smooth []float64
	Diverged              bool // whether the last rate was too high
	// Suggested is the rate where the smoothed loss falls fastest by decade of the rate, before it has its least value.
	Suggested float64
}

// RateRange trains a model while its rate grows by a constant factor from low to high, in so many steps, and suggests a rate (Smith, "Cyclical
// Learning Rates for Training Neural Networks", WACV 2017, section 3.3). It ends early where the loss becomes four times the least so far, or
// NaN.
//
// build makes a loop whose optimiser takes the rate; of the loop, Steps, OnStep and what is written or validated are left out. What it trains
// is spoiled: build a model for this alone. A loss that never falls is an error.
func RateRange(ctx context.Context, low, high float64, steps int, build func(rate optim.Rate) (*train.Loop, error)) (r Range, err error) {
	if !(low > 0 && high > low) || math.IsInf(high, 0) || steps < 20 {
		return r, fmt.Errorf("diagnose: %d rates from %v to %v, want at least 20, from a positive one to a larger one", steps, low, high)
	}
	factor := math.Pow(high/low, 1/float64(steps-1))
	loop, err := build(optim.Exponential(low, factor))
	if err != nil {
		return r, err
	}
	one := *loop
	one.Steps, one.Epochs, one.LogEvery, one.Validation, one.Stop, one.Recovery, one.Checkpoints, one.Log, one.Times = steps, 0, steps, nil, nil, nil, nil, nil, nil
	one.Loggers, one.OnReport, one.OnEvent = nil, nil, nil
	least := math.Inf(1)
	one.OnStep = func(s train.Step) error {
		r.Rates = append(r.Rates, low*math.Pow(factor, float64(s.Step-1)))
		r.Losses = append(r.Losses, s.Loss)
		least = min(least, s.Loss)
		if n := len(r.Losses); n > steps/10 && mean(r.Losses[max(0, n-3):]) > least+3*math.Abs(least) && mean(r.Losses[max(0, n-3):]) > r.Losses[0] {
			return errEnough
		}
		return nil
	}
	_, err = one.Run(ctx)
	r.Diverged = errors.Is(err, errEnough) || errors.Is(err, exec.ErrNaN)
	if err != nil && !r.Diverged {
		return r, err
	}
	return r, r.suggest(max(1, steps/25))
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}

// suggest smooths over so many neighbours on either side, and finds the steepest fall.
func (r *Range) suggest(around int) error {
	n := len(r.Losses)
	for i := range n {
		k := min(around, i, n-1-i)
		r.Smooth = append(r.Smooth, mean(r.Losses[i-k:i+k+1]))
	}
	least := 0
	for i, v := range r.Smooth {
		if v < r.Smooth[least] {
			least = i
		}
	}
	steepest, at := 0.0, -1
	for i := around; i+around <= least; i++ {
		if d := r.Smooth[i+around] - r.Smooth[i-around]; d < steepest {
			steepest, at = d, i
		}
	}
	if at < 0 || r.Smooth[least] > r.Smooth[0]-0.02*math.Abs(r.Smooth[0]) {
		return fmt.Errorf("diagnose: the loss falls at no rate from %.3g to %.3g: %.4g at first, %.4g at the least", r.Rates[0], r.Rates[n-1], r.Smooth[0], r.Smooth[least])
	}
	r.Suggested = r.Rates[at]
	return nil
}

// Figure draws loss by rate, with the suggested one marked.
func (r Range) Figure() plots.Figure {
	var raw, smooth, at []plots.Point
	for i, rate := range r.Rates {
		raw = append(raw, plots.Point{Step: rate, Value: r.Losses[i]})
		smooth = append(smooth, plots.Point{Step: rate, Value: r.Smooth[i]})
		if rate == r.Suggested {
			at = smooth[i : i+1]
		}
	}
	f := plots.Figure{Title: "loss by learning rate", X: "rate", Y: "loss", LogX: true, Lines: []plots.Line{
		{Name: "each step", Points: raw, Color: 5}, {Name: "smoothed", Points: smooth}, {Points: at, Best: plots.Last, Color: 1},
	}}
	if first := r.Losses[0]; r.Diverged && first > 0 { // how far it rose at the end tells nothing
		f.To = 1.3 * first
	}
	return f
}
