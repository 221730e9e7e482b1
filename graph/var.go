package graph

import (
	"fmt"
	"sync"
)

// A Var keeps a value outside every graph, in private storage: it is a *Param or a *State.
type Var interface {
	Name() string
	Type() Type
	Value() Buffer     // a copy
	Set(Buffer)        // copies; panics if the types differ
	Version() uint64   // counts the changes
	SetName(string)    // for errors and prints
	Storage() *Storage // for executors
}

type (
	// A Param is trained.
	Param struct{ variable }
	// A State is anything else that lasts: moments, running statistics, caches, random keys, counters.
	State struct{ variable }
)

type variable struct {
	name string
	s    Storage
}

// Storage is the memory of a variable. Whoever reads Buffer holds the lock for reading, whoever calls Swap for writing.
type Storage struct {
	sync.RWMutex
	Buffer  Buffer
	version uint64
}

// Swap makes next the memory of the variable and returns the old one. The types must be equal.
func (s *Storage) Swap(next Buffer) Buffer {
	old := s.Buffer
	if next.Type != old.Type {
		panic(fmt.Sprintf("graph: a variable of %v cannot become %v", old.Type, next.Type))
	}
	s.Buffer = next
	s.version++
	return old
}

// Advance adds one to the step of a random key.
func (s *Storage) Advance() {
	Data[int64](s.Buffer)[1]++
	s.version++
}

// NewParam returns a parameter with a copy of value.
func NewParam(name string, value Buffer) *Param {
	return &Param{variable{name: name, s: Storage{Buffer: value.Clone()}}}
}

// NewState returns a state with a copy of value.
func NewState(name string, value Buffer) *State {
	return &State{variable{name: name, s: Storage{Buffer: value.Clone()}}}
}

func (v *variable) Name() string        { return v.name }
func (v *variable) SetName(name string) { v.name = name }
func (v *variable) Type() Type          { return v.s.Buffer.Type }
func (v *variable) Storage() *Storage   { return &v.s }

func (v *variable) Version() uint64 {
	v.s.RLock()
	defer v.s.RUnlock()
	return v.s.version
}

func (v *variable) Value() Buffer {
	v.s.RLock()
	defer v.s.RUnlock()
	return v.s.Buffer.Clone()
}

func (v *variable) Set(b Buffer) {
	if b.Type != v.Type() {
		panic(fmt.Sprintf("graph: %s is %v, not %v", v.name, v.Type(), b.Type))
	}
	next := b.Clone()
	v.s.Lock()
	defer v.s.Unlock()
	v.s.Swap(next)
}

// NewRNG returns the state behind all draws of the graphs that use it: the root seed and the number of steps done.
func NewRNG(seed uint64) *State {
	return NewState("rng", BufferOf([]int64{int64(seed), 0}, 2))
}
