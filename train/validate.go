package train

import (
	"fmt"
	"math"
)

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
	var failed error // of a validation that the run may go back from
	if validate {
		var err error
		if rep.Validation, err = r.eval.run(); err != nil {
			rep.Validation, failed = nil, fmt.Errorf("step %d: validation: %w", r.Step, err)
			if !r.recoverable(failed) {
				return failed
			}
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
	for _, log := range r.Loggers {
		if err := log.Report(rep); err != nil {
			return err
		}
	}
	if r.OnReport != nil {
		if err := r.OnReport(rep); err != nil {
			return err
		}
	}
	switch {
	case failed != nil:
		return r.recover(failed)
	case !validate:
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
