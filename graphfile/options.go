package graphfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// An Option says what a program knows beside the library.
type Option func(*options)

type options struct {
	kinds []graph.Kind
	rules map[string]autodiff.Rule
	names []string
	bare  bool // rules that are not registered are done without
	stray bool // ops that are not are shown
}

// Kinds registers ops of the caller's own, by the names that files have them by.
func Kinds(kinds ...graph.Kind) Option {
	return func(o *options) { o.kinds = append(o.kinds, kinds...) }
}

// Custom registers the function and the derivative of autodiff.Custom of that name, for Load and Decode.
func Custom(name string, f autodiff.Forward, b autodiff.Backward) Option {
	return func(o *options) { o.rules[name] = autodiff.Rule{F: f, B: b} }
}

// WithoutRules loads Custom functions that are not registered as well. What needs the derivative of one is an error then; the values are not.
func WithoutRules() Option { return func(o *options) { o.bare = true } }

// Names says what the outputs are called, for Save and Encode: one name for each. Without it they are called by their numbers.
func Names(names ...string) Option { return func(o *options) { o.names = names } }

func collect(opts []Option) *options {
	o := &options{rules: map[string]autodiff.Rule{}}
	for _, f := range opts {
		f(o)
	}
	return o
}

// table is what the program knows.
func (o *options) table() (*table, error) {
	rule := func(name string) (autodiff.Rule, error) {
		r, ok := o.rules[name]
		if !ok && !o.bare {
			return r, fmt.Errorf("no rule is registered for the Custom function %q: want graphfile.Custom(%[1]q, forward, backward), or WithoutRules", name)
		}
		return r, nil
	}
	t, err := newTable(slices.Concat(graph.Kinds(), ops.Kinds(), vmap.Kinds(), autodiff.Kinds(rule), flow.Kinds()), o.kinds)
	if err == nil {
		t.stray = o.stray
	}
	return t, err
}

// maxDepth bounds how deep bodies, and ops within ops, lie in each other.
const maxDepth = 32

// maxFresh bounds the numbers of random streams, which have 32 bits.
const maxFresh = 1<<32 - 1

const (
	magic   = "kedjagr\n"
	version = 1
)

// printable reports whether a text is harmless in a print of one line.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
