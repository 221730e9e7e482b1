package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/safetensors"
)

// A Snapshot is the state of a run between two steps, in memory: it can be written while the run goes on.
type Snapshot struct {
	Step    int
	Metrics map[string]float64 // what is not finite is left out
	Weights []safetensors.Tensor
	State   []safetensors.Tensor
	Logs    []Log
	Graph   string
	Parts   map[string]json.RawMessage
	Before  func() error // called before anything is written, where that is; may be nil
}

// Take copies the values of variables. Names must be unique within weights and within state.
func Take(step int, weights, state iter.Seq2[string, graph.Var]) *Snapshot {
	return &Snapshot{Step: step, Weights: Tensors(weights), State: Tensors(state), Parts: map[string]json.RawMessage{}}
}

// Put keeps v, as JSON, under a name.
func (s *Snapshot) Put(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("checkpoint: part %q: %w", name, err)
	}
	s.Parts[name] = b
	return nil
}

func (s *Snapshot) manifest() *Manifest {
	m := &Manifest{
		Format: Format, Step: s.Step, Metrics: map[string]float64{}, Weights: describe(s.Weights), State: describe(s.State), Logs: s.Logs,
		Graph: s.Graph, Build: ThisBuild(), Parts: s.Parts,
	}
	for k, v := range s.Metrics {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			m.Metrics[k] = v
		}
	}
	return m
}

// A Checkpoint is what was read, every sum of it checked.
type Checkpoint struct {
	Manifest
	Path           string
	weights, state []safetensors.Tensor
}

// Get decodes what was put under a name.
func (c *Checkpoint) Get(name string, v any) error {
	raw, ok := c.Parts[name]
	if !ok {
		return fmt.Errorf("checkpoint %s: no part %q", c.Path, name)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("checkpoint %s: part %q: %w", c.Path, name, err)
	}
	return nil
}

// Restore gives weights and state the values they had. Where a name is missing or unexpected or a type is another, an error lists all of
// them, and neither is changed.
func (c *Checkpoint) Restore(weights, state iter.Seq2[string, graph.Var]) error {
	// The state is checked against itself before the weights are touched.
	if err := errors.Join(c.fits("weights", weights, c.weights), c.fits("state", state, c.state)); err != nil {
		return err
	}
	return errors.Join(Assign(weights, c.weights), Assign(state, c.state))
}

// fits is Assign to copies.
func (c *Checkpoint) fits(what string, vars iter.Seq2[string, graph.Var], ts []safetensors.Tensor) error {
	copies := func(yield func(string, graph.Var) bool) {
		for name, v := range vars {
			if !yield(name, graph.NewState(name, graph.NewBuffer(v.Type()))) {
				return
			}
		}
	}
	if err := Assign(copies, ts); err != nil {
		return fmt.Errorf("checkpoint %s: of another model: %s: %w", c.Path, what, err)
	}
	return nil
}

// Warm says how much of a checkpoint's weights a model takes over.
type Warm struct {
	Rename  func(name string) (string, bool) // of a weight in the file to one of the model; false leaves it out; nil keeps all names
	Missing bool                             // whether the model may have weights that the file lacks: they stay as they are
	Extra   bool                             // whether the file may have weights that the model lacks
}

// Warmed begins a new run from these weights: with the zero Warm it is strict, as Restore is.
func (c *Checkpoint) Warmed(weights iter.Seq2[string, graph.Var], how Warm) error {
	var ts []safetensors.Tensor
	used := map[string]string{}
	for _, t := range c.weights {
		from, ok := t.Name, true
		if how.Rename != nil {
			t.Name, ok = how.Rename(t.Name)
		}
		if !ok {
			continue
		}
		if other, twice := used[t.Name]; twice {
			return fmt.Errorf("checkpoint %s: both %s and %s become %s", c.Path, other, from, t.Name)
		}
		used[t.Name] = from
		ts = append(ts, t)
	}
	if err := assign(weights, ts, !how.Missing, !how.Extra); err != nil {
		return fmt.Errorf("checkpoint %s: %w", c.Path, err)
	}
	return nil
}
