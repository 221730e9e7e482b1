package rl

import (
	"fmt"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/replay"
)

// A Setup says what an agent is made for.
type Setup struct {
	env.Spec
	Envs    int // environments that are played side by side
	Seed    uint64
	Workers int // cores to learn on; all if 0. The result does not depend on it
}

func (s Setup) check() error {
	if s.Size() < 1 || s.Envs < 1 || s.Workers < 0 {
		return fmt.Errorf("observations of %d numbers, %d environments, %d workers: want at least 1, 1 and 0", s.Size(), s.Envs, s.Workers)
	}
	return nil
}

// discrete reports what is not fit for an agent that numbers its actions.
func (s Setup) discrete() error {
	if s.Actions.N < 1 {
		return fmt.Errorf("the algorithm chooses among numbered actions; those of %s have %d coordinates", s.Name, s.Actions.Dim())
	}
	return s.check()
}

// transition is what a memory keeps of a step.
func (s Setup) transition() replay.Size {
	return replay.Size{Obs: s.Size(), Action: s.Actions.Dim(), Bytes: s.Bytes}
}

// Mean is a running mean, kept exactly.
type Mean struct {
	Sum   float64
	Count int
}

// Add takes a value into the mean.
func (m *Mean) Add(v float64) { m.Sum, m.Count = m.Sum+v, m.Count+1 }

// report writes the mean, if there is one, and begins another.
func (m *Mean) report(name string, to map[string]float64) {
	if m.Count > 0 {
		to[name] = m.Sum / float64(m.Count)
	}
	*m = Mean{}
}
