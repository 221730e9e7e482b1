package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

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

// Differs lists what a snapshot holds otherwise than c does: arrays by name, and parts of the manifest that both have. Nothing is listed
// where all bits are the same.
func (c *Checkpoint) Differs(s *Snapshot) (names []string) {
	if c.Step != s.Step {
		names = append(names, "the step")
	}
	for _, both := range [][2][]Tensor{{c.Weights, describe(s.Weights)}, {c.State, describe(s.State)}} {
		sums := map[string]string{}
		for _, t := range both[0] {
			sums[t.Name] = t.SHA256
		}
		for _, t := range both[1] {
			if sums[t.Name] != t.SHA256 {
				names = append(names, t.Name)
			}
			delete(sums, t.Name)
		}
		for name := range sums {
			names = append(names, name)
		}
	}
	for name, part := range s.Parts {
		var a, b bytes.Buffer
		if kept, ok := c.Parts[name]; ok && (json.Compact(&a, kept) != nil || json.Compact(&b, part) != nil || !bytes.Equal(a.Bytes(), b.Bytes())) {
			names = append(names, "part "+name)
		}
	}
	slices.Sort(names)
	return names
}
