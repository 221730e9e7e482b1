package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is what a store asks of a file system. Tests put one in its place that fails, or forgets what was not flushed.
type FS interface {
	MkdirAll(name string) error // with what is missing above, whose names last when it returns
	Create(name string) (File, error)
	ReadFile(name string, limit int64) ([]byte, error) // more than limit bytes are an error
	ReadDir(name string) ([]string, error)
	Rename(from, to string) error
	RemoveAll(name string) error
	SyncDir(name string) error
}

// File is a file being written.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// disk is the system's own.
type disk struct{}

func (disk) Create(name string) (File, error) { return os.Create(name) }
func (disk) Rename(from, to string) error     { return os.Rename(from, to) }
func (disk) RemoveAll(name string) error      { return os.RemoveAll(name) }

func (d disk) MkdirAll(name string) error {
	if i, err := os.Stat(name); err == nil {
		if !i.IsDir() {
			return errors.New("is no folder")
		}
		return nil
	}
	above := filepath.Dir(name)
	if above != name {
		if err := d.MkdirAll(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.SyncDir(above)
}

func (disk) ReadFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	i, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !i.Mode().IsRegular() {
		return nil, errors.New("is no file")
	}
	if i.Size() > limit {
		return nil, fmt.Errorf("has %d bytes, want at most %d", i.Size(), limit)
	}
	b := make([]byte, i.Size())
	_, err = io.ReadFull(f, b)
	return b, err
}

func (disk) ReadDir(name string) ([]string, error) {
	es, err := os.ReadDir(name)
	var names []string
	for _, e := range es {
		names = append(names, e.Name())
	}
	return names, err
}

// SyncDir makes the names in a folder last. Where folders cannot be flushed, as on Windows, renaming is all there is.
func (disk) SyncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
