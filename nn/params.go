package nn

import (
	"cmp"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"

	"github.com/kedja-ml/kedja/graph"
)

// Params yields each parameter reachable from model once, with its path of fields ("Hidden.0.W"), which becomes its name
// in errors and prints. model is a pointer to a struct, or a slice, array or composition of such; maps are walked in the order
// of their keys, strings or integers. The fields of an embedded struct belong to the struct around it. What is shared has the
// path by which it is first met. Unexported fields and what functions capture are not seen.
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
		w := walker[T]{seen: map[T]bool{}, walked: map[place]bool{}, yield: yield}
		if v := reflect.ValueOf(model); v.IsValid() {
			w.walk("", v)
		}
	}
}

type walker[T interface {
	comparable
	SetName(string)
}] struct {
	seen   map[T]bool
	walked map[place]bool // what lies behind a pointer is yielded once, and a model may refer to itself
	yield  func(string, T) bool
}

type place struct {
	of reflect.Type
	at uintptr
}

func (w *walker[T]) walk(path string, v reflect.Value) bool {
	if v.CanInterface() {
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
	}
	at := func(s string) string {
		if path == "" {
			return s
		}
		return path + "." + s
	}
	switch v.Kind() {
	case reflect.Pointer:
		here := place{v.Type(), v.Pointer()}
		if v.IsNil() || w.walked[here] {
			return true
		}
		w.walked[here] = true
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
			if (f.IsExported() || f.Anonymous) && // an embedded struct may be of an unexported type, and its fields are exported
				!w.walk(name, v.Field(i)) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !w.walk(at(strconv.Itoa(i)), v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for _, k := range sorted(v.MapKeys()) {
			if !w.walk(at(fmt.Sprint(k)), v.MapIndex(k)) {
				return false
			}
		}
	}
	return true
}

// sorted orders keys that are strings or integers; others are none.
func sorted(keys []reflect.Value) []reflect.Value {
	switch {
	case len(keys) == 0:
	case keys[0].Kind() == reflect.String:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	case keys[0].CanInt():
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Int(), b.Int()) })
	default:
		return nil
	}
	return keys
}
