package checkpoint_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/internal/faultfs"
)

func open(t *testing.T, dir string, o checkpoint.Options) *checkpoint.Store {
	t.Helper()
	s, err := checkpoint.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func save(t *testing.T, s *checkpoint.Store, steps ...int) {
	t.Helper()
	r := newRun()
	for _, step := range steps {
		if err := s.Save(r.take(step)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsSavedIsRestored(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deep", "run"), checkpoint.Options{})
	r := newRun()
	for step := range 3 {
		if err := s.Begin(r.take(step)); err != nil {
			t.Fatal(err)
		}
	}
	c, skipped, err := s.Latest()
	if err != nil || skipped != nil || c.Step != 2 {
		t.Fatal(c, skipped, err)
	}
	if err := r.holds(c); err != nil {
		t.Error(err)
	}
	if d := c.Build.Differs(checkpoint.ThisBuild()); d != "" {
		t.Error(d)
	}
	if k := c.Build.Kedja; len(k) != len("program 0123456789abcdef") || !strings.HasPrefix(k, "program ") { // a test has no revision
		t.Error(k)
	}
	if c, err = s.At(1); err != nil {
		t.Fatal(err)
	}
	if err := r.holds(c); err != nil {
		t.Error(err)
	}
	if _, err = s.At(9); err == nil || !strings.Contains(err.Error(), "none of step 9") {
		t.Error(err)
	}
}

func TestRetention(t *testing.T) {
	for want, o := range map[string]checkpoint.Options{
		"[1 2 3 4 5 6 7 8]": {},
		"[7 8]":             {Last: 2},
		"[3 6 8]":           {Last: 1, Every: 3},
		"[5 7 8]":           {Last: 2, Best: "loss"},
		"[1 8]":             {Last: 1, Best: "loss", Larger: true},
		"[1 7 8]":           {Last: 2, Best: "absent"}, // the oldest, to begin again from
	} {
		s := open(t, t.TempDir(), o)
		save(t, s, 1, 2, 3, 4, 5, 6, 7, 8)
		if steps, err := s.Steps(); fmt.Sprint(steps) != want || err != nil {
			t.Errorf("%+v keeps %v, %v; want %s", o, steps, err, want)
		}
	}
	s := open(t, t.TempDir(), checkpoint.Options{Best: "loss"})
	if _, ok, err := s.Best(); ok || err != nil {
		t.Errorf("the best of none: %v, %v", ok, err)
	}
	save(t, s, 1, 4, 6)
	if step, ok, err := s.Best(); step != 4 || !ok || err != nil { // as good as step 6, and first
		t.Errorf("the best is %d, %v, %v", step, ok, err)
	}
}

// A run that is taken up at an older step comes to later ones again: what it writes then counts.
func TestRewind(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, checkpoint.Options{})
	save(t, s, 1, 2, 3, 4)
	if err := s.Rewind(0); err == nil || !strings.Contains(err.Error(), "none at or before step 0 to go back to, the oldest is of step 1") {
		t.Error(err)
	}
	if err := s.Rewind(2); err != nil {
		t.Fatal(err)
	}
	r := newRun()
	again := r.take(2)
	again.Metrics["loss"] = -1
	if err := s.Save(again); err != nil {
		t.Fatal(err)
	}
	c, _, err := s.Latest()
	if err != nil || c.Step != 2 || c.Metrics["loss"] != -1 || filepath.Base(c.Path) != "step-0000000002.1" {
		t.Errorf("%+v, %v", c, err)
	}
	if steps, err := s.Steps(); fmt.Sprint(steps) != "[1 2]" || err != nil {
		t.Errorf("steps %v, %v", steps, err)
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 3 { // two checkpoints and the lock
		t.Errorf("left in the folder: %v", names)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, checkpoint.Options{})
	if _, err := checkpoint.Open(dir, checkpoint.Options{}); err == nil || !strings.Contains(err.Error(), "another process is writing here") {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := checkpoint.Open(dir, checkpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// The error of a write beside the run comes with the next one, which is written all the same.
func TestAFailedWriteIsToldAndLeavesTheOthers(t *testing.T) {
	m := faultfs.New(1)
	s, err := checkpoint.Open("a/run", checkpoint.Options{FS: m})
	if err != nil {
		t.Fatal(err)
	}
	r := newRun()
	if err := s.Save(r.take(1)); err != nil {
		t.Fatal(err)
	}
	m.FailAt, m.How = m.Operations+5, faultfs.NoSpace
	if err := s.Begin(r.take(2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(r.take(3)); !errors.Is(err, faultfs.ErrSpace) || !strings.Contains(err.Error(), "step-0000000002") {
		t.Errorf("the next write says %v", err)
	}
	c, _, err := s.Latest()
	if err != nil || c.Step != 3 {
		t.Errorf("%v, %v", c, err)
	}
	if steps, err := s.Steps(); fmt.Sprint(steps) != "[1 3]" || err != nil {
		t.Errorf("steps %v, %v", steps, err)
	}
}

// damage flips a bit of a file, or cuts it short, and says what it did, and which file or array must be named.
func damage(t *testing.T, r *rand.Rand, dir string) (what, name string, restore func()) {
	t.Helper()
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, names[r.IntN(len(names))].Name())
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad, name := slices.Clone(b), filepath.Base(path)
	if r.IntN(4) == 0 {
		bad = bad[:r.IntN(len(bad))]
		what = fmt.Sprintf("%s cut to %d of %d bytes", filepath.Base(path), len(bad), len(b))
	} else {
		at, bit := r.IntN(len(bad)), r.IntN(8)
		bad[at] ^= 1 << bit
		what = fmt.Sprintf("bit %d of byte %d of %s flipped", bit, at, name)
		array := map[string]string{"weights.safetensors": "w", "state.safetensors": "m"}[name]
		if array != "" && at >= 8+int(binary.LittleEndian.Uint64(b)) { // among the elements
			name += fmt.Sprintf(": array %q is damaged", array)
		}
	}
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	return what, name, func() { _ = os.WriteFile(path, b, 0o600) }
}

// No damage goes unnoticed: one flipped bit or a cut, anywhere in any file. KEDJA_DAMAGES says how many are tried.
func TestAllDamageIsFound(t *testing.T) {
	n := 2000
	if s := os.Getenv("KEDJA_DAMAGES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, t.TempDir(), checkpoint.Options{})
	save(t, s, 7)
	c, _, err := s.Latest()
	if err != nil {
		t.Fatal(err)
	}
	r, named := rand.New(rand.NewPCG(1, 2)), 0
	for range n {
		what, name, restore := damage(t, r, c.Path)
		_, err := checkpoint.Read(c.Path)
		if err == nil {
			t.Fatalf("%s, and it was read", what)
		}
		if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), c.Path) || !strings.Contains(err.Error(), name) {
			t.Fatalf("%s: %v", what, err)
		}
		if strings.Contains(err.Error(), `array "`) {
			named++
		}
		restore()
	}
	if _, err := checkpoint.Read(c.Path); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d damages, all found; %d named an array", n, named)
}

// Damage to an array's elements names the array.
func TestTheDamagedArrayIsNamed(t *testing.T) {
	s := open(t, t.TempDir(), checkpoint.Options{})
	save(t, s, 7)
	c, _, err := s.Latest()
	if err != nil {
		t.Fatal(err)
	}
	weights, state := filepath.Join(c.Path, "weights.safetensors"), filepath.Join(c.Path, "state.safetensors")
	flip := func(path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1] ^= 4
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flip(weights)
	if _, err := checkpoint.Read(c.Path); err == nil || !strings.Contains(err.Error(), `weights.safetensors: array "w" is damaged`) {
		t.Error(err)
	}
	flip(weights) // is what it was
	flip(state)
	if _, err := checkpoint.Read(c.Path); err == nil || !strings.Contains(err.Error(), `state.safetensors: array "m" is damaged`) {
		t.Error(err)
	}
	// The run goes on from the one before, and says so.
	save(t, s, 3)
	good, skipped, err := s.Latest()
	if err != nil || good.Step != 3 || len(skipped) != 1 {
		t.Errorf("%v, skipped %v, %v", good, skipped, err)
	}
}

func TestBadStores(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, a := checkpoint.Open(file, checkpoint.Options{})
	_, b := checkpoint.Open(dir, checkpoint.Options{Last: -1})
	_, c := checkpoint.Read(dir)
	s := open(t, filepath.Join(dir, "empty"), checkpoint.Options{})
	_, _, d := s.Latest()
	bad := newRun().take(1)
	bad.Parts["x"] = []byte("{")
	e := s.Save(bad)
	f := bad.Put("f", math.NaN())
	for want, err := range map[string]error{
		"is no folder": a, "want no negative number": b, "no such file": c, "no whole checkpoint": d, "step-0000000001: json": e, `part "f"`: f,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
