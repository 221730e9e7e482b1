// Package idx reads the IDX format of the MNIST files (LeCun, Cortes & Burges): two zero bytes, a type, the number of axes, their
// sizes as big-endian 32-bit numbers, then the elements in row-major order.
package idx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits on what Read takes into memory. It is taken as data arrives, so that a short file cannot make a reader take more. Open has no
// MaxBytes.
const (
	MaxAxes  = 8
	MaxBytes = 1 << 31
)

// most is more than any file has, and less than what overflows.
const most = 1 << 48

// Array is what a file of unsigned bytes holds.
type Array struct {
	Shape []int
	Data  []uint8
}

// Read reads an array of unsigned bytes. Nothing may follow it.
func Read(r io.Reader) (Array, error) {
	shape, size, err := header(r)
	if err != nil {
		return Array{}, err
	}
	if size > MaxBytes {
		return Array{}, fmt.Errorf("idx: sizes %v hold more than %d bytes", shape, MaxBytes)
	}
	a := Array{Shape: shape}
	if a.Data, err = io.ReadAll(io.LimitReader(r, int64(size)+1)); err != nil {
		return Array{}, fmt.Errorf("idx: %w", err)
	}
	if uint64(len(a.Data)) != size {
		return Array{}, fmt.Errorf("idx: the data has %d bytes or more, the sizes %v want %d", len(a.Data), a.Shape, size)
	}
	return a, nil
}

// header reads what stands before the elements, and how many they are.
func header(r io.Reader) (shape []int, size uint64, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, fmt.Errorf("idx: no header: %w", short(err))
	}
	if head[0] != 0 || head[1] != 0 {
		return nil, 0, fmt.Errorf("idx: the file begins with %x, want 0000", head[:2])
	}
	if head[2] != 8 {
		return nil, 0, fmt.Errorf("idx: elements of type %#x, want 0x8, unsigned bytes", head[2])
	}
	if head[3] == 0 || head[3] > MaxAxes {
		return nil, 0, fmt.Errorf("idx: %d axes, want 1 to %d", head[3], MaxAxes)
	}
	shape, size = make([]int, head[3]), 1
	for i := range shape {
		var n [4]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return nil, 0, fmt.Errorf("idx: the size of axis %d is missing: %w", i, short(err))
		}
		d := uint64(binary.BigEndian.Uint32(n[:]))
		shape[i] = int(d)
		if d > 0 && size > most/d {
			return nil, 0, fmt.Errorf("idx: sizes %v hold more than %d bytes", shape[:i+1], uint64(most))
		}
		size *= d
	}
	return shape, size, nil
}

func short(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
