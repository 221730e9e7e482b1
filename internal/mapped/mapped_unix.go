//go:build unix

package mapped

import (
	"os"

	"golang.org/x/sys/unix"
)

func open(f *os.File, size int) (*File, error) {
	b, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return &File{b, func() error { return unix.Munmap(b) }}, nil
}
