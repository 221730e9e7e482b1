package exec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A sweepStep runs groups that do not touch one another, the updates of all parameters, as one list of tasks.
//
// Where it rehearses, a first phase computes everything, keeps nothing and looks for NaN: then the second may write where the variables
// lie, and nothing has to be undone.
type sweepStep struct {
	header
	parts    []*tileStep
	rehearse bool
	pieces   []piece
	starts   []int       // of each task: its first piece; and the end
	now      []*tileStep // of each worker: the part in hand
}

// A piece is a task of a part.
type piece struct {
	part *tileStep
	task int
}

// sweep makes steps of the late units, each of as many as do not touch one another.
func (b *compiler) sweep() {
	var parts []*tileStep
	read, written := map[*memory]bool{}, map[*memory]bool{}
	end := func() {
		if len(parts) > 0 {
			b.add(newSweep(parts, b.rehearse))
			parts = nil
			clear(read)
			clear(written)
		}
	}
	for _, u := range b.units[b.late:] {
		for _, n := range u.nodes {
			for _, r := range n.Results() {
				if m := b.reserved[r]; m != nil && read[m] {
					end()
				}
			}
			for _, x := range n.In() {
				if v, known := b.at[x]; known && written[v.mem] {
					end()
				}
			}
		}
		s := b.tile(u.nodes, true)
		for _, l := range s.loads {
			read[l.v.mem] = true
		}
		for _, st := range s.stores {
			written[st.m] = true
		}
		parts = append(parts, s)
	}
	end()
}

func newSweep(parts []*tileStep, rehearse bool) *sweepStep {
	s := &sweepStep{header: header{node: parts[0].node, op: sweepName(parts)}, parts: parts, rehearse: rehearse}
	work := taskWork
	for _, p := range parts {
		s.work.Local = max(s.work.Local, p.work.Local)
		for task := range p.work.Phases[0] {
			if work >= taskWork {
				s.starts, work = append(s.starts, len(s.pieces)), 0
			}
			s.pieces = append(s.pieces, piece{p, task})
			work += p.n * p.cost() / p.work.Phases[0]
		}
		p.rehearsed = rehearse
	}
	s.starts = append(s.starts, len(s.pieces))
	s.work.Phases[0] = len(s.starts) - 1
	if rehearse {
		s.work.Phases[1] = s.work.Phases[0]
	}
	return s
}

func sweepName(parts []*tileStep) string {
	var names []string
	for _, p := range parts {
		if !slices.Contains(names, p.op) {
			names = append(names, p.op)
		}
	}
	if len(parts) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%d × %s", len(parts), strings.Join(names, ", "))
}

func (s *sweepStep) prepare(p *Plan) {
	for _, t := range s.parts {
		t.prepare(p)
	}
}

func (s *sweepStep) staff(p *Plan) {
	for _, t := range s.parts {
		t.staff(p)
	}
	s.now = slices.Grow(s.now, p.crew)
	for len(s.now) < p.crew {
		s.now = append(s.now, s.parts[0])
	}
}

func (s *sweepStep) task(phase, task, worker int) error {
	for _, p := range s.pieces[s.starts[task]:s.starts[task+1]] {
		s.now[worker] = p.part
		if err := p.part.run(p.task, worker, s.rehearse && phase == 0); err != nil {
			return err
		}
	}
	return nil
}

// running is the op that a worker failed in.
func (s *sweepStep) running(worker int) *graph.Node { return s.now[worker].running(worker) }

func (s *sweepStep) results(yield func(*graph.Node, *memory) bool) {
	for _, p := range s.parts {
		for n, m := range p.results {
			if !yield(n, m) {
				return
			}
		}
	}
}

func (s *sweepStep) operands(yield func(value) bool) {
	for _, p := range s.parts {
		for v := range p.operands {
			if !yield(v) {
				return
			}
		}
	}
}
