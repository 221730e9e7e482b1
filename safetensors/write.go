package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/internal/whole"
)

// layout is the order of dtypes in a file.
var layout = []string{"U64", "I64", "F64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "I8", "U8", "BOOL"}

// A description is what a header says of an array, in the order of the reference implementation.
type description struct {
	Dtype   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// Write writes a file. Arrays are laid out by dtype, wide ones first, then by name, and the header is filled up with
// spaces to a multiple of eight bytes, as the format's reference implementation does.
func Write(w io.Writer, tensors []Tensor, meta map[string]string) error {
	ts := slices.Clone(tensors)
	slices.SortStableFunc(ts, func(a, b Tensor) int {
		if a.Dtype != b.Dtype {
			return slices.Index(layout, a.Dtype) - slices.Index(layout, b.Dtype)
		}
		return strings.Compare(a.Name, b.Name)
	})
	var head bytes.Buffer
	head.WriteByte('{')
	put := func(key string, value any) error {
		if head.Len() > 1 {
			head.WriteByte(',')
		}
		for i, v := range []any{key, value} {
			var one bytes.Buffer
			enc := json.NewEncoder(&one)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				return fmt.Errorf("safetensors: %q: %w", key, err)
			}
			head.Write(bytes.TrimSpace(one.Bytes()))
			if i == 0 {
				head.WriteByte(':')
			}
		}
		return nil
	}
	if len(meta) > 0 {
		if err := put(metadata, meta); err != nil {
			return err
		}
	}
	at, used := uint64(0), map[string]bool{metadata: true}
	for _, t := range ts {
		if n, ok := bytesOf(t); !ok || sizes[t.Dtype] == 0 || n != uint64(len(t.Data)) {
			return fmt.Errorf("safetensors: %q: %d bytes for %s%v", t.Name, len(t.Data), t.Dtype, t.Shape)
		}
		if used[t.Name] {
			return fmt.Errorf("safetensors: the name %q cannot be used, or appears twice", t.Name)
		}
		used[t.Name] = true
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		if err := put(t.Name, description{t.Dtype, shape, [2]uint64{at, at + uint64(len(t.Data))}}); err != nil {
			return err
		}
		at += uint64(len(t.Data))
	}
	head.WriteByte('}')
	for head.Len()%8 != 0 {
		head.WriteByte(' ')
	}
	if head.Len() > MaxHeader {
		return fmt.Errorf("safetensors: a header of %d bytes for %d arrays, want at most %d", head.Len(), len(ts), MaxHeader)
	}
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(head.Len()))
	parts := [][]byte{n[:], head.Bytes()}
	for _, t := range ts {
		parts = append(parts, t.Data)
	}
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return fmt.Errorf("safetensors: %w", err)
		}
	}
	return nil
}

// WriteFile writes a file whole or not at all: to a temporary one in the same folder, which gets its name once it is on disk.
func WriteFile(path string, tensors []Tensor, meta map[string]string) error {
	var own error // of Write, which says whose it is
	err := whole.Write(path, func(w io.Writer) error {
		own = Write(w, tensors, meta)
		return own
	})
	if err != nil && own == nil {
		return fmt.Errorf("safetensors: %s: %w", path, err)
	}
	return err
}
