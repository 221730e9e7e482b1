package graphfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A tag says how an attribute is written.
type tag byte

const (
	tagBool tag = iota
	tagInt
	tagUint
	tagFloat
	tagText
	tagShape
	tagDtype
	tagOp
	tagBody
	tagVar
	tagBuffer
	tags // how many there are
)

// An attribute is a field of an op, or an element of one, by the names and numbers that lead to it: "At.Stride.1".
type attribute struct {
	name string
	tag  tag
	path []int
}

// A kind is a graph.Kind with what reflection tells of it.
type kind struct {
	graph.Kind
	form      reflect.Type // of what is written: of the op itself, if it has no form
	described bool
	attrs     []attribute // by name
}

// A table holds the kinds of a program.
type table struct {
	names map[string]*kind
	types map[reflect.Type]*kind
	stray bool // ops that are not in it can be shown
}

// newTable looks at the caller's own kinds at once.
func newTable(library, own []graph.Kind) (*table, error) {
	t := &table{names: map[string]*kind{}, types: map[reflect.Type]*kind{}}
	for i, k := range slices.Concat(library, own) {
		if k.Op == nil || !printable(k.Name) || k.Name == "" || (k.Form == nil) != (k.Pack == nil) || (k.Form == nil) != (k.Unpack == nil) {
			return nil, fmt.Errorf("kind %q: want a name, an op, and all or none of Form, Pack and Unpack", k.Name)
		}
		of := reflect.TypeOf(k.Op)
		if t.names[k.Name] != nil || t.types[of] != nil {
			return nil, fmt.Errorf("kind %q of %v: its name or its type is registered twice", k.Name, of)
		}
		e := &kind{Kind: k, form: of}
		if k.Form != nil {
			e.form = reflect.TypeOf(k.Form)
		}
		t.names[k.Name], t.types[of] = e, e
		if i < len(library) {
			continue
		}
		if err := e.describe(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// describe finds the attributes.
func (k *kind) describe() (err error) {
	if k.described {
		return nil
	}
	if k.attrs, err = attributes(k.form, "", nil); err != nil {
		return fmt.Errorf("kind %q: %w", k.Name, err)
	}
	slices.SortFunc(k.attrs, func(a, b attribute) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(k.attrs); i++ {
		if k.attrs[i].name == k.attrs[i-1].name {
			return fmt.Errorf("kind %q: two attributes are called %s", k.Name, k.attrs[i].name)
		}
	}
	k.described = true
	return nil
}

var tagOf = map[reflect.Type]tag{
	reflect.TypeFor[graph.Shape]():   tagShape,
	reflect.TypeFor[graph.Dtype]():   tagDtype,
	reflect.TypeFor[graph.Op]():      tagOp,
	reflect.TypeFor[*graph.Func]():   tagBody,
	reflect.TypeFor[graph.Var]():     tagVar,
	reflect.TypeFor[*graph.Buffer](): tagBuffer,
}

// attributes takes a type apart.
func attributes(t reflect.Type, name string, path []int) (as []attribute, err error) {
	leaf := func(g tag) ([]attribute, error) { return []attribute{{strings.TrimPrefix(name, "."), g, path}}, nil }
	if g, ok := tagOf[t]; ok {
		return leaf(g)
	}
	add := func(i int, of reflect.Type, name string) {
		if err == nil {
			var more []attribute
			more, err = attributes(of, name, append(path[:len(path):len(path)], i))
			as = append(as, more...)
		}
	}
	switch t.Kind() {
	case reflect.Bool:
		return leaf(tagBool)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return leaf(tagInt)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return leaf(tagUint)
	case reflect.Float32, reflect.Float64:
		return leaf(tagFloat)
	case reflect.String:
		return leaf(tagText)
	case reflect.Array:
		for i := range t.Len() {
			add(i, t.Elem(), fmt.Sprint(name, ".", i))
		}
		return as, err
	case reflect.Struct:
		for i := range t.NumField() {
			switch f := t.Field(i); {
			case f.Type.Size() == 0:
			case f.Anonymous && f.Type.Kind() == reflect.Struct:
				add(i, f.Type, name)
			case !f.IsExported():
				return nil, fmt.Errorf("the field %s of %v is not exported", f.Name, t)
			default:
				add(i, f.Type, name+"."+f.Name)
			}
		}
		return as, err
	}
	return nil, fmt.Errorf("a file cannot hold %s, a %v: register the op with Form, Pack and Unpack", strings.TrimPrefix(name, "."), t)
}

// at is the field or element of v that an attribute stands for.
func (a attribute) at(v reflect.Value) reflect.Value {
	for _, i := range a.path {
		if v.Kind() == reflect.Array {
			v = v.Index(i)
		} else {
			v = v.Field(i)
		}
	}
	return v
}
