package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/kedja-ml/kedja/train"
)

// A subject is what is ended: how a run of a seed begins in a folder and goes on there, and which files it leaves beside checkpoints.
type subject struct {
	command func(dir string, seed uint64, again bool) *exec.Cmd
	files   []string
	seeds   uint64        // of runs, from 0 on; each is run once without kills, to compare with
	span    time.Duration // of lives, to begin with
}

// self is this program's own net; it sees by the folder whether a run has begun.
func self() (subject, error) {
	path, err := os.Executable()
	return subject{
		command: func(dir string, seed uint64, _ bool) *exec.Cmd {
			return exec.Command(path, "-live", dir, "-run", strconv.FormatUint(seed, 10))
		},
		files: []string{train.LogFile, "model.safetensors"}, seeds: 5, span: 100 * time.Millisecond,
	}, err
}

// mnist is kedja train mnist by its default recipe, whole, with a checkpoint every 20 steps.
func mnist(kedja string) (subject, error) {
	path, err := filepath.Abs(kedja)
	return subject{
		command: func(dir string, _ uint64, again bool) *exec.Cmd {
			if again {
				return exec.Command(path, "resume", dir)
			}
			return exec.Command(path, "train", "mnist", "--every", "20", "--out", dir)
		},
		files: []string{train.LogFile, "weights.safetensors", "curves.png", "confusion.png", "filters.png"}, seeds: 1, span: 4 * time.Second,
	}, err
}
