//go:build !unix && !windows

package mapped

import (
	"io"
	"os"
)

func open(f *os.File, size int) (*File, error) {
	b := make([]byte, size)
	_, err := io.ReadFull(f, b)
	return &File{Data: b}, err
}
