package train

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// An evaluation measures the outputs of a loss function over a data set.
type evaluation struct {
	names []string
	load  *data.Loader
	plans *exec.Shaped
}

func newEvaluation(l *Loop, v *Validation) (*evaluation, error) {
	load, err := data.NewLoader(v.Data, data.Config{Batch: min(v.Batch, v.Data.Len()), Last: data.Keep, Workers: l.Workers})
	if err != nil {
		return nil, err
	}
	e := &evaluation{load: load}
	e.plans = exec.PerShape(2, func(types []graph.Type) (*exec.Plan, error) {
		g := graph.New(graph.Evaluation)
		var in []*graph.Node
		for k, t := range types {
			in = append(in, g.Placeholder(fmt.Sprintf("field %d", k), t))
		}
		var o Outputs
		build := func() { o = l.Loss(in) }
		if l.EMA != nil {
			g.With(l.EMA.Bindings(g), build)
		} else {
			build()
		}
		names, outs, err := o.list()
		if err != nil {
			return nil, err
		}
		e.names = names
		return exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.Workers(l.Workers))
	})
	_, err = e.plans.Plan(load.Types()...) // what cannot be built is said before training
	return e, err
}

// run returns the mean of each output over all examples.
func (e *evaluation) run() (map[string]float64, error) {
	sums, n := make([]float64, len(e.names)), 0
	for b, err := range e.load.Epoch() {
		if err != nil {
			return nil, err
		}
		types := make([]graph.Type, len(b.Fields))
		for k, f := range b.Fields {
			types[k] = f.Type
		}
		plan, err := e.plans.Plan(types...)
		if err != nil {
			return nil, err
		}
		out, err := plan.RunBuffers(b.Fields...)
		if err != nil {
			return nil, fmt.Errorf("validation: %w", err)
		}
		for i, o := range out {
			sums[i] += scalar(o) * float64(b.N)
		}
		n += b.N
	}
	means := map[string]float64{}
	for i, name := range e.names {
		means[name] = sums[i] / float64(n)
	}
	return means, nil
}

// report writes a line if one is due, and validates if that is.
func (r *runner) report(epoch int, line, validate bool) error {
	if !line && !validate {
		return nil
	}
	rep := Report{Step: r.Step, Epoch: epoch, Seconds: r.since()}
	if r.Count > 0 {
		rep.Train = map[string]float64{}
		for i, name := range r.names {
			rep.Train[name] = r.Sums[i] / float64(r.Count)
		}
		clear(r.Sums)
		r.Count = 0
	}
	if validate {
		var err error
		if rep.Validation, err = r.eval.run(); err != nil {
			return fmt.Errorf("step %d: %w", r.Step, err)
		}
		rep.Seconds = r.since()
	}
	if r.Log != nil {
		if err := r.Log.Write(rep.line()); err != nil {
			return err
		}
	}
	if r.Times != nil {
		if err := r.Times.Write(map[string]any{"step": r.Step, "seconds": rep.Seconds}); err != nil {
			return err
		}
	}
	if r.OnReport != nil {
		if err := r.OnReport(rep); err != nil {
			return err
		}
	}
	if !validate {
		return nil
	}
	return r.judge(rep.Validation)
}

// line is what the log holds: no clock, and null for what is not finite, which JSON has no number for.
func (rep Report) line() map[string]any {
	m := map[string]any{"step": rep.Step, "epoch": rep.Epoch}
	put := func(prefix string, values map[string]float64) {
		for name, v := range values {
			m[prefix+name] = v
			if math.IsNaN(v) || math.IsInf(v, 0) {
				m[prefix+name] = nil
			}
		}
	}
	put("", rep.Train)
	put("validation_", rep.Validation)
	return m
}
