package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The test's own binary is what is ended.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-live" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestAFewKills(t *testing.T) {
	if testing.Short() {
		t.Skip("ends processes for seconds")
	}
	s, err := self()
	if err != nil {
		t.Fatal(err)
	}
	s.seeds = 2
	if err := prove(s, 15, 3, t.TempDir()); err != nil {
		t.Error(err)
	}
}

// What it would find, it finds: a checkpoint that is damaged, one that is gone, a run that ends by itself, and other bytes.
func TestWhatIsBadIsFound(t *testing.T) {
	s, err := self()
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{subject: s, dir: t.TempDir(), seed: 1}
	if ended, err := v.life(1 << 40); err != nil || !ended {
		t.Fatal(ended, err)
	}
	a, err := v.result()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(v.dir, "metrics.jsonl")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	spoil := func(path string, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	spoil(path, b)
	if other, err := v.result(); err != nil || a.differs(other) != "metrics.jsonl" || a.differs(a) != "" {
		t.Error(a.differs(other), err)
	}
	newest := filepath.Join(v.store(), v.newest)
	spoil(filepath.Join(newest, "state.safetensors"), nil)
	if err := v.look(&count{}); err == nil || !strings.Contains(err.Error(), "state.safetensors") {
		t.Error(err)
	}
	if err := os.RemoveAll(newest); err != nil {
		t.Fatal(err)
	}
	if err := v.look(&count{}); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Error(err)
	}
	spoil(filepath.Join(v.dir, "times.jsonl"), nil)
	if _, err := v.life(1 << 40); err == nil || !strings.Contains(err.Error(), "it ended by itself") || !strings.Contains(err.Error(), "times.jsonl has 0 bytes") {
		t.Error(err)
	}
}
