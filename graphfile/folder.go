package graphfile

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/patherr"
	"github.com/kedja-ml/kedja/internal/whole"
	"github.com/kedja-ml/kedja/safetensors"
)

// The files of a folder.
const (
	GraphFile   = "graph.kedja"
	WeightsFile = "weights.safetensors"
)

// Save writes what the outputs and all assignments of g need, and the values of its variables, to a folder, which is made if it is not
// there. Each of its two files is written whole or not at all, and what can be wrong with the graph is found before the first.
//
// What cannot be saved: a graph with an error; two variables of one name; ops of the caller's own that are not registered by Kinds. What a
// Tap calls stays behind, and so do the derivatives of Custom functions, which Load takes from its program.
func Save(dir string, g *graph.Graph, in, out []*graph.Node, opts ...Option) error {
	fail := func(err error) error { return fmt.Errorf("graphfile: saving %s: %w", dir, patherr.Cause(err)) }
	data, vars, err := encode(g, in, out, opts)
	if err != nil {
		return fail(err)
	}
	ts := make([]safetensors.Tensor, len(vars))
	for i, v := range vars {
		b := v.Value()
		ts[i] = safetensors.Tensor{Name: v.Name(), Dtype: safetensors.DtypeOf(b.Type.Dtype), Shape: b.Type.Shape.Dims(), Data: b.Bytes()}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fail(err)
	}
	if err := safetensors.WriteFile(filepath.Join(dir, WeightsFile), ts, nil); err != nil {
		return fail(err)
	}
	err = whole.Write(filepath.Join(dir, GraphFile), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return fail(fmt.Errorf("%s: %w", GraphFile, patherr.Cause(err)))
	}
	return nil
}

// Load reads the folder that Save wrote. Its variables are new ones; those of a graph for training are assigned when a plan of it runs, and
// can be saved again. Weights may be others than Save wrote, of the same names and types.
func Load(dir string, opts ...Option) (*Program, error) {
	p, err := load(dir, opts)
	if err != nil {
		return nil, fmt.Errorf("graphfile: loading %s: %w", dir, err)
	}
	return p, nil
}

func load(dir string, opts []Option) (*Program, error) {
	files := map[string][]byte{}
	for _, name := range []string{GraphFile, WeightsFile} {
		var err error
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, patherr.Cause(err))
		}
	}
	weights, err := safetensors.Decode(files[WeightsFile])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", WeightsFile, err)
	}
	have := map[string]safetensors.Tensor{}
	for _, t := range weights.Tensors {
		have[t.Name] = t
	}
	p, err := checked(files[GraphFile], func(name string, param bool, t graph.Type) (graph.Var, error) {
		w, ok := have[name]
		switch delete(have, name); {
		case !ok:
			return nil, fmt.Errorf("%s does not have it", WeightsFile)
		case w.Dtype != safetensors.DtypeOf(t.Dtype) || graph.Of(w.Shape...) != t.Shape:
			return nil, fmt.Errorf("in %s it is %s%v", WeightsFile, w.Dtype, w.Shape)
		case t.Dtype == graph.Bool && slices.ContainsFunc(w.Data, func(b byte) bool { return b > 1 }):
			return nil, fmt.Errorf("in %s a truth value is neither 0 nor 1", WeightsFile)
		}
		b := graph.NewBuffer(t)
		copy(b.Bytes(), w.Data)
		if param {
			return graph.NewParam(name, b), nil
		}
		return graph.NewState(name, b), nil
	}, collect(opts))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", GraphFile, err)
	}
	if extra := slices.Sorted(maps.Keys(have)); len(extra) > 0 {
		return nil, fmt.Errorf("%s: %q is no variable of the graph", WeightsFile, extra[0])
	}
	return p, nil
}
