// Package recipe holds recipes: how a network learns to read images, each in a file of its own. A recipe is tuned on held-out training
// images, never on test images.
package recipe

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/mix"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/augment"
)

// A Recipe is everything that a run takes beside images and a seed.
type Recipe struct {
	Name, Help string

	Model    func(r *rand.Rand, f vision.Format) nn.Layer
	Loss     func(model nn.Layer) func(batch []*graph.Node) train.Outputs // train.Classify if nil
	Vary     vision.Variation                                             // of training images; none if nil
	Settle   vision.Variation                                             // instead of Vary in the last Settling epochs
	Holdout  int                                                          // training images that the model is validated on
	Batch    int
	Epochs   int
	Settling int
	Steps    int            // at most, if not 0
	Rounding graph.Rounding // of a step's kernels

	Rate      func(steps int) optim.Rate
	Optimizer func(params iter.Seq2[string, *graph.Param], rate optim.Rate) optim.Optimizer
	Views     []vision.Variation // in which an image is read, beside as it is; see vision.Agree

	EMA float64 // decay of the mean of the weights that is the result; the last weights are if 0
}

// MNIST lists the recipes for handwritten digits, the default first.
func MNIST() []Recipe { return []Recipe{Default(), Fast(), Tiny(), Best()} }

// Options are what a run may change.
type Options struct {
	Seed       uint64 // of order, augmentation and draws
	Workers    int    // cores to use at most, all if 0
	Accumulate int    // batches whose gradients make one update, 1 if 0
	// Trained says which parameters are trained; all if nil.
	Trained func(name string) bool
}

// Loop is the run of a recipe that trains a model on one set of images and validates it on another, which may be nil: levels and labels,
// see [vision.Prepare]. The rate can be adjusted by what is returned beside the loop, which holds its state.
func (r Recipe) Loop(model nn.Layer, fit, held data.Dataset, m data.Moments, o Options) (*train.Loop, *optim.Adjusted, error) {
	if r.Batch < 1 || r.Epochs < 1 || r.Steps < 0 || r.Settling < 0 || o.Accumulate < 0 {
		return nil, nil, fmt.Errorf("recipe: batches of %d, %d epochs, %d of them settling, at most %d steps, %d batches an update: want at least one and no negative number",
			r.Batch, r.Epochs, r.Settling, r.Steps, o.Accumulate)
	}
	batches, perEpoch, err := r.source(fit, m, o)
	if err != nil {
		return nil, nil, err
	}
	steps := r.Epochs * perEpoch
	if r.Steps > 0 {
		steps = min(steps, r.Steps)
	}
	params := trained(model, o.Trained)
	rate := optim.Adjust(r.Rate(max(1, steps/max(1, o.Accumulate))))
	loop := &train.Loop{
		Model: model, Loss: train.Classify(model), Optimizer: r.Optimizer(params, rate.Rate), Data: batches, Steps: steps, Seed: o.Seed,
		Workers: o.Workers, Rounding: r.Rounding, Extra: []train.Stateful{rate},
	}
	if r.Loss != nil {
		loop.Loss = r.Loss(model)
	}
	if o.Accumulate > 1 {
		loop.Optimizer = optim.Accumulate(loop.Optimizer, o.Accumulate)
	}
	if r.EMA > 0 {
		loop.EMA = optim.NewEMA(params, r.EMA)
	}
	if held != nil && held.Len() > 0 {
		check, err := vision.Prepare(held, m, nil)
		if err != nil {
			return nil, nil, err
		}
		loop.Validation = &train.Validation{Data: check, Batch: 500}
	}
	for range params {
		return loop, rate, nil
	}
	return nil, nil, errors.New("recipe: no parameter is left to train")
}

// source is the batches of a run, and how many an epoch has.
func (r Recipe) source(fit data.Dataset, m data.Moments, o Options) (data.Source, int, error) {
	first, err := r.loader(fit, m, r.Vary, o)
	if err != nil {
		return nil, 0, err
	}
	if r.Settling == 0 {
		return first, first.Len(), nil
	}
	last, err := r.loader(fit, m, r.Settle, o)
	if err != nil {
		return nil, 0, err
	}
	both, err := data.NewPhases(first, last, max(0, r.Epochs-r.Settling))
	return both, first.Len(), err
}

func (r Recipe) loader(fit data.Dataset, m data.Moments, vary vision.Variation, o Options) (*data.Loader, error) {
	images, err := vision.Prepare(fit, m, vary)
	if err != nil {
		return nil, err
	}
	cfg := data.Config{Batch: r.Batch, Order: data.Shuffled{Seed: o.Seed}, Workers: o.Workers}
	if vary != nil {
		cfg.Vary = mix.Seed(o.Seed, 1)
	}
	return data.NewLoader(images, cfg)
}

func trained(model any, which func(string) bool) iter.Seq2[string, *graph.Param] {
	all := nn.Params(model)
	if which == nil {
		return all
	}
	return func(yield func(string, *graph.Param) bool) {
		for name, p := range all {
			if which(name) && !yield(name, p) {
				return
			}
		}
	}
}

// warmedUp rises to a peak in the first fifth of the steps and falls by a cosine to a thousandth of it.
func warmedUp(peak float64) func(steps int) optim.Rate {
	return func(steps int) optim.Rate {
		return optim.WarmUp(steps/5, optim.Cosine(peak, peak/1000, steps-steps/5))
	}
}

// smoothed is train.Classify with label smoothing (Szegedy et al., 2016, section 7): a net that may not be certain of a label does not
// bend its borders for those that are wrong.
func smoothed(by float64) func(model nn.Layer) func([]*graph.Node) train.Outputs {
	return func(model nn.Layer) func([]*graph.Node) train.Outputs {
		plain := train.Classify(model)
		return func(batch []*graph.Node) train.Outputs {
			o := plain(batch)
			o.Loss = nn.CrossEntropyWith(o.Predictions, batch[1], nn.ClassOptions{Smoothing: by})
			return o
		}
	}
}

// adam is Adam with these decays of its moments.
func adam(beta1, beta2 float64) func(iter.Seq2[string, *graph.Param], optim.Rate) optim.Optimizer {
	return func(params iter.Seq2[string, *graph.Param], rate optim.Rate) optim.Optimizer {
		a := optim.NewAdam(params, rate)
		a.Beta1, a.Beta2 = beta1, beta2
		return a
	}
}

// adamW is adam with decoupled weight decay.
func adamW(beta1, beta2, decay float64) func(iter.Seq2[string, *graph.Param], optim.Rate) optim.Optimizer {
	return func(params iter.Seq2[string, *graph.Param], rate optim.Rate) optim.Optimizer {
		a := optim.NewAdamW(params, rate, decay)
		a.Beta1, a.Beta2 = beta1, beta2
		return a
	}
}

// muon moves filters by Muon, at a rate that is so many times the recipe's, and all else by AdamW.
func muon(times, decay float64) func(iter.Seq2[string, *graph.Param], optim.Rate) optim.Optimizer {
	return func(params iter.Seq2[string, *graph.Param], rate optim.Rate) optim.Optimizer {
		filters, others := map[string]*graph.Param{}, map[string]*graph.Param{}
		for name, p := range params {
			if p.Type().Shape.Rank() == 4 {
				filters[name] = p
			} else {
				others[name] = p
			}
		}
		among := func(some map[string]*graph.Param) iter.Seq2[string, *graph.Param] {
			return nn.Matching(params, func(name string) bool { return some[name] != nil })
		}
		faster := func(done *graph.Node) *graph.Node { return ops.Scale(times, rate(done)) }
		groups := optim.Groups{}
		if len(filters) > 0 {
			groups = append(groups, optim.NewMuon(among(filters), faster, 0))
		}
		if len(others) > 0 {
			groups = append(groups, adamW(0.9, 0.99, decay)(among(others), rate))
		}
		return groups
	}
}

// handwriting is how much a digit differs between two hands, or two moments of one.
var handwriting = handwritten(1)

// handwritten is so many times as much.
func handwritten(by float64) augment.Elastic {
	return augment.Elastic{Affine: augment.Affine{Shift: 2 * by, Rotate: 12 * by, Scale: 0.1 * by, Shear: 0.1 * by}, Bend: 0.5 * by, Cell: 7}
}

// nearby are small moves of each kind, one at a time, that leave a digit what it is.
func nearby() (views []vision.Variation) {
	for _, by := range []float64{-1, 1} {
		views = append(views, augment.Pose{Right: by}, augment.Pose{Down: by}, augment.Pose{Turn: 6 * by}, augment.Pose{Grow: 0.06 * by})
	}
	return views
}
