//go:build amd64 && !noasm

package workers

// pause executes n PAUSE instructions.
//
//go:noescape
func pause(n int)

// relax waits some 80 ns. It is a Go function that calls another one, so that the collector can stop it (the assembly could
// not be stopped).
//
//go:noinline
func relax(i int) {
	pause(2)
	if i < 0 {
		panic("workers: negative count")
	}
}
