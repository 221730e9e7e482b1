package train

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/safetensors"
)

// all has a variable of every dtype.
type all struct {
	F32, F64       *graph.Param
	I32, I64       *graph.State
	U8, Bool       *graph.State
	F16, BF16      *graph.State
	Scalar, Nobody *graph.State
}

func newAll(fill bool) *all {
	m := &all{
		F32: graph.NewParam("", graph.NewBuffer(graph.T(graph.Float32, 2, 3))), F64: graph.NewParam("", graph.NewBuffer(graph.T(graph.Float64, 3))),
		I32: graph.NewState("", graph.NewBuffer(graph.T(graph.Int32, 2))), I64: graph.NewState("", graph.NewBuffer(graph.T(graph.Int64, 2))),
		U8: graph.NewState("", graph.NewBuffer(graph.T(graph.Uint8, 5))), Bool: graph.NewState("", graph.NewBuffer(graph.T(graph.Bool, 3))),
		F16: graph.NewState("", graph.NewBuffer(graph.T(graph.Float16, 3))), BF16: graph.NewState("", graph.NewBuffer(graph.T(graph.BFloat16, 3))),
		Scalar: graph.NewState("", graph.NewBuffer(graph.T(graph.Float32))), Nobody: graph.NewState("", graph.NewBuffer(graph.T(graph.Float32, 0, 4))),
	}
	if fill {
		r := rand.New(rand.NewPCG(1, 2))
		for _, v := range nn.Vars(m) {
			b := v.Value()
			for i := range b.Bytes() {
				b.Bytes()[i] = byte(r.Uint32())
				if v.Type().Dtype == graph.Bool {
					b.Bytes()[i] = byte(i & 1)
				}
			}
			v.Set(b)
		}
		v := m.F32.Value()
		copy(graph.Data[float32](v), []float32{float32(math.NaN()), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), 1e-45})
		m.F32.Set(v)
	}
	return m
}

func bits(m any) map[string]string {
	s := map[string]string{}
	for name, v := range nn.Vars(m) {
		s[name] = string(v.Value().Bytes())
	}
	return s
}

func TestSaveLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	from, to := newAll(true), newAll(false)
	if err := Save(path, from); err != nil {
		t.Fatal(err)
	}
	if err := Load(path, to); err != nil {
		t.Fatal(err)
	}
	if want := bits(from); len(want) != 10 || !reflect.DeepEqual(bits(to), want) {
		t.Error("a value is not what was saved")
	}
	again := path + "2"
	if err := Save(again, to); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile(path)
	b, _ := os.ReadFile(again)
	if len(a) == 0 || string(a) != string(b) {
		t.Error("a second file differs")
	}
}

// Everything that is wrong is said at once, and nothing is changed.
func TestDecodeIsStrict(t *testing.T) {
	good := func() []safetensors.Tensor { return checkpoint.Tensors(nn.Vars(newAll(true))) }
	for want, spoil := range map[string]func(ts []safetensors.Tensor) []safetensors.Tensor{
		"F32 is missing": func(ts []safetensors.Tensor) []safetensors.Tensor { return ts[1:] },
		"more is unexpected": func(ts []safetensors.Tensor) []safetensors.Tensor {
			return append(ts, safetensors.Tensor{Name: "more", Dtype: "U8", Shape: []int{1}, Data: []byte{1}})
		},
		"F32 is F32[3 2], want F32[2 3]": func(ts []safetensors.Tensor) []safetensors.Tensor {
			ts[0].Shape = []int{3, 2}
			return ts
		},
		"F32 is I32[2 3], want F32[2 3]": func(ts []safetensors.Tensor) []safetensors.Tensor {
			ts[0].Dtype = "I32"
			return ts
		},
		"F32 is F32[2 3 1 1 1 1 1 1 1], want F32[2 3]": func(ts []safetensors.Tensor) []safetensors.Tensor {
			ts[0].Shape = []int{2, 3, 1, 1, 1, 1, 1, 1, 1}
			return ts
		},
		"Bool has a truth value that is neither 0 nor 1": func(ts []safetensors.Tensor) []safetensors.Tensor {
			for i := range ts {
				if ts[i].Name == "Bool" {
					ts[i].Data = []byte{0, 200, 1}
				}
			}
			return ts
		},
		`F32 is F32[1], want F32[2 3]; F64 is missing; a\nname \"of\" two lines is unexpected; zzz is unexpected`: func(ts []safetensors.Tensor) []safetensors.Tensor {
			ts[0].Shape, ts[0].Data = []int{1}, ts[0].Data[:4]
			ts[1].Name = "zzz"
			return append(ts, safetensors.Tensor{Name: "a\nname \"of\" two lines", Dtype: "U8", Shape: []int{1}, Data: []byte{1}})
		},
	} {
		path := filepath.Join(t.TempDir(), "w")
		if err := safetensors.WriteFile(path, spoil(good()), nil); err != nil {
			t.Fatal(err)
		}
		data, _ := os.ReadFile(path)
		m := newAll(false)
		before := bits(m)
		if err := Decode(data, m); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
		if err := Load(path, m); err == nil || err.Error() != "weights "+path+": "+want {
			t.Errorf("%v\nwant weights %s: %s", err, path, want)
		}
		if !reflect.DeepEqual(bits(m), before) {
			t.Error("changed in spite of", want)
		}
	}
}

func TestLoadBrokenFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w")
	if err := Save(path, newAll(true)); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	m := newAll(false)
	before := bits(m)
	for n := range len(whole) {
		if err := Decode(whole[:n], m); err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatal("cut to", n, "bytes:", err)
		}
	}
	for want, path := range map[string]string{
		"weights " + dir + ": is a directory":                dir,
		"weights " + path + ".no: no such file or directory": path + ".no",
	} {
		if err := Load(path, m); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if !reflect.DeepEqual(bits(m), before) {
		t.Error("a broken file changed the model")
	}
}

// A file is there whole or not at all, and the one before stays.
func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w")
	if err := Save(path, newAll(true)); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := Save(filepath.Join(dir, "none", "w"), newAll(true)); err == nil || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	if err := Save(filepath.Join(dir, "empty"), &struct{ hidden any }{newAll(true)}); err == nil || !strings.Contains(err.Error(), "exported fields only") {
		t.Error(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Save(filepath.Join(dir, "folder"), newAll(true)); err == nil {
		t.Error("a folder was overwritten")
	}
	after, _ := os.ReadFile(path)
	files, _ := os.ReadDir(dir)
	if string(before) != string(after) || len(files) != 2 {
		t.Error("left behind:", files)
	}
}

func TestLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.jsonl")
	l, err := NewLog(path)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 10_000)
	for i, v := range []any{map[string]any{"step": 1, "loss": 0.5}, map[string]any{"text": long + "\n"}, math.NaN(), map[string]int{"a": 2}} {
		if err := l.Write(v); (err != nil) != (i == 2) || err != nil && !strings.HasPrefix(err.Error(), "metrics: ") {
			t.Error(i, err)
		}
		// Each line is on disk, whole, as soon as it is written.
		data, _ := os.ReadFile(path)
		lines := strings.SplitAfter(string(data), "\n")
		if want := []int{1, 2, 2, 3}[i]; len(lines) != want+1 || lines[want] != "" {
			t.Fatal(i, len(lines))
		}
		for _, line := range lines[:len(lines)-1] {
			if !json.Valid([]byte(line)) {
				t.Error("no JSON:", line)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Write(1); err == nil || strings.Contains(err.Error(), "\n") {
		t.Error("written after Close:", err)
	}
	if _, err := NewLog(filepath.Join(path, "below")); err == nil || !strings.HasPrefix(err.Error(), "metrics: ") {
		t.Error(err)
	}
}
