package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/kedja-ml/kedja/internal/patherr"
	"github.com/kedja-ml/kedja/safetensors"
)

// write makes the folder dir of a snapshot, by way of the folder temp beside it. Until the rename there is no dir, and after it dir is
// whole: every file is on disk by then, and so is its name.
func write(fsys FS, dir, temp string, s *Snapshot) (err error) {
	if err := fsys.RemoveAll(temp); err != nil {
		return patherr.Cause(err)
	}
	if err := fsys.MkdirAll(temp); err != nil {
		return patherr.Cause(err)
	}
	defer func() {
		if err != nil {
			_ = fsys.RemoveAll(temp) // what is left is removed when the store is opened next
		}
	}()
	files := map[string][]byte{}
	for name, ts := range map[string][]safetensors.Tensor{weightsFile: s.Weights, stateFile: s.State} {
		var b bytes.Buffer
		if err := safetensors.Write(&b, ts, map[string]string{"format": "kedja"}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files[name] = b.Bytes()
	}
	if files[manifestFile], err = s.manifest().encode(); err != nil {
		return err
	}
	files[sumsFile] = sums(files)
	for _, name := range []string{weightsFile, stateFile, manifestFile, sumsFile} {
		if err := put(fsys, filepath.Join(temp, name), files[name]); err != nil {
			return fmt.Errorf("%s: %w", name, patherr.Cause(err))
		}
	}
	if err := fsys.SyncDir(temp); err != nil {
		return patherr.Cause(err)
	}
	if err := fsys.Rename(temp, dir); err != nil {
		return patherr.Cause(err)
	}
	return patherr.Cause(fsys.SyncDir(filepath.Dir(dir)))
}

func put(fsys FS, name string, b []byte) error {
	f, err := fsys.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
