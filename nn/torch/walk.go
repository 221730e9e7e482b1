package torch

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/kedja-ml/kedja/graph"
)

// A Tensor is an entry of a state_dict, and what of a model it holds.
type Tensor struct {
	Name  string // in PyTorch
	Shape []int  // in PyTorch
	Path  string // of the variable in the model, as nn.Params has it; of several joined by " + "
}

// Tensors lists what a state_dict of the model holds, in the order of the model's fields.
func Tensors(model any, opts ...Option) ([]Tensor, error) {
	fields, err := walk(model, apply(opts))
	if err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	ts := make([]Tensor, len(fields))
	for i, f := range fields {
		ts[i] = f.Tensor
	}
	return ts, nil
}

// A field is a tensor of PyTorch's, made of pieces that follow each other in its memory. One without pieces is a count of batches,
// of which we keep none.
type field struct {
	Tensor
	pieces []piece
}

// A piece is rows×cols elements of a tensor in row-major order; element (r, c) is number from + r·row + c·col of the variable.
type piece struct {
	v                          graph.Var
	from, rows, cols, row, col int
}

// whole is a variable as it is.
func whole(v graph.Var) piece { return stretch(v, 0, v.Type().Shape.Size()) }

// stretch is elements lo to hi−1 of a variable.
func stretch(v graph.Var, lo, hi int) piece { return piece{v, lo, 1, hi - lo, 0, 1} }

// columns is columns lo to hi−1 of a matrix, transposed.
func columns(v graph.Var, lo, hi int) piece {
	s := v.Type().Shape
	return piece{v, lo, hi - lo, s.Dim(0), 1, s.Dim(1)}
}

// A place is a path in the model, and the name that PyTorch has for it.
type place struct{ path, name string }

type walker struct {
	names  map[string]string // without the last dots
	used   map[string]bool
	on     map[pointer]bool // pointers on the way to here: a model may refer to itself
	fields []field
}

// walk lists the entries of a model. A variable that is reached by two ways has two.
func walk(model any, s settings) ([]field, error) {
	w := &walker{names: map[string]string{}, used: map[string]bool{}, on: map[pointer]bool{}}
	for path, name := range s.names {
		w.names[strings.TrimSuffix(path, ".")] = strings.TrimSuffix(name, ".")
	}
	root, _ := w.named("")
	if v := reflect.ValueOf(model); v.IsValid() {
		w.value(place{"", root}, v)
	}
	for _, path := range slices.Sorted(maps.Keys(w.names)) {
		if !w.used[path] && path != "" {
			return nil, fmt.Errorf("names: nothing in the model has the path %q", path)
		}
	}
	return w.fields, nil
}

// at is the part of p that the model calls part, and PyTorch usually calls name.
func (w *walker) at(p place, part, name string) place {
	path := join(p.path, part)
	if to, ok := w.named(path); ok {
		return place{path, to}
	}
	if p.name == nowhere {
		return place{path, nowhere}
	}
	return place{path, join(p.name, name)}
}

// nowhere is the name of what PyTorch does not have.
const nowhere = "-"

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "." + b
}

// named looks a path up among the user's names. Of several that match, the one with the fewest stars counts, then the first.
func (w *walker) named(path string) (name string, ok bool) {
	best, parts := -1, strings.Split(path, ".")
	for _, key := range slices.Sorted(maps.Keys(w.names)) {
		stars, fits := match(strings.Split(key, "."), parts)
		if !fits {
			continue
		}
		w.used[key] = true
		if best < 0 || len(stars) < best {
			best, name, ok = len(stars), w.names[key], true
			for _, s := range stars {
				name = strings.Replace(name, "*", s, 1)
			}
		}
	}
	return name, ok
}

// match returns what stood for each star.
func match(key, parts []string) (stars []string, ok bool) {
	if len(key) != len(parts) {
		return nil, false
	}
	for i, k := range key {
		if k == "*" {
			stars = append(stars, parts[i])
		} else if k != parts[i] {
			return nil, false
		}
	}
	return stars, true
}

// snake spells a Go name as PyTorch's authors do: NormOut is norm_out, MLP is mlp, Conv1D is conv1d.
func snake(name string) string {
	var b strings.Builder
	rs := []rune(name)
	for i, r := range rs {
		if i > 0 && unicode.IsUpper(r) {
			next := i+1 < len(rs) && unicode.IsLower(rs[i+1])
			if before := rs[i-1]; unicode.IsLower(before) || next && before != '_' {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// value walks what nn.Params walks, but reaches what is shared each time.
func (w *walker) value(p place, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		here := pointer{v.Type(), v.Pointer()}
		if v.IsNil() || w.on[here] {
			return
		}
		if v.CanInterface() {
			if x, ok := v.Interface().(graph.Var); ok {
				w.add(p, x)
				return
			}
		}
		w.on[here] = true
		w.value(p, v.Elem())
		delete(w.on, here)
	case reflect.Interface:
		if !v.IsNil() {
			w.value(p, v.Elem())
		}
	case reflect.Struct:
		w.record(p, v)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			n := strconv.Itoa(i)
			w.value(w.at(p, n, n), v.Index(i))
		}
	case reflect.Map:
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			if k.Kind() == reflect.String || k.CanInt() {
				keys[fmt.Sprint(k)] = v.MapIndex(k)
			}
		}
		for _, n := range slices.Sorted(maps.Keys(keys)) {
			w.value(w.at(p, n, n), keys[n])
		}
	}
}

type pointer struct {
	to reflect.Type
	at uintptr
}

// record walks a struct: a layer of nn whose tensors are not simply its variables, or field by field.
func (w *walker) record(p place, v reflect.Value) {
	if v.CanInterface() {
		if !v.CanAddr() {
			c := reflect.New(v.Type())
			c.Elem().Set(v)
			v = c.Elem()
		}
		if w.layer(p, v.Addr().Interface()) {
			return
		}
	}
	ours := v.Type().PkgPath() == layers
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, ok := usual[f.Name]
		if !ours || !ok {
			name = snake(f.Name)
		}
		switch {
		case f.Anonymous: // may be of an unexported type, and its fields are exported
			w.value(p, v.Field(i))
		case f.IsExported():
			w.value(w.at(p, f.Name, name), v.Field(i))
		}
	}
	if mean := v.FieldByName("Mean"); ours && mean.IsValid() && !mean.IsNil() {
		w.put(place{p.path, w.under(p, "num_batches_tracked")}, nil)
	}
}

// part walks a field of a layer.
func (w *walker) part(p place, part, name string, x any) {
	if v := reflect.ValueOf(x); v.IsValid() {
		w.value(w.at(p, part, name), v)
	}
}

// add makes an entry of a variable as it is.
func (w *walker) add(p place, v graph.Var) { w.put(p, v.Type().Shape.Dims(), whole(v)) }

func (w *walker) put(p place, shape []int, pieces ...piece) {
	if p.name != nowhere {
		w.fields = append(w.fields, field{Tensor{p.name, shape, p.path}, pieces})
	}
}
