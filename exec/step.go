package exec

import (
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
	"github.com/kedja-ml/kedja/internal/workers"
)

// A step is one unit of a plan: a kernel, a group of pointwise ops run tile by tile, or a copy.
type step interface {
	head() *header
	running(worker int) *graph.Node
	prepare(p *Plan)                               // makes what task needs, once
	task(phase, task, worker int) error            // must write the same for any worker
	results(yield func(*graph.Node, *memory) bool) // what it writes
	operands(yield func(value) bool)
}

type header struct {
	node  *graph.Node
	op    string
	work  graph.Work
	fails atomic.Pointer[failure]
	nanos int64
	runs  int64
}

func (h *header) head() *header { return h }

// running is the node that a worker failed in.
func (h *header) running(int) *graph.Node { return h.node }

type failure struct {
	task int
	err  *opError
}

// An opError is the failure of one op's kernel. It names the user's line.
type opError struct {
	node *graph.Node
	err  error
}

func (e *opError) Error() string {
	return fmt.Sprintf("%s: %s: %v", e.node.Origin(), e.node.Op().Name(), e.err)
}

func (e *opError) Unwrap() error { return e.err }

// fail keeps the failure of the lowest task, so that the error does not depend on the order either.
func (h *header) fail(task int, err *opError) {
	f := &failure{task, err}
	for {
		old := h.fails.Load()
		if old != nil && old.task <= task || h.fails.CompareAndSwap(old, f) {
			return
		}
	}
}

// A job runs the tasks of one phase of a step; the plan has one, so that nothing is allocated.
type job struct {
	s     step
	phase int
}

func (j *job) Do(task, worker int) {
	defer func() {
		if r := recover(); r != nil {
			j.s.head().fail(task, &opError{j.s.running(worker), fmt.Errorf("panic: %v", r)})
		}
	}()
	if err := j.s.task(j.phase, task, worker); err != nil {
		j.s.head().fail(task, &opError{j.s.running(worker), err})
	}
}

// run runs s. An error names the user's line.
func (p *Plan) run(s step) error {
	h := s.head()
	var start time.Time
	if p.profile {
		start = time.Now()
	}
	if k, ok := s.(*kernelStep); ok && k.patch != nil {
		if err := k.patch.save(k.calls[0]); err != nil {
			return &opError{k.node, err}
		}
	}
	p.job.s = s
	for phase, tasks := range h.work.Phases {
		if tasks == 0 {
			continue
		}
		p.job.phase = phase
		if tasks == 1 {
			p.job.Do(0, 0)
		} else {
			workers.Run(&p.job, tasks, p.crew)
		}
		if h.fails.Load() != nil {
			return h.fails.Swap(nil).err
		}
	}
	if p.profile {
		h.nanos += time.Since(start).Nanoseconds()
		h.runs++
	}
	return nil
}

// A kernelStep calls an op's kernel once for each task.
type kernelStep struct {
	header
	op      graph.Kernel
	in      []value
	out     []*memory
	scratch *memory
	body    []graph.Body
	plans   []*Plan      // of the bodies
	calls   []graph.Call // one a worker
	patch   *inPlace     // nil unless its result lies where its first operand does

	piece         *cut // where a group is attached
	before, after *tileStep
	watch         []int       // results that the trap looks at piece by piece
	hand          []*tileStep // of each worker: which of the two it is at
}

func (k *kernelStep) prepare(p *Plan) {
	first := graph.Call{In: make([]graph.Buffer, len(k.in)), Out: make([]graph.Buffer, len(k.out)), Body: k.body}
	for i, v := range k.in {
		first.In[i].Type = v.typ
		if !v.dense() && first.At == nil {
			first.At = make([]graph.Layout, len(k.in))
		}
		v.mem.slots = append(v.mem.slots, slot{&first.In[i], v.at.Offset, v.reach()})
	}
	for i := range first.At {
		first.At[i].Strides = k.in[i].at.Strides
	}
	for i, m := range k.out {
		first.Out[i].Type = m.of
		m.slots = append(m.slots, slot{&first.Out[i], 0, m.of.Shape.Size()})
	}
	if k.scratch != nil {
		first.Scratch = k.scratch.buf
	}
	k.calls = []graph.Call{first}
	if k.patch != nil {
		k.patch.prepare(first)
	}
}

func (k *kernelStep) task(phase, task, worker int) error {
	c := &k.calls[worker]
	c.Phase, c.Task, c.Tasks = phase, task, k.work.Phases[phase]
	if k.before != nil && phase == 0 {
		if err := k.attached(k.before, task, worker); err != nil {
			return err
		}
	}
	if err := k.op.Eval(c); err != nil {
		return err
	}
	if k.piece == nil || phase != k.piece.phase {
		return nil
	}
	if len(k.watch) > 0 && k.wroteNaN(task) {
		return errNaN
	}
	if k.after != nil {
		return k.attached(k.after, task, worker)
	}
	return nil
}

// running is the op that a worker failed in.
func (k *kernelStep) running(worker int) *graph.Node {
	if s := k.hand[worker]; s != nil {
		k.hand[worker] = nil
		return s.running(worker)
	}
	return k.node
}

func (k *kernelStep) results(yield func(*graph.Node, *memory) bool) {
	for i, m := range k.out {
		if !yield(k.node.Results()[i], m) {
			return
		}
	}
	for _, s := range k.groups() {
		for n, m := range s.results {
			if !yield(n, m) {
				return
			}
		}
	}
}

func (k *kernelStep) operands(yield func(value) bool) {
	for _, v := range k.in {
		if !yield(v) {
			return
		}
	}
	for _, s := range k.groups() {
		for v := range s.operands {
			if !yield(v) {
				return
			}
		}
	}
}

// A copyStep writes a value to a dense memory.
type copyStep struct {
	header
	dst, src *memory
	walk     strided.Walk
	size, n  int
}

func (c *copyStep) prepare(*Plan) {}

func (c *copyStep) task(_, task, _ int) error {
	t := c.work.Phases[0]
	lo, hi := task*c.n/t, (task+1)*c.n/t
	dst := unsafe.Add(c.dst.buf.Pointer(), lo*c.size)
	strided.Load(dst, c.src.buf.Pointer(), c.size, c.walk, lo, hi)
	return nil
}

func (c *copyStep) results(yield func(*graph.Node, *memory) bool) { yield(c.node, c.dst) }
func (c *copyStep) operands(yield func(value) bool)               { yield(value{mem: c.src, typ: c.dst.of}) }
