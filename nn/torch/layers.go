package torch

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

// layers is the package whose fields PyTorch calls as usual says.
const layers = "github.com/kedja-ml/kedja/nn"

// usual is what PyTorch calls variables of layers that are laid out alike.
var usual = map[string]string{
	"W": "weight", "B": "bias", "Scale": "weight", "Shift": "bias", "Mean": "running_mean", "Var": "running_var",
	"In": "linear1", "Out": "linear2", // of a FeedForward, as in PyTorch's transformers
}

// layer makes the entries of those of nn's layers whose tensors are not simply their variables; false for all else.
func (w *walker) layer(p place, x any) bool {
	switch l := x.(type) {
	case *nn.Dense:
		w.dense(p, l)
	case *nn.MultiHeadAttention:
		w.attention(p, l)
	case *nn.TransformerBlock:
		w.block(p, l)
	case *nn.Recurrent:
		w.recurrent(p, l)
	case *nn.WeightNorm:
		w.weightNorm(p, l)
	case *nn.SpectralNorm:
		w.spectralNorm(p, l)
	case *nn.KVCache, *nn.Position: // PyTorch's models keep no such thing
	default:
		return false
	}
	return true
}

// under is the name of something below p for which the model has no path.
func (w *walker) under(p place, name string) string {
	if p.name == nowhere {
		return nowhere
	}
	return join(p.name, name)
}

// dense is nn.Linear, whose weights are [out, in].
func (w *walker) dense(p place, d *nn.Dense) {
	if matrices(d) {
		w.columns(w.at(p, "W", "weight"), d.W, 0, width(d))
	}
	w.part(p, "B", "bias", d.B)
}

// matrices reports whether layers are there and have weights of rank 2.
func matrices(layers ...*nn.Dense) bool {
	return !slices.ContainsFunc(layers, func(d *nn.Dense) bool { return d == nil || d.W == nil || d.W.Type().Shape.Rank() != 2 })
}

// width is the number of a layer's outputs.
func width(d *nn.Dense) int { return d.W.Type().Shape.Dim(1) }

// columns makes an entry [hi−lo, in] of columns of a matrix [in, out].
func (w *walker) columns(p place, v *graph.Param, lo, hi int) {
	s := v.Type().Shape
	w.put(p, []int{hi - lo, s.Dim(0)}, columns(v, lo, hi))
}

// linear makes entries of columns lo to hi−1 of a layer, as if they were a layer of their own.
func (w *walker) linear(p place, d *nn.Dense, lo, hi int) {
	w.columns(w.at(p, "W", "weight"), d.W, lo, hi)
	if d.B != nil {
		w.put(w.at(p, "B", "bias"), []int{hi - lo}, stretch(d.B, lo, hi))
	}
}

// attention is nn.MultiheadAttention, whose rows of in_proj_weight make queries, keys and values; where these have other widths than
// in one place it has a matrix for each. It has no groups of heads: these are linear layers as in other models.
func (w *walker) attention(p place, m *nn.MultiHeadAttention) {
	switch {
	case matrices(m.QKV):
		w.self(p, m)
	case matrices(m.Q, m.KV):
		w.cross(p, m)
	}
	w.part(p, "Out", "out_proj", m.Out)
}

// apart reports whether the user's names speak of a part of a projection that is a layer of its own.
func (w *walker) apart(p place, part string) bool {
	_, ok := w.named(join(p.path, part))
	return ok
}

func (w *walker) self(p place, m *nn.MultiHeadAttention) {
	all := width(m.QKV)
	q := max(0, min(all, all*m.Heads/max(1, m.Heads+2*m.Shared)))
	k := (all + q) / 2
	in := place{join(p.path, "QKV"), p.name}
	switch {
	case w.apart(p, "QKV"):
		w.dense(w.at(p, "QKV", ""), m.QKV)
	case m.Shared != m.Heads || w.apart(in, "Q"):
		w.linear(w.at(in, "Q", "q_proj"), m.QKV, 0, q)
		w.linear(w.at(in, "K", "k_proj"), m.QKV, q, k)
		w.linear(w.at(in, "V", "v_proj"), m.QKV, k, all)
	default:
		w.columns(w.at(in, "W", "in_proj_weight"), m.QKV.W, 0, all)
		w.part(in, "B", "in_proj_bias", m.QKV.B)
	}
}

func (w *walker) cross(p place, m *nn.MultiHeadAttention) {
	q, kv := width(m.Q), width(m.KV)
	in := place{join(p.path, "KV"), p.name}
	if m.Shared != m.Heads || w.apart(p, "Q") {
		w.dense(w.at(p, "Q", "q_proj"), m.Q)
		w.linear(w.at(in, "K", "k_proj"), m.KV, 0, kv/2)
		w.linear(w.at(in, "V", "v_proj"), m.KV, kv/2, kv)
		return
	}
	from, memory := m.Q.W.Type().Shape.Dim(0), m.KV.W.Type().Shape.Dim(0)
	at := func(name string, vars string) place {
		return place{join(p.path, "Q."+vars) + " + " + join(p.path, "KV."+vars), w.under(p, name)}
	}
	if from == memory {
		w.put(at("in_proj_weight", "W"), []int{q + kv, from}, columns(m.Q.W, 0, q), columns(m.KV.W, 0, kv))
	} else {
		w.columns(w.at(p, "Q.W", "q_proj_weight"), m.Q.W, 0, q)
		w.columns(place{in.path + ".W", w.under(p, "k_proj_weight")}, m.KV.W, 0, kv/2)
		w.columns(place{in.path + ".W", w.under(p, "v_proj_weight")}, m.KV.W, kv/2, kv)
	}
	if m.Q.B != nil && m.KV.B != nil {
		w.put(at("in_proj_bias", "B"), []int{q + kv}, whole(m.Q.B), whole(m.KV.B))
	}
}

// block is nn.TransformerEncoderLayer, or with a memory nn.TransformerDecoderLayer.
func (w *walker) block(p place, b *nn.TransformerBlock) {
	last := "norm2"
	w.part(p, "Norm1", "norm1", b.Norm1)
	w.part(p, "Attention", "self_attn", b.Attention)
	if b.Cross != nil {
		last = "norm3"
		w.part(p, "NormCross", "norm2", b.NormCross)
		w.part(p, "Cross", "multihead_attn", b.Cross)
	}
	w.part(p, "Norm2", last, b.Norm2)
	mlp := "mlp"
	if _, ok := b.MLP.(*nn.FeedForward); ok {
		mlp = "" // linear1 and linear2 are the block's own
	}
	w.part(p, "MLP", mlp, b.MLP)
}
