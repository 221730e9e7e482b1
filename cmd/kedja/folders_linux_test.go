package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// asOther lets f find files with the rights of somebody else than root, who may read and write everything: of the thread that it runs on,
// as a file server does it.
func asOther(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Setfsuid(0) }()
	f()
}

// mode changes the rights of a folder or a file until the test ends.
func mode(t *testing.T, path string, to os.FileMode) {
	t.Helper()
	was, err := os.Stat(path)
	if err == nil {
		err = os.Chmod(path, to)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(path, was.Mode()) })
}

// Folders and files that may not be read or not be written: one line that names them, and nothing is changed.
func TestForbiddenFolders(t *testing.T) {
	dir := short(t)
	before := holds(t, dir)
	mode(t, filepath.Dir(dir), 0o755) // above all temporary folders of this test
	data := t.TempDir()
	idxFiles(t, data, 30, 8, 8)
	locked := filepath.Join(data, "train-labels-idx1-ubyte.gz")
	pics := t.TempDir()
	pictures(t, pics, 6, 1)
	class := filepath.Join(pics, "lying")
	whole := filepath.Join(dir, "checkpoints", "step-0000000005")
	array := filepath.Join(dir, "checkpoints", "step-0000000010", "state.safetensors")
	weights := filepath.Join(dir, "weights.safetensors")
	picture := filepath.Join(t.TempDir(), "x.png")
	writeDigit(t, picture, 0, 1)
	sealed := t.TempDir()
	fresh := filepath.Join(sealed, "new")
	store := filepath.Join(dir, "checkpoints")
	for _, c := range []struct {
		path string
		mode os.FileMode
		args []string
		want string
	}{
		{data, 0, []string{"train", "images", "--data", data, "--out", fresh}, data + ": permission denied"},
		{locked, 0, []string{"train", "images", "--data", data, "--out", fresh}, locked + ": permission denied"},
		{class, 0, []string{"train", "images", "--data", pics, "--out", fresh}, class + ": permission denied"},
		{sealed, 0o555, append(bars(t), "--out", fresh), fresh + ": permission denied"},
		{dir, 0o555, append(bars(t), "--out", dir), dir},
		{store, 0o555, []string{"resume", dir}, "permission denied"},
		{dir, 0, []string{"resume", dir}, dir},
		{store, 0, []string{"verify", dir}, store + ": permission denied"},
		{whole, 0, []string{"verify", dir}, whole + ": "},
		{array, 0, []string{"verify", dir}, "state.safetensors: permission denied"},
		{weights, 0, []string{"predict", "images", picture, "--weights", dir}, weights + ": permission denied"},
		{picture, 0, []string{"predict", "images", picture, "--weights", dir}, picture + ": permission denied"},
	} {
		mode(t, c.path, c.mode)
		asOther(t, func() {
			if got := fails(t, c.args...); !strings.Contains(got, c.want) || !strings.Contains(got, "permission denied") {
				t.Errorf("%s with mode %v: kedja %v: %s\nwant %s", c.path, c.mode, c.args, got, c.want)
			}
		})
		if err := os.Chmod(c.path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if exists(fresh) || holds(t, dir) != before {
		t.Error("a forbidden folder was written")
	}
	mode(t, dir, 0o555) // what only reads needs no more
	asOther(t, func() { works(t, "verify", dir) })
}
