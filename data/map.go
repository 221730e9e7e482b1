package data

import (
	"sync"

	"github.com/kedja-ml/kedja/graph"
)

// Map returns d with every example put through f, which reads in and writes out, of the given types. The seed is the example's own, 0
// where it is wanted as it is, so that f can vary examples by it. f is called from several goroutines at once.
func Map(d Dataset, types []graph.Type, f func(seed uint64, in, out []graph.Buffer) error) Dataset {
	m := &mapped{Dataset: d, types: types, f: f}
	m.rows.New = func() any {
		row := newRow(d.Types())
		return &row
	}
	return m
}

type mapped struct {
	Dataset
	types []graph.Type
	f     func(seed uint64, in, out []graph.Buffer) error
	rows  sync.Pool // of *Row
}

func (m *mapped) Types() []graph.Type { return m.types }

func (m *mapped) Read(i int, seed uint64, out []graph.Buffer) error {
	in := m.rows.Get().(*Row)
	defer m.rows.Put(in)
	if err := m.Dataset.Read(i, seed, *in); err != nil {
		return err
	}
	return m.f(seed, *in, out)
}
