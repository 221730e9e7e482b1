package exec

import (
	"errors"
	"fmt"
	"sync/atomic"

	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/graph"
)

// A Plan computes outputs and commits assignments. It is for one Run at a time; Clone it for more.
type Plan struct {
	*program
	feeds   []*memory
	reads   []read
	results []*memory // for outputs, then for what the variables are assigned
	steps   []step
	patched []*kernelStep  // those that write a variable where it lies
	crew    int            // workers that may be used now
	locals  []graph.Buffer // a worker's own memory, shared by all steps
	need    int            // bytes of each of locals
	lock    []locked
	dense   []*tensor.Dense
	out     []graph.Buffer
	given   []graph.Buffer // the feeds of a Run, reused
	job     job
	busy    atomic.Bool
	seeking bool // of a body: which op yields the first NaN?

	arenaBytes, liveBytes, outBytes int
}

// A read is a variable's value before the step.
type read struct {
	v   graph.Var
	mem *memory
}

// A locked is a variable that a run reads, or writes.
type locked struct {
	s     *graph.Storage
	write bool
}

// local returns worker i's own memory; every step may use all of it.
func (p *Plan) local(i, n int) graph.Buffer {
	if n == 0 {
		return graph.Buffer{Type: graph.T(graph.Uint8, 0)}
	}
	return p.locals[i]
}

// Clone returns a plan with memory of its own and the same variables.
func (p *Plan) Clone() *Plan {
	c, err := p.program.bind()
	if err != nil {
		panic(err) // p was bound from the same program
	}
	return c
}

// Run takes a value for each input, in the order of In: a *tensor.Dense, a slice of as many elements as the input has, or a
// graph.Buffer. It computes the outputs from them and from the variables as they are, and commits the assignments
// together at the end. If it fails, nothing has changed. What it returns is the plan's own and valid until its next Run;
// feeds are neither written nor kept.
func (p *Plan) Run(in ...any) ([]*tensor.Dense, error) {
	if !p.busy.CompareAndSwap(false, true) {
		return nil, errBusy
	}
	defer p.busy.Store(false)
	if len(in) != len(p.feeds) {
		return nil, fmt.Errorf("exec: %d values for %d inputs %v", len(in), len(p.feeds), p.names)
	}
	for i, x := range in {
		var err error
		if p.given[i], err = bufferOf(x, p.feeds[i].of); err != nil {
			return nil, fmt.Errorf("exec: input %q, number %d: %w", p.names[i], i, err)
		}
	}
	if _, err := p.step(p.given); err != nil {
		return nil, err
	}
	return p.dense, nil
}

// RunBuffers is Run for buffers.
func (p *Plan) RunBuffers(in ...graph.Buffer) ([]graph.Buffer, error) {
	if !p.busy.CompareAndSwap(false, true) {
		return nil, errBusy
	}
	defer p.busy.Store(false)
	if len(in) != len(p.feeds) {
		return nil, fmt.Errorf("exec: %d values for %d inputs %v", len(in), len(p.feeds), p.names)
	}
	for i, b := range in {
		if _, err := checked(b, p.feeds[i].of); err != nil {
			return nil, fmt.Errorf("exec: input %q, number %d: %w", p.names[i], i, err)
		}
	}
	return p.step(in)
}

// step is one transaction.
func (p *Plan) step(in []graph.Buffer) ([]graph.Buffer, error) {
	for _, l := range p.lock {
		if l.write {
			l.s.Lock()
		} else {
			l.s.RLock()
		}
	}
	defer p.unlock()
	p.follow()
	for i, m := range p.feeds {
		m.buf = in[i]
		m.move()
	}
	for _, r := range p.reads {
		if now := r.v.Storage().Buffer; now.Pointer() != r.mem.buf.Pointer() || now.Len() == 0 {
			r.mem.buf = now
			r.mem.move()
		}
	}
	if p.seeking {
		return p.out, p.trap()
	}
	for _, s := range p.steps {
		if err := p.run(s); err != nil {
			p.restore()
			if errors.Is(err, errNaN) {
				err = p.trap()
				p.restore()
			}
			return nil, err
		}
	}
	for _, k := range p.patched {
		k.patch.written = false
	}
	for i, v := range p.vars {
		m := p.results[p.outs+i]
		m.buf = v.Storage().Swap(m.buf)
		m.move()
	}
	if p.rng != nil && p.draws() {
		p.rng.Storage().Advance()
	}
	return p.out, nil
}

// draws reports whether the plan reads its random key.
func (p *Plan) draws() bool {
	for _, r := range p.reads {
		if r.v == graph.Var(p.rng) {
			return true
		}
	}
	return false
}

func (p *Plan) unlock() {
	for _, m := range p.feeds {
		m.buf = graph.Buffer{}
	}
	for _, l := range p.lock {
		if l.write {
			l.s.Unlock()
		} else {
			l.s.RUnlock()
		}
	}
}
