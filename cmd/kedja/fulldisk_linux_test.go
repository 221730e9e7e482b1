package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// On a disk that fills up, a run says so in one line, and the checkpoints that it wrote before are whole. Making such a disk takes the right
// to mount one.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=4m"); err != nil {
		t.Skip("no small disk can be mounted:", err)
	}
	defer func() { _ = syscall.Unmount(disk, 0) }()
	dir := filepath.Join(disk, "run")
	code, _, stderr := call(t, append(bars(t), "--max-steps", "10", "--every", "1", "--keep", "0", "--validate", "100", "--out", dir)...)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if last := lines[len(lines)-1]; code != 1 || !strings.HasPrefix(last, "kedja: checkpoint "+dir) || !strings.Contains(last, "no space left on device") {
		t.Errorf("code %d, %q", code, stderr)
	}
	if got := works(t, "verify", dir); !strings.Contains(got, "step-0000000001: whole") {
		t.Error(got)
	}
}
