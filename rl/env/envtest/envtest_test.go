package envtest_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

// failures collects what Check finds, as a test would.
type failures struct {
	testing.TB
	found []string
}

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) {
	f.found = append(f.found, fmt.Sprintf(format, args...))
}
func (f *failures) Error(args ...any) { f.found = append(f.found, fmt.Sprint(args...)) }

func (f *failures) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

func (f *failures) Fatal(args ...any) {
	f.Error(args...)
	runtime.Goexit()
}

func found(newEnv func() env.Env) []string {
	f := &failures{}
	done := make(chan bool)
	go func() {
		defer close(done)
		envtest.Check(f, newEnv)
	}()
	<-done
	return f.found
}

// broken breaks one promise of a CartPole.
type broken struct {
	*classic.CartPole
	promise string
	steps   int
	kept    []float32
}

func (b *broken) Reset(seed uint64, obs []float32) {
	b.CartPole.Reset(seed, obs)
	if b.promise == "repeats" {
		obs[0] += float32(b.steps)
	}
}

func (b *broken) Spec() env.Spec {
	s := b.CartPole.Spec()
	s.Bytes = b.promise == "bytes"
	return s
}

func (b *broken) Step(a env.Action, obs []float32) (env.Outcome, error) {
	b.steps++
	switch b.promise {
	case "space":
		a = env.Action{Index: a.Index & 1}
	case "nothing changes":
		b.CartPole.SetState([4]float64{})
	case "allocates":
		b.kept = make([]float32, 4)
	}
	was := obs[3]
	o, err := b.CartPole.Step(a, obs)
	switch {
	case b.promise == "writes all" && err == nil:
		obs[3] = was
	case b.promise == "one line" && err != nil:
		err = fmt.Errorf("%w\nindeed", err)
	case b.promise == "hidden state" && err == nil:
		obs[0] += float32(b.steps % 3)
	}
	return o, err
}

// The checker is checked: it finds each broken promise, and nothing in what keeps them.
func TestCheck(t *testing.T) {
	if f := found(func() env.Env { return &broken{CartPole: classic.NewCartPole()} }); len(f) > 0 {
		t.Error("found in what is whole:", f)
	}
	for _, promise := range []string{"repeats", "space", "nothing changes", "allocates", "writes all", "one line", "hidden state", "bytes"} {
		n := 0
		f := found(func() env.Env {
			n++
			b := &broken{CartPole: classic.NewCartPole(), promise: promise}
			if promise == "repeats" {
				b.steps = n
			}
			return b
		})
		if len(f) == 0 {
			t.Error("not found:", promise)
		}
		t.Log(promise, f)
	}
}
