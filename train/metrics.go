package train

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A Log appends one JSON object a line to a file: metrics.jsonl. It is for one goroutine at a time.
type Log struct {
	f    file
	path string
	at   int64
}

// A file is an *os.File.
type file interface {
	io.WriteCloser
	io.Seeker
	Sync() error
	Truncate(size int64) error
}

// NewLog creates the file, or empties it.
func NewLog(path string) (*Log, error) { return open(path, os.O_TRUNC) }

// OpenLog goes on with a file, or creates it; for a run that is resumed.
func OpenLog(path string) (*Log, error) { return open(path, 0) }

func open(path string, flag int) (*Log, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|flag, 0o644)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	at, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("metrics: %w", err)
	}
	if d, err := os.Open(filepath.Dir(path)); err == nil { // the name lasts from now on, where the system can flush folders
		_ = d.Sync()
		d.Close()
	}
	return &Log{f: f, path: path, at: at}, nil
}

// Write appends v in one write, so that a run can be followed and one that is killed leaves whole lines.
func (l *Log) Write(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	n, err := l.f.Write(append(b, '\n'))
	l.at += int64(n)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// Close closes the file.
func (l *Log) Close() error { return l.f.Close() }

// Name is that of the file, without its folder.
func (l *Log) Name() string { return filepath.Base(l.path) }

// Offset is the length of the file.
func (l *Log) Offset() int64 { return l.at }

// Sync returns once the file is on disk.
func (l *Log) Sync() error { return l.f.Sync() }

// Cut takes back what was written after the file had a length.
func (l *Log) Cut(at int64) error {
	if l.at < at {
		return fmt.Errorf("metrics: %s has %d bytes, the checkpoint was taken at %d: it is another file, or a part is lost", l.path, l.at, at)
	}
	if err := l.f.Truncate(at); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	_, err := l.f.Seek(at, io.SeekStart)
	l.at = at
	return err
}
