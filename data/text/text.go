// Package text makes data sets of a text's characters, for models that learn to continue it.
package text

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// A Vocabulary numbers characters: rune i has the number i.
type Vocabulary []rune

// VocabularyOf lists the characters of a text, sorted.
func VocabularyOf(s string) Vocabulary {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	v := make(Vocabulary, 0, len(seen))
	for r := range seen {
		v = append(v, r)
	}
	slices.Sort(v)
	return v
}

// Encode numbers the characters of s, one that v does not have being an error.
func (v Vocabulary) Encode(s string) ([]int32, error) {
	ids := make([]int32, 0, len(s))
	for at, r := range s {
		i, ok := slices.BinarySearch(v, r)
		if !ok {
			return nil, fmt.Errorf("text: %q at byte %d is not in the vocabulary of %d characters", r, at, len(v))
		}
		ids = append(ids, int32(i))
	}
	return ids, nil
}

// Decode is the inverse of Encode. A number that v does not have becomes U+FFFD.
func (v Vocabulary) Decode(ids []int32) string {
	rs := make([]rune, len(ids))
	for k, i := range ids {
		rs[k] = utf8.RuneError
		if i >= 0 && int(i) < len(v) {
			rs[k] = v[i]
		}
	}
	return string(rs)
}

// ReadFile reads a text in UTF-8. Bytes that are none are an error.
func ReadFile(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("text: %w", err)
	}
	if at := invalid(b); at >= 0 {
		return "", fmt.Errorf("text: %s: byte %d is not UTF-8", path, at)
	}
	return string(b), nil
}

// invalid finds the first byte that is not part of UTF-8, or −1.
func invalid(b []byte) int {
	for at := 0; at < len(b); {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return -1
}

// Windows returns the stretches of n tokens that begin every stride tokens, each an example of two int32 vectors of length n: the tokens,
// and what follows each of them.
func Windows(tokens []int32, n, stride int) (data.Dataset, error) {
	if n < 1 || stride < 1 {
		return nil, errors.New("text: want windows of at least one token, and a stride of at least one")
	}
	if len(tokens) <= n {
		return nil, fmt.Errorf("text: %d tokens, want more than the %d of a window", len(tokens), n)
	}
	t := graph.T(graph.Int32, n)
	return data.Func((len(tokens)-1-n)/stride+1, []graph.Type{t, t}, func(i int, _ uint64, row []graph.Buffer) error {
		copy(graph.Data[int32](row[0]), tokens[i*stride:])
		copy(graph.Data[int32](row[1]), tokens[i*stride+1:])
		return nil
	}), nil
}
