package programs

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graphfile"
)

// saved holds p, written to memory and read again, to the bits of p itself: outputs, and variables after a step.
func (p *program) saved() error {
	data, err := graphfile.Encode(p.g, p.in, p.outs)
	if err != nil {
		return err
	}
	named, twin := map[string]graph.Var{}, map[graph.Var]graph.Var{}
	for _, v := range p.vars {
		named[v.Name()] = v
	}
	q, err := graphfile.Decode(data, func(name string, param bool, _ graph.Type) (graph.Var, error) {
		v := named[name]
		if twin[v] = graph.NewState(name, v.Value()); param {
			twin[v] = graph.NewParam(name, v.Value())
		}
		return twin[v], nil
	})
	if err != nil {
		return err
	}
	run := func(g *graph.Graph, in, out []*graph.Node) ([]graph.Buffer, error) {
		c, err := exec.Compile(g, exec.In(in...), exec.Out(out...), exec.Workers(2), exec.NoTrap(), exec.Rounding(graph.Exact))
		if err != nil {
			return nil, err
		}
		return c.RunBuffers(p.feed...)
	}
	before := make([]graph.Buffer, len(p.vars))
	for i, v := range p.vars {
		before[i] = v.Value()
	}
	want, err := run(p.g, p.in, p.outs)
	got, err2 := run(q.Graph, q.In, q.Out)
	if err = errors.Join(err, err2); err != nil {
		return err
	}
	for i, b := range got {
		if k := differs(b, want[i]); k != "" {
			err = errors.Join(err, fmt.Errorf("loaded, output %d, %v: %s", i, b.Type, k))
		}
	}
	for i, v := range p.vars {
		if w := twin[v]; w != nil {
			if k := differs(w.Value(), v.Value()); k != "" {
				err = errors.Join(err, fmt.Errorf("loaded, variable %d, %v: %s", i, v.Type(), k))
			}
		}
		v.Set(before[i])
	}
	return err
}
