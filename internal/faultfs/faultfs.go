// Package faultfs is a file system in memory whose operations fail when they are told to, and which loses what was not flushed: it proves that
// what is said to be on disk is.
package faultfs

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
	"sync"

	"github.com/kedja-ml/kedja/checkpoint"
)

// A Memory is a file system that forgets. What was written is in the cache; what was flushed is on the platter. Each operation has a number,
// and one of them may fail in a given way. It is a [checkpoint.FS].
type Memory struct {
	Operations int // so far
	FailAt     int // the operation that fails, none if negative
	How        Fault

	mu    sync.Mutex
	dead  bool // crashed: nothing works any more
	root  *node
	r     *rand.Rand
	drawn map[*node]bool
}

// A Fault is how an operation fails.
type Fault int

// The faults. A Crash ends all operations; see After. After ReadOnly nothing can be written any more, as where Linux has mounted a disk
// with errors anew; what is there can be read.
const (
	NoSpace Fault = iota
	IOError
	ShortWrite
	Crash
	ReadOnly
	Faults // how many there are
)

func (f Fault) String() string {
	return [...]string{"ENOSPC", "EIO", "short write", "crash", "EROFS"}[f]
}

// A node is a file or a folder, as it is and as it is on the platter.
type node struct {
	dir            bool
	cache, platter []byte
	lost           [][2]int // stretches of cache that could not be flushed
	names, lasting map[string]*node
}

// flushed is what comes to the platter: without what a failed flush lost, as on Linux, where the next one says that all is well.
func (n *node) flushed() []byte {
	b := slices.Clone(n.cache)
	for _, l := range n.lost {
		clear(b[min(l[0], len(b)):min(l[1], len(b))])
	}
	return b
}

func newDir() *node { return &node{dir: true, names: map[string]*node{}, lasting: map[string]*node{}} }

// New returns an empty file system without faults. By the seed it draws what survives.
func New(seed uint64) *Memory {
	return &Memory{root: newDir(), FailAt: -1, r: rand.New(rand.NewPCG(seed, 0)), drawn: map[*node]bool{}}
}

// What operations fail with.
var (
	ErrSpace = errors.New("no space left on device")
	ErrIO    = errors.New("input/output error")
	ErrShort = errors.New("short write")
	ErrRead  = errors.New("read-only file system")
	ErrDead  = errors.New("the machine is off")
)

// Dead reports whether it crashed: nothing works any more.
func (m *Memory) Dead() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dead
}

// op counts an operation and returns its error.
func (m *Memory) op() error {
	if m.dead {
		return ErrDead
	}
	m.Operations++
	if m.How == ReadOnly && m.FailAt >= 0 && m.Operations > m.FailAt {
		return ErrRead
	}
	if m.Operations-1 != m.FailAt {
		return nil
	}
	switch m.How {
	case NoSpace:
		return ErrSpace
	case IOError:
		return ErrIO
	case Crash:
		m.dead = true
		return ErrDead
	}
	return nil // a short write is the file's matter
}

// After is the file system as the next boot finds it: of what was not flushed, some is there and some is not, in no order.
func (m *Memory) After() *Memory {
	next := New(0)
	next.r = m.r
	next.root = m.survive(m.root, map[*node]*node{})
	return next
}

func (m *Memory) survive(n *node, done map[*node]*node) *node {
	if old, ok := done[n]; ok {
		return old
	}
	s := &node{dir: n.dir}
	done[n] = s
	if !n.dir {
		b, all := n.platter, n.flushed()
		switch m.r.IntN(4) {
		case 0: // all of it came to the platter
			b = all
		case 1: // a part of what was not there
			there := common(all, n.platter)
			b = all[:there+m.r.IntN(len(all)-there+1)]
			b = append(slices.Clone(b), make([]byte, m.r.IntN(len(all)-len(b)+1))...) // its length before its blocks
		}
		if slices.Equal(all, n.platter) {
			b = all
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

// common is the length of what two files begin with alike.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// lasts draws whether what was done to a name and not flushed survives. A renaming takes one name away and gives another, and file systems keep
// a journal so that it survives whole or not at all.
func (m *Memory) lasts(n *node) bool {
	last, drawn := m.drawn[n]
	if !drawn {
		last = m.r.IntN(2) == 0
		m.drawn[n] = last
	}
	return last
}

// find returns the folder that name is in, and its last part.
func (m *Memory) find(name string) (*node, string, error) {
	parts := strings.Split(strings.Trim(filepath.ToSlash(name), "/"), "/")
	d := m.root
	for _, p := range parts[:len(parts)-1] {
		if d = d.names[p]; d == nil || !d.dir {
			return nil, "", fmt.Errorf("%s: %w", name, fs.ErrNotExist)
		}
	}
	return d, parts[len(parts)-1], nil
}

// MkdirAll implements checkpoint.FS.
func (m *Memory) MkdirAll(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
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

// Create implements checkpoint.FS.
func (m *Memory) Create(name string) (checkpoint.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.create(name)
}

func (m *Memory) create(name string) (*File, error) {
	if err := m.op(); err != nil {
		return nil, err
	}
	d, base, err := m.find(name)
	if err != nil {
		return nil, err
	}
	f := &node{}
	d.names[base] = f
	return &File{m, f}, nil
}

// ReadFile implements checkpoint.FS.
func (m *Memory) ReadFile(name string, limit int64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return nil, ErrDead
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

// ReadDir implements checkpoint.FS.
func (m *Memory) ReadDir(name string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return nil, ErrDead
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

// Rename implements checkpoint.FS.
func (m *Memory) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
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

// RemoveAll implements checkpoint.FS.
func (m *Memory) RemoveAll(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
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

// SyncDir implements checkpoint.FS.
func (m *Memory) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
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

// Append opens a file to write at its end, as a log is; it is made if there is none.
func (m *Memory) Append(name string) (*File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, base, err := m.find(name)
	if err != nil {
		return nil, err
	}
	if d.names[base] == nil {
		return m.create(name)
	}
	return &File{m, d.names[base]}, nil
}

// A File is open. It is written at its end.
type File struct {
	m *Memory
	n *node
}

func (f *File) Write(b []byte) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	short := f.m.Operations == f.m.FailAt && f.m.How == ShortWrite
	if err := f.m.op(); err != nil {
		part := f.m.r.IntN(len(b) + 1)
		f.n.cache = append(f.n.cache, b[:part]...)
		return part, err
	}
	if short {
		f.n.cache = append(f.n.cache, b[:len(b)/2]...)
		return len(b) / 2, ErrShort
	}
	f.n.cache = append(f.n.cache, b...)
	return len(b), nil
}

// Sync flushes the file. What it fails to flush no later one does.
func (f *File) Sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.op(); err != nil {
		f.n.lost = append(f.n.lost, [2]int{common(f.n.cache, f.n.platter), len(f.n.cache)})
		return err
	}
	f.n.platter = f.n.flushed()
	return nil
}

// Truncate cuts the file.
func (f *File) Truncate(size int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.op(); err != nil {
		return err
	}
	f.n.cache = slices.Clone(f.n.cache[:size])
	for i, l := range f.n.lost {
		f.n.lost[i][1] = max(l[0], min(l[1], int(size)))
	}
	return nil
}

// Seek knows the end of the file alone.
func (f *File) Seek(int64, int) (int64, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.m.dead {
		return 0, ErrDead
	}
	return int64(len(f.n.cache)), nil
}

// Close ends the use of the file.
func (f *File) Close() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	return f.m.op()
}
