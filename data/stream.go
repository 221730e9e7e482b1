package data

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A Stream is examples one after another, as many as there are: lines of a file too long to number, a simulation.
type Stream interface {
	Types() []graph.Type
	// Read writes the next example to row, and returns io.EOF, having written nothing, where there is none.
	Read(row []graph.Buffer) error
	// Rewind makes the first example of an epoch the next one.
	Rewind(epoch int) error
}

// StreamConfig says how a StreamLoader makes batches.
type StreamConfig struct {
	Batch  int
	Buffer int    // examples read ahead to choose from at random, at least Batch; 0 and 1 keep the order of the stream
	Seed   uint64 // of the choice
	Last   Last   // Drop or Keep
}

// A StreamLoader makes batches of a stream. Its Seek reads the epoch from its beginning, since a stream cannot jump.
type StreamLoader struct {
	s     Stream
	cfg   StreamConfig
	types []graph.Type
	slot  *slot
	pool  []Row // examples read but not given
	free  []Row // memory for more
	rng   *rand.Rand
	at    Position
	open  bool // whether the stream stands in epoch at.Epoch
	ended bool
	err   error
}

// NewStreamLoader returns a loader at the beginning of epoch 0.
func NewStreamLoader(s Stream, cfg StreamConfig) (*StreamLoader, error) {
	if s == nil {
		return nil, errors.New("data: a loader without a stream")
	}
	if cfg.Batch < 1 || cfg.Buffer < 0 || cfg.Last != Drop && cfg.Last != Keep {
		return nil, fmt.Errorf("data: batches of %d out of %d examples, Last %d: want at least one example, no negative number, and Drop or Keep",
			cfg.Batch, cfg.Buffer, cfg.Last)
	}
	l := &StreamLoader{s: s, cfg: cfg, types: s.Types()}
	var err error
	l.slot, err = newSlot(nil, l.types, Config{Batch: cfg.Batch})
	return l, err
}

// Types implements Source.
func (l *StreamLoader) Types() []graph.Type { return l.slot.types() }

// Position implements Source.
func (l *StreamLoader) Position() Position { return l.at }

// Seek implements Source.
func (l *StreamLoader) Seek(p Position) error {
	if p.Epoch < 0 || p.Batch < 0 {
		return fmt.Errorf("data: batch %d of epoch %d, want no negative number", p.Batch, p.Epoch)
	}
	l.at, l.open, l.err = Position{Epoch: p.Epoch}, false, nil
	for l.at != p {
		if _, err := l.Next(); err != nil {
			return err
		}
		if l.at.Epoch != p.Epoch {
			return fmt.Errorf("data: epoch %d of the stream has no batch %d", p.Epoch, p.Batch)
		}
	}
	return nil
}

// Next implements Source.
func (l *StreamLoader) Next() (Batch, error) {
	if l.err != nil {
		return Batch{}, l.err
	}
	b, err := l.batch()
	l.err = err
	return b, err
}

func (l *StreamLoader) batch() (Batch, error) {
	if !l.open {
		if err := l.rewind(); err != nil {
			return Batch{}, err
		}
	}
	n := 0
	for ; n < l.cfg.Batch && len(l.pool) > 0; n++ {
		if err := l.draw(l.slot.rows[n]); err != nil {
			return Batch{}, err
		}
	}
	if n < l.cfg.Batch && (n == 0 || l.cfg.Last == Drop) {
		if l.at.Batch == 0 {
			return Batch{}, fmt.Errorf("data: epoch %d of the stream has no batch of %d", l.at.Epoch, l.cfg.Batch)
		}
		l.at, l.open = Position{Epoch: l.at.Epoch + 1}, false
		return l.batch()
	}
	b := Batch{Fields: l.slot.first(n), N: n, At: l.at}
	l.at.Batch++
	if left := len(l.pool); left == 0 || l.cfg.Last == Drop && l.ended && left < l.cfg.Batch {
		b.EpochEnd = true
		l.at, l.open = Position{Epoch: l.at.Epoch + 1}, false
	}
	return b, nil
}

// rewind begins the epoch, and fills the buffer.
func (l *StreamLoader) rewind() error {
	if err := l.s.Rewind(l.at.Epoch); err != nil {
		return err
	}
	l.rng = rand.New(rand.NewPCG(l.cfg.Seed, uint64(l.at.Epoch)))
	l.open, l.ended = true, false
	l.free, l.pool = append(l.free, l.pool...), l.pool[:0]
	for range max(l.cfg.Buffer, l.cfg.Batch) { // a batch ahead, so that an epoch's last batch is known as such
		if err := l.read(); err != nil {
			return err
		}
	}
	return nil
}

// read takes one example of the stream into the pool.
func (l *StreamLoader) read() error {
	if l.ended {
		return nil
	}
	if len(l.free) == 0 {
		l.free = append(l.free, newRow(l.types))
	}
	row := l.free[len(l.free)-1]
	switch err := l.s.Read(row); {
	case errors.Is(err, io.EOF):
		l.ended = true
	case err != nil:
		return err
	default:
		l.free, l.pool = l.free[:len(l.free)-1], append(l.pool, row)
	}
	return nil
}

// draw moves one example out of the pool, and reads another one.
func (l *StreamLoader) draw(to []graph.Buffer) error {
	k := 0
	if l.cfg.Buffer > 1 {
		k = l.rng.IntN(len(l.pool))
	}
	row := l.pool[k]
	for f := range to {
		copy(to[f].Bytes(), row[f].Bytes())
	}
	if l.cfg.Buffer > 1 {
		last := len(l.pool) - 1
		l.pool[k], l.pool = l.pool[last], l.pool[:last]
	} else {
		l.pool = slices.Delete(l.pool, 0, 1)
	}
	l.free = append(l.free, row)
	return l.read()
}

// Close implements Source; a stream that holds a file is closed by whoever opened it.
func (l *StreamLoader) Close() error { return nil }
