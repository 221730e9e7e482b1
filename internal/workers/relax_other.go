//go:build !amd64 || noasm

package workers

import "sync/atomic"

var idle atomic.Uint64

// relax waits a little.
//
//go:noinline
func relax(int) {
	for range 8 {
		idle.Load()
	}
}
