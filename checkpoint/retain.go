package checkpoint

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/kedja-ml/kedja/internal/patherr"
)

// Rewind removes the checkpoints after a step, those of a run that went wrong. One must remain to go on from.
func (s *Store) Rewind(step int) error {
	if err := s.Wait(); err != nil {
		return err
	}
	places, err := s.places()
	if err != nil {
		return err
	}
	if len(places) > 0 && places[0].step > step {
		return fmt.Errorf("checkpoint %s: none at or before step %d to go back to, the oldest is of step %d", s.dir, step, places[0].step)
	}
	for _, p := range slices.Backward(places) {
		if p.step > step {
			if err := s.discard(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// Best returns the step whose checkpoint is best by Options.Best, and false if none has the metric. Of equals it is the first.
func (s *Store) Best() (step int, ok bool, err error) {
	if err := s.Wait(); err != nil {
		return 0, false, err
	}
	p, ok, err := s.best()
	return p.step, ok, err
}

func (s *Store) best() (best place, ok bool, err error) {
	places, err := s.places()
	if err != nil || s.o.Best == "" {
		return best, false, err
	}
	var value float64
	for _, p := range places {
		b, err := s.fs.ReadFile(filepath.Join(s.path(p), manifestFile), MaxManifest)
		if err != nil {
			continue
		}
		m, err := DecodeManifest(b)
		if err != nil {
			continue
		}
		v, has := m.Metrics[s.o.Best]
		if has && (!ok || s.o.Larger && v > value || !s.o.Larger && v < value) {
			best, value, ok = p, v, true
		}
	}
	return best, ok, nil
}

// retain removes what Options do not keep, and what came to its step before another did. The newest always stays.
func (s *Store) retain() error {
	places, err := s.places()
	if err != nil {
		return err
	}
	var kept []place
	for i, p := range places {
		if i+1 < len(places) && places[i+1].step == p.step {
			if err := s.discard(p); err != nil {
				return err
			}
			continue
		}
		kept = append(kept, p)
	}
	if s.o.Last == 0 {
		return nil
	}
	best, has, err := s.best()
	if err != nil {
		return err
	}
	if !has && s.o.Best != "" {
		best, has = kept[0], true
	}
	for _, p := range kept[:max(0, len(kept)-s.o.Last)] {
		if s.o.Every > 0 && p.step%s.o.Every == 0 || has && p == best {
			continue
		}
		if err := s.discard(p); err != nil {
			return err
		}
	}
	return nil
}

// discard removes a checkpoint. It loses its name first, so that what is left of it after a crash is not taken for one.
func (s *Store) discard(p place) error {
	away := filepath.Join(s.dir, temporary+"old-"+p.name())
	err := s.fs.RemoveAll(away)
	if err == nil {
		err = s.fs.Rename(s.path(p), away)
	}
	if err == nil {
		err = s.fs.SyncDir(s.dir)
	}
	if err == nil {
		err = s.fs.RemoveAll(away)
	}
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", s.path(p), patherr.Cause(err))
	}
	return nil
}
