package checkpoint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
)

// fill makes a state whose element i is f(i).
func fill[T graph.Element](f func(i int) T, shape ...int) *graph.State {
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]T, n)
	for i := range v {
		v[i] = f(i)
	}
	return graph.NewState("", graph.BufferOf(v, shape...))
}

// A checkpoint's weights are, byte for byte, the file that the Python package writes of the same arrays: see testdata/oracle.py.
func TestWeightsArePythons(t *testing.T) {
	half := graph.NewBuffer(graph.T(graph.Float16, 5))
	copy(half.Bytes(), []byte{0, 0, 0, 0x2c, 0, 0x30, 0, 0x32, 0, 0x34}) // sixteenths
	vars := map[string]graph.Var{
		"Conv1.W":    fill(func(i int) float32 { return float32(i)/8 - 1 }, 2, 3, 4),
		"Conv1.B":    fill(func(i int) float32 { return []float32{0.5, -0.25}[i] }, 2),
		"Norm.Mean":  fill(func(i int) float64 { return float64(i) / 3 }, 3),
		"Norm.Steps": fill(func(int) int64 { return 1234567890123 }),
		"Table":      fill(func(i int) int32 { return int32(i) - 12 }, 4, 6),
		"Levels":     fill(func(i int) uint8 { return uint8(i * 10) }, 24),
		"Mask":       fill(func(i int) bool { return i%3 == 0 }, 24),
		"Half":       graph.NewState("", half),
		"None":       fill(func(int) float32 { return 0 }, 0, 7),
	}
	all := func(yield func(string, graph.Var) bool) {
		for name, v := range vars {
			if !yield(name, v) {
				return
			}
		}
	}
	s := open(t, t.TempDir(), checkpoint.Options{})
	if err := s.Save(checkpoint.Take(1, all, all)); err != nil {
		t.Fatal(err)
	}
	c, _, err := s.Latest()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/weights.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"weights.safetensors", "state.safetensors"} {
		if got, err := os.ReadFile(filepath.Join(c.Path, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\n%q\nwant\n%q", name, err, got, want)
		}
	}
	before := map[string][]byte{}
	for name, v := range vars {
		before[name] = v.Value().Bytes()
		v.Set(graph.NewBuffer(v.Type()))
	}
	if err := c.Restore(all, all); err != nil {
		t.Fatal(err)
	}
	for name, v := range vars {
		if !bytes.Equal(v.Value().Bytes(), before[name]) {
			t.Errorf("%s is restored as %v", name, v.Value())
		}
	}
}
