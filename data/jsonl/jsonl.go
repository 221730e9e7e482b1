// Package jsonl reads files with one JSON object a line as data sets.
package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/mapped"
)

// A Field is a member of every object: a number, a truth value, or arrays of them in arrays, of the given type.
type Field struct {
	Name string
	Type graph.Type
}

// A File is the data set of a file: example i is line i, blank ones not counted. The file is mapped, and may be larger than memory; eight
// bytes a line are kept. Lines are parsed when they are read.
type File struct {
	fields []Field
	types  []graph.Type
	starts []int // of each line
	file   *mapped.File
	path   string
}

// Open finds the lines of a file; close it after use.
func Open(path string, fields ...Field) (*File, error) {
	if len(fields) == 0 {
		return nil, errors.New("jsonl: want at least one field")
	}
	f := &File{fields: fields, path: path}
	for _, field := range fields {
		if err := field.Type.Shape.Err(); err != nil {
			return nil, fmt.Errorf("jsonl: field %q: %w", field.Name, err)
		}
		switch field.Type.Dtype {
		case graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8, graph.Bool:
		default:
			return nil, fmt.Errorf("jsonl: field %q of %v, want numbers or truth values", field.Name, field.Type)
		}
		f.types = append(f.types, field.Type)
	}
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("jsonl: %w", err)
	}
	f.file = m
	for at := 0; at < len(m.Data); {
		end := bytes.IndexByte(m.Data[at:], '\n')
		if end < 0 {
			end = len(m.Data) - at
		}
		if len(bytes.TrimSpace(m.Data[at:at+end])) > 0 {
			f.starts = append(f.starts, at)
		}
		at += end + 1
	}
	return f, nil
}

// Close gives the file back.
func (f *File) Close() error { return f.file.Close() }

// Len is the number of lines.
func (f *File) Len() int { return len(f.starts) }

// Types are those of the fields.
func (f *File) Types() []graph.Type { return f.types }

// Read parses line i.
func (f *File) Read(i int, _ uint64, row []graph.Buffer) error {
	line := f.file.Data[f.starts[i]:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil {
		return f.fail(i, fmt.Errorf("want an object: %w", err))
	}
	for k, field := range f.fields {
		raw, ok := object[field.Name]
		if !ok {
			return f.fail(i, fmt.Errorf("no %q", field.Name))
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return f.fail(i, fmt.Errorf("%q: %w", field.Name, err))
		}
		if _, err := fill(row[k], 0, v, field.Type.Shape); err != nil {
			return f.fail(i, fmt.Errorf("%q: %w, want %v", field.Name, err, field.Type))
		}
	}
	return nil
}

// fail names the file and the line, counted from 1 with the blank ones.
func (f *File) fail(i int, err error) error {
	return fmt.Errorf("jsonl: %s: line %d: %w", f.path, 1+bytes.Count(f.file.Data[:f.starts[i]], []byte{'\n'}), err)
}

// fill writes v, which has the given shape, from element at on, and returns where it ended.
func fill(b graph.Buffer, at int, v any, s graph.Shape) (int, error) {
	if s.Rank() == 0 {
		return at + 1, set(b, at, v)
	}
	list, ok := v.([]any)
	if !ok {
		return at, fmt.Errorf("%s where a list belongs", kind(v))
	}
	if len(list) != s.Dim(0) {
		return at, fmt.Errorf("a list of %d", len(list))
	}
	for _, e := range list {
		var err error
		if at, err = fill(b, at, e, s.Cut(1, s.Rank())); err != nil {
			return at, err
		}
	}
	return at, nil
}

// set writes one element.
func set(b graph.Buffer, at int, v any) error {
	if truth, ok := v.(bool); ok && b.Type.Dtype == graph.Bool {
		graph.Data[bool](b)[at] = truth
		return nil
	}
	n, ok := v.(json.Number)
	if !ok || b.Type.Dtype == graph.Bool {
		return errors.New(kind(v))
	}
	x, err := n.Float64()
	whole, notWhole := n.Int64()
	switch b.Type.Dtype {
	case graph.Float32:
		if math.Abs(x) > math.MaxFloat32 {
			err = errors.New("too large")
		}
		graph.Data[float32](b)[at] = float32(x)
	case graph.Float64:
		graph.Data[float64](b)[at] = x
	case graph.Int64:
		graph.Data[int64](b)[at], err = whole, notWhole
	case graph.Int32:
		if int64(int32(whole)) != whole {
			notWhole = errors.New("too large")
		}
		graph.Data[int32](b)[at], err = int32(whole), notWhole
	case graph.Uint8:
		if int64(uint8(whole)) != whole {
			notWhole = errors.New("too large")
		}
		graph.Data[uint8](b)[at], err = uint8(whole), notWhole
	}
	if err != nil {
		return fmt.Errorf("the number %s", n)
	}
	return nil
}

// kind names what JSON holds.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "a text"
	case bool:
		return fmt.Sprint(v)
	case json.Number:
		return "the number " + v.String()
	case []any:
		return "a list"
	}
	return "an object"
}
