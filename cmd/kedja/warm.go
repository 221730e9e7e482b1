package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/safetensors"
)

// warm gives the model weights of another run, as the flags say.
func (j *job) warm() error {
	how := checkpoint.Warm{
		Rename:  func(name string) string { return renamed(name, j.Rename) },
		Skip:    func(name string) bool { return begins(name, j.Skip) },
		Missing: j.Partial, Extra: j.Partial,
	}
	if err := known(j.model, j.Skip); err != nil {
		return fmt.Errorf("--skip: %w", err)
	}
	path := j.From
	if i, err := os.Stat(path); err != nil {
		return err
	} else if i.IsDir() {
		switch c, err := checkpoint.Read(path); {
		case err == nil:
			return c.Warmed(nn.Vars(j.model), how)
		case exists(filepath.Join(path, "manifest.json")):
			return err // a checkpoint, and damaged
		case exists(filepath.Join(path, "weights.safetensors")):
			path = filepath.Join(path, "weights.safetensors")
		default:
			c, err := newest(path)
			if err != nil {
				return err
			}
			return c.Warmed(nn.Vars(j.model), how)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := safetensors.Decode(data)
	if err == nil {
		err = how.Assign(nn.Vars(j.model), f.Tensors)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// renamed replaces the longest beginning that is to be replaced.
func renamed(name string, to map[string]string) string {
	longest := ""
	for old := range to {
		if strings.HasPrefix(name, old) && len(old) >= len(longest) {
			longest = old
		}
	}
	if next, ok := to[longest]; ok {
		return next + name[len(longest):]
	}
	return name
}

func begins(name string, with []string) bool {
	return slices.ContainsFunc(with, func(p string) bool { return strings.HasPrefix(name, p) })
}

// known reports a beginning that no variable of the model has.
func known(model any, prefixes []string) error {
	for _, p := range prefixes {
		var names []string
		found := false
		for name := range nn.Vars(model) {
			names = append(names, name)
			found = found || strings.HasPrefix(name, p)
		}
		if !found {
			return fmt.Errorf("no name begins with %q: there are %s", p, strings.Join(names, ", "))
		}
	}
	return nil
}
