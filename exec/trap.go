package exec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// errNaN is what a step fails with when it wrote a NaN where the trap looks.
var errNaN = errors.New("NaN")

func hasNaN(b graph.Buffer) bool {
	switch b.Type.Dtype {
	case graph.Float32:
		return vec.HasNaN(graph.Data[float32](b))
	case graph.Float64:
		return vec.HasNaN(graph.Data[float64](b))
	}
	return false
}

// markTraps decides where the trap looks: at outputs and at what the assignments write. A tiled step looks while its
// tile is in cache; others get a step of their own.
//
// It assumes that every memory has its place: a trap's step needs none.
func (b *compiler) markTraps() error {
	if b.noTrap {
		return nil
	}
	watched := map[*memory]bool{}
	for _, m := range b.results {
		watched[m] = m.of.Dtype.Float() && m.of.Shape.Size() > 0
	}
	var steps []step
	for _, s := range b.steps {
		steps = append(steps, s)
		ts := groups(s)
		for _, t := range ts {
			for i := range t.stores {
				t.stores[i].trap = watched[t.stores[i].m]
			}
		}
		k, ok := s.(*kernelStep)
		if ts != nil && !ok {
			continue
		}
		for n, m := range s.results {
			if !watched[m] || ok && !slices.Contains(k.out, m) || ok && k.look(m) {
				continue
			}
			t := &trapStep{header: header{node: n, op: "trap", work: graph.Work{Phases: [3]int{1}}}, m: m}
			if ok && k.patch != nil { // the rest is as it was
				t.part = k
			} else {
				t.work.Phases[0] = pieces(m.of.Shape.Size(), scanWork)
			}
			steps = append(steps, t)
		}
	}
	b.steps = steps
	return nil
}

// groups are the groups that s runs, be it beside a kernel, none if it runs something else.
func groups(s step) []*tileStep {
	switch s := s.(type) {
	case *tileStep:
		return []*tileStep{s}
	case *sweepStep:
		return s.parts
	case *kernelStep:
		return s.groups()
	}
	return nil
}

// scanWork is how many elements a task of a trap's step looks at.
const scanWork = 1 << 16

// A trapStep looks for NaN in what the step before it wrote.
type trapStep struct {
	header
	m    *memory
	part *kernelStep // if not nil, it has written its second operand to m, and no more
}

func (t *trapStep) prepare(*Plan) {}
func (t *trapStep) task(_, task, _ int) error {
	b := t.m.buf
	if t.part != nil {
		b = t.part.calls[0].In[1]
	}
	n, tasks := b.Len(), t.work.Phases[0]
	if lo := task * n / tasks; hasNaN(part(b, lo, (task+1)*n/tasks-lo)) {
		return errNaN
	}
	return nil
}
func (t *trapStep) results(func(*graph.Node, *memory) bool) {}
func (t *trapStep) operands(yield func(value) bool)         { yield(value{mem: t.m}) }

// trap runs the step again, from the same variables and draws, and names the first node that yields a NaN.
func (p *Plan) trap() error {
	for _, s := range p.steps {
		if t, ok := s.(*sweepStep); ok && t.rehearse {
			for _, part := range t.parts {
				if n := part.firstNaN(); n != nil {
					return p.found(n, s)
				}
			}
			break // nothing is committed
		}
		k, ok := s.(*kernelStep)
		if !ok || k.after == nil {
			if err := p.look(s); err != nil {
				return err
			}
			continue
		}
		after := k.after // one after the other: it may write over the result that it reads
		k.after = nil
		err := p.look(k)
		k.after = after
		if err == nil {
			err = p.look(after)
		}
		if err != nil {
			return err
		}
	}
	if p.inner {
		return nil
	}
	return fmt.Errorf("exec: a NaN is assigned or returned; %w", ErrNaN)
}

// look runs s and names the first node of it that yields a NaN.
func (p *Plan) look(s step) error {
	for _, t := range groups(s) {
		if n := t.firstNaN(); n != nil {
			return p.found(n, s)
		}
	}
	k, ok := s.(*kernelStep)
	if ok {
		k.seek(true)
		defer k.seek(false)
	}
	if err := p.run(s); err != nil && !errors.Is(err, errNaN) {
		return err
	}
	for n, m := range s.results {
		if hasNaN(m.buf) {
			return p.found(n, s)
		}
	}
	return nil
}

// seek makes the bodies of a loop or branch look for the first NaN in each round.
func (k *kernelStep) seek(on bool) {
	for _, b := range k.plans {
		b.seeking = on
	}
}

// ErrNaN is in the errors of the trap: errors.Is(err, exec.ErrNaN) tells them from others.
var ErrNaN = errors.New("nothing is committed")

func (p *Plan) found(n *graph.Node, s step) error {
	p.restore() // the variables are looked at as they were
	for i, m := range p.feeds {
		if hasNaN(m.buf) {
			return fmt.Errorf("exec: input %q is fed NaN; %w", p.names[i], ErrNaN)
		}
	}
	for _, r := range p.reads {
		if hasNaN(r.mem.buf) {
			return fmt.Errorf("exec: %s holds NaN before the step; %w", r.v.Name(), ErrNaN)
		}
	}
	return fmt.Errorf("%s: %s gives NaN; %w", n.Origin(), n.Op().Name(), ErrNaN)
}

// firstNaN runs the group op by op and returns the first whose results hold a NaN.
func (s *tileStep) firstNaN() *graph.Node {
	first := len(s.ops)
	w := &s.at[0]
	for lo := 0; lo < s.n; lo += s.tile {
		n := min(s.tile, s.n-lo)
		s.fetch(w, lo, n, -1, true)
		for i := range s.ops[:first] {
			if s.ops[i].k.Eval(&w.calls[i]) != nil {
				break
			}
			for _, b := range w.calls[i].Out {
				if hasNaN(b) {
					first = min(first, i)
				}
			}
		}
	}
	if first == len(s.ops) {
		return nil
	}
	return s.ops[first].node
}
