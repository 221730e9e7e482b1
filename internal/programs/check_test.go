package programs

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/workers"
)

// check runs p by plans for several numbers of workers and holds their results against those of node by node. It returns the print of a plan.
func (p *program) check(trap bool) (plan string, err error) {
	roots := slices.Clone(p.outs)
	for _, n := range p.g.Assigned {
		roots = append(roots, n)
	}
	at := oracle{}
	for i, n := range p.in {
		at[n] = p.feed[i]
	}
	if err := at.eval(roots...); err != nil {
		return "", fmt.Errorf("node by node: %w", err)
	}
	before := make([]graph.Buffer, len(p.vars))
	for i, v := range p.vars {
		before[i] = v.Value()
	}
	trapped := false
	for _, r := range roots {
		trapped = trapped || trap && hasNaN(at[r])
	}
	defer workers.Shuffle(0)
	for i, n := range []int{1, 2, 3, 8} {
		workers.Shuffle(uint64(i) * 987654321)
		opts := []exec.Option{exec.In(p.in...), exec.Out(p.outs...), exec.Workers(n), exec.Verify(), exec.Rounding(graph.Exact)}
		if !trap {
			opts = append(opts, exec.NoTrap())
		}
		if i%2 == 1 {
			opts = append(opts, exec.Recompute(0))
		}
		c, err := exec.Compile(p.g, opts...)
		if err != nil {
			return "", fmt.Errorf("compiling: %w", err)
		}
		plan = c.String()
		for again := range 2 {
			if again == 1 && i == 2 {
				c = c.Clone()
			}
			got, err := c.RunBuffers(p.feed...)
			if trapped != (err != nil && strings.Contains(err.Error(), "NaN")) || err != nil && !trapped {
				return plan, fmt.Errorf("%d workers, run %d: %v; a NaN must be trapped: %v", n, again+1, err, trapped)
			}
			err = p.compare(at, got, before, trapped)
			for k, v := range p.vars {
				v.Set(before[k])
			}
			if err != nil {
				return plan, fmt.Errorf("%d workers, run %d: %w", n, again+1, err)
			}
		}
	}
	return plan, nil
}

// compare holds outputs and variables after a run against what they must be.
func (p *program) compare(at oracle, got []graph.Buffer, before []graph.Buffer, trapped bool) error {
	var wrong error
	next := map[graph.Var]graph.Buffer{}
	for i, v := range p.vars {
		next[v] = before[i]
	}
	if !trapped {
		for i, b := range got {
			if k := differs(b, at[p.outs[i]]); k != "" {
				wrong = errors.Join(wrong, fmt.Errorf("output %d, %v: %s", i, b.Type, k))
			}
		}
		for v, n := range p.g.Assigned {
			next[v] = at[n]
		}
	}
	for i, v := range p.vars {
		if v == graph.Var(p.g.RNG()) {
			continue
		}
		if k := differs(v.Value(), next[v]); k != "" {
			wrong = errors.Join(wrong, fmt.Errorf("variable %d, %v: %s", i, v.Type(), k))
		}
	}
	return wrong
}

// differs says where two buffers differ, "" if they have the same bits; one NaN is as good as another.
func differs(a, b graph.Buffer) string {
	if a.Type != b.Type {
		return fmt.Sprintf("type %v", b.Type)
	}
	if bytes.Equal(a.Bytes(), b.Bytes()) {
		return ""
	}
	bad, first := 0, ""
	for i := range a.Len() {
		v, w := bits(a, i), bits(b, i)
		if v != w && !(isNaN(a, i) && isNaN(b, i)) {
			if bad++; bad == 1 {
				first = fmt.Sprintf("element %d is %v (%#x), node by node %v (%#x)", i, number(a, i), v, number(b, i), w)
			}
		}
	}
	if bad == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d elements differ: %s", bad, a.Len(), first)
}

func bits(b graph.Buffer, i int) (v uint64) {
	size := b.Type.Dtype.Size()
	for k := range size {
		v |= uint64(b.Bytes()[i*size+k]) << (8 * k)
	}
	return v
}

// number is an element as a float, or its bits.
func number(b graph.Buffer, i int) float64 {
	switch b.Type.Dtype {
	case graph.Float32:
		return float64(graph.Data[float32](b)[i])
	case graph.Float64:
		return graph.Data[float64](b)[i]
	}
	return float64(bits(b, i))
}

func isNaN(b graph.Buffer, i int) bool { return number(b, i) != number(b, i) }

func hasNaN(b graph.Buffer) bool {
	for i := range b.Len() {
		if isNaN(b, i) {
			return true
		}
	}
	return false
}
