package train

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train/metrics"
)

// Classify is the loss function of a classifier: of batches of examples and labels, the cross-entropy of its logits in nats, and the
// metric "accuracy".
func Classify(model nn.Layer) func(batch []*graph.Node) Outputs {
	return func(batch []*graph.Node) Outputs {
		logits := model.Forward(batch[0])
		return Outputs{Loss: nn.CrossEntropy(logits, batch[1]), Metrics: []Metric{{"accuracy", nn.Accuracy(logits, batch[1])}}, Predictions: logits, Targets: batch[1]}
	}
}

// Measure returns the mean of each output of a loss function over the examples of a data set as they are, in evaluation mode. Batches
// hold so many examples; any number gives the same means, up to rounding. Workers are the cores to use at most, all if 0.
func Measure(d data.Dataset, batch, workers int, loss func(batch []*graph.Node) Outputs) (map[string]float64, error) {
	e, err := newMeasuring(d, batch, workers, nil, loss, nil)
	if err != nil {
		return nil, err
	}
	return e.run()
}

// Evaluate is Measure for what is no mean: it runs what build makes of a batch's fields, in evaluation mode, and shows see each batch with
// the values, whose first axis goes over its examples. Both are see's until it returns.
func Evaluate(d data.Dataset, batch, workers int, build func(fields []*graph.Node) []*graph.Node, see func(data.Batch, []graph.Buffer) error) error {
	e, err := newEvaluation(d, batch, workers, nil, func(in []*graph.Node) ([]*graph.Node, error) { return build(in), nil })
	if err != nil {
		return err
	}
	return e.run(see)
}

// An evaluation is a loader and its plans, one for whole batches and one for the last.
type evaluation struct {
	load  *data.Loader
	plans *exec.Shaped
}

// newEvaluation builds with the means of an average in place of the parameters, if there is one.
func newEvaluation(d data.Dataset, batch, workers int, mean *optim.Average, build func([]*graph.Node) ([]*graph.Node, error)) (*evaluation, error) {
	if d == nil || d.Len() == 0 || batch < 1 {
		return nil, errors.New("train: to evaluate wants examples, and batches of at least 1")
	}
	load, err := data.NewLoader(d, data.Config{Batch: min(batch, d.Len()), Last: data.Keep, Workers: workers})
	if err != nil {
		return nil, err
	}
	e := &evaluation{load: load}
	e.plans = exec.PerShape(2, func(types []graph.Type) (*exec.Plan, error) {
		g := graph.New(graph.Evaluation)
		in := placeholders(g, types)
		var outs []*graph.Node
		var err error
		f := func() { outs, err = build(in) }
		if mean != nil {
			g.With(mean.Bindings(g), f)
		} else {
			f()
		}
		if err != nil {
			return nil, err
		}
		return exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.Workers(workers))
	})
	_, err = e.plans.Plan(load.Types()...) // what cannot be built is said before any work
	return e, err
}

// placeholders are the fields of a batch.
func placeholders(g *graph.Graph, types []graph.Type) (in []*graph.Node) {
	for k, t := range types {
		in = append(in, g.Placeholder(fmt.Sprintf("field %d", k), t))
	}
	return in
}

func typesOf(fields []graph.Buffer) (types []graph.Type) {
	for _, f := range fields {
		types = append(types, f.Type)
	}
	return types
}

func (e *evaluation) run(see func(data.Batch, []graph.Buffer) error) error {
	if err := e.load.Seek(data.Position{}); err != nil {
		return err
	}
	for b, err := range e.load.Epoch() {
		if err != nil {
			return err
		}
		plan, err := e.plans.Plan(typesOf(b.Fields)...)
		if err != nil {
			return err
		}
		out, err := plan.RunBuffers(b.Fields...)
		if err != nil {
			return err
		}
		if err := see(b, out); err != nil {
			return err
		}
	}
	return nil
}

// A measuring is an evaluation of means.
type measuring struct {
	*evaluation
	names []string
	also  map[string]metrics.Metric // of the two values after those that have names
}

func newMeasuring(d data.Dataset, batch, workers int, mean *optim.Average, loss func([]*graph.Node) Outputs, also map[string]metrics.Metric) (m *measuring, err error) {
	m = &measuring{also: also}
	m.evaluation, err = newEvaluation(d, batch, workers, mean, func(in []*graph.Node) (outs []*graph.Node, err error) {
		o := loss(in)
		if m.names, outs, err = o.list(); err != nil || len(also) == 0 {
			return outs, err
		}
		for name, a := range also {
			if name == "" || a == nil || slices.Contains(m.names, name) {
				return nil, fmt.Errorf("train: the validation's metrics want a metric for %q, and every name once", name)
			}
		}
		if o.Predictions == nil || o.Targets == nil {
			return nil, errors.New("train: the validation's metrics want the outputs' Predictions and Targets")
		}
		return append(outs, o.Predictions, o.Targets), nil
	})
	return m, err
}

// run returns the mean of each output over all examples.
func (m *measuring) run() (map[string]float64, error) {
	sums, n := make([]float64, len(m.names)), 0
	for _, a := range m.also {
		a.Reset()
	}
	err := m.evaluation.run(func(b data.Batch, out []graph.Buffer) error {
		for i := range sums {
			sums[i] += scalar(out[i]) * float64(b.N)
		}
		n += b.N
		for name, a := range m.also {
			if err := a.Add(out[len(sums)], out[len(sums)+1]); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	})
	means := map[string]float64{}
	for i, name := range m.names {
		means[name] = sums[i] / float64(n)
	}
	for name, a := range m.also {
		means[name] = a.Value()
	}
	return means, err
}
