//go:build !linux

package guard

// between allocates in units of 16 bytes, so that all elements are aligned.
func between(size int) (mem []byte, free func()) {
	return make([]byte, max(16, (size+15)/16*16)), func() {}
}
