package flow

import "github.com/kedja-ml/kedja/graph"

// Work asks for a second place for each state: the body reads one and writes the other.
func (o scan) Work(in, _ []graph.Type) graph.Work {
	w := graph.Work{Phases: [3]int{1}}
	for _, s := range in[:o.States] {
		w.Scratch += places(s)
	}
	return w
}

// places is how many bytes a state gets, so that the next begins at a cache line.
func places(t graph.Type) int { return (t.Bytes() + 63) &^ 63 }

// Eval lets the body write right into the results. A state lies, if the body returns it as a result, too, in the rows of that; else,
// if its trace is asked for, in the rows of the trace; else in two places that take turns. It is copied only where it has to be in two of
// these.
func (o scan) Eval(c *graph.Call) error {
	b, s := &c.Body[0], o.States
	for i := s + o.Xs; i < len(c.In); i++ {
		b.In[i].Place(&c.In[i], 0, c.In[i].Len())
	}
	for i := range s {
		b.In[i].Place(&c.In[i], 0, c.In[i].Len())
	}
	for k := range o.Steps {
		row := o.row(k)
		for j := s; j < s+o.Xs; j++ {
			place(&b.In[j], &c.In[j], row)
		}
		for j := s; j < len(b.Out); j++ {
			place(&b.Out[j], &c.Out[j], row)
		}
		o.states(c, k)
		for j := s; j < len(b.Out); j++ {
			if p := b.Same[j]; p >= 0 {
				move(&b.Out[j], &b.In[p])
			}
		}
		if err := b.Run(); err != nil {
			return err
		}
		for j := range b.Out {
			if p := b.Same[j]; p < -1 {
				move(&b.Out[j], &b.Out[-2-p])
			} else if p >= 0 && j < s && p != j {
				move(&b.Out[j], &b.In[p])
			}
		}
		for i := range s {
			if b.Same[i] != i { // else it stays where it is
				b.In[i].Place(&b.Out[i], 0, b.Out[i].Len())
			}
		}
	}
	for i := range s {
		move(&c.Out[i], &b.In[i])
	}
	return nil
}

// row is that of step k.
func (o scan) row(k int) int {
	if o.Reverse {
		return o.Steps - 1 - k
	}
	return k
}

// states says where the next states go in step k; their rows of the results are in place.
func (o scan) states(c *graph.Call, k int) {
	b, s, at := &c.Body[0], o.States, 0
next:
	for i := range s {
		n, from := c.In[i].Len(), at
		at += places(c.In[i].Type)
		for j := s; j < len(b.Out); j++ {
			if b.Same[j] == -2-i {
				b.Out[i].Place(&b.Out[j], 0, n)
				continue next
			}
		}
		if k == o.Steps-1 {
			b.Out[i].Place(&c.Out[i], 0, n)
			continue
		}
		for j := s; j < len(b.Out); j++ {
			if b.Same[j] == i {
				place(&b.Out[i], &c.Out[j], o.row(k+1))
				continue next
			}
		}
		if (o.Steps-1-k)%2 == 0 {
			b.Out[i].Place(&c.Out[i], 0, n)
		} else {
			mem := graph.Over(c.In[i].Type, c.Scratch.Bytes()[from:])
			b.Out[i].Place(&mem, 0, n)
		}
	}
}

// place makes b, of the type of a row, see row i of rows.
func place(b, rows *graph.Buffer, i int) {
	n := b.Type.Shape.Size()
	b.Place(rows, i*n, n)
}

// move copies src to dst unless they are one.
func move(dst, src *graph.Buffer) {
	if dst.Pointer() != src.Pointer() {
		copy(dst.Bytes(), src.Bytes())
	}
}
