package tensorboard

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/kedja-ml/kedja/internal/patherr"
)

// Name is that of the file in its folder. It is always the same, so that a run that is resumed goes on with it.
const Name = "events.out.tfevents.0.kedja"

// A Writer appends events to a file, each in one write, so that a run can be followed. It is for one goroutine at a time.
type Writer struct {
	Clock func() time.Time // of the events; time.Now unless it is set

	f    *os.File
	path string
	at   int64
}

// Open goes on with the event file of a folder; where there is none, it makes both.
func Open(dir string) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("tensorboard: %s: %w", dir, patherr.Cause(err))
	}
	w := &Writer{path: filepath.Join(dir, Name), Clock: time.Now}
	f, err := os.OpenFile(w.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, w.failed(err)
	}
	w.f = f
	if w.at, err = f.Seek(0, io.SeekEnd); err != nil {
		f.Close()
		return nil, w.failed(err)
	}
	return w, nil
}

func (w *Writer) failed(err error) error {
	return fmt.Errorf("tensorboard: %s: %w", w.path, patherr.Cause(err))
}

// write appends an event: its time, then the given fields.
func (w *Writer) write(fields message) error {
	now := w.Clock()
	var e message
	e.double(1, float64(now.Unix())+float64(now.Nanosecond())/1e9)
	n, err := w.f.Write(appendRecord(nil, append(e, fields...)))
	w.at += int64(n)
	if err != nil {
		return w.failed(err)
	}
	return nil
}

// add appends a summary, after the version where the file is empty.
func (w *Writer) add(step int, summary message) error {
	if w.at == 0 {
		var version message
		version.bytes(3, []byte("brain.Event:2"))
		if err := w.write(version); err != nil {
			return err
		}
	}
	var e message
	if step != 0 {
		e.varint(2, int64(step))
	}
	e.bytes(5, summary)
	return w.write(e)
}

// Scalar adds a number to a curve.
func (w *Writer) Scalar(tag string, step int, v float64) error { return w.add(step, scalar(tag, v)) }

// Text adds a text, which TensorBoard reads as Markdown.
func (w *Writer) Text(tag string, step int, s string) error { return w.add(step, text(tag, s)) }

// Histogram adds the distribution of values, in bins of equal width: 30, as TensorBoard's own. Values must be finite.
func (w *Writer) Histogram(tag string, step int, values []float32) error {
	for i, v := range values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("tensorboard: histogram %q: value %d is %v, want finite numbers", tag, i, v)
		}
	}
	return w.add(step, histogram(tag, values, 30))
}

// Image adds a picture.
func (w *Writer) Image(tag string, step int, m image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return fmt.Errorf("tensorboard: image %q: %w", tag, err)
	}
	return w.PNG(tag, step, b.Bytes())
}

// PNG adds a picture that is encoded already, such as one that plots drew.
func (w *Writer) PNG(tag string, step int, file []byte) error {
	c, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("tensorboard: image %q: %w", tag, err)
	}
	return w.add(step, picture(tag, strconv.AppendInt(nil, int64(c.Width), 10), strconv.AppendInt(nil, int64(c.Height), 10), file))
}

// Name is that of the file, which a checkpoint keeps with its length.
func (w *Writer) Name() string { return Name }

// Offset is the length of the file.
func (w *Writer) Offset() int64 { return w.at }

// Sync returns once the file is on disk.
func (w *Writer) Sync() error {
	if err := w.f.Sync(); err != nil {
		return w.failed(err)
	}
	return nil
}

// Cut takes back what was written after the file had a length.
func (w *Writer) Cut(at int64) error {
	if w.at < at {
		return fmt.Errorf("tensorboard: %s has %d bytes, want at least %d: it is another file, or a part is lost", w.path, w.at, at)
	}
	err := w.f.Truncate(at)
	if err == nil {
		_, err = w.f.Seek(at, io.SeekStart)
	}
	if err != nil {
		return w.failed(err)
	}
	w.at = at
	return nil
}

// Close closes the file.
func (w *Writer) Close() error {
	if err := w.f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return w.failed(err)
	}
	return nil
}
