package torch

import (
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

// weightNorm is a layer under torch.nn.utils.parametrizations.weight_norm: the weights, and their length with as many axes.
func (w *walker) weightNorm(p place, l *nn.WeightNorm) {
	f := w.parametrized(p, l.Layer, l.Weight, "original1")
	if f == nil || l.Length == nil {
		w.part(p, "Length", "length", l.Length)
		return
	}
	shape := slices.Repeat([]int{1}, len(f.Shape))
	if axis, err := l.Weight.Type().Shape.Axis(l.Axis); err == nil {
		if f.pieces[0] == columns(l.Weight, 0, f.Shape[0]) {
			axis = 1 - axis
		}
		shape[axis] = l.Length.Type().Shape.Size()
	}
	at := w.at(p, "Length", "")
	if _, ok := w.named(at.path); !ok {
		at.name = strings.TrimSuffix(f.Name, "original1") + "original0"
	}
	w.put(at, shape, whole(l.Length))
}

// spectralNorm is a layer under torch.nn.utils.parametrizations.spectral_norm: the weights, and their singular vectors.
func (w *walker) spectralNorm(p place, l *nn.SpectralNorm) {
	f := w.parametrized(p, l.Layer, l.Weight, "original")
	for _, s := range []struct {
		part, name string
		v          *graph.State
	}{{"U", "_u", l.U}, {"V", "_v", l.V}} {
		at := w.at(p, s.part, snake(s.part))
		if _, ok := w.named(at.path); !ok && f != nil {
			at.name = strings.TrimSuffix(f.Name, "original") + "0." + s.name
		}
		if s.v != nil {
			w.add(at, s.v)
		}
	}
}

// parametrized walks a layer in the place of its wrapper, and renames the entry that is its weights: x.weight becomes
// x.parametrizations.weight and the given name. It returns that entry, or nil if there is none.
func (w *walker) parametrized(p place, l nn.Layer, weight *graph.Param, name string) *field {
	from := len(w.fields)
	w.part(p, "Layer", "", l)
	for i := range w.fields[from:] {
		f := &w.fields[from+i]
		if len(f.pieces) == 1 && f.pieces[0].v == graph.Var(weight) && f.pieces[0].rows*f.pieces[0].cols == weight.Type().Shape.Size() {
			at := strings.LastIndexByte(f.Name, '.') + 1
			f.Name = f.Name[:at] + "parametrizations." + f.Name[at:] + "." + name
			c := *f // the list may move
			return &c
		}
	}
	return nil
}
