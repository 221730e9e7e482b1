package nn

import (
	"iter"
	"reflect"
	"strconv"

	"github.com/kedja-ml/kedja/graph"
)

// Params yields each parameter reachable from model once, with its path of fields ("Hidden.0.W"), which becomes its name
// in errors and prints. model is a pointer to a struct, or a slice, array or map-free composition of such.
func Params(model any) iter.Seq2[string, *graph.Param] { return reach[*graph.Param](model) }

// States does so for what lasts but is not trained.
func States(model any) iter.Seq2[string, *graph.State] { return reach[*graph.State](model) }

// Vars yields parameters, then states: what a file of weights holds.
func Vars(model any) iter.Seq2[string, graph.Var] {
	return func(yield func(string, graph.Var) bool) {
		for name, p := range Params(model) {
			if !yield(name, p) {
				return
			}
		}
		for name, s := range States(model) {
			if !yield(name, s) {
				return
			}
		}
	}
}

// Matching yields those parameters whose name f accepts.
func Matching(params iter.Seq2[string, *graph.Param], f func(name string) bool) iter.Seq2[string, *graph.Param] {
	return func(yield func(string, *graph.Param) bool) {
		for name, p := range params {
			if f(name) && !yield(name, p) {
				return
			}
		}
	}
}

// Except yields those parameters that are not reachable from the frozen parts of the model.
func Except(params iter.Seq2[string, *graph.Param], frozen ...any) iter.Seq2[string, *graph.Param] {
	out := map[*graph.Param]bool{}
	for _, f := range frozen {
		for _, p := range reach[*graph.Param](f) {
			out[p] = true
		}
	}
	return func(yield func(string, *graph.Param) bool) {
		for name, p := range params {
			if !out[p] && !yield(name, p) {
				return
			}
		}
	}
}

func reach[T interface {
	comparable
	SetName(string)
}](model any,
) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		w := walker[T]{seen: map[T]bool{}, on: map[any]bool{}, yield: yield}
		if v := reflect.ValueOf(model); v.IsValid() {
			w.walk("", v)
		}
	}
}

type walker[T interface {
	comparable
	SetName(string)
}] struct {
	seen  map[T]bool
	on    map[any]bool // pointers being walked: a model may refer to itself
	yield func(string, T) bool
}

func (w *walker[T]) walk(path string, v reflect.Value) bool {
	if !v.CanInterface() {
		return true
	}
	if p, ok := v.Interface().(T); ok {
		var none T
		if p == none || w.seen[p] {
			return true
		}
		w.seen[p] = true
		if path != "" {
			p.SetName(path)
		}
		return w.yield(path, p)
	}
	at := func(s string) string {
		if path == "" {
			return s
		}
		return path + "." + s
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || w.on[v.Interface()] {
			return true
		}
		w.on[v.Interface()] = true
		return w.walk(path, v.Elem())
	case reflect.Interface:
		return v.IsNil() || w.walk(path, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name := at(f.Name)
			if f.Anonymous {
				name = path
			}
			if f.IsExported() && !w.walk(name, v.Field(i)) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !w.walk(at(strconv.Itoa(i)), v.Index(i)) {
				return false
			}
		}
	}
	return true
}
