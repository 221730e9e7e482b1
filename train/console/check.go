package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/train"
)

// Checkpoints lists those of a run's folder, older ones first, without opening the store: nothing is locked, made or removed.
func Checkpoints(dir string) (paths []string, err error) {
	if i, err := os.Stat(dir); err != nil {
		return nil, err
	} else if !i.IsDir() {
		return nil, fmt.Errorf("%s: is a file, want the folder of a run", dir)
	}
	within := filepath.Join(dir, train.CheckpointsFolder)
	paths, err = checkpoint.List(within)
	if err == nil && len(paths) == 0 || errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: holds no checkpoints, want the folder of a run", dir)
	}
	return paths, err
}

// Check reads every checkpoint of a run's folder, or the one that dir is, once, and says of each whether it is whole: all of its sums are
// right, and the logs reach as far as it counts on. Those of the steps that are asked for are returned in that order.
func Check(dir string, to io.Writer, steps ...int) ([]*checkpoint.Checkpoint, error) {
	paths := []string{dir}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
		if paths, err = Checkpoints(dir); err != nil {
			return nil, err
		}
	}
	var bad []error
	var there []string
	asked := make([]*checkpoint.Checkpoint, len(steps))
	for _, path := range paths {
		k, err := checkpoint.Read(path)
		if err == nil {
			err = logged(path, k)
		}
		if err != nil {
			if _, gone := os.Stat(path); len(paths) > 1 && errors.Is(gone, os.ErrNotExist) {
				continue // the run goes on, and did not keep it
			}
			bad = append(bad, err)
			continue
		}
		fmt.Fprintf(to, "%s: whole, %d arrays\n", filepath.Base(path), len(k.Weights)+len(k.State))
		there = append(there, strconv.Itoa(k.Step))
		for i, step := range steps {
			if step == k.Step {
				asked[i] = k
			}
		}
	}
	if len(bad) > 0 {
		return nil, fmt.Errorf("%d of %d checkpoints are damaged: %w", len(bad), len(paths), errors.Join(bad...))
	}
	if i := slices.Index(asked, nil); i >= 0 {
		return nil, fmt.Errorf("no checkpoint of step %d: there are checkpoints of steps %s", steps[i], strings.Join(there, ", "))
	}
	return asked, nil
}

// logged compares the lengths of logs, which lie in the folder above the checkpoints.
func logged(path string, k *checkpoint.Checkpoint) error {
	for _, l := range k.Logs {
		name := filepath.Join(filepath.Dir(filepath.Dir(path)), l.Name)
		i, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("checkpoint %s: its log: %w", path, err)
		}
		if i.Size() < l.Offset {
			return fmt.Errorf("checkpoint %s: %s has %d bytes, want at least %d", path, name, i.Size(), l.Offset)
		}
	}
	return nil
}

// Range reads the steps of two checkpoints, "200:400"; "" is none.
func Range(s string) (steps []int, err error) {
	if s == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(s, ":") {
		step, err := strconv.Atoi(part)
		if err != nil {
			steps = nil
			break
		}
		steps = append(steps, step)
	}
	if len(steps) != 2 {
		return nil, fmt.Errorf("--replay %s, want the steps of two checkpoints, such as 200:400", s)
	}
	return steps, nil
}

// Replay lets a loop do the steps between two checkpoints again, and says that every bit is the same.
func Replay(ctx context.Context, l *train.Loop, ends []*checkpoint.Checkpoint, to io.Writer) error {
	if err := l.Replay(ctx, ends[0], ends[1]); err != nil {
		return err
	}
	fmt.Fprintf(to, "steps %d to %d give the same bits again\n", ends[0].Step, ends[1].Step)
	return nil
}
