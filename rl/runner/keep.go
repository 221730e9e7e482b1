package runner

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/safetensors"
	"github.com/kedja-ml/kedja/train"
)

// part is what a checkpoint holds beside arrays.
const part = "rl"

type kept struct {
	Envs  []byte          // as env.Vec has it
	Agent json.RawMessage // its Progress
}

// save writes a checkpoint now.
func (r *Run) save() error {
	if r.Store == nil {
		return nil
	}
	if err := r.Store.Wait(); err != nil || r.saved == r.Loop.Steps+1 {
		return err
	}
	s, err := r.snapshot()
	if err != nil {
		return err
	}
	r.saved = r.Loop.Steps + 1
	return r.Store.Save(s)
}

func (r *Run) journals() (all []train.Journal) {
	for _, l := range []*train.Log{r.Log, r.Times} {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

// snapshot copies all that lasts.
func (r *Run) snapshot() (*checkpoint.Snapshot, error) {
	a := r.Loop.Agent
	s := checkpoint.Take(r.Loop.Steps, nn.Vars(a.Model()), a.States())
	for name, b := range a.Arrays() {
		s.State = append(s.State, safetensors.Tensor{
			Name: name, Dtype: safetensors.DtypeOf(b.Type.Dtype), Shape: b.Type.Shape.Dims(), Data: slices.Clone(b.Bytes()),
		})
	}
	envs, err := r.Loop.Envs.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	progress, err := json.Marshal(a.Progress())
	if err != nil {
		return nil, fmt.Errorf("runner: the agent's progress: %w", err)
	}
	if err := s.Put(part, kept{envs, progress}); err != nil {
		return nil, err
	}
	for name, v := range r.Parts {
		if err := s.Put(name, v); err != nil {
			return nil, err
		}
	}
	for _, j := range r.journals() {
		s.Logs = append(s.Logs, checkpoint.Log{Name: j.Name(), Offset: j.Offset()})
	}
	s.Before = func() error { // the lines that it counts on are on disk before it is
		for _, j := range r.journals() {
			if err := j.Sync(); err != nil {
				return err
			}
		}
		return nil
	}
	return s, nil
}

// restore puts everything back to where a checkpoint was taken.
func (r *Run) restore(c *checkpoint.Checkpoint) error {
	if d := c.Build.Differs(checkpoint.ThisBuild()); d != "" && !r.Inexact {
		return fmt.Errorf("checkpoint %s: the bits may differ: %s; resume inexactly to go on", c.Path, d)
	}
	var k kept
	if err := c.Get(part, &k); err != nil {
		return err
	}
	a := r.Loop.Agent
	states, arrays := withArrays(a.States(), a.Arrays())
	if err := c.Restore(nn.Vars(a.Model()), states); err != nil {
		return err
	}
	for s, b := range arrays {
		copy(b.Bytes(), s.Value().Bytes())
	}
	if err := r.Loop.Envs.UnmarshalBinary(k.Envs); err != nil {
		return fmt.Errorf("checkpoint %s: of another environment: %w", c.Path, err)
	}
	err := json.Unmarshal(k.Agent, a.Progress())
	if err == nil {
		err = a.Restored()
	}
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", c.Path, err)
	}
	r.Loop.Steps, r.saved = c.Step, c.Step+1
	for _, j := range r.journals() {
		for _, l := range c.Logs {
			if l.Name == j.Name() {
				if err := j.Cut(l.Offset); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// withArrays adds states of the arrays' types, and says which is whose.
func withArrays(states iter.Seq2[string, graph.Var], arrays iter.Seq2[string, graph.Buffer]) (all iter.Seq2[string, graph.Var], of map[graph.Var]graph.Buffer) {
	of = map[graph.Var]graph.Buffer{}
	names := map[graph.Var]string{}
	var order []graph.Var
	for name, b := range arrays {
		s := graph.NewState(name, graph.NewBuffer(b.Type))
		of[s], names[s], order = b, name, append(order, s)
	}
	return func(yield func(string, graph.Var) bool) {
		for name, v := range states {
			if !yield(name, v) {
				return
			}
		}
		for _, v := range order {
			if !yield(names[v], v) {
				return
			}
		}
	}, of
}

// Replay does the steps from one checkpoint to another again, and returns an error that says what differs.
func (r *Run) Replay(from, to *checkpoint.Checkpoint) error {
	if err := r.check(); err != nil {
		return err
	}
	if err := r.restore(from); err != nil {
		return err
	}
	return checkpoint.Replay(from, to, func() (bool, error) {
		err := r.step()
		return r.Loop.Steps >= to.Step, err
	}, r.snapshot)
}

// Open makes dir the folder of the run: it holds the checkpoints, the log and the times, which become fields of the run, by the names that
// package train has for them. One process at a time has a folder open; close it after the run.
func (r *Run) Open(dir string, keep checkpoint.Options) (io.Closer, error) {
	l := train.Loop{}
	folder, err := l.Open(dir, keep)
	if err != nil {
		return nil, err
	}
	r.Store, r.Log, r.Times = l.Checkpoints.Store, l.Log, l.Times
	return folder, nil
}
