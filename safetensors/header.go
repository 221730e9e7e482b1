package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// MaxHeader bounds the header in bytes. The format's reference implementation takes 100 MB; 16 MB describe a hundred thousand arrays.
const MaxHeader = 16 << 20

const metadata = "__metadata__"

// An entry is an array and its place, as a header has it.
type entry struct {
	Tensor
	from, to uint64
}

// A scanner reads a header by hand: encoding/json takes names in any case, members twice, null for anything, and a list of three for one of two, and
// builds what takes many times the memory of what is read.
type scanner struct {
	b  []byte
	at int
}

// parse reads a header.
func parse(head []byte) (es []entry, meta map[string]string, err error) {
	s := &scanner{b: head}
	es = make([]entry, 0, bytes.Count(head, []byte(`"data_offsets"`)))
	seen := map[string]bool{}
	err = s.object(func(name string) error {
		if seen[name] {
			return fmt.Errorf("the name %q appears twice", name)
		}
		seen[name] = true
		if name == metadata {
			meta, err = s.strings()
			return err
		}
		e, err := s.entry()
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		e.Name = name
		es = append(es, e)
		return nil
	})
	if err == nil && len(bytes.Trim(head[s.at:], " ")) > 0 {
		err = errors.New("something other than spaces follows the header's object")
	}
	return es, meta, err
}

// strings reads an object of texts.
func (s *scanner) strings() (map[string]string, error) {
	m := map[string]string{}
	err := s.object(func(name string) error {
		if _, twice := m[name]; twice {
			return fmt.Errorf("the metadata name %q twice", name)
		}
		v, err := s.text()
		if err != nil {
			return fmt.Errorf("the metadata are no strings: %w", err)
		}
		m[name] = v
		return nil
	})
	return m, err
}

// entry reads the description of an array: three members, each once.
func (s *scanner) entry() (e entry, err error) {
	members := 0
	err = s.object(func(name string) (err error) {
		bit := 0
		switch name {
		case "dtype":
			bit = 1
			if e.Dtype, err = s.text(); err == nil && sizes[e.Dtype] == 0 {
				err = fmt.Errorf("unknown dtype %q", e.Dtype)
			}
		case "shape":
			bit = 2
			e.Shape, err = s.numbers()
		case "data_offsets":
			bit = 4
			var place []int
			if place, err = s.numbers(); err == nil && len(place) != 2 {
				err = fmt.Errorf("%d data_offsets, want 2", len(place))
			}
			if err == nil {
				e.from, e.to = uint64(place[0]), uint64(place[1])
			}
		default:
			return fmt.Errorf("unknown field %q", name)
		}
		if members&bit != 0 {
			return fmt.Errorf("the field %q twice", name)
		}
		members |= bit
		return err
	})
	if err == nil && members != 7 {
		err = errors.New("want dtype, shape and data_offsets")
	}
	return e, err
}

// object reads an object, whose members f reads, told their names.
func (s *scanner) object(f func(name string) error) error {
	if err := s.want('{'); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.at++
		return nil
	}
	for {
		name, err := s.text()
		if err == nil {
			err = s.want(':')
		}
		if err == nil {
			err = f(name)
		}
		if err != nil {
			return err
		}
		if s.peek() != ',' {
			return s.want('}')
		}
		s.at++
	}
}

// numbers reads a list of whole numbers from 0 on.
func (s *scanner) numbers() ([]int, error) {
	if err := s.want('['); err != nil {
		return nil, err
	}
	if s.peek() == ']' {
		s.at++
		return []int{}, nil
	}
	end := max(0, bytes.IndexByte(s.b[s.at:], ']'))
	list := make([]int, 0, 1+bytes.Count(s.b[s.at:s.at+end], []byte{','}))
	for {
		n, err := s.number()
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		if s.peek() != ',' {
			return list, s.want(']')
		}
		s.at++
	}
}

func (s *scanner) number() (int, error) {
	s.peek()
	from, n := s.at, 0
	for ; s.at < len(s.b) && s.b[s.at] >= '0' && s.b[s.at] <= '9'; s.at++ {
		d := int(s.b[s.at] - '0')
		if n > (math.MaxInt-d)/10 {
			return 0, fmt.Errorf("byte %d: a number of more than %d", from, math.MaxInt)
		}
		n = 10*n + d
	}
	if s.at == from || s.b[from] == '0' && s.at > from+1 {
		return 0, fmt.Errorf("byte %d: want a whole number from 0 on", from)
	}
	return n, nil
}

// text reads a string.
func (s *scanner) text() (t string, err error) {
	if err := s.want('"'); err != nil {
		return "", err
	}
	from, escaped := s.at, false
	for ; s.at < len(s.b); s.at++ {
		switch c := s.b[s.at]; {
		case c == '"':
			s.at++
			if !escaped {
				return string(s.b[from : s.at-1]), nil
			}
			if err = json.Unmarshal(s.b[from-1:s.at], &t); err != nil {
				err = fmt.Errorf("byte %d: %w", from, err)
			}
			return t, err
		case c == '\\':
			escaped = true
			s.at++ // what it escapes ends nothing
		case c < ' ':
			return "", fmt.Errorf("byte %d: a control character in a string", s.at)
		}
	}
	s.at = len(s.b)
	return "", fmt.Errorf("byte %d: a string without end", from)
}

// want passes over spaces and the byte c.
func (s *scanner) want(c byte) error {
	if got := s.peek(); got != c || s.at == len(s.b) {
		if s.at == len(s.b) {
			return fmt.Errorf("it ends where %q was wanted", c)
		}
		return fmt.Errorf("byte %d: %q, want %q", s.at, got, c)
	}
	s.at++
	return nil
}

// peek passes over spaces, and returns the byte behind them, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.b); s.at++ {
		switch c := s.b[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}
