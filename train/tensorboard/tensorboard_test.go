package tensorboard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write does what tools/parity/events.py does.
func write(t *testing.T, dir string) *Writer {
	t.Helper()
	w, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	ticks := 0
	w.Clock = func() time.Time {
		ticks++
		return time.Unix(1.5e9, int64(ticks-1)*250e6)
	}
	picture, err := os.ReadFile("testdata/dots.png")
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, 200)
	for i := range values {
		values[i] = float32((37*i+5)%97)/32 - 47.5/32
	}
	for _, err := range []error{
		w.Scalar("loss", 0, 2.5),
		w.Scalar("loss", 1, 0.1),
		w.Scalar("validation/loss", 300, 1e-30),
		w.Scalar("räte", 70000, math.NaN()),
		w.Histogram("weights", 2, values),
		w.Histogram("one value", 3, []float32{0.25, 0.25, 0.25, 0.25, 0.25}),
		w.Histogram("nothing", 4, nil),
		w.PNG("dots", 5, picture),
		w.Text("note", 6, "the *rate* fell"),
		w.Sync(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestParity(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	w := write(t, dir)
	got, err := os.ReadFile(filepath.Join(dir, Name))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/events.out.tfevents.golden")
	if err != nil {
		t.Fatal(err)
	}
	a, b := records(t, got), records(t, want)
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			t.Errorf("event %d is\n%x, TensorBoard's\n%x", i, a[i], b[i])
		}
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes, TensorBoard's package writes %d", len(got), len(want))
	}
	if w.Offset() != int64(len(want)) {
		t.Error(w.Offset())
	}
}

// records takes a file apart and checks its sums.
func records(t *testing.T, b []byte) (all [][]byte) {
	for len(b) > 0 {
		n := binary.LittleEndian.Uint64(b)
		if masked(b[:8]) != binary.LittleEndian.Uint32(b[8:]) || masked(b[12:12+n]) != binary.LittleEndian.Uint32(b[12+n:]) {
			t.Fatal("a sum is wrong")
		}
		all, b = append(all, b[12:12+n]), b[16+n:]
	}
	return all
}

// Cut back to any record and written again, the file has the same bytes.
func TestCut(t *testing.T) {
	dir := t.TempDir()
	w := write(t, dir)
	want, err := os.ReadFile(filepath.Join(dir, Name))
	if err != nil {
		t.Fatal(err)
	}
	last := int64(len(want)) - int64(16+len(records(t, want)[9]))
	w.Close()
	if w, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Clock = func() time.Time { return time.Unix(1.5e9, 9*250e6) }
	if w.Offset() != int64(len(want)) {
		t.Fatal(w.Offset())
	}
	if err := w.Scalar("lost", 7, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.Cut(last); err != nil {
		t.Fatal(err)
	}
	if err := w.Text("note", 6, "the *rate* fell"); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, Name)); !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
	if err := w.Cut(int64(len(want)) + 1); err == nil || !strings.Contains(err.Error(), "a part is lost") {
		t.Error(err)
	}
	// Emptied, it begins with the version again.
	if err := w.Cut(0); err != nil {
		t.Fatal(err)
	}
	if err := w.Scalar("loss", 0, 2.5); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(filepath.Join(dir, Name))
	if r := records(t, got); len(r) != 2 || !strings.Contains(string(r[0]), "brain.Event:2") {
		t.Errorf("%q", r)
	}
}

func TestImage(t *testing.T) {
	f, err := os.Open("testdata/dots.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Image("dots", 1, m); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(filepath.Join(dir, Name))
	if !bytes.Contains(b, []byte("\x89PNG")) || !bytes.Contains(b, []byte("images")) {
		t.Errorf("%q", b)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	w, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Histogram("h", 1, []float32{1, float32(math.Inf(1))}); err == nil || !strings.Contains(err.Error(), "value 1 is +Inf") {
		t.Error(err)
	}
	if err := w.PNG("p", 1, []byte("GIF")); err == nil || !strings.Contains(err.Error(), `image "p"`) {
		t.Error(err)
	}
	if w.Offset() != 0 {
		t.Error("refused, and yet written")
	}
	w.Close()
	if err := w.Scalar("s", 1, 1); err == nil || strings.Count(err.Error(), Name) != 1 {
		t.Error(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Error(err)
	}
}

func ExampleWriter() {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	w, err := Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Close()
	for step := range 3 {
		if err := w.Scalar("loss", step, 1/float64(1+step)); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(w.Offset(), "bytes")
	// Output: 224 bytes
}
