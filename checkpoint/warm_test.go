package checkpoint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/safetensors"
)

func TestAnotherModel(t *testing.T) {
	s := open(t, t.TempDir(), checkpoint.Options{})
	save(t, s, 7)
	c, _, err := s.Latest()
	if err != nil {
		t.Fatal(err)
	}
	r := newRun()
	r.set(1)
	small := graph.NewState("m", graph.NewBuffer(graph.T(graph.Int64, 3)))
	err = c.Restore(r.weights, func(yield func(string, graph.Var) bool) { _ = yield("m", small) && yield("extra", small) })
	if err == nil || !strings.Contains(err.Error(), "of another model: state: extra is missing; m is I64[4], want I64[3]") {
		t.Error(err)
	}
	if graph.Data[float32](r.w.Value())[0] != 100 {
		t.Error("the weights were changed all the same")
	}
	var v []string
	for _, name := range []string{"at", "absent"} {
		if err := c.Get(name, &v); err == nil || !strings.Contains(err.Error(), name) {
			t.Error(err)
		}
	}
}

func TestWarm(t *testing.T) {
	s := open(t, t.TempDir(), checkpoint.Options{})
	save(t, s, 7)
	c, _, err := s.Latest()
	if err != nil {
		t.Fatal(err)
	}
	body := graph.NewParam("", graph.NewBuffer(graph.T(graph.Float32, 3, 5)))
	head := graph.NewParam("", graph.NewBuffer(graph.T(graph.Float32, 2)))
	model := func(yield func(string, graph.Var) bool) { _ = yield("body.w", body) && yield("head", head) }
	under := func(name string) string { return "body." + name }
	isHead := func(name string) bool { return name == "head" }
	for want, how := range map[string]checkpoint.Warm{
		"body.w is missing; head is missing; w is unexpected": {},
		"head is missing":            {Rename: under},
		"w is unexpected":            {Missing: true},
		"body.w is missing; w is":    {Skip: isHead},
		"body.w is missing; head is": {Skip: func(name string) bool { return name == "w" }},
	} {
		if err := c.Warmed(model, how); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for want, how := range map[string]checkpoint.Warm{
		"no weight is taken: none is called as one of body.w, head": {Missing: true, Extra: true},
		"no weight is taken: all of the model's are skipped":        {Skip: func(string) bool { return true }},
	} {
		if err := c.Warmed(model, how); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := c.Warmed(model, checkpoint.Warm{Rename: under, Missing: true}); err != nil {
		t.Fatal(err)
	}
	if got := graph.Data[float32](body.Value())[1]; got != 701 {
		t.Errorf("body.w[1] = %v", got)
	}
	body.Set(graph.NewBuffer(body.Type()))
	if err := c.Warmed(model, checkpoint.Warm{Rename: under, Skip: isHead}); err != nil || graph.Data[float32](body.Value())[1] != 701 {
		t.Error(err)
	}
	one := []safetensors.Tensor{{Name: "a", Dtype: "F32", Shape: []int{2}, Data: make([]byte, 8)}, {Name: "b", Dtype: "F32", Shape: []int{2}, Data: make([]byte, 8)}}
	same := checkpoint.Warm{Rename: func(string) string { return "head" }, Missing: true}
	if err := same.Assign(model, one); err == nil || err.Error() != "both a and b become head" {
		t.Error(err)
	}
}

func TestDiffers(t *testing.T) {
	s := open(t, t.TempDir(), checkpoint.Options{})
	save(t, s, 7)
	c, _, err := s.Latest()
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*checkpoint.Snapshot){
		"[]":         func(*checkpoint.Snapshot) {},
		"[the step]": func(n *checkpoint.Snapshot) { n.Step++ },
		"[w]": func(n *checkpoint.Snapshot) {
			n.Weights[0].Data = append([]byte{n.Weights[0].Data[0] ^ 1}, n.Weights[0].Data[1:]...)
		},
		"[m n w]":   func(n *checkpoint.Snapshot) { n.Weights, n.State[0].Name = nil, "n" },
		"[part at]": func(n *checkpoint.Snapshot) { n.Parts["at"] = []byte(`"elsewhere"`) },
	} {
		n := newRun().take(7)
		change(n)
		if got := fmt.Sprint(c.Differs(n)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
