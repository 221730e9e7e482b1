package train

import (
	"encoding/json"
	"fmt"
	"os"
)

// A Log appends one JSON object a line to a file: metrics.jsonl. It is for one goroutine at a time.
type Log struct{ f *os.File }

// NewLog creates the file, or empties it.
func NewLog(path string) (*Log, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Log{f}, nil
}

// Write appends v in one write, so that a run can be followed and one that is killed leaves whole lines.
func (l *Log) Write(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	if _, err := l.f.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// Close closes the file.
func (l *Log) Close() error { return l.f.Close() }
