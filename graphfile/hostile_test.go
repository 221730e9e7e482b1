package graphfile

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// seal puts sums behind a file that was made by hand.
func seal(b []byte) []byte {
	b = append(append([]byte{}, b...), make([]byte, sha256.Size)...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// hand writes a file by hand: head, the kinds that are named, then what f writes.
func hand(t testing.TB, kinds []string, f func(e *encoder)) []byte {
	t.Helper()
	known, err := collect(nil).table()
	if err != nil {
		t.Fatal(err)
	}
	e := &encoder{table: known, b: []byte(magic)}
	e.list(version, 1, 9, 0, 0, len(kinds))
	for _, name := range kinds {
		k := known.names[name]
		if k == nil {
			k = &kind{form: reflect.TypeFor[struct{}]()}
		}
		if err := k.describe(); err != nil {
			t.Fatal(err)
		}
		e.text(name)
		e.count(len(k.attrs))
		for _, a := range k.attrs {
			e.text(a.name)
			e.count(int(a.tag))
		}
	}
	f(e)
	return e.b
}

func (e *encoder) list(ns ...int) {
	for _, n := range ns {
		e.count(n)
	}
}

// two is float32[2] in a file.
var two = []int{0, 1, 2}

// input writes the node of an input of float32[2], of kind 0, and those behind it.
func (e *encoder) input(after int) {
	e.list(1+after, 1)
	e.list(two...)
	e.list(0, 1, 'x', 0, 1, 2, 2, 0) // kind; Called, Of.Dtype, Of.Shape, Serial; no operands
}

// apply writes a node of float32[2] of one operand, of a kind without attributes.
func (e *encoder) apply(kind, x int) {
	e.list(1)
	e.list(two...)
	e.list(kind, 1, x)
}

// end writes no inputs, outputs, assignments.
func (e *encoder) end() { e.list(0, 0, 0) }

// nested writes a node whose body holds one, and so on.
func (e *encoder) nested(depth, inside int) {
	e.list(1)
	e.list(two...)
	e.list(1, 1)
	e.list(two...)
	if depth == 0 {
		e.list(inside)
		for i := range inside {
			e.apply(2, i)
		}
		e.list(1, inside)
	} else {
		e.list(1)
		e.nested(depth-1, inside)
		e.list(1, 1)
	}
	e.list(1, 0)
}

func TestHostile(t *testing.T) {
	for name, c := range map[string]struct {
		kinds []string
		f     func(e *encoder)
		want  string
	}{
		"nodes": {nil, func(e *encoder) { e.list(math.MaxInt / 2) }, "members do not fit in the 0 bytes that are left"},
		"operands": {[]string{"input", "neg"}, func(e *encoder) {
			e.input(1)
			e.list(1)
			e.list(two...)
			e.list(1, 1<<40)
		}, "node 1, neg: 1099511627776 members do not fit"},
		"itself":       {[]string{"input", "neg"}, func(e *encoder) { e.input(1); e.apply(1, 1); e.end() }, "node 1, neg: value 1 is used where there are 1"},
		"cycle":        {[]string{"input", "neg"}, func(e *encoder) { e.input(2); e.apply(1, 2); e.apply(1, 1); e.end() }, "node 1, neg: value 2 is used where there are 1"},
		"repeated":     {[]string{"input", "neg"}, func(e *encoder) { e.input(2); e.apply(1, 0); e.apply(1, 0); e.end() }, "node 2, neg: it repeats an earlier node"},
		"few operands": {[]string{"input", "add"}, func(e *encoder) { e.input(1); e.apply(1, 0); e.end() }, "node 1, add: 1 operands, want 2"},
		"no operand": {[]string{"concat"}, func(e *encoder) {
			e.list(1, 1)
			e.list(two...)
			e.list(0, 0, 0)
		}, "node 0, concat: its 0 operands are none that the op takes"},
		"lie": {[]string{"input", "neg"}, func(e *encoder) {
			e.input(1)
			e.list(1, 0, 1, 3, 1, 1, 0)
		}, "node 1, neg: result 0 is float32[2], the file says float32[3]"},
		"results": {[]string{"input", "neg"}, func(e *encoder) {
			e.input(1)
			e.list(2)
			e.list(two...)
			e.list(two...)
			e.list(1, 1, 0)
		}, "node 1, neg: neg: x [2]: it has 1 results, not 2"},
		"kind":       {[]string{"input"}, func(e *encoder) { e.input(1); e.apply(3, 0) }, "node 1: kind 3, want less than 1"},
		"overflow":   {[]string{"input"}, func(e *encoder) { e.list(1, 1, 0, 2, 1<<40, 1<<40, 0, 0, 0) }, "node 0: shape [1099511627776 1099511627776] overflows"},
		"rank":       {[]string{"input"}, func(e *encoder) { e.list(1, 1, 0, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1) }, "node 0: rank 9, want less than 9"},
		"dtype":      {[]string{"input"}, func(e *encoder) { e.list(1, 1, 8, 0, 0, 0, 0) }, "node 0: dtype 8, want less than 8"},
		"depth":      {[]string{"input", "checkpoint", "neg"}, func(e *encoder) { e.input(1); e.nested(maxDepth, 1); e.end() }, "bodies lie more than 32 deep in each other"},
		"constant":   {[]string{"constant"}, func(e *encoder) { e.list(1, 1, 0, 1, 1<<40, 0, 0, 1, 1<<40, 1) }, "a constant of float32[1099511627776] does not fit in the 1 bytes that are left"},
		"truth":      {[]string{"constant"}, func(e *encoder) { e.list(1, 1, 5, 1, 1, 0, 5, 1, 1, 7) }, "a truth value that is neither 0 nor 1"},
		"not fed":    {[]string{"input", "neg"}, func(e *encoder) { e.input(1); e.apply(1, 0); e.list(1, 1) }, "neg is no input"},
		"more":       {[]string{"input"}, func(e *encoder) { e.input(0); e.end(); e.list(0) }, "1 bytes follow the end"},
		"control":    {[]string{"input"}, func(e *encoder) { e.list(1, 1); e.list(two...); e.list(0, 1, 27) }, `"\x1b" cannot be printed`},
		"padded":     {[]string{"input"}, func(e *encoder) { e.b = append(e.b, 0x81, 0) }, "want a number of 64 bits in its shortest form"},
		"cut":        {[]string{"fill"}, func(e *encoder) { e.list(1, 1); e.list(two...); e.list(0, 0, 1, 2, 1) }, "the file ends where a float was wanted"},
		"read":       {[]string{"read"}, func(e *encoder) { e.list(1, 1); e.list(two...); e.list(0, 0) }, "node 0, read: variable 0, want less than 0"},
		"no body":    {[]string{"input", "checkpoint"}, func(e *encoder) { e.input(1); e.list(1); e.list(two...); e.list(1, 0) }, "node 1, checkpoint: a body without inputs"},
		"not known":  {[]string{"frobnicate"}, func(*encoder) {}, `op "frobnicate" is not known: want it registered by graphfile.Kinds(graph.Kind{Name: "frobnicate", Op: …})`},
		"wrong body": {[]string{"input", "checkpoint", "neg"}, func(e *encoder) { e.input(1); e.list(1); e.list(two...); e.list(1, 1, 0, 1, 3, 0, 1, 0, 1, 0) }, "node 1, checkpoint: checkpoint: x [2]: want float32[3] as operand 0 of the body, not float32[2]"},
	} {
		_, err := Decode(seal(hand(t, c.kinds, c.f)), hollowVar)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "graphfile: byte ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
	head := func(ns ...int) []byte {
		e := &encoder{b: []byte(magic)}
		e.list(ns...)
		return seal(e.b)
	}
	for want, data := range map[string][]byte{
		"this is no graph file":                   []byte("GIF89a"),
		"20 bytes are too few":                    append([]byte(magic), make([]byte, 12)...),
		"version 2, this program reads version 1": head(2, 1),
		"mode 2, want less than 2":                head(1, 2),
		"number of streams 4294967296, want":      head(1, 0, 1<<32),
		"the random key is variable 4 of 0":       head(1, 0, 0, 5, 0, 0, 0, 0, 0, 0),
		`two variables are called "w"`:            head(1, 0, 0, 0, 2, 1, 'w', 0, 0, 0, 1, 'w', 0, 0, 0),
		"want a state of int64[2]":                head(1, 0, 0, 1, 1, 1, 'w', 0, 0, 0, 0, 0),
		`variable "w": want one of float64[]`:     head(1, 0, 0, 0, 1, 1, 'w', 0, 1, 0),
		"the file is damaged or cut off":          append(head(1), 0),
		"the graph reads otherwise than it was":   head(1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"tag 11, want less than 11":               head(1, 0, 0, 0, 0, 1, 1, 'a', 1, 1, 'b', 11),
		"the attribute b of the file is not this": head(1, 0, 0, 0, 0, 1, 3, 'a', 'd', 'd', 1, 1, 'b', 0),
		"the file has no attribute By: it is of":  head(1, 0, 0, 0, 0, 1, 5, 's', 'c', 'a', 'l', 'e', 0, 0, 0),
	} {
		_, err := Decode(data, func(name string, _ bool, _ graph.Type) (graph.Var, error) {
			return graph.NewParam(name, graph.BufferOf([]float32{1}, []int{}...)), nil
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// small binds variables of at most 64 KB.
func small(name string, param bool, t graph.Type) (graph.Var, error) {
	switch {
	case t.Bytes() > 1<<16:
		return hollowVar(name, param, t)
	case param:
		return graph.NewParam(name, graph.NewBuffer(t)), nil
	}
	return graph.NewState(name, graph.NewBuffer(t)), nil
}

// open decodes what lies between magic and sums, runs it if it is small, and writes it again. It returns the bytes that decoding took.
func open(t testing.TB, content []byte) (took uint64, err error) {
	t.Helper()
	known, err := collect([]Option{WithoutRules()}).table()
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := decode(content, small, known)
	runtime.ReadMemStats(&after)
	took = after.TotalAlloc - before.TotalAlloc
	if err != nil {
		if s := err.Error(); strings.Contains(s, "\n") || !strings.HasPrefix(s, "byte ") {
			t.Fatalf("want one line with a place, not %q", s)
		}
		return took, err
	}
	if err := p.Graph.Verify(); err != nil {
		t.Fatal(err)
	}
	run(t, p)
	again, err := Encode(p.Graph, p.In, p.Out, Names(p.Names...))
	if err != nil {
		return took, err // an input that nobody feeds, say
	}
	q, err := Decode(again, small, WithoutRules())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := anonymous(q.Out), anonymous(p.Out); got != want {
		t.Fatalf("saved again\n%s\nit was\n%s", got, want)
	}
	return took, nil
}

// anonymous prints nodes without the numbers of bodies.
func anonymous(ns nodes) string { return bodies.ReplaceAllString(graph.Print(ns...), "body") }

var bodies = regexp.MustCompile(`\bbody\d+\b`)

// run runs a program, on zeros, if its arrays are small and its loops short: whatever it does, it does not end the process.
func run(t testing.TB, p *Program) {
	t.Helper()
	if !modest(p.Graph.Nodes()) {
		return
	}
	var feed []graph.Buffer
	for _, n := range p.In {
		feed = append(feed, graph.NewBuffer(n.Type()))
	}
	if plan, err := exec.Compile(p.Graph, exec.In(p.In...), exec.Out(p.Out...), exec.Workers(1)); err == nil {
		_, _ = plan.RunBuffers(feed...)
	}
}

func modest(nodes []*graph.Node) bool {
	for _, n := range nodes {
		for _, r := range n.Results() {
			for i := range r.Shape().Rank() {
				if r.Type().Bytes() > 1<<16 || r.Shape().Dim(i) > 1<<12 {
					return false
				}
			}
		}
		if r, ok := n.Op().(graph.Read); ok && r.Var.Value().Len() != r.Var.Type().Shape.Size() {
			return false
		}
		if r, ok := n.Op().(graph.Repeater); ok && r.Repeats() > 1000 || n.Op().Name() == "while" {
			return false
		}
		if h, ok := n.Op().(graph.Higher); ok {
			for _, f := range h.Bodies() {
				if !modest(f.Graph().Nodes()) {
					return false
				}
			}
		}
	}
	return true
}

// Memory is bounded by the size of the file: of chains of cheap nodes, of constants, and of bodies as deep as they may be.
func TestMemory(t *testing.T) {
	for name, content := range map[string][]byte{
		"chain": hand(t, []string{"input", "checkpoint", "neg"}, func(e *encoder) {
			e.input(20000)
			for i := range 20000 {
				e.apply(2, i)
			}
			e.end()
		}),
		"deep": hand(t, []string{"input", "checkpoint", "neg"}, func(e *encoder) {
			e.input(1)
			e.nested(maxDepth-2, 5000)
			e.end()
		}),
		"attributes": hand(t, []string{"input"}, func(e *encoder) {
			e.list(20000)
			for i := range 20000 {
				e.list(1, 0, 0, 0, 0, 0, 0)
				e.b = binary.AppendVarint(e.b, int64(i))
				e.list(0)
			}
			e.end()
		}),
	} {
		took, err := open(t, content)
		if err != nil {
			t.Error(name, err)
		}
		each := float64(took) / float64(len(content))
		t.Logf("%s: %d bytes take %d, %.0f a byte", name, len(content), took, each)
		if each > most {
			t.Errorf("%s: %.0f bytes are allocated for each of the file", name, each)
		}
	}
}

// most is what may be allocated for a byte of a file, all in all, beside the tables.
const most = 8000

// Every damage at every byte is an error by the sums; and where sums are made to fit, it is an error, or another graph, which runs or fails.
func TestDamage(t *testing.T) {
	for _, name := range goldens {
		data := golden(t, name)
		content := data[:len(data)-2*sha256.Size]
		opened := 0
		for i := range data {
			for bit := range 8 {
				bad := append([]byte{}, data...)
				bad[i] ^= 1 << bit
				if _, err := Decode(bad, small); err == nil {
					t.Fatalf("%s: bit %d of byte %d may be another", name, bit, i)
				}
				if i < len(magic) || i >= len(content) || testing.Short() && i%4 != bit%4 {
					continue
				}
				if _, err := open(t, bad[:len(content)]); err == nil {
					opened++
				}
			}
			if _, err := Decode(data[:i], small); err == nil {
				t.Fatalf("%s: %d bytes are enough", name, i)
			}
			if i >= len(magic) && i < len(content) {
				if _, err := open(t, content[:i]); err == nil {
					t.Fatalf("%s: %d bytes of the content are enough", name, i)
				}
			}
		}
		t.Logf("%s: %d bytes, %d of %d flipped bits make another graph", name, len(data), opened, 8*len(content))
	}
}

// FuzzDecode changes what lies between magic and sums.
func FuzzDecode(f *testing.F) {
	for _, name := range goldens {
		data := golden(f, name)
		f.Add(data[len(magic) : len(data)-2*sha256.Size])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		content = append([]byte(magic), content...)
		if took, _ := open(t, content); took > 4<<20+most*uint64(len(content)) {
			t.Fatalf("%d bytes take %d", len(content), took)
		}
	})
}
