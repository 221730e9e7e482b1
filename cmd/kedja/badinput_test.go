package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
)

// The test program is kedja itself where it is told so: what is about processes and signals needs one.
func TestMain(m *testing.M) {
	if os.Getenv("KEDJA_TEST_AS_COMMAND") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process starts kedja as a process of its own.
func process(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), "KEDJA_TEST_AS_COMMAND=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c, &stderr
}

// holds is the names and sums of all files below a folder.
func holds(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(b), 0o644); err != nil {
		t.Fatal(err)
	}
}

func cut(b []byte) []byte { return b[:len(b)-20] }

// Data that cannot be used is one line with the file and what was wanted; a run that is there stays as it is.
func TestBadImages(t *testing.T) {
	idx := func(dir string) { idxFiles(t, dir, 30, 8, 8) }
	cifar := func(dir string) { cifarFiles(t, dir, 9) }
	pics := func(dir string) {
		pictures(t, filepath.Join(dir, "train"), 6, 1)
		pictures(t, filepath.Join(dir, "test"), 6, 2)
	}
	labels := func(name string, shape []byte, values ...byte) func(string) {
		return func(dir string) {
			writePacked(t, filepath.Join(dir, name), append(shape, values...))
		}
	}
	ten := []byte{0, 0, 8, 1, 0, 0, 0, 10}
	for _, c := range []struct {
		name  string
		make  func(dir string)
		spoil func(dir string)
		want  string // of the message; DIR stands for the folder
	}{
		{"nothing", func(string) {}, func(string) {}, "DIR: want IDX files (train-images-idx3-ubyte), CIFAR-10's (data_batch_1.bin) or a folder of pictures for each class"},
		{"gone", func(string) {}, func(dir string) { _ = os.Remove(dir) }, "DIR: no such file"},
		{"archive cut", idx, func(dir string) { edit(t, filepath.Join(dir, "train-images-idx3-ubyte.gz"), cut) }, "DIR/train-images-idx3-ubyte.gz: idx: unexpected EOF"},
		{"archive damaged", idx, func(dir string) {
			edit(t, filepath.Join(dir, "t10k-images-idx3-ubyte.gz"), func(b []byte) []byte { b[len(b)-6] ^= 1; return b })
		}, "DIR/t10k-images-idx3-ubyte.gz: idx: gzip: invalid checksum"},
		{"no archive", idx, func(dir string) {
			edit(t, filepath.Join(dir, "train-labels-idx1-ubyte.gz"), func([]byte) []byte { return []byte("labels") })
		}, "DIR/train-labels-idx1-ubyte.gz: idx: the file begins with 6c61, want 0000"},
		{"labels gone", idx, func(dir string) { _ = os.Remove(filepath.Join(dir, "train-labels-idx1-ubyte.gz")) }, "DIR: want both train-images-idx3-ubyte and train-labels-idx1-ubyte"},
		{"too few labels", idx, labels("t10k-labels-idx1-ubyte.gz", []byte{0, 0, 8, 1, 0, 0, 0, 2}, 1, 2), "DIR/t10k-labels-idx1-ubyte.gz: 2 labels for the 10 images of DIR/t10k-images-idx3-ubyte.gz"},
		{"label out of range", idx, labels("t10k-labels-idx1-ubyte.gz", ten, 0, 1, 2, 0, 1, 2, 0, 1, 7, 0), "DIR/t10k-labels-idx1-ubyte.gz: a label of 7, want 0 to 2, as in the training images"},
		{"labels are images", idx, func(dir string) {
			_ = os.Rename(filepath.Join(dir, "train-images-idx3-ubyte.gz"), filepath.Join(dir, "train-labels-idx1-ubyte.gz"))
			idxFiles(t, t.TempDir(), 3, 8, 8)
			writePacked(t, filepath.Join(dir, "train-images-idx3-ubyte.gz"), ten)
		}, "DIR/train-images-idx3-ubyte.gz: idx: the data has 0 bytes"},
		{"small images", func(dir string) { idxFiles(t, dir, 30, 3, 8) }, func(string) {}, "DIR: images of 8×3 pixels, want at least 4 each way"},
		{"cut file", cifar, func(dir string) { edit(t, filepath.Join(dir, "data_batch_2.bin"), cut) }, "DIR/data_batch_2.bin: 27637 bytes, want a multiple of 3073"},
		{"wrong label", cifar, func(dir string) {
			edit(t, filepath.Join(dir, "test_batch.bin"), func(b []byte) []byte { b[2*3073] = 99; return b })
		}, "DIR/test_batch.bin: image 2 has the label 99, want 0 to 9"},
		{"picture cut", pics, func(dir string) { edit(t, filepath.Join(dir, "train", "lying", "more", "0.png"), cut) }, "DIR/train/lying/more/0.png: a broken picture"},
		{"no picture", pics, func(dir string) {
			edit(t, filepath.Join(dir, "test", "lying", "more", "3.png"), func([]byte) []byte { return nil })
		}, "DIR/test/lying/more/3.png: no picture"},
		{"class without pictures", pics, func(dir string) { _ = os.Mkdir(filepath.Join(dir, "train", "bent"), 0o755) }, "DIR/train/bent holds no picture"},
		{"another class", pics, func(dir string) {
			_ = os.Rename(filepath.Join(dir, "test", "lying"), filepath.Join(dir, "test", "bent"))
		}, `DIR/test has the classes ["bent" "leaning" "standing"], want those of DIR/train: ["leaning" "lying" "standing"]`},
		{"one class", func(dir string) { pictures(t, dir, 3, 1) }, func(dir string) {
			_ = os.RemoveAll(filepath.Join(dir, "lying"))
			_ = os.RemoveAll(filepath.Join(dir, "leaning"))
		}, "DIR: all images are of one class, want at least two"},
	} {
		dir, out := t.TempDir(), filepath.Join(t.TempDir(), "run")
		c.make(dir)
		c.spoil(dir)
		got := fails(t, "train", "images", "--data", dir, "--side", "12", "--out", out)
		if !strings.Contains(got, strings.ReplaceAll(c.want, "DIR", dir)) {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
		if exists(out) {
			t.Error(c.name, "began a run")
		}
	}
}

// Folders that are no run, runs of something else and what predict cannot use: one line, and nothing is changed.
func TestBadRuns(t *testing.T) {
	dir := short(t)
	before := holds(t, dir)
	weights := filepath.Join(dir, "weights.safetensors")
	picture := filepath.Join(t.TempDir(), "x.png")
	writeDigit(t, picture, 0, 1)
	foreign := t.TempDir() // checkpoints of a program of somebody's own
	store, err := checkpoint.Open(filepath.Join(foreign, "checkpoints"), checkpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	k, err := newest(dir)
	if err != nil {
		t.Fatal(err)
	}
	snapshot := checkpoint.Take(3, none, none)
	if err := store.Save(snapshot); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"resume", filepath.Join(dir, "checkpoints")}, "holds no checkpoints, want the folder of a run"},
		{[]string{"resume", weights}, weights + ": is a file, want the folder of a run"},
		{[]string{"resume", foreign}, "the checkpoints were not made by kedja train"},
		{[]string{"verify", weights}, weights + ": is a file"},
		{[]string{"train", "mnist", "--recipe", "fast", "--out", dir}, dir + " holds a run, at step 10: kedja resume " + dir + " goes on with it, --out names another folder"},
		{[]string{"train", "mnist", "--from", dir, "--out", filepath.Join(foreign, "new")}, weights + ": Hidden.W is F32[256 256], want F32[1568 256]"},
		{[]string{"predict", "mnist", picture, "--weights", weights}, weights + ": Hidden.W is F32[256 256], want F32[1568 256]"},
		{[]string{"predict", "images", picture, "--weights", k.Path}, "says nothing about its images, want weights that train images wrote"},
		{[]string{"predict", "images", picture, "--weights", filepath.Join(dir, "checkpoints")}, "holds no weights.safetensors, want the folder of a finished run"},
		{[]string{"predict", "mnist", picture, "--weights", foreign}, foreign + ": holds no weights.safetensors, want"},
		{[]string{"predict", "images", weights, "--weights", dir}, weights + ": no picture"},
	} {
		if got := fails(t, c.args...); !strings.Contains(got, c.want) {
			t.Errorf("kedja %v: %s\nwant %s", c.args, got, c.want)
		}
	}
	if holds(t, dir) != before {
		t.Error("a run was changed")
	}
}

// An interrupt keeps a checkpoint and ends the process; while it runs no other may write in its folder; after it, resume goes on.
func TestInterruptedProcess(t *testing.T) {
	dir := t.TempDir()
	args := append(bars(t), "--epochs", "4000", "--validate", "20", "--out", dir)
	c, stderr := process(t, args...)
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if i, err := os.Stat(filepath.Join(dir, "metrics.jsonl")); err == nil && i.Size() > 500 {
			break
		}
		if time.Since(start) > time.Minute {
			t.Fatal("no metrics:", stderr)
		}
	}
	for _, second := range [][]string{{"resume", dir}, args} {
		if got := fails(t, second...); !strings.Contains(got, filepath.Join(dir, "checkpoints")+": another process is writing here") {
			t.Error(got)
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := c.Wait()
	said := regexp.MustCompile(`^kedja: interrupted after step (\d+) of 8000; kedja resume ` + regexp.QuoteMeta(dir) + ` goes on\n$`).FindStringSubmatch(stderr.String())
	if err == nil || said == nil {
		t.Fatal(err, stderr)
	}
	k, err := newest(dir)
	if err != nil || fmt.Sprint(k.Step) != said[1] {
		t.Fatal(k, err)
	}
	works(t, "verify", dir)
	next := &countdown{t.Context(), 3}
	var out bytes.Buffer
	if code := command(next, []string{"resume", dir}, streams{&bytes.Buffer{}, &out}); !strings.Contains(oneLine(t, code, out.String()), fmt.Sprintf("interrupted after step %d of 8000", k.Step+3)) {
		t.Error(out.String())
	}
}

func none(func(string, graph.Var) bool) {}
