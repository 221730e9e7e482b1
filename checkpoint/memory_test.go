package checkpoint_test

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
)

// A memory is a file system that forgets. What was written is in the cache; what was flushed is on the platter. Each operation has a number,
// and one of them may fail in a given way.
type memory struct {
	root   *node
	n      int // operations so far
	failAt int // the operation that fails, none if negative
	how    fault
	r      *rand.Rand
	dead   bool // crashed: nothing works any more
	drawn  map[*node]bool
}

type fault int

const (
	noSpace fault = iota
	ioError
	shortWrite
	crash
	faults
)

func (f fault) String() string { return [...]string{"ENOSPC", "EIO", "short write", "crash"}[f] }

// A node is a file or a folder, as it is and as it is on the platter.
type node struct {
	dir            bool
	cache, platter []byte
	names, lasting map[string]*node
}

func newDir() *node { return &node{dir: true, names: map[string]*node{}, lasting: map[string]*node{}} }

func newMemory(seed uint64) *memory {
	return &memory{root: newDir(), failAt: -1, r: rand.New(rand.NewPCG(seed, 0)), drawn: map[*node]bool{}}
}

var (
	errSpace = errors.New("no space left on device")
	errIO    = errors.New("input/output error")
	errDead  = errors.New("the machine is off")
)

// op counts an operation and returns its error.
func (m *memory) op() error {
	if m.dead {
		return errDead
	}
	m.n++
	if m.n-1 != m.failAt {
		return nil
	}
	switch m.how {
	case noSpace:
		return errSpace
	case ioError:
		return errIO
	case crash:
		m.dead = true
		return errDead
	}
	return nil // a short write is the file's matter
}

// after is the file system as the next boot finds it: of what was not flushed, some is there and some is not, in no order.
func (m *memory) after() *memory {
	next := newMemory(0)
	next.r = m.r
	next.root = m.survive(m.root, map[*node]*node{})
	return next
}

func (m *memory) survive(n *node, done map[*node]*node) *node {
	if old, ok := done[n]; ok {
		return old
	}
	s := &node{dir: n.dir}
	done[n] = s
	if !n.dir {
		b := n.platter
		switch m.r.IntN(4) {
		case 0: // all of it came to the platter
			b = n.cache
		case 1: // a part of it
			b = n.cache[:m.r.IntN(len(n.cache)+1)]
			b = append(slices.Clone(b), make([]byte, m.r.IntN(len(n.cache)-len(b)+1))...) // its length before its blocks
		}
		if slices.Equal(n.cache, n.platter) {
			b = n.cache
		}
		s.cache, s.platter = slices.Clone(b), slices.Clone(b)
		return s
	}
	s.names = map[string]*node{}
	all := maps.Clone(n.lasting)
	maps.Copy(all, n.names)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		old, now := n.lasting[name], n.names[name]
		if old != now && m.lasts(cmp.Or(now, old)) {
			old = now
		}
		if old != nil {
			s.names[name] = m.survive(old, done)
		}
	}
	s.lasting = maps.Clone(s.names)
	return s
}

// lasts draws whether what was done to a name and not flushed survives. A renaming takes one name away and gives another, and file systems keep
// a journal so that it survives whole or not at all.
func (m *memory) lasts(n *node) bool {
	last, drawn := m.drawn[n]
	if !drawn {
		last = m.r.IntN(2) == 0
		m.drawn[n] = last
	}
	return last
}

// find returns the folder that name is in, and its last part.
func (m *memory) find(name string) (*node, string, error) {
	parts := strings.Split(strings.Trim(filepath.ToSlash(name), "/"), "/")
	d := m.root
	for _, p := range parts[:len(parts)-1] {
		if d = d.names[p]; d == nil || !d.dir {
			return nil, "", fmt.Errorf("%s: %w", name, fs.ErrNotExist)
		}
	}
	return d, parts[len(parts)-1], nil
}

func (m *memory) MkdirAll(name string) error {
	d := m.root
	for p := range strings.SplitSeq(strings.Trim(filepath.ToSlash(name), "/"), "/") {
		if d.names[p] == nil {
			if err := m.op(); err != nil {
				return err
			}
			d.names[p] = newDir()
			if err := m.op(); err != nil {
				return err
			}
			d.lasting[p] = d.names[p]
		}
		d = d.names[p]
	}
	return nil
}

func (m *memory) Create(name string) (checkpoint.File, error) {
	if err := m.op(); err != nil {
		return nil, err
	}
	d, base, err := m.find(name)
	if err != nil {
		return nil, err
	}
	f := &node{}
	d.names[base] = f
	return &file{m, f}, nil
}

func (m *memory) ReadFile(name string, limit int64) ([]byte, error) {
	if m.dead {
		return nil, errDead
	}
	d, base, err := m.find(name)
	if err != nil {
		return nil, err
	}
	f := d.names[base]
	if f == nil || f.dir {
		return nil, fs.ErrNotExist
	}
	if int64(len(f.cache)) > limit {
		return nil, errors.New("too long")
	}
	return slices.Clone(f.cache), nil
}

func (m *memory) ReadDir(name string) ([]string, error) {
	if m.dead {
		return nil, errDead
	}
	d, base, err := m.find(name)
	if err != nil {
		return nil, err
	}
	if d = d.names[base]; d == nil {
		return nil, fs.ErrNotExist
	}
	return slices.Sorted(maps.Keys(d.names)), nil
}

func (m *memory) Rename(from, to string) error {
	if err := m.op(); err != nil {
		return err
	}
	a, x, err := m.find(from)
	if err != nil {
		return err
	}
	b, y, err := m.find(to)
	if err != nil {
		return err
	}
	if a.names[x] == nil || b.names[y] != nil {
		return fs.ErrInvalid
	}
	b.names[y] = a.names[x]
	delete(a.names, x)
	return nil
}

func (m *memory) RemoveAll(name string) error {
	if err := m.op(); err != nil {
		return err
	}
	d, base, err := m.find(name)
	if err != nil {
		return err
	}
	// Removing a folder is removing what is in it, one by one: a crash may come between.
	if n := d.names[base]; n != nil && n.dir {
		for _, inner := range slices.Sorted(maps.Keys(n.names)) {
			if err := m.op(); err != nil {
				return err
			}
			delete(n.names, inner)
		}
	}
	delete(d.names, base)
	return nil
}

func (m *memory) SyncDir(name string) error {
	if err := m.op(); err != nil {
		return err
	}
	d, base, err := m.find(name)
	if err != nil {
		return err
	}
	if d = d.names[base]; d == nil {
		return fs.ErrNotExist
	}
	d.lasting = maps.Clone(d.names)
	return nil
}

type file struct {
	m *memory
	n *node
}

func (f *file) Write(b []byte) (int, error) {
	short := f.m.n == f.m.failAt && f.m.how == shortWrite
	if err := f.m.op(); err != nil {
		part := f.m.r.IntN(len(b) + 1)
		f.n.cache = append(f.n.cache, b[:part]...)
		return part, err
	}
	if short {
		f.n.cache = append(f.n.cache, b[:len(b)/2]...)
		return len(b) / 2, errors.New("short write")
	}
	f.n.cache = append(f.n.cache, b...)
	return len(b), nil
}

func (f *file) Sync() error {
	if err := f.m.op(); err != nil {
		return err
	}
	f.n.platter = slices.Clone(f.n.cache)
	return nil
}

func (f *file) Close() error { return f.m.op() }
