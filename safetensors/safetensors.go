// Package safetensors reads and writes the safetensors format: the length of a JSON header as eight little-endian bytes, the
// header, the data. The header maps names to dtype, shape and place of arrays; nothing in a file is code.
//
// Reading is strict: every byte of the data belongs to exactly one array, and a file that lies about itself is refused in one line
// before memory is taken for it.
package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// A Tensor is one array: little-endian elements in row-major order.
type Tensor struct {
	Name  string
	Dtype string // F32, F64, I32, I64, U8, BOOL, F16, BF16, …
	Shape []int
	Data  []byte
}

// A File is what Decode found: arrays in the order of their data, and the metadata.
type File struct {
	Tensors  []Tensor
	Metadata map[string]string
}

// sizes of dtypes in bytes.
var sizes = map[string]int{
	"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2, "U8": 1, "I8": 1, "BOOL": 1,
}

// Decode reads a file from memory; the arrays' Data is part of data.
func Decode(data []byte) (*File, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("safetensors: %d bytes are too few for a file, want at least 10", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	if n > uint64(len(data)-8) {
		return nil, fmt.Errorf("safetensors: a header of %d bytes in a file of %d, want at most %d", n, len(data), len(data)-8)
	}
	if n > MaxHeader {
		return nil, fmt.Errorf("safetensors: a header of %d bytes, want at most %d", n, MaxHeader)
	}
	head, data := data[8:8+n], data[8+n:]
	if !utf8.Valid(head) || len(head) == 0 || head[0] != '{' {
		return nil, errors.New("safetensors: the header is no JSON object in UTF-8")
	}
	es, meta, err := parse(head)
	if err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	slices.SortStableFunc(es, func(a, b entry) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	f, at := &File{Tensors: make([]Tensor, len(es)), Metadata: meta}, uint64(0)
	for i, e := range es {
		if e.from != at || e.to < e.from || e.to > uint64(len(data)) {
			return nil, fmt.Errorf("safetensors: %q lies at bytes %d to %d, want from %d on, to at most %d", e.Name, e.from, e.to, at, len(data))
		}
		if want, ok := bytesOf(e.Tensor); !ok || want != e.to-e.from {
			return nil, fmt.Errorf("safetensors: %q of %s%v has %d bytes", e.Name, e.Dtype, e.Shape, e.to-e.from)
		}
		f.Tensors[i] = e.Tensor
		f.Tensors[i].Data = data[e.from:e.to:e.to]
		at = e.to
	}
	if at != uint64(len(data)) {
		return nil, fmt.Errorf("safetensors: %d bytes of data belong to no array", uint64(len(data))-at)
	}
	return f, nil
}

// bytesOf is the number of bytes that dtype and shape ask for; ok is false if it overflows or a size is negative.
func bytesOf(t Tensor) (n uint64, ok bool) {
	n = uint64(sizes[t.Dtype])
	for _, d := range t.Shape {
		if d < 0 || d > 0 && n > math.MaxInt64/uint64(d) {
			return 0, false
		}
		n *= uint64(d)
	}
	return n, n > 0 || slices.Contains(t.Shape, 0)
}
