package train

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// A Log appends one JSON object a line to a file: metrics.jsonl.
type Log struct {
	f *os.File
	w *bufio.Writer
}

// NewLog creates the file, or empties it.
func NewLog(path string) (*Log, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Log{f, bufio.NewWriter(f)}, nil
}

// Write appends v and flushes, so that a run can be followed.
func (l *Log) Write(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	l.w.Write(append(b, '\n'))
	if err := l.w.Flush(); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// Close closes the file.
func (l *Log) Close() error { return l.f.Close() }
