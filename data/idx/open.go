package idx

import (
	"bytes"
	"compress/gzip"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/mapped"
)

// A File is the data set of an IDX file of unsigned bytes: example i is row i along the first axis.
type File struct {
	Array
	row  graph.Type
	file *mapped.File
}

// Open opens a file, packed by gzip or not. One that is not packed is mapped, and may be larger than memory; close it after use.
func Open(path string) (*File, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	f := &File{file: m}
	if f.Array, err = open(m.Data); err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.row = graph.T(graph.Uint8, f.Shape[1:]...)
	if err := f.row.Shape.Err(); err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: idx: %w", path, err)
	}
	return f, nil
}

func open(b []byte) (Array, error) {
	if !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		return view(b)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return Array{}, fmt.Errorf("idx: %w", err)
	}
	return Read(z)
}

// view is Read without a copy.
func view(b []byte) (Array, error) {
	r := bytes.NewReader(b)
	shape, size, err := header(r)
	if err != nil {
		return Array{}, err
	}
	if uint64(r.Len()) != size {
		return Array{}, fmt.Errorf("idx: the data has %d bytes, the sizes %v want %d", r.Len(), shape, size)
	}
	return Array{shape, b[len(b)-r.Len():]}, nil
}

// Len is the size of the first axis.
func (f *File) Len() int { return f.Shape[0] }

// Types is one array of bytes with the sizes of the other axes.
func (f *File) Types() []graph.Type { return []graph.Type{f.row} }

// Read copies row i.
func (f *File) Read(i int, _ uint64, row []graph.Buffer) error {
	n := f.row.Bytes()
	copy(graph.Data[uint8](row[0]), f.Data[i*n:(i+1)*n])
	return nil
}

// Close gives the file back.
func (f *File) Close() error { return f.file.Close() }
