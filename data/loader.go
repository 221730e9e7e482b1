package data

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/mix"
	"github.com/kedja-ml/kedja/internal/workers"
)

// A Source gives batches without end, epoch after epoch, and can be put back to any place. [Loader] and [StreamLoader] are sources.
type Source interface {
	// Next returns the next batch. It is the caller's until the next call.
	Next() (Batch, error)
	// Position is the place of the batch that Next will return.
	Position() Position
	Seek(Position) error
	// Types are those of the fields of a whole batch.
	Types() []graph.Type
	Close() error
}

// A Batch is examples beside each other: field k has the shape of field k of an example behind an axis over examples.
type Batch struct {
	Fields []graph.Buffer
	N      int // examples that count: all rows, unless Last is Fill
	At     Position
	// EpochEnd tells that the next batch belongs to another epoch.
	EpochEnd bool
}

// A Position is a place between two batches. It is small, and says all that it takes to go on from there.
type Position struct {
	Epoch int `json:"epoch"`
	Batch int `json:"batch"` // in the epoch
}

// Last says what becomes of a last batch that is not full.
type Last int

const (
	Drop Last = iota // it is left out
	Keep             // it is given with fewer rows: a plan per shape, see exec.PerShape
	Fill             // it is filled up with the first examples of the epoch, which do not count
)

// Config says how a Loader makes batches.
type Config struct {
	Batch    int
	Order    Order  // Sequential if nil
	Vary     uint64 // seed of what the data set varies; 0 takes examples as they are
	Last     Last
	Prefetch int // batches made ahead of the step, on goroutines; 0 makes each when it is asked for, on all cores
	Workers  int // goroutines that prefetch, 1 if 0; without prefetching, cores to use, all if 0
}

// A Loader makes batches of a data set. It is for one goroutine at a time; close it after prefetching.
type Loader struct {
	set      Dataset
	cfg      Config
	order    []int
	epoch    int // that order belongs to, −1 at first
	at       Position
	slots    []*slot
	ahead    *ahead
	perEpoch int
	err      error
}

// A slot is the memory of one batch.
type slot struct {
	fields []graph.Buffer
	rows   [][]graph.Buffer
	order  []int // numbers of the rows' examples
	place  int   // of the first row in the epoch
	vary   uint64
	set    Dataset
	errs   []error // of each row
	at     Position
	count  int
	ready  chan any // nil, or what a reader panicked with
}

// NewLoader returns a loader at the beginning of epoch 0.
func NewLoader(set Dataset, cfg Config) (*Loader, error) {
	if set == nil {
		return nil, errors.New("data: a loader without a data set")
	}
	if cfg.Batch < 1 || cfg.Prefetch < 0 || cfg.Workers < 0 || cfg.Last < Drop || cfg.Last > Fill {
		return nil, fmt.Errorf("data: batches of %d, %d ahead, %d workers, Last %d: want at least one example and no negative number",
			cfg.Batch, cfg.Prefetch, cfg.Workers, cfg.Last)
	}
	if cfg.Order == nil {
		cfg.Order = Sequential{}
	}
	l := &Loader{set: set, cfg: cfg, epoch: -1}
	if err := l.arrange(0); err != nil {
		return nil, err
	}
	n := len(l.order)
	l.perEpoch = n / cfg.Batch
	if cfg.Last != Drop {
		l.perEpoch = (n + cfg.Batch - 1) / cfg.Batch
	}
	if l.perEpoch == 0 {
		return nil, fmt.Errorf("data: no batch of %d from %d examples, want a smaller one, or Last: data.Keep", cfg.Batch, n)
	}
	types := set.Types()
	for range cfg.Prefetch + 1 {
		s, err := newSlot(set, types, cfg)
		if err != nil {
			return nil, err
		}
		l.slots = append(l.slots, s)
	}
	return l, nil
}

func newSlot(set Dataset, types []graph.Type, cfg Config) (*slot, error) {
	s := &slot{set: set, vary: cfg.Vary, errs: make([]error, cfg.Batch), rows: make([][]graph.Buffer, cfg.Batch), ready: make(chan any, 1)}
	for _, t := range types {
		whole := graph.Type{Dtype: t.Dtype, Shape: t.Shape.Lead(cfg.Batch)}
		if err := whole.Shape.Err(); err != nil {
			return nil, fmt.Errorf("data: batches of %d examples of %v: %w", cfg.Batch, t, err)
		}
		b, n := graph.NewBuffer(whole), t.Shape.Size()
		s.fields = append(s.fields, b)
		for i := range s.rows {
			s.rows[i] = append(s.rows[i], b.Part(i*n, (i+1)*n).As(t.Shape))
		}
	}
	return s, nil
}

// arrange makes the order of an epoch, unless it is there.
func (l *Loader) arrange(epoch int) error {
	if l.epoch == epoch {
		return nil
	}
	order, err := l.cfg.Order.Epoch(l.order[:0], l.set.Len(), uint64(epoch))
	if err != nil {
		return err
	}
	for _, i := range order {
		if i < 0 || i >= l.set.Len() {
			return fmt.Errorf("data: the order names example %d, want 0 to %d", i, l.set.Len()-1)
		}
	}
	if l.epoch >= 0 && len(order) != len(l.order) {
		return fmt.Errorf("data: epoch %d has %d examples, the epoch before had %d", epoch, len(order), len(l.order))
	}
	l.order, l.epoch = order, epoch
	return nil
}

// Len is the number of batches in an epoch.
func (l *Loader) Len() int { return l.perEpoch }

// Types implements Source.
func (l *Loader) Types() []graph.Type { return l.slots[0].types() }

func (s *slot) types() []graph.Type {
	types := make([]graph.Type, len(s.fields))
	for k, f := range s.fields {
		types[k] = f.Type
	}
	return types
}

// Position implements Source.
func (l *Loader) Position() Position { return l.at }

// Seek makes the batch at p the next one.
func (l *Loader) Seek(p Position) error {
	if p.Epoch < 0 || p.Batch < 0 || p.Batch >= l.perEpoch {
		return fmt.Errorf("data: batch %d of epoch %d, want 0 to %d", p.Batch, p.Epoch, l.perEpoch-1)
	}
	l.stop()
	l.at, l.err = p, nil
	return nil
}

// Next implements Source. An error of the data set names the example, and stays until a Seek.
func (l *Loader) Next() (Batch, error) {
	if l.err != nil {
		return Batch{}, l.err
	}
	s, err := l.take()
	if err != nil {
		l.err = err
		return Batch{}, err
	}
	b := Batch{Fields: s.first(len(s.order)), N: s.count, At: l.at, EpochEnd: l.at.Batch == l.perEpoch-1}
	l.at = after(l.at, l.perEpoch)
	return b, nil
}

// first returns the fields with their first n rows alone.
func (s *slot) first(n int) []graph.Buffer {
	if n == len(s.rows) {
		return s.fields
	}
	part := make([]graph.Buffer, len(s.fields))
	for k, f := range s.fields {
		one := f.Type.Shape.Cut(1, f.Type.Shape.Rank())
		part[k] = f.Part(0, n*one.Size()).As(one.Lead(n))
	}
	return part
}

func after(p Position, perEpoch int) Position {
	if p.Batch++; p.Batch == perEpoch {
		p = Position{Epoch: p.Epoch + 1}
	}
	return p
}

// Epoch ranges over the batches that are left of the present epoch: all of them at the beginning of one.
func (l *Loader) Epoch() iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		for {
			b, err := l.Next()
			if !yield(b, err) || err != nil || b.EpochEnd {
				return
			}
		}
	}
}

// take returns the slot with the batch at l.at.
func (l *Loader) take() (*slot, error) {
	if l.cfg.Prefetch > 0 {
		return l.ahead.take(l)
	}
	s := l.slots[0]
	if err := l.assign(s, l.at); err != nil {
		return nil, err
	}
	cores := l.cfg.Workers
	if cores == 0 {
		cores = runtime.GOMAXPROCS(0)
	}
	workers.Run(s, (len(s.order)+chunk-1)/chunk, cores)
	return s, s.err()
}

// assign says which examples a slot is to hold.
func (l *Loader) assign(s *slot, at Position) error {
	if err := l.arrange(at.Epoch); err != nil {
		return err
	}
	s.at, s.place = at, at.Batch*l.cfg.Batch
	s.count = min(l.cfg.Batch, len(l.order)-s.place)
	s.order = append(s.order[:0], l.order[s.place:s.place+s.count]...)
	for k := 0; l.cfg.Last == Fill && len(s.order) < l.cfg.Batch; k++ {
		s.order = append(s.order, l.order[k%len(l.order)])
	}
	return nil
}

// chunk is how many examples one task makes.
const chunk = 8

// Do makes some of the rows; for the worker pool.
func (s *slot) Do(task, _ int) {
	for k := task * chunk; k < min(len(s.order), (task+1)*chunk); k++ {
		var seed uint64
		if s.vary != 0 {
			seed = mix.Seed(s.vary, uint64(s.at.Epoch), uint64(s.place+k))
		}
		s.errs[k] = s.set.Read(s.order[k], seed, s.rows[k])
	}
}

func (s *slot) err() error {
	for k, i := range s.order {
		if err := s.errs[k]; err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("data: example %d: %w", i, err)
		}
	}
	return nil
}

// Close ends prefetching. The loader can be used again after it.
func (l *Loader) Close() error {
	l.stop()
	return nil
}
