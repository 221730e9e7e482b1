package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
)

// A tileStep runs a group of pointwise ops on one tile after the other, each so short that what passes between the ops
// stays in cache: the group reads and writes memory once.
type tileStep struct {
	header
	n      int // elements
	tile   int // elements of a tile
	ops    []tileOp
	loads  []load
	stores []store
	temps  int // tiles of temporary memory a worker needs
	width  int // bytes of the widest element
	at     []tileWorker

	rehearsed bool // a rehearsal has looked for NaN
}

// A tileOp is one op of a group. Its operands and results are places of tiles.
type tileOp struct {
	node *graph.Node
	k    graph.Kernel
	in   []int
	out  []int
}

// A load is an operand from outside the group.
type load struct {
	place   int
	v       value
	walk    strided.Walk
	dense   bool
	uniform bool
}

// A store is a result that is needed outside the group.
type store struct {
	place int
	m     *memory
	n     *graph.Node
	trap  bool // look for NaN while it is in cache
	over  bool // it is where an operand was
}

// A tileWorker holds the calls of one worker.
type tileWorker struct {
	tiles []graph.Buffer // by place
	calls []graph.Call
	slots [][]tileSlot // by place: the operands that show this tile
	now   int          // the op in hand
}

type tileSlot struct{ b *graph.Buffer }

const (
	cacheBytes = 24 << 10 // of a core's first-level cache, for the tiles of a group
	minTile    = 256
	maxTile    = 4096
	taskWork   = 1 << 17 // element operations and accesses of a task: some 20 µs
)

// tile makes the step of a group, the next one. A late one runs beside others, which may read what it could write over.
func (b *compiler) tile(nodes []*graph.Node, late bool) *tileStep {
	s := &tileStep{header: header{node: nodes[0], op: groupName(nodes)}, n: nodes[0].Shape().Size(), width: 1}
	place := map[*graph.Node]int{}
	inside := map[*graph.Node]bool{}
	for _, n := range nodes {
		for _, r := range n.Results() {
			inside[r] = true
		}
	}
	for _, n := range nodes {
		op := tileOp{node: n, k: n.Op().(graph.Kernel)}
		for _, x := range n.In() {
			if _, known := place[x]; !known && !inside[x] {
				v := b.at[x]
				b.touch(v.mem)
				s.loads = append(s.loads, load{len(place), v, v.walk(), v.dense(), v.uniform()})
				place[x] = len(place)
				s.width = max(s.width, x.Dtype().Size())
			}
			op.in = append(op.in, place[x])
		}
		for _, r := range n.Results() {
			op.out = append(op.out, len(place))
			place[r] = len(place)
			s.width = max(s.width, r.Dtype().Size())
		}
		s.ops = append(s.ops, op)
	}
	for i, n := range nodes {
		for k, r := range n.Results() {
			if !b.leaves(r, inside) {
				continue
			}
			var over *memory
			if b.reserved[r] == nil && !late {
				over = b.over(s, i, k, inside)
			}
			m := over
			if over != nil {
				b.lie(r, value{m, r.Type(), graph.Layout{Strides: r.Shape().Strides()}})
			} else {
				m = b.give(r, inArena)
				m.first = len(b.steps)
			}
			m.last = max(m.last, len(b.steps))
			s.stores = append(s.stores, store{place[r], m, r, false, over != nil})
		}
	}
	s.temps = len(place)
	s.tile = max(minTile, min(maxTile, cacheBytes/(s.width*s.revisited())&^63))
	s.work = graph.Work{Phases: [3]int{pieces(s.n, max(s.tile, taskWork/s.cost()))}, Local: s.temps * s.tile * s.width}
	if s.n == 0 {
		s.work.Phases[0] = 0
	}
	return s
}

// cost is how many operations and accesses an element takes.
func (s *tileStep) cost() int { return len(s.ops) + len(s.loads) + len(s.stores) }

// revisited counts the places of tiles that are used more than once, and so have to stay in cache; streams need not.
func (s *tileStep) revisited() (count int) {
	uses := make([]int, s.temps)
	for _, l := range s.loads {
		if !l.dense {
			uses[l.place] = 1 // written first
		}
	}
	for _, op := range s.ops {
		for _, at := range slices.Concat(op.in, op.out) {
			if uses[at]++; uses[at] == 2 {
				count++
			}
		}
	}
	return max(1, count)
}

// leaves reports whether r is needed by a node outside the group, or is a root.
func (b *compiler) leaves(r *graph.Node, inside map[*graph.Node]bool) bool {
	for _, u := range b.users[r] {
		if !inside[u] {
			return true
		}
	}
	return b.isRoot[r]
}

func groupName(nodes []*graph.Node) string {
	s := ""
	for i, n := range nodes {
		if i > 0 {
			s += "·"
		}
		s += n.Op().Name()
		if slices.ContainsFunc(n.In(), isAgain) {
			s += "′"
		}
	}
	return s
}

func (s *tileStep) prepare(*Plan) {}

func (s *tileStep) staff(p *Plan) {
	for i := len(s.at); i < p.crew; i++ {
		s.at = append(s.at, tileWorker{})
		w := &s.at[i]
		w.tiles = make([]graph.Buffer, s.temps)
		w.slots = make([][]tileSlot, s.temps)
		w.calls = make([]graph.Call, len(s.ops))
		local := p.local(i, s.work.Local)
		types := make([]graph.Type, s.temps)
		for _, l := range s.loads {
			types[l.place].Dtype = l.v.typ.Dtype
		}
		for j, op := range s.ops {
			c := &w.calls[j]
			c.In, c.Out, c.Tasks = make([]graph.Buffer, len(op.in)), make([]graph.Buffer, len(op.out)), 1
			for k, r := range op.node.Results() {
				types[op.out[k]].Dtype = r.Dtype()
			}
			for k, at := range op.in {
				w.slots[at] = append(w.slots[at], tileSlot{&c.In[k]})
			}
			for k, at := range op.out {
				w.slots[at] = append(w.slots[at], tileSlot{&c.Out[k]})
			}
		}
		for at := range w.tiles {
			types[at].Shape = graph.Of(s.tile)
			w.tiles[at] = graph.Over(types[at], local.Bytes()[at*s.tile*s.width:])
			for _, slot := range w.slots[at] {
				*slot.b = w.tiles[at]
			}
		}
	}
}

// show makes the operands and results at a place see n elements of src from i on.
func (w *tileWorker) show(place int, src *graph.Buffer, i, n int) {
	for _, s := range w.slots[place] {
		s.b.Window(src, i, n)
	}
}

func (s *tileStep) task(_, task, worker int) error { return s.run(task, worker, false) }

// run does a task; as a rehearsal it leaves the results in its tiles.
func (s *tileStep) run(task, worker int, rehearsal bool) error {
	t := s.work.Phases[0]
	_, err := s.span(task*s.n/t, (task+1)*s.n/t, -1, worker, rehearsal)
	return err
}

// span computes elements [lo, hi). size is how many elements the tile before had, −1 if there was none; that of the last one is returned.
func (s *tileStep) span(lo, hi, size, worker int, rehearsal bool) (int, error) {
	w := &s.at[worker]
	for ; lo < hi; lo += s.tile {
		n := min(s.tile, hi-lo)
		s.fetch(w, lo, n, size, rehearsal)
		size = n
		for i := range s.ops {
			w.now = i
			if err := s.ops[i].k.Eval(&w.calls[i]); err != nil {
				return size, err
			}
		}
		for i := range s.stores {
			st := &s.stores[i]
			if !st.trap || s.rehearsed && !rehearsal {
				continue
			}
			b := part(w.tiles[st.place], 0, n)
			if !rehearsal {
				b = part(st.m.buf, lo, n)
			}
			if hasNaN(b) {
				return size, errNaN
			}
		}
	}
	return size, nil
}

// fetch shows the ops n elements from lo on; the tile before had size elements, −1 if there was none. In a rehearsal results stay aside.
func (s *tileStep) fetch(w *tileWorker, lo, n, size int, rehearsal bool) {
	if n != size {
		for at := range w.tiles {
			w.show(at, &w.tiles[at], 0, n)
		}
	}
	for i := range s.loads {
		switch l := &s.loads[i]; {
		case l.dense:
			w.show(l.place, &l.v.mem.buf, l.v.at.Offset+lo, n)
		case !l.uniform || n != size:
			strided.Load(w.tiles[l.place].Pointer(), l.v.mem.buf.Pointer(), l.v.typ.Dtype.Size(), l.walk, lo, lo+n)
		}
	}
	for i := range s.stores {
		if rehearsal {
			break
		}
		w.show(s.stores[i].place, &s.stores[i].m.buf, lo, n)
	}
}

// running is the op that a worker failed in.
func (s *tileStep) running(worker int) *graph.Node { return s.ops[s.at[worker].now].node }

func part(b graph.Buffer, lo, n int) graph.Buffer {
	p := graph.Buffer{Type: graph.Type{Dtype: b.Type.Dtype, Shape: vector}}
	p.Window(&b, lo, n)
	return p
}

var vector = graph.Of(0)

func (s *tileStep) results(yield func(*graph.Node, *memory) bool) {
	for _, st := range s.stores {
		if !yield(st.n, st.m) {
			return
		}
	}
}

func (s *tileStep) operands(yield func(value) bool) {
	for _, l := range s.loads {
		if !yield(l.v) {
			return
		}
	}
}
