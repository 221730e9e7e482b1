// Package csv reads tables of comma-separated values (RFC 4180) as data sets.
package csv

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// A Field is what some columns become: of numbers a float32 vector, in the order given, and of one column of names an int32 class.
type Field struct {
	Columns []string
	// Classes makes the field a class, its number being the place of the column's text in this list. An empty list, not nil, is filled
	// with the names that the table has, sorted.
	Classes []string
	// Missing stands for an empty cell of a column of numbers; where it is nil, one is an error.
	Missing *float32
}

// A Table is the rows that were read: its data set has one array for each field, a scalar for a class and a vector otherwise.
type Table struct {
	data.Dataset
	Fields []Field // as given, with the classes that were found
	Header []string
}

// Options say how a file is written.
type Options struct {
	Comma rune // between cells, ',' if 0
	// Header names the columns of a file that does not do so in its first row.
	Header []string
}

// Open reads a file.
func Open(path string, o Options, fields ...Field) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("csv: %w", err)
	}
	defer f.Close()
	t, err := Read(f, o, fields...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Read reads a table. An error names line and column.
func Read(r io.Reader, o Options, fields ...Field) (*Table, error) {
	if len(fields) == 0 {
		return nil, errors.New("csv: want at least one field")
	}
	in := csv.NewReader(r)
	in.ReuseRecord = true
	if o.Comma != 0 {
		in.Comma = o.Comma
	}
	t := &Table{Header: slices.Clone(o.Header)}
	if t.Header == nil {
		head, err := in.Read()
		if err != nil {
			return nil, fmt.Errorf("csv: no header: %w", err)
		}
		t.Header = slices.Clone(head)
		t.Header[0] = strings.TrimPrefix(t.Header[0], "\ufeff") // spreadsheets begin with a byte order mark
	}
	in.FieldsPerRecord = len(t.Header)
	var parts []*part
	for _, f := range fields {
		p, err := newPart(f, t.Header)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("csv: %w", err)
		}
		for _, p := range parts {
			if c, err := p.add(cells); err != nil {
				line, _ := in.FieldPos(p.at[c])
				return nil, fmt.Errorf("csv: line %d, column %q: %w", line, p.f.Columns[c], err)
			}
		}
	}
	var arrays []graph.Buffer
	for _, p := range parts {
		a, err := p.array()
		if err != nil {
			return nil, err
		}
		arrays, t.Fields = append(arrays, a), append(t.Fields, p.f)
	}
	var err error
	t.Dataset, err = data.Arrays(arrays...)
	return t, err
}

// A part is a field in the making.
type part struct {
	f       Field
	at      []int // where its columns stand
	numbers []float32
	names   []string
}

func newPart(f Field, header []string) (*part, error) {
	if len(f.Columns) == 0 {
		return nil, errors.New("csv: a field without columns")
	}
	if f.Classes != nil && len(f.Columns) != 1 {
		return nil, fmt.Errorf("csv: a class of columns %q, want one column", f.Columns)
	}
	p := &part{f: f}
	for _, name := range f.Columns {
		i := slices.Index(header, name)
		if i < 0 {
			return nil, fmt.Errorf("csv: no column %q, the table has %q", name, header)
		}
		p.at = append(p.at, i)
	}
	return p, nil
}

// add takes the field's cells of one row, and says in which column it failed.
func (p *part) add(cells []string) (column int, err error) {
	for c, i := range p.at {
		cell := strings.TrimSpace(cells[i])
		switch {
		case p.f.Classes != nil:
			if len(p.f.Classes) > 0 && !slices.Contains(p.f.Classes, cell) {
				return c, fmt.Errorf("%q, want one of %q", cell, p.f.Classes)
			}
			p.names = append(p.names, strings.Clone(cell))
		case cell == "" && p.f.Missing != nil:
			p.numbers = append(p.numbers, *p.f.Missing)
		default:
			v, err := strconv.ParseFloat(cell, 32)
			if err != nil {
				return c, fmt.Errorf("%q, want a number that a float32 holds", cell)
			}
			p.numbers = append(p.numbers, float32(v))
		}
	}
	return 0, nil
}

func (p *part) array() (graph.Buffer, error) {
	if p.f.Classes == nil {
		return graph.BufferOf(p.numbers, len(p.numbers)/len(p.at), len(p.at)), nil
	}
	if len(p.f.Classes) == 0 {
		p.f.Classes = slices.Compact(slices.Sorted(slices.Values(p.names)))
	}
	classes := make([]int32, len(p.names))
	for i, name := range p.names {
		classes[i] = int32(slices.Index(p.f.Classes, name))
	}
	return graph.BufferOf(classes, len(classes)), nil
}
