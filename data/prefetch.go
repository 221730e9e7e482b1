package data

import "sync"

// An ahead is goroutines that make batches before they are asked for, in a ring of slots. A goroutine takes a token, which is a slot
// that nobody reads any more, and then a number: so no more numbers are given than slots, each number has a slot of its own, and batches
// come in order whoever is first.
type ahead struct {
	l      *Loader
	tokens chan struct{}
	done   chan struct{}
	all    sync.WaitGroup

	mu   sync.Mutex // over number, at, and the loader's order
	at   Position   // of the next number
	made int        // numbers given to goroutines
	got  int        // numbers given to the caller
}

// begin starts the goroutines at the loader's position.
func begin(l *Loader) *ahead {
	a := &ahead{l: l, tokens: make(chan struct{}, len(l.slots)), done: make(chan struct{}), at: l.at}
	for range l.slots {
		a.tokens <- struct{}{}
	}
	for range max(1, min(l.cfg.Workers, len(l.slots))) {
		a.all.Add(1)
		go a.work()
	}
	return a
}

func (a *ahead) work() {
	defer a.all.Done()
	for {
		select {
		case <-a.done:
			return
		case <-a.tokens:
		}
		s, err := a.claim()
		if err != nil {
			s.ready <- err
			return
		}
		s.ready <- fill(s)
	}
}

// claim gives the next number's slot, with its examples named.
func (a *ahead) claim() (*slot, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.l.slots[a.made%len(a.l.slots)]
	a.made++
	err := a.l.assign(s, a.at)
	a.at = after(a.at, a.l.perEpoch)
	return s, err
}

// A fault is what a data set panicked with; the loader's caller sees it.
type fault struct{ value any }

func fill(s *slot) (result any) {
	defer func() {
		if p := recover(); p != nil {
			result = fault{p}
		}
	}()
	for task := range (len(s.order) + chunk - 1) / chunk {
		s.Do(task, 0)
	}
	if err := s.err(); err != nil {
		return err
	}
	return nil
}

// take waits for the next batch, and gives the slot of the one before back to the goroutines.
func (a *ahead) take(l *Loader) (*slot, error) {
	if a == nil {
		a = begin(l)
		l.ahead = a
	} else {
		a.tokens <- struct{}{}
	}
	s := l.slots[a.got%len(l.slots)]
	a.got++
	switch r := (<-s.ready).(type) {
	case error:
		return nil, r
	case fault:
		l.stop()
		panic(r.value)
	}
	return s, nil
}

// stop ends prefetching; the next batch begins it anew.
func (l *Loader) stop() {
	if l.ahead == nil {
		return
	}
	close(l.ahead.done)
	l.ahead.all.Wait()
	l.ahead = nil
	for _, s := range l.slots {
		select {
		case <-s.ready:
		default:
		}
	}
}
