// Package safetensors reads and writes the safetensors format: the length of a JSON header as eight little-endian bytes, the
// header, the data. The header maps names to dtype, shape and place of arrays; nothing in a file is code.
//
// Reading is strict: every byte of the data belongs to exactly one array, and a file that lies about itself is refused in one line
// before memory is taken for it.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
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

// maxHeader is the limit of the format's reference implementation.
const maxHeader = 100_000_000

// entry is a header's description of one array.
type entry struct {
	Dtype   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

const metadata = "__metadata__"

// Decode reads a file from memory; the arrays' Data is part of data.
func Decode(data []byte) (*File, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("safetensors: %d bytes are too few for a file", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	if n > maxHeader || n > uint64(len(data)-8) {
		return nil, fmt.Errorf("safetensors: a header of %d bytes in a file of %d", n, len(data))
	}
	head, data := data[8:8+n], data[8+n:]
	if !utf8.Valid(head) || len(head) == 0 || head[0] != '{' {
		return nil, errors.New("safetensors: the header is no JSON object in UTF-8")
	}
	f, spans, err := parse(head)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := spans[a], spans[b]; {
		case x[0] != y[0]:
			return compare(x[0], y[0])
		default:
			return compare(x[1], y[1])
		}
	})
	sorted, at := make([]Tensor, 0, len(order)), uint64(0)
	for _, i := range order {
		t, s := f.Tensors[i], spans[i]
		if s[0] != at || s[1] < s[0] || s[1] > uint64(len(data)) {
			return nil, fmt.Errorf("safetensors: %q lies at bytes %d to %d, want from %d on, to at most %d", t.Name, s[0], s[1], at, len(data))
		}
		if want, ok := bytesOf(t); !ok || want != s[1]-s[0] {
			return nil, fmt.Errorf("safetensors: %q of %s%v has %d bytes", t.Name, t.Dtype, t.Shape, s[1]-s[0])
		}
		t.Data = data[s[0]:s[1]:s[1]]
		at = s[1]
		sorted = append(sorted, t)
	}
	if at != uint64(len(data)) {
		return nil, fmt.Errorf("safetensors: %d bytes of data belong to no array", uint64(len(data))-at)
	}
	f.Tensors = sorted
	return f, nil
}

func compare(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// parse reads the header token by token, so that a name that appears twice is found.
func parse(head []byte) (*File, [][2]uint64, error) {
	d := json.NewDecoder(bytes.NewReader(head))
	f, seen := &File{}, map[string]bool{}
	var spans [][2]uint64
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, errors.New("the header is no JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("header: %w", err)
		}
		name, _ := t.(string)
		if seen[name] {
			return nil, nil, fmt.Errorf("the name %q appears twice", name)
		}
		seen[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, nil, fmt.Errorf("header: %q: %w", name, err)
		}
		if name == metadata {
			if err := json.Unmarshal(raw, &f.Metadata); err != nil {
				return nil, nil, fmt.Errorf("the metadata are no strings: %w", err)
			}
			continue
		}
		var e entry
		s := json.NewDecoder(bytes.NewReader(raw))
		s.DisallowUnknownFields()
		if err := s.Decode(&e); err != nil {
			return nil, nil, fmt.Errorf("header: %q: %w", name, err)
		}
		if sizes[e.Dtype] == 0 {
			return nil, nil, fmt.Errorf("%q has the unknown dtype %q", name, e.Dtype)
		}
		f.Tensors = append(f.Tensors, Tensor{Name: name, Dtype: e.Dtype, Shape: e.Shape})
		spans = append(spans, e.Offsets)
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	if rest, _ := io.ReadAll(d.Buffered()); strings.Trim(string(rest), " ") != "" {
		return nil, nil, errors.New("something other than spaces follows the header's object")
	}
	return f, spans, nil
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
