package vec

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The garbage collector can stop a goroutine that does nothing but call assembly, though signals hardly ever find it in Go code.
func TestCollectorIsNotHeldUp(t *testing.T) {
	var stop atomic.Bool
	var loops sync.WaitGroup
	x, y := make([]float32, 1<<20), make([]float32, 1<<20)
	for _, f := range []func(){
		func() { GELU(y, x) },
		func() { Sum(x) },
	} {
		loops.Go(func() {
			for !stop.Load() {
				f()
			}
		})
	}
	for range 5 {
		start := time.Now()
		runtime.GC()
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("a collection took %v", d)
			break
		}
	}
	stop.Store(true)
	loops.Wait()
}
