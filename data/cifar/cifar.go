// Package cifar reads the binary version of CIFAR-10 (Krizhevsky, Learning multiple layers of features from tiny images, 2009): records of a
// label, 0 to 9, and 3072 levels, the red, green and blue planes of 32×32 pixels each, row by row.
package cifar

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/mapped"
	"github.com/kedja-ml/kedja/internal/patherr"
)

// Sizes of an image, and the number of classes.
const (
	Channels, Rows, Columns = 3, 32, 32
	Classes                 = 10

	levels = Channels * Rows * Columns
	record = 1 + levels
)

// A File is the data set of one file: example i is levels, uint8 [3, 32, 32], and a label, int32.
type File struct {
	file *mapped.File
	n    int
}

// Open maps a file and looks at all of its labels. Close it after use.
func Open(path string) (*File, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cifar: %w", err)
	}
	if len(m.Data) == 0 || len(m.Data)%record != 0 {
		err = fmt.Errorf("cifar: %s: %d bytes, want a multiple of %d, a label and an image each", path, len(m.Data), record)
		return nil, errors.Join(err, m.Close())
	}
	f := &File{m, len(m.Data) / record}
	for i := range f.n {
		if label := m.Data[i*record]; label >= Classes {
			err = fmt.Errorf("cifar: %s: image %d has the label %d, want 0 to %d", path, i, label, Classes-1)
			return nil, errors.Join(err, m.Close())
		}
	}
	return f, nil
}

// Len is the number of images.
func (f *File) Len() int { return f.n }

// Types are those of an example.
func (f *File) Types() []graph.Type {
	return []graph.Type{graph.T(graph.Uint8, Channels, Rows, Columns), graph.T(graph.Int32)}
}

// Read copies image i and its label.
func (f *File) Read(i int, _ uint64, row []graph.Buffer) error {
	r := f.file.Data[i*record : (i+1)*record]
	graph.Data[int32](row[1])[0] = int32(r[0])
	copy(graph.Data[uint8](row[0]), r[1:])
	return nil
}

// Close gives the file back.
func (f *File) Close() error { return f.file.Close() }

// Names reads the names of the classes from the folder of the files: batches.meta.txt, a name a line. Without it they are the numbers.
func Names(dir string) ([]string, error) {
	path := filepath.Join(dir, "batches.meta.txt")
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		var names []string
		for c := range Classes {
			names = append(names, fmt.Sprint(c))
		}
		return names, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cifar: %s: %w", path, patherr.Cause(err))
	}
	defer file.Close()
	var names []string
	lines := bufio.NewScanner(file)
	for lines.Scan() && len(names) <= Classes {
		if name := strings.TrimSpace(lines.Text()); name != "" {
			names = append(names, name)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("cifar: %s: %w", path, err)
	}
	sorted := slices.Sorted(slices.Values(names))
	if len(names) != Classes || len(slices.Compact(sorted)) != Classes {
		return nil, fmt.Errorf("cifar: %s: %d names, want %d that differ", path, len(names), Classes)
	}
	return names, nil
}
