package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"github.com/kedja-ml/kedja/internal/patherr"
)

// Options of a Store.
type Options struct {
	Last   int    // how many of the newest are kept; all if 0
	Every  int    // those whose step is a multiple of it are kept as well, if not 0
	Best   string // the one where this metric is best is kept as well, if not "", and the oldest while none has it
	Larger bool   // whether Best is better when it is larger
	FS     FS     // the system's own if nil
}

// A Store is a folder of checkpoints. One process at a time has it open; within it, a Store is for one goroutine at a time.
type Store struct {
	dir  string
	o    Options
	fs   FS
	lock *flock.Flock
	done chan error // of a write under way
}

// Open opens a folder, which is made if there is none, and removes what an interrupted write left in it.
func Open(dir string, o Options) (*Store, error) {
	if o.Last < 0 || o.Every < 0 {
		return nil, fmt.Errorf("checkpoint: keep the last %d and every %d steps, want no negative number", o.Last, o.Every)
	}
	s := &Store{dir: dir, o: o, fs: o.FS}
	own := s.fs == nil
	if own {
		s.fs = disk{}
	}
	if err := s.fs.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", dir, patherr.Cause(err))
	}
	if own {
		s.lock = flock.New(filepath.Join(dir, "lock"))
		got, err := s.lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("checkpoint %s: %w", dir, patherr.Cause(err))
		}
		if !got {
			return nil, fmt.Errorf("checkpoint %s: another process is writing here", dir)
		}
	}
	names, err := s.fs.ReadDir(dir)
	if err != nil {
		return nil, s.closed(fmt.Errorf("checkpoint %s: %w", dir, patherr.Cause(err)))
	}
	for _, name := range names {
		if strings.HasPrefix(name, temporary) {
			if err := s.fs.RemoveAll(filepath.Join(dir, name)); err != nil {
				return nil, s.closed(fmt.Errorf("checkpoint %s: %w", dir, patherr.Cause(err)))
			}
		}
	}
	return s, nil
}

func (s *Store) closed(err error) error {
	if s.lock != nil {
		err = errors.Join(err, s.lock.Unlock())
	}
	return err
}

const (
	prefix    = "step-"
	temporary = "unfinished-" // what has this prefix may be removed
)

// A place is a step, and how often there was a checkpoint of it: a run that was taken up before a step comes to it again.
type place struct{ step, turn int }

func (p place) name() string {
	if p.turn == 0 {
		return fmt.Sprintf("%s%010d", prefix, p.step)
	}
	return fmt.Sprintf("%s%010d.%d", prefix, p.step, p.turn)
}

// placeOf is the inverse of name.
func placeOf(name string) (p place, ok bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return p, false
	}
	step, turn, again := strings.Cut(digits, ".")
	var errs [2]error
	p.step, errs[0] = strconv.Atoi(step)
	if again {
		p.turn, errs[1] = strconv.Atoi(turn)
	}
	return p, errs[0] == nil && errs[1] == nil && p.name() == name
}

func (s *Store) path(p place) string { return filepath.Join(s.dir, p.name()) }

// KeepBest changes Options: the checkpoint where a metric is best is kept.
func (s *Store) KeepBest(metric string, larger bool) { s.o.Best, s.o.Larger = metric, larger }

// Save writes a checkpoint and returns once it is on disk. A failure leaves all others as they were.
func (s *Store) Save(snap *Snapshot) error {
	if err := s.Wait(); err != nil {
		return err
	}
	return s.save(snap)
}

// Begin writes a checkpoint beside the run. A write that is under way is waited for first, and its error is what Begin returns, the
// snapshot being written all the same.
func (s *Store) Begin(snap *Snapshot) error {
	err := s.Wait()
	done := make(chan error, 1)
	s.done = done
	go func() { done <- s.save(snap) }()
	return err
}

// Wait waits for a write that Begin began, and returns its error once.
func (s *Store) Wait() error {
	if s.done == nil {
		return nil
	}
	err := <-s.done
	s.done = nil
	return err
}

func (s *Store) save(snap *Snapshot) error {
	if snap.Before != nil {
		if err := snap.Before(); err != nil {
			return fmt.Errorf("checkpoint of step %d: %w", snap.Step, patherr.Cause(err))
		}
	}
	places, err := s.places()
	if err != nil {
		return err
	}
	p := place{step: snap.Step}
	for _, old := range places {
		if old.step == p.step {
			p.turn = old.turn + 1
		}
	}
	if err := write(s.fs, s.path(p), filepath.Join(s.dir, temporary+p.name()), snap); err != nil {
		return fmt.Errorf("checkpoint %s: %w", s.path(p), err)
	}
	return s.retain()
}

// places lists the checkpoints there are, older ones first.
func (s *Store) places() ([]place, error) {
	names, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", s.dir, patherr.Cause(err))
	}
	var ps []place
	for _, name := range names {
		if p, ok := placeOf(name); ok {
			ps = append(ps, p)
		}
	}
	slices.SortFunc(ps, func(a, b place) int { return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.turn, b.turn)) })
	return ps, nil
}

// List finds the checkpoints in a store's folder, older ones first, and returns where each is. It neither locks nor changes the folder.
func List(dir string) ([]string, error) {
	s := &Store{dir: dir, fs: disk{}}
	places, err := s.places()
	var paths []string
	for _, p := range places {
		paths = append(paths, s.path(p))
	}
	return paths, err
}

// Steps lists the steps of which there is a checkpoint, ascending.
func (s *Store) Steps() ([]int, error) {
	ps, err := s.places()
	var steps []int
	for _, p := range ps {
		steps = append(steps, p.step)
	}
	return slices.Compact(steps), err
}

// Latest reads the newest checkpoint that is whole. Those that are newer and damaged are reported in skipped. Where none is whole, err
// tells why, of each.
func (s *Store) Latest() (c *Checkpoint, skipped []error, err error) {
	if err := s.Wait(); err != nil {
		skipped = append(skipped, err)
	}
	places, err := s.places()
	if err != nil {
		return nil, skipped, err
	}
	for _, p := range slices.Backward(places) {
		c, err := read(s.fs, s.path(p))
		if err == nil {
			return c, skipped, nil
		}
		skipped = append(skipped, err)
	}
	return nil, nil, errors.Join(append(skipped, fmt.Errorf("checkpoint %s: no whole checkpoint", s.dir))...)
}

// At reads the newest checkpoint of a step.
func (s *Store) At(step int) (*Checkpoint, error) {
	if err := s.Wait(); err != nil {
		return nil, err
	}
	places, err := s.places()
	if err != nil {
		return nil, err
	}
	for _, p := range slices.Backward(places) {
		if p.step == step {
			return read(s.fs, s.path(p))
		}
	}
	return nil, fmt.Errorf("checkpoint %s: none of step %d", s.dir, step)
}

// Close waits for a write under way and lets other processes in.
func (s *Store) Close() error { return s.closed(s.Wait()) }
