package env

import (
	"encoding/binary"
	"fmt"
)

// Pack appends a state to b: a pointer to a struct, or an array, whose parts all have a fixed size and whose fields are exported.
func Pack(b []byte, state any) ([]byte, error) { return binary.Append(b, binary.LittleEndian, state) }

// Unpack reads what Pack wrote, in the name of an environment. A state of another length is an error, and changes nothing.
func Unpack(name string, b []byte, state any) error {
	if want := binary.Size(state); len(b) != want {
		return fmt.Errorf("%s: a saved state of %d bytes, want %d", name, len(b), want)
	}
	_, err := binary.Decode(b, binary.LittleEndian, state)
	return err
}

// packInner appends e's state after its length, so that a wrapper's own state may follow.
func packInner(b []byte, e Env) ([]byte, error) {
	at := len(b)
	b, err := e.AppendBinary(append(b, make([]byte, 4)...))
	if err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b, nil
}

// cutInner takes off b what packInner wrote.
func cutInner(name string, b []byte) (inner, rest []byte, err error) {
	if len(b) >= 4 {
		if n := int64(binary.LittleEndian.Uint32(b)); n <= int64(len(b)-4) {
			return b[4 : 4+n], b[4+n:], nil
		}
	}
	return nil, nil, fmt.Errorf("%s: a saved state of %d bytes, which is cut short", name, len(b))
}

// cutFixed takes a value of fixed size off b.
func cutFixed(name string, b *[]byte, value any) error {
	n := binary.Size(value)
	if len(*b) < n {
		return fmt.Errorf("%s: a saved state that is %d bytes short", name, n-len(*b))
	}
	err := Unpack(name, (*b)[:n], value)
	*b = (*b)[n:]
	return err
}

// packWrapper appends the state of an environment and those parts that its wrapper has of its own.
func packWrapper(b []byte, e Env, own ...any) ([]byte, error) {
	b, err := packInner(b, e)
	for _, part := range own {
		if err != nil {
			return nil, err
		}
		b, err = Pack(b, part)
	}
	return b, err
}

// unpackWrapper reads what packWrapper wrote.
func unpackWrapper(name string, b []byte, e Env, own ...any) error {
	inner, rest, err := cutInner(name, b)
	if err != nil {
		return err
	}
	want := 0
	for _, part := range own {
		want += binary.Size(part)
	}
	if len(rest) != want {
		return fmt.Errorf("%s: a wrapper's saved state of %d bytes, want %d", name, len(rest), want)
	}
	if err := e.UnmarshalBinary(inner); err != nil {
		return err
	}
	for _, part := range own {
		if err := cutFixed(name, &rest, part); err != nil {
			return err
		}
	}
	return nil
}
