// Package npy reads NumPy's files of arrays: .npy holds one, .npz several by name (NEP 1).
package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unsafe"

	"github.com/sbinet/npyio/npy"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/mapped"
	"github.com/kedja-ml/kedja/internal/patherr"
)

// dtypes names the element types that arrays here have, as NumPy writes them: little-endian, or of one byte.
var dtypes = map[string]graph.Dtype{
	"<f4": graph.Float32, "<f8": graph.Float64, "<i4": graph.Int32, "<i8": graph.Int64, "|u1": graph.Uint8, "|b1": graph.Bool, "<f2": graph.Float16,
}

// MaxBytes bounds what ReadNPZ takes into memory for one array, whatever its header claims.
const MaxBytes = 1 << 34

// A File is the array of a .npy file, mapped: it may be larger than memory. As a data set, example i is row i along its first axis.
type File struct {
	data.Dataset
	Array graph.Buffer // read-only
	file  *mapped.File
}

// Open opens a .npy file in C order; close it after use.
func Open(path string) (*File, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	f := &File{file: m}
	if f.Array, err = decode(m.Data); err == nil {
		f.Dataset, err = data.Arrays(f.Array)
	}
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	return f, nil
}

// Close gives the file back.
func (f *File) Close() error { return f.file.Close() }

// decode sees the elements where they are, if they lie as their type wants it, and copies them otherwise.
func decode(b []byte) (out graph.Buffer, err error) {
	defer func() { // the reader of headers was written for files of friends
		if p := recover(); p != nil {
			out, err = graph.Buffer{}, fmt.Errorf("no header of NumPy's: %v", p)
		}
	}()
	if err := sane(b); err != nil {
		return out, err
	}
	r := bytes.NewReader(b)
	h, err := npy.NewReader(r)
	if err != nil {
		return out, fmt.Errorf("no header of NumPy's: %w", err)
	}
	d, ok := dtypes[h.Header.Descr.Type]
	if !ok {
		return out, fmt.Errorf("elements of type %q, want one of %s", h.Header.Descr.Type, strings.Join(slices.Sorted(maps.Keys(dtypes)), " "))
	}
	if h.Header.Descr.Fortran && len(h.Header.Descr.Shape) > 1 {
		return out, errors.New("columns first, want rows first: save numpy.ascontiguousarray(a)")
	}
	t := graph.T(d, h.Header.Descr.Shape...)
	if err := t.Shape.Err(); err != nil {
		return out, err
	}
	rest := b[len(b)-r.Len():]
	if len(rest) != t.Bytes() {
		return out, fmt.Errorf("%d bytes of elements, want %d for %v", len(rest), t.Bytes(), t)
	}
	if d == graph.Bool && slices.ContainsFunc(rest, func(v byte) bool { return v > 1 }) {
		return out, errors.New("a truth value that is neither 0 nor 1")
	}
	if len(rest) > 0 && uintptr(unsafe.Pointer(&rest[0]))%uintptr(d.Size()) == 0 {
		return graph.Over(t, rest), nil
	}
	out = graph.NewBuffer(t)
	copy(out.Bytes(), rest)
	return out, nil
}

// sane looks at the length of the header before it is read: magic, version, then 2 or 4 bytes of length.
func sane(b []byte) error {
	if len(b) < 12 || string(b[:6]) != "\x93NUMPY" {
		return errors.New("the file does not begin as NumPy's do")
	}
	n := int(b[8]) | int(b[9])<<8
	if b[6] > 1 {
		n |= int(b[10])<<16 | int(b[11])<<24
	}
	if n > len(b) || n > 1<<16 {
		return fmt.Errorf("a header of %d bytes in a file of %d", n, len(b))
	}
	return nil
}

// ReadNPZ reads all arrays of a .npz file.
func ReadNPZ(path string) (map[string]graph.Buffer, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %s: %w", path, patherr.Cause(err))
	}
	defer z.Close()
	all := map[string]graph.Buffer{}
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, ".npy")
		b, err := unpack(f)
		if err == nil {
			all[name], err = decode(b)
		}
		if err != nil {
			return nil, fmt.Errorf("npz: %s: %q: %w", path, name, err)
		}
	}
	return all, nil
}

func unpack(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err == nil && len(b) > MaxBytes {
		err = fmt.Errorf("more than %d bytes", int64(MaxBytes))
	}
	return b, err
}
