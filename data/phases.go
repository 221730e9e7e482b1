package data

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// Phases gives the batches of one source up to an epoch, and from it on those of another: other examples of the same kind, or the same
// varied in another way. Batches must be alike, and an epoch have equally many.
type Phases struct {
	before, after Source
	from          int
	at            Position
}

// NewPhases returns a source at the beginning of epoch 0, whose epochs are those of before until the one numbered from, which is the
// first one of after.
func NewPhases(before, after Source, from int) (*Phases, error) {
	if before == nil || after == nil || from < 0 {
		return nil, fmt.Errorf("data: a second phase from epoch %d on: want two sources and no negative number", from)
	}
	if a, b := before.Types(), after.Types(); !slices.Equal(a, b) {
		return nil, fmt.Errorf("data: batches of %v, and from epoch %d on of %v: want the same", a, from, b)
	}
	p := &Phases{before: before, after: after, from: from}
	return p, p.Seek(Position{})
}

// source is the one whose epoch it is.
func (p *Phases) source(epoch int) Source {
	if epoch < p.from {
		return p.before
	}
	return p.after
}

// Next implements Source.
func (p *Phases) Next() (Batch, error) {
	s := p.source(p.at.Epoch)
	b, err := s.Next()
	if err != nil {
		return b, err
	}
	p.at = s.Position()
	if next := p.source(p.at.Epoch); next != s {
		return b, next.Seek(p.at)
	}
	return b, nil
}

// Position implements Source.
func (p *Phases) Position() Position { return p.at }

// Seek implements Source.
func (p *Phases) Seek(at Position) error {
	if err := p.source(at.Epoch).Seek(at); err != nil {
		return err
	}
	p.at = at
	return nil
}

// Len is the number of batches in an epoch, and 0 where the first source does not know.
func (p *Phases) Len() int {
	if l, ok := p.before.(interface{ Len() int }); ok {
		return l.Len()
	}
	return 0
}

// Types implements Source.
func (p *Phases) Types() []graph.Type { return p.before.Types() }

// Close closes both.
func (p *Phases) Close() error { return errors.Join(p.before.Close(), p.after.Close()) }
