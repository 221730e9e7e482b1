package torch_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/torch"
	"github.com/kedja-ml/kedja/safetensors"
)

type pair struct{ First, Second *nn.Dense }

func newPair() *pair {
	r := rand.New(rand.NewPCG(1, 2))
	return &pair{nn.NewDense(r, 2, 3), nn.NewDense(r, 3, 1, nn.NoBias())}
}

func bits(model any) map[string]string {
	m := map[string]string{}
	for name, v := range nn.Vars(model) {
		m[name] = string(v.Value().Bytes())
	}
	return m
}

func f32(name string, values []float32, dims ...int) safetensors.Tensor {
	return safetensors.Tensor{Name: name, Dtype: "F32", Shape: dims, Data: graph.BufferOf(values, len(values)).Bytes()}
}

// file is what a pair should find, with weights of its own.
func file() []safetensors.Tensor {
	return []safetensors.Tensor{
		f32("first.weight", []float32{1, 2, 3, 4, 5, 6}, 3, 2), f32("first.bias", []float32{7, 8, 9}, 3),
		f32("second.weight", []float32{10, 11, 12}, 1, 3),
	}
}

func encoded(t *testing.T, ts []safetensors.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, ts, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type tensorList = []safetensors.Tensor

// All that is wrong is said in one line, and nothing is changed.
func TestStrict(t *testing.T) {
	for want, spoil := range map[string]func(ts tensorList) tensorList{
		"first.weight is missing (First.W)": func(ts tensorList) tensorList { return ts[1:] },
		"second.bias is unexpected":         func(ts tensorList) tensorList { return append(ts, f32("second.bias", []float32{1}, 1)) },
		"first.weight is F32[2 3], want F32[3 2] (First.W)": func(ts tensorList) tensorList {
			ts[0].Shape = []int{2, 3} // ours, not PyTorch's
			return ts
		},
		"first.bias is F32[3 1 1 1 1 1 1 1 1 1], want F32[3] (First.B)": func(ts tensorList) tensorList {
			ts[1].Shape = []int{3, 1, 1, 1, 1, 1, 1, 1, 1, 1}
			return ts
		},
		"first.bias is I32[3], want F32[3]": func(ts tensorList) tensorList {
			ts[1].Dtype = "I32"
			return ts
		},
		"first.bias is F64[3], want F32[3] (torch.Convert changes it)": func(ts tensorList) tensorList {
			ts[1].Dtype, ts[1].Data = "F64", make([]byte, 24)
			return ts
		},
		`a\nname \"of\" two lines is unexpected; first.weight is missing (First.W); ` +
			`second.weight is F32[3 1], want F32[1 3] (Second.W); z is unexpected`: func(ts tensorList) tensorList {
			ts[0].Name, ts[2].Shape = "z", []int{3, 1}
			return append(ts, f32("a\nname \"of\" two lines", []float32{1}, 1))
		},
	} {
		path := filepath.Join(t.TempDir(), "w")
		if err := os.WriteFile(path, encoded(t, spoil(file())), 0o600); err != nil {
			t.Fatal(err)
		}
		m := newPair()
		before := bits(m)
		if err := torch.Load(path, m); err == nil || err.Error() != "torch: "+path+": "+want {
			t.Errorf("%v\nwant %s", err, want)
		}
		if !reflect.DeepEqual(bits(m), before) {
			t.Error("changed in spite of", want)
		}
	}
}

func TestPartial(t *testing.T) {
	ts := append(file()[:2], f32("second.weight", []float32{1, 2}, 1, 2), f32("more", []float32{1}, 1), f32("less", []float32{1}, 1))
	m := &struct {
		pair
		First, Second, Third *nn.Dense
	}{First: newPair().First, Second: newPair().Second, Third: newPair().Second}
	before := bits(m)
	var left torch.Left
	if err := torch.Decode(encoded(t, ts), m, torch.Partial(&left)); err != nil {
		t.Fatal(err)
	}
	want := torch.Left{Missing: []string{"third.weight"}, Unexpected: []string{"less", "more"}, Misfit: []string{"second.weight"}}
	if !reflect.DeepEqual(left, want) {
		t.Errorf("%+v, want %+v", left, want)
	}
	now := bits(m)
	if got := graph.Data[float32](m.First.W.Value()); !reflect.DeepEqual(got, []float32{1, 3, 5, 2, 4, 6}) {
		t.Error("first.weight became", got)
	}
	if now["Second.W"] != before["Second.W"] || now["Third.W"] != before["Third.W"] {
		t.Error("what did not fit was changed")
	}
	if err := torch.Decode(encoded(t, ts)[:40], m, torch.Partial(&left)); err == nil {
		t.Error("half a file was loaded")
	}
	// Of a variable of three tensors the third stays.
	r := rand.New(rand.NewPCG(1, 2))
	g := nn.NewMultiHeadAttention(r, 2, 2, nn.KVHeads(1), nn.NoBias())
	was := graph.Data[float32](g.QKV.W.Value()) // [2, 4]
	ts = tensorList{f32("q_proj.weight", []float32{1, 2, 3, 4}, 2, 2), f32("v_proj.weight", []float32{5, 6}, 1, 2)}
	err := torch.Decode(encoded(t, ts), g, torch.Partial(&left))
	if want := []float32{1, 3, was[2], 5, 2, 4, was[6], 6}; err != nil || !reflect.DeepEqual(graph.Data[float32](g.QKV.W.Value()), want) {
		t.Error(graph.Data[float32](g.QKV.W.Value()), want, err)
	}
	if !reflect.DeepEqual(left.Missing, []string{"k_proj.weight", "out_proj.weight"}) {
		t.Error(left)
	}
}

func TestBrokenFiles(t *testing.T) {
	whole := read(t, "linear")
	m := nn.NewDense(rand.New(rand.NewPCG(1, 2)), 3, 5)
	before := bits(m)
	for n := range len(whole) {
		err := torch.Decode(whole[:n], m)
		if err == nil || !strings.HasPrefix(err.Error(), "torch: safetensors: ") || strings.Contains(err.Error(), "\n") {
			t.Fatal("cut to", n, "bytes:", err)
		}
	}
	dir := t.TempDir()
	named := func(path string) torch.Option { return torch.Names(map[string]string{path: "x"}) }
	for want, err := range map[string]error{
		"torch: " + dir + ": is a directory":                          torch.Load(dir, m),
		"torch: " + dir + "/no: no such file or directory":            torch.Load(filepath.Join(dir, "no"), m),
		`torch: names: nothing in the model has the path "Sekond"`:    torch.Decode(whole, newPair(), named("Sekond")),
		`torch: names: nothing in the model has the path "First.*.W"`: torch.Decode(whole, newPair(), named("First.*.W")),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := torch.Save(filepath.Join(dir, "no", "w"), m); err == nil ||
		!strings.HasPrefix(err.Error(), "torch: ") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	if err := torch.Save(filepath.Join(dir, "w"), m, named("V")); err == nil || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	if !reflect.DeepEqual(bits(m), before) {
		t.Error("a broken file changed the model")
	}
}

// Half precision becomes single and double exactly; zeros keep their signs.
func TestHalves(t *testing.T) {
	results := tensors(t, read(t, "results"))
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
		m := &struct{ Half, Brain *graph.Param }{
			graph.NewParam("", graph.NewBuffer(graph.T(d, 11))), graph.NewParam("", graph.NewBuffer(graph.T(d, 13))),
		}
		if err := torch.Decode(read(t, "halves"), m); err != nil {
			t.Fatal(err)
		}
		for name, v := range map[string]*graph.Param{"half.y": m.Half, "brain.y": m.Brain} {
			for i, want := range graph.Data[float64](buffer(results[name], graph.Float64)) {
				got := 0.0
				if d == graph.Float64 {
					got = graph.Data[float64](v.Value())[i]
				} else {
					got = float64(graph.Data[float32](v.Value())[i])
				}
				if math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
					t.Errorf("%s in %v: element %d is %v, not %v", name, d, i, got, want)
				}
			}
		}
	}
}

func TestConvert(t *testing.T) {
	m := &struct{ A *graph.Param }{graph.NewParam("", graph.NewBuffer(graph.T(graph.Float32, 3)))}
	double := func(v ...float64) []byte {
		return encoded(t, tensorList{{Name: "a", Dtype: "F64", Shape: []int{3}, Data: graph.BufferOf(v, len(v)).Bytes()}})
	}
	if err := torch.Decode(double(0.1, 1+0x1p-24, math.Inf(-1)), m, torch.Convert()); err != nil {
		t.Fatal(err)
	}
	if got, want := graph.Data[float32](m.A.Value()), []float32{0.1, 1, float32(math.Inf(-1))}; !reflect.DeepEqual(got, want) {
		t.Error(got, want)
	}
	if err := torch.Decode(double(1, 1e39, 2), m, torch.Convert()); err == nil || err.Error() != "torch: a has 1e+39, which is too large for F32" {
		t.Error(err)
	}
	b := &struct{ A *graph.State }{graph.NewState("", graph.NewBuffer(graph.T(graph.Bool, 2)))}
	neither := encoded(t, tensorList{{Name: "a", Dtype: "BOOL", Shape: []int{2}, Data: []byte{1, 200}}})
	if err := torch.Decode(neither, b); err == nil || err.Error() != "torch: a has a truth value that is neither 0 nor 1" {
		t.Error(err)
	}
}
