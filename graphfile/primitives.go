package graphfile

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// number reads a varint of the shortest form.
func (d *decoder) number() uint64 {
	if d.err != nil {
		return 0
	}
	n, size := binary.Uvarint(d.b[d.at:])
	switch {
	case size == 0:
		d.fail("the file ends where a number was wanted")
		return 0
	case size < 0 || size > 1 && d.b[d.at+size-1] == 0:
		d.fail("want a number of 64 bits in its shortest form")
		return 0
	}
	d.at += size
	return n
}

// count reads how many members follow, of at least so many bytes each: more than the rest of the file can hold is an error. With 0 it reads
// a number.
func (d *decoder) count(each int) int {
	n := d.number()
	if n > math.MaxInt || each > 0 && n > uint64((len(d.b)-d.at)/each) {
		d.fail("%d members do not fit in the %d bytes that are left", n, len(d.b)-d.at)
		return 0
	}
	return int(n)
}

// below reads a number that has a bound.
func (d *decoder) below(limit int, what string) int {
	n := d.number()
	if d.err == nil && n >= uint64(limit) {
		d.fail("%s %d, want less than %d", what, n, limit)
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count(1)
	s := string(d.b[d.at : d.at+n])
	if d.at += n; d.err == nil && !printable(s) {
		d.fail("%q cannot be printed", s)
	}
	return s
}

func (d *decoder) shape() graph.Shape {
	dims := make([]int, d.below(graph.MaxRank+1, "rank"))
	for i := range dims {
		dims[i] = d.count(0)
	}
	s := graph.Of(dims...)
	if err := s.Err(); err != nil {
		d.fail("%w", err)
	}
	return s
}

func (d *decoder) dtype() graph.Dtype { return graph.Dtype(d.below(int(graph.BFloat16)+1, "dtype")) }

func (d *decoder) typ() graph.Type {
	t := d.dtype()
	return graph.Type{Dtype: t, Shape: d.shape()}
}

// value reads a number of values.
func (d *decoder) value(values []*graph.Node) *graph.Node {
	i := d.below(math.MaxInt, "value")
	if d.err == nil && i >= len(values) {
		d.fail("value %d is used where there are %d", i, len(values))
	}
	if d.err != nil {
		return nil
	}
	return values[i]
}

func (d *decoder) valueList(values []*graph.Node) []*graph.Node {
	ns := make([]*graph.Node, d.count(1))
	for i := range ns {
		ns[i] = d.value(values)
	}
	return ns
}

func (d *decoder) variable() graph.Var {
	i := d.below(len(d.vars), "variable")
	if d.err != nil {
		return nil
	}
	return d.vars[i]
}

func (d *decoder) buffer() *graph.Buffer {
	t := d.typ()
	if d.err == nil && t.Bytes() > len(d.b)-d.at {
		d.fail("a constant of %v does not fit in the %d bytes that are left", t, len(d.b)-d.at)
	}
	if d.err != nil {
		return nil
	}
	src := d.b[d.at : d.at+t.Bytes()]
	if t.Dtype == graph.Bool && slices.ContainsFunc(src, func(b byte) bool { return b > 1 }) {
		d.fail("a truth value that is neither 0 nor 1")
		return nil
	}
	d.at += len(src)
	b := graph.NewBuffer(t)
	copy(b.Bytes(), src)
	return &b
}

func (d *decoder) float() float64 {
	if d.err == nil && len(d.b)-d.at < 8 {
		d.fail("the file ends where a float was wanted")
	}
	if d.err != nil {
		return 0
	}
	d.at += 8
	return math.Float64frombits(binary.LittleEndian.Uint64(d.b[d.at-8:]))
}

func (d *decoder) integer() int64 {
	n := d.number()
	return int64(n>>1) ^ -int64(n&1)
}

// attr reads an attribute into v.
func (d *decoder) attr(g *graph.Graph, t tag, v reflect.Value) {
	switch t {
	case tagBool:
		v.SetBool(d.below(2, "truth value") == 1)
	case tagInt:
		n := d.integer()
		if v.OverflowInt(n) {
			d.fail("%d is out of range of %v", n, v.Type())
		}
		v.SetInt(n)
	case tagUint:
		n := d.number()
		if v.OverflowUint(n) {
			d.fail("%d is out of range of %v", n, v.Type())
		}
		v.SetUint(n)
	case tagFloat:
		f := d.float()
		if v.Kind() == reflect.Float32 && f == f && float64(float32(f)) != f {
			d.fail("%v is no float32", f)
		}
		v.SetFloat(f)
	case tagText:
		v.SetString(d.text())
	case tagDtype:
		v.Set(reflect.ValueOf(d.dtype()))
	case tagShape:
		v.Set(reflect.ValueOf(d.shape()))
	case tagOp:
		if op, _ := d.op(g, nil); op != nil {
			v.Set(reflect.ValueOf(op))
		}
	case tagVar:
		if r := d.variable(); r != nil {
			v.Set(reflect.ValueOf(r))
		}
	case tagBuffer:
		if b := d.buffer(); b != nil {
			v.Set(reflect.ValueOf(b))
		}
	case tagBody:
		if f := d.body(g); f != nil {
			v.Set(reflect.ValueOf(f))
		}
	}
}
