// Package whole writes files whole or not at all.
package whole

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/internal/patherr"
)

// Write lets write fill a temporary file in the folder of path, which gets its name once it is on disk. Where that fails, what was at path
// is as it was. The error does not name path.
func Write(path string, write func(io.Writer) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".kedja-*")
	if err != nil {
		return patherr.Cause(err)
	}
	err = write(f)
	if err == nil {
		err = patherr.Cause(errors.Join(f.Chmod(0o644), f.Sync()))
	}
	if e := f.Close(); err == nil {
		err = patherr.Cause(e)
	}
	if err == nil {
		err = patherr.Cause(os.Rename(f.Name(), path))
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	if d, e := os.Open(dir); e == nil { // not all systems can sync a folder
		_ = d.Sync()
		d.Close()
	}
	return nil
}
