package checkpoint

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/safetensors"
)

// Warm says how weights in a file become a model's, where it begins a new run with them. The zero Warm is strict: the same names, all of them.
type Warm struct {
	Rename  func(name string) string // of a weight in the file, to one of the model; nil keeps all names
	Skip    func(name string) bool   // weights of the model that stay as they are, and of the file, as renamed, that are left out; nil skips none
	Missing bool                     // whether the model may have other weights that the file lacks: they stay as they are
	Extra   bool                     // whether the file may have other weights that the model lacks
}

// Assign gives weights the values of a file's arrays. What is missing, unexpected or of another type is listed in one error, and then
// nothing has been changed. That none is taken is an error too.
func (how Warm) Assign(weights iter.Seq2[string, graph.Var], tensors []safetensors.Tensor) error {
	skip := func(name string) bool { return how.Skip != nil && how.Skip(name) }
	var ts []safetensors.Tensor
	used := map[string]string{}
	for _, t := range tensors {
		from := t.Name
		if how.Rename != nil {
			t.Name = how.Rename(from)
		}
		if skip(t.Name) {
			continue
		}
		if other, twice := used[t.Name]; twice {
			return fmt.Errorf("both %s and %s become %s", other, from, t.Name)
		}
		used[t.Name] = from
		ts = append(ts, t)
	}
	wanted := func(yield func(string, graph.Var) bool) {
		for name, v := range weights {
			if !skip(name) && !yield(name, v) {
				return
			}
		}
	}
	if err := assign(wanted, ts, !how.Missing, !how.Extra); err != nil {
		return err
	}
	var names []string
	for name := range wanted {
		if _, taken := used[name]; taken {
			return nil
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return errors.New("no weight is taken: all of the model's are skipped")
	}
	return fmt.Errorf("no weight is taken: none is called as one of %s", strings.Join(names, ", "))
}

// Warmed begins a new run from the weights of c; how, if it is zero, is strict, as Restore is.
func (c *Checkpoint) Warmed(weights iter.Seq2[string, graph.Var], how Warm) error {
	if err := how.Assign(weights, c.weights); err != nil {
		return fmt.Errorf("checkpoint %s: %w", c.Path, err)
	}
	return nil
}
