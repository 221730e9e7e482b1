// Package mutate makes hostile inputs for readers, in the process and deterministic by a seed: a hundred times as many a second as go test -fuzz,
// which looks at coverage for its price. Here an input is kept for further mutation when what came of it is new.
package mutate

import (
	"bytes"
	"math/rand/v2"
	"slices"
)

// MaxLen bounds inputs in bytes.
const MaxLen = 4 << 10

// A Corpus is inputs to begin with, and what was kept.
type Corpus struct {
	r      *rand.Rand
	tokens []string
	inputs [][]byte
	given  int // inputs that were not kept
	kinds  map[uint64]bool
	buf    []byte
	other  []byte
}

// New returns a corpus. Tokens are texts that mean something to the reader.
func New(seed uint64, tokens []string, inputs ...[]byte) *Corpus {
	return &Corpus{r: rand.New(rand.NewPCG(seed, 0)), tokens: tokens, inputs: slices.Clone(inputs), given: len(inputs), kinds: map[uint64]bool{}}
}

// Rand is the corpus's own source.
func (c *Corpus) Rand() *rand.Rand { return c.r }

// Len is the number of inputs, those that were kept included.
func (c *Corpus) Len() int { return len(c.inputs) }

// Next returns another input: one of the corpus, half the time one that was given, changed in one to eight ways. It is overwritten by the next
// one.
func (c *Corpus) Next() []byte {
	of := c.given
	if c.r.IntN(2) == 0 {
		of = len(c.inputs)
	}
	c.buf = append(c.buf[:0], c.inputs[c.r.IntN(of)]...)
	a, b := c.r.IntN(8), c.r.IntN(8)
	for range 1 + a&b { // few, mostly
		c.change()
	}
	if len(c.buf) > MaxLen {
		c.buf = c.buf[:MaxLen]
	}
	return c.buf
}

// Keep adds b to the corpus if nothing of this kind is in it: a hash of what came of b.
func (c *Corpus) Keep(kind uint64, b []byte) {
	if !c.kinds[kind] && len(c.kinds) < 1<<14 {
		c.kinds[kind] = true
		c.inputs = append(c.inputs, bytes.Clone(b))
	}
}

func (c *Corpus) change() {
	b, r := c.buf, c.r
	if len(b) == 0 {
		c.buf = append(b, c.tokens[r.IntN(len(c.tokens))]...)
		return
	}
	at := r.IntN(len(b))
	end := min(len(b), at+1+r.IntN(1+r.IntN(32)))
	switch r.IntN(10) {
	case 0:
		b[at] ^= 1 << r.IntN(8)
	case 1:
		b[at] = byte(r.IntN(256))
	case 2:
		c.replace(at, at, c.tokens[r.IntN(len(c.tokens))])
	case 3:
		c.replace(at, end, c.tokens[r.IntN(len(c.tokens))])
	case 4:
		c.buf = slices.Delete(b, at, end)
	case 5: // twice
		c.replace(end, end, string(b[at:end]))
	case 6:
		c.buf = b[:at]
	case 7: // goes on as another does
		o := c.inputs[r.IntN(len(c.inputs))]
		c.buf = append(b[:at], o[r.IntN(len(o)+1):]...)
	case 8: // another digit
		for i := range b {
			if k := (at + i) % len(b); b[k] >= '0' && b[k] <= '9' {
				b[k] = byte('0' + r.IntN(10))
				return
			}
		}
	case 9: // what lies elsewhere
		to := r.IntN(len(b))
		c.replace(to, to, string(b[at:end]))
	}
}

// replace puts s in place of bytes from to end.
func (c *Corpus) replace(from, end int, s string) {
	c.other = append(c.other[:0], c.buf[end:]...)
	c.buf = append(append(c.buf[:from], s...), c.other...)
}

// KindOf hashes a message without the numbers and quoted texts in it (FNV-1a).
func KindOf(message string) uint64 {
	h, quote := uint64(14695981039346656037), byte(0)
	for i := range len(message) {
		switch c := message[i]; {
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c < '0' || c > '9':
			h = (h ^ uint64(c)) * 1099511628211
		}
	}
	return h
}
