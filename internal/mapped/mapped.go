// Package mapped shows files as memory: their pages are read when they are touched, and given back when memory is short, so that a data set may
// be larger than the machine's memory. Where the system cannot, files are read whole.
package mapped

import (
	"fmt"
	"os"

	"github.com/kedja-ml/kedja/internal/patherr"
)

// A File is a read-only view of a file. Writing to Data ends the process.
type File struct {
	Data  []byte
	close func() error
}

// Open maps a file that stays as it is while it is open: one that is cut short meanwhile ends the process, as memory that is gone does.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, patherr.Cause(err))
	}
	defer f.Close() // a mapping outlives the descriptor
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, patherr.Cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: want a file, not a folder or a device", path)
	}
	if info.Size() == 0 {
		return &File{}, nil
	}
	if int64(int(info.Size())) != info.Size() {
		return nil, fmt.Errorf("%s: %d bytes are more than this machine can address", path, info.Size())
	}
	m, err := open(f, int(info.Size()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, patherr.Cause(err))
	}
	return m, nil
}

// Close gives the view back; Data must not be used after it.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	err := f.close()
	f.close, f.Data = nil, nil
	return err
}
