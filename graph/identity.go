package graph

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
)

// A key identifies an application: the op by its value and its floats' bits, the operands by their numbers.
type key struct {
	op   Op
	in   [3]int
	more string
}

// opTypes remembers what reflection found out about each type of op.
type opTypes map[reflect.Type]opType

type opType struct {
	floats [][]int // index paths of the float fields, nested ones too
	err    error
}

// identity is the key of op(in...). Floats count by their bits: Go compares 0 and −0 as equal and NaN as different
// from itself, so both are spelled out, and ops can have plain float fields.
func (ts opTypes) identity(op Op, in []*Node) (k key, err error) {
	v := reflect.ValueOf(op)
	t, known := ts[v.Type()]
	if !known {
		t.err = fmt.Errorf("op %T is not comparable: its fields must be", op)
		if v.Type().Comparable() {
			t.floats, t.err = fields(v.Type(), nil)
		}
		ts[v.Type()] = t
	}
	if t.err != nil {
		return k, t.err
	}
	if !v.Comparable() { // an interface field that holds a slice, say
		return k, fmt.Errorf("op %T is not comparable: its fields must be", op)
	}
	k.op = op
	var b []byte
	for i, x := range in {
		if i < len(k.in) {
			k.in[i] = x.id + 1
		} else {
			b = binary.AppendUvarint(b, uint64(x.id))
		}
	}
	for i, path := range t.floats {
		switch f := v.FieldByIndex(path).Float(); {
		case f == 0 && math.Signbit(f):
			b = append(b, 0xff, byte(i), '-')
		case math.IsNaN(f):
			k.op = nil
			b = fmt.Appendf(b, "%T%v/%x", op, op, math.Float64bits(f))
		}
	}
	k.more = string(b)
	return k, nil
}

// fields finds the floats of a struct, and refuses unexported fields: print and codec would miss them.
func fields(t reflect.Type, path []int) (floats [][]int, err error) {
	if t.Kind() != reflect.Struct {
		return nil, nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(path[:len(path):len(path)], i)
		switch {
		case f.Type.Size() == 0 || f.Type == reflect.TypeFor[Shape]():
		case !f.IsExported() && !(f.Anonymous && f.Type.Kind() == reflect.Struct):
			return nil, fmt.Errorf("op %v: field %s is not exported, so it would be missing in print and on the wire", t, f.Name)
		case f.Type.Kind() == reflect.Float32 || f.Type.Kind() == reflect.Float64:
			floats = append(floats, at)
		case f.Type.Kind() == reflect.Struct:
			more, err := fields(f.Type, at)
			if err != nil {
				return nil, err
			}
			floats = append(floats, more...)
		}
	}
	return floats, nil
}
