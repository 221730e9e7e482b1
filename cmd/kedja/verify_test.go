package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// short is a run of ten steps in a folder of its own, with the checkpoints 0, 5 and 10.
func short(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	works(t, append(bars(t), "--max-steps", "10", "--every", "5", "--validate", "100", "--keep", "0", "--out", dir)...)
	return dir
}

func TestVerify(t *testing.T) {
	dir := short(t)
	want := "step-0000000000: whole, 27 arrays\nstep-0000000005: whole, 27 arrays\nstep-0000000010: whole, 27 arrays\n"
	if got := works(t, "verify", dir); got != want {
		t.Error(got)
	}
	one := filepath.Join(dir, "checkpoints", "step-0000000005")
	if got := works(t, "verify", one); got != "step-0000000005: whole, 27 arrays\n" {
		t.Error(got)
	}
	if got := works(t, "verify", dir, "--replay", "0:10", "--workers", "1"); got != want+"steps 0 to 10 give the same bits again\n" {
		t.Error(got)
	}
	for args, want := range map[string]string{
		"5:7": "no checkpoint of step 7: there are checkpoints of steps 0, 5, 10", "5": "--replay 5, want the steps of two checkpoints, such as 200:400",
		"10:5": "an earlier and a later one",
	} {
		if got := fails(t, "verify", dir, "--replay", args); !strings.Contains(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}

	// One bit of one array is found, and resuming goes on from the checkpoint before.
	path := filepath.Join(dir, "checkpoints", "step-0000000010", "weights.safetensors")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 4
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := fails(t, "verify", dir); !strings.Contains(got, "1 of 3 checkpoints are damaged") || !strings.Contains(got, `weights.safetensors: array "Hidden.W" is damaged`) {
		t.Error(got)
	}
	before, err := os.ReadFile(filepath.Join(dir, "weights.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	works(t, "resume", dir)
	if after, err := os.ReadFile(filepath.Join(dir, "weights.safetensors")); err != nil || string(after) != string(before) {
		t.Error("resumed from step 5, the run ends elsewhere", err)
	}
	if err := os.Truncate(filepath.Join(dir, "metrics.jsonl"), 3); err != nil {
		t.Fatal(err)
	}
	if got := fails(t, "verify", dir); !strings.Contains(got, "metrics.jsonl has 3 bytes, want at least") {
		t.Error(got)
	}
}

func TestVerifyRefuses(t *testing.T) {
	empty := t.TempDir()
	if got := fails(t, "verify", empty); got != "verify: "+empty+": holds no checkpoints, want the folder of a run" {
		t.Error(got)
	}
	if got := fails(t, "verify", filepath.Join(empty, "nowhere")); !strings.Contains(got, "no such file") {
		t.Error(got)
	}
}
