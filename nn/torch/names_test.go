package torch_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/torch"
)

// list is the names of a model, with those of the model behind.
func list(t *testing.T, model any, opts ...torch.Option) string {
	t.Helper()
	ts, err := torch.Tensors(model, opts...)
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, a := range ts {
		s = append(s, a.Name+"="+a.Path)
	}
	return strings.Join(s, " ")
}

func scalar() *graph.Param { return graph.NewParam("", graph.NewBuffer(graph.T(graph.Float32))) }

// Fields are spelled as PyTorch's authors spell attributes.
func TestSpelling(t *testing.T) {
	m := &struct{ A, MLP, NormOut, Norm1, Conv1D, LSTMCell, Block2Norm, FC1, QKVProjection, Über *graph.Param }{}
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		v.Field(i).Set(reflect.ValueOf(scalar()))
	}
	want := "a=A mlp=MLP norm_out=NormOut norm1=Norm1 conv1d=Conv1D lstm_cell=LSTMCell " +
		"block2_norm=Block2Norm fc1=FC1 qkv_projection=QKVProjection über=Über"
	if got := list(t, m); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

type inner struct{ Inner *graph.Param }

// looped refers to itself, holds layers by value and behind interfaces, and what is not exported or nil.
type looped struct {
	inner
	Norm   nn.LayerNorm
	Any    any
	Rows   [2]nn.Layer
	Self   *looped
	hidden *nn.Dense
	None   *nn.Dense
	Cache  *nn.KVCache
	Keys   map[string]*graph.Param
}

func TestWalk(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	att := nn.NewMultiHeadAttention(r, 2, 1)
	m := &looped{
		inner{scalar()},
		*nn.NewLayerNorm(1),
		[]any{scalar(), nil, *nn.NewDense(r, 1, 1)},
		[2]nn.Layer{nn.Flatten{}, nn.NewDense(r, 1, 1)},
		nil, nn.NewDense(r, 1, 1), nil, att.NewCache(1, 1),
		map[string]*graph.Param{"toBe": scalar(), "a": scalar()},
	}
	m.Self = m
	_ = m.hidden
	want := "inner=Inner norm.weight=Norm.Scale norm.bias=Norm.Shift any.0=Any.0 " +
		"any.2.weight=Any.2.W any.2.bias=Any.2.B rows.1.weight=Rows.1.W rows.1.bias=Rows.1.B " +
		"keys.a=Keys.a keys.toBe=Keys.toBe"
	if got := list(t, m); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, m := range []any{nil, 1, (*looped)(nil), &nn.Dense{}, &nn.MultiHeadAttention{}, &nn.TransformerBlock{}, &nn.Conv{}, &nn.BatchNorm{}, &nn.LSTM{}} {
		if got := list(t, m); got != "" {
			t.Errorf("%T has %s", m, got)
		}
	}
}

func TestNames(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := &struct {
		Blocks []struct{ Norm, Other *nn.LayerNorm }
		Head   *nn.Dense
	}{Head: nn.NewDense(r, 1, 1)}
	for range 2 {
		m.Blocks = append(m.Blocks, struct{ Norm, Other *nn.LayerNorm }{nn.NewLayerNorm(1), nn.NewLayerNorm(1)})
	}
	usual := "blocks.0.norm.weight=Blocks.0.Norm.Scale blocks.0.norm.bias=Blocks.0.Norm.Shift blocks.0.other.weight=Blocks.0.Other.Scale " +
		"blocks.0.other.bias=Blocks.0.Other.Shift blocks.1.norm.weight=Blocks.1.Norm.Scale blocks.1.norm.bias=Blocks.1.Norm.Shift " +
		"blocks.1.other.weight=Blocks.1.Other.Scale blocks.1.other.bias=Blocks.1.Other.Shift head.weight=Head.W head.bias=Head.B"
	for _, c := range []struct {
		names   map[string]string
		replace []string
	}{
		{nil, nil},
		{map[string]string{"": "module"}, []string{"blocks", "module.blocks", "head", "module.head"}},
		{map[string]string{"Blocks.": "transformer.h."}, []string{"blocks.", "transformer.h."}},
		{map[string]string{"Blocks": ""}, []string{"blocks.", ""}},
		{map[string]string{"Blocks.*.Norm": "h.*.ln"}, []string{"blocks.0.norm", "h.0.ln", "blocks.1.norm", "h.1.ln"}},
		{map[string]string{"Blocks.*.*": "x.*.y.*"}, []string{
			"blocks.0.norm", "x.0.y.Norm", "blocks.0.other", "x.0.y.Other", "blocks.1.norm", "x.1.y.Norm", "blocks.1.other", "x.1.y.Other",
		}},
		{map[string]string{"Blocks": "b", "Blocks.*": "s.*", "Blocks.1": "one", "Blocks.1.Norm.Scale": "gamma"}, []string{
			"blocks.0.", "s.0.", "blocks.1.norm.weight", "gamma", "blocks.1.", "one.",
		}},
		{map[string]string{"Head.B": "-"}, []string{" head.bias=Head.B", ""}},
		{map[string]string{"Head": "-", "Head.B": "b"}, []string{" head.weight=Head.W", "", "head.bias", "b"}},
	} {
		want := strings.NewReplacer(c.replace...).Replace(usual)
		if got := list(t, m, torch.Names(c.names)); got != want {
			t.Errorf("%v:\n%s, want\n%s", c.names, got, want)
		}
	}
}

// Projections are layers of their own where the names say so.
func TestProjections(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	self, cross := nn.NewMultiHeadAttention(r, 2, 1), nn.NewCrossAttention(r, 2, 2, 1)
	for _, c := range []struct {
		model any
		names map[string]string
		want  string
	}{
		{self, map[string]string{"QKV": "qkv"}, "qkv.weight=QKV.W qkv.bias=QKV.B"},
		{self, map[string]string{"QKV.W": "w", "QKV.B": "b"}, "w=QKV.W b=QKV.B"},
		{self, map[string]string{"QKV.Q": "query", "QKV.K": "key"}, "query.weight=QKV.Q.W query.bias=QKV.Q.B key.weight=QKV.K.W key.bias=QKV.K.B " +
			"v_proj.weight=QKV.V.W v_proj.bias=QKV.V.B"},
		{cross, nil, "in_proj_weight=Q.W + KV.W in_proj_bias=Q.B + KV.B"},
		{cross, map[string]string{"Q": "query"}, "query.weight=Q.W query.bias=Q.B k_proj.weight=KV.K.W k_proj.bias=KV.K.B " +
			"v_proj.weight=KV.V.W v_proj.bias=KV.V.B"},
	} {
		if got, want := list(t, c.model, torch.Names(c.names)), c.want+" out_proj.weight=Out.W out_proj.bias=Out.B"; got != want {
			t.Errorf("%v: %s, want %s", c.names, got, want)
		}
	}
}

// A tensor may be two variables, and a variable two tensors; they must agree.
func TestShared(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tied := &struct {
		Words *nn.Embedding // [3, 2]
		Head  *nn.Dense     // [2, 3], which PyTorch has as [3, 2]
	}{nn.NewEmbedding(r, 3, 2), nn.NewDense(r, 2, 3, nn.NoBias())}
	one := torch.Names(map[string]string{"Words.W": "wte", "Head.W": "wte"})
	if _, err := torch.Encode(tied, one); err == nil ||
		err.Error() != "torch: wte is one tensor, but Head.W differs from what it is elsewhere in the model" {
		t.Error(err)
	}
	data := encoded(t, tensorList{f32("wte", []float32{1, 2, 3, 4, 5, 6}, 3, 2)})
	if err := torch.Decode(data, tied, one); err != nil {
		t.Fatal(err)
	}
	words, head := graph.Data[float32](tied.Words.W.Value()), graph.Data[float32](tied.Head.W.Value())
	if got := fmt.Sprint(words, head); got != "[1 2 3 4 5 6] [1 3 5 2 4 6]" {
		t.Error(got)
	}
	if _, err := torch.Encode(tied, one); err != nil {
		t.Error(err)
	}

	p := scalar()
	shared := &struct{ A, B *graph.Param }{p, p}
	for want, file := range map[string]tensorList{
		"<nil>": {f32("a", []float32{1}), f32("b", []float32{1})},
		"torch: b differs from another tensor of B": {f32("a", []float32{1}), f32("b", []float32{2})},
		"torch: a is missing (A); b is missing (B)": {},
	} {
		if err := torch.Decode(encoded(t, file), shared); fmt.Sprint(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := torch.Decode(encoded(t, tensorList{f32("b", []float32{7})}), shared); err != nil || graph.Data[float32](p.Value())[0] != 7 {
		t.Error(err)
	}
}
