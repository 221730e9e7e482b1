package checkpoint

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/internal/patherr"
	"github.com/kedja-ml/kedja/safetensors"
)

// The files of a checkpoint.
const (
	weightsFile  = "weights.safetensors"
	stateFile    = "state.safetensors"
	manifestFile = "manifest.json"
	sumsFile     = "SHA256SUMS"
)

// MaxData bounds the length of a file of arrays.
const MaxData = 1 << 40

// Read reads one checkpoint and checks every sum. The error of one that was damaged names the file, and the array where it is one.
func Read(dir string) (*Checkpoint, error) { return read(disk{}, dir) }

func read(fsys FS, dir string) (*Checkpoint, error) {
	c, err := decode(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", dir, err)
	}
	return c, nil
}

func decode(fsys FS, dir string) (*Checkpoint, error) {
	files := map[string][]byte{}
	for _, f := range []struct { // in order, so that of several that lack the same one is told of
		name  string
		limit int64
	}{{manifestFile, MaxManifest}, {weightsFile, MaxData}, {stateFile, MaxData}, {sumsFile, 1 << 10}} {
		b, err := fsys.ReadFile(filepath.Join(dir, f.name), f.limit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, patherr.Cause(err))
		}
		files[f.name] = b
	}
	// The manifest first, so that what it says can be held against the arrays; then these, whose own sums say most; the sums of whole files find
	// the rest.
	want := sums(files)
	if line, _, _ := bytes.Cut(want, []byte("\n")); !bytes.HasPrefix(files[sumsFile], append(line, '\n')) {
		return nil, differing(want, files[sumsFile])
	}
	m, err := DecodeManifest(files[manifestFile])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", manifestFile, err)
	}
	c := &Checkpoint{Path: dir, Manifest: *m}
	if c.weights, err = arrays(files[weightsFile], m.Weights); err != nil {
		return nil, fmt.Errorf("%s: %w", weightsFile, err)
	}
	if c.state, err = arrays(files[stateFile], m.State); err != nil {
		return nil, fmt.Errorf("%s: %w", stateFile, err)
	}
	if !bytes.Equal(want, files[sumsFile]) {
		return nil, differing(want, files[sumsFile])
	}
	return c, nil
}

// arrays decodes a file and holds it against the manifest.
func arrays(b []byte, want []Tensor) ([]safetensors.Tensor, error) {
	f, err := safetensors.Decode(b)
	if err != nil {
		return nil, err
	}
	byName := map[string]Tensor{}
	for _, t := range want {
		byName[t.Name] = t
	}
	if len(byName) != len(want) || len(f.Tensors) != len(want) {
		return nil, fmt.Errorf("%d arrays, the manifest has %d names for %d", len(f.Tensors), len(byName), len(want))
	}
	for _, t := range f.Tensors {
		w, ok := byName[t.Name]
		switch {
		case !ok:
			return nil, fmt.Errorf("array %q is not in the manifest", t.Name)
		case w.Dtype != t.Dtype || !slices.Equal(w.Shape, t.Shape):
			return nil, fmt.Errorf("array %q is %s%v, the manifest says %s%v", t.Name, t.Dtype, t.Shape, w.Dtype, w.Shape)
		case w.SHA256 != sum(t.Data):
			return nil, fmt.Errorf("array %q is damaged: its SHA-256 is not that of the manifest", t.Name)
		}
	}
	return f.Tensors, nil
}

// sums is what SHA256SUMS holds.
func sums(files map[string][]byte) []byte {
	var b strings.Builder
	for _, name := range []string{manifestFile, stateFile, weightsFile} {
		fmt.Fprintf(&b, "%s  %s\n", sum(files[name]), name)
	}
	return []byte(b.String())
}

// differing says which line of the sums is not what the files are.
func differing(want, have []byte) error {
	got := strings.Split(string(have), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			if f := strings.Fields(line); len(f) == 2 {
				return fmt.Errorf("%s or its line in %s is damaged: the SHA-256 is another", f[1], sumsFile)
			}
		}
	}
	return fmt.Errorf("%s is damaged", sumsFile)
}
