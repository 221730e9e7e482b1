package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
)

// A victim is a run that is ended again and again.
type victim struct {
	subject
	dir    string
	seed   uint64
	newest string // checkpoint after the last life
	ended  bool
	kills  int
}

// life lets the run go on for a time, and reports whether it came to its end before.
func (v *victim) life(most time.Duration) (ended bool, err error) {
	var said bytes.Buffer
	p := v.command(v.dir, v.seed, v.newest != "")
	p.Stderr = &said
	if err := p.Start(); err != nil {
		return false, err
	}
	done := make(chan error, 1)
	go func() { done <- p.Wait() }()
	select {
	case err = <-done:
	case <-time.After(most):
		_ = p.Process.Kill() // it may have ended meanwhile
		err = <-done
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() < 0 && said.Len() == 0 {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("it ended by itself: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return true, nil
}

// through ends the run until it comes to its end, or there were kills enough. span is how long lives are at most: it follows the machine, so that
// about 7 of 10 lives write a checkpoint.
func (v *victim) through(r *rand.Rand, kills int, span *time.Duration, c *count) error {
	for c.kills < kills {
		var err error
		c.lives++
		if v.ended, err = v.life(time.Duration(r.Int64N(int64(*span)))); err != nil {
			return err
		}
		if v.ended {
			c.at = max(c.at, v.kills)
			return nil
		}
		c.kills++
		v.kills++
		before := v.newest
		if err := v.look(c); err != nil {
			return err
		}
		switch {
		case v.newest == "":
			c.before++
		case v.newest == before:
			c.idle++
		default:
			c.wrote++
			*span = *span * 98 / 100
			continue
		}
		*span = *span * 105 / 100
	}
	return nil
}

// look reads every checkpoint there is. Each must be whole, and none may have gone without a newer one.
func (v *victim) look(c *count) error {
	names, err := os.ReadDir(v.store())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	newest, unfinished := "", false
	for _, e := range names {
		if strings.HasPrefix(e.Name(), "unfinished-") {
			unfinished = true
		}
		if !strings.HasPrefix(e.Name(), "step-") {
			continue
		}
		if _, err := checkpoint.Read(filepath.Join(v.store(), e.Name())); err != nil {
			return err
		}
		c.read++
		newest = max(newest, e.Name()) // numbers have leading zeros
	}
	if newest < v.newest {
		return fmt.Errorf("%s is gone, the newest is %q", v.newest, newest)
	}
	v.newest = newest
	if unfinished {
		c.unfinished++
	}
	return nil
}

func (v *victim) store() string { return filepath.Join(v.dir, "checkpoints") }

// A result is the bytes of files that a run leaves.
type result map[string][]byte

func (v *victim) result() (result, error) {
	if err := v.look(&count{}); err != nil {
		return nil, err
	}
	res := result{}
	for _, name := range v.files {
		b, err := os.ReadFile(filepath.Join(v.dir, name))
		if err != nil {
			return nil, err
		}
		res[name] = b
	}
	for _, name := range []string{"weights.safetensors", "state.safetensors", "manifest.json"} {
		b, err := os.ReadFile(filepath.Join(v.store(), v.newest, name))
		if err != nil {
			return nil, err
		}
		if name == "manifest.json" { // apart from the log of the clock, whose length is the clock's matter
			b = slices.Concat(slices.DeleteFunc(bytes.SplitAfter(b, []byte("\n")), func(line []byte) bool { return bytes.Contains(line, []byte(`"offset"`)) })...)
		}
		res["the last checkpoint's "+name] = b
	}
	return res, nil
}

// differs names a file whose bytes are others.
func (r result) differs(other result) string {
	for name, b := range r {
		if !bytes.Equal(b, other[name]) {
			return name
		}
	}
	return ""
}
