package torch

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/patherr"
	"github.com/kedja-ml/kedja/safetensors"
)

// An Option of Load, Decode, Save and Tensors: Names; of Load and Decode: Partial, Convert.
type Option func(*settings)

type settings struct {
	names   map[string]string
	left    *Left
	convert bool
}

func apply(opts []Option) (s settings) {
	for _, o := range opts {
		o(&s)
	}
	return s
}

// Names says what PyTorch calls parts of the model. A key is the path of a part as nn.Params has it: of a variable ("Head.W"), of a layer
// ("Head") or of all that lies below ("Blocks"); "" is the whole model. The name of a part replaces all that the names of what holds
// it would have given; what lies below keeps its usual names. A star in a key stands for one component of a path, and a star
// in the name repeats it:
//
//	"": "module"    "Blocks": "transformer.h"    "Blocks.*.Attention": "transformer.h.*.attn"
//
// The name "-" says that PyTorch does not have the part: it is not read and not written. Parts with one name are one tensor in PyTorch.
// The projections of an attention are linear layers of PyTorch's if a key names them: QKV as one, or QKV.Q, QKV.K and QKV.V; of
// an attention to a memory Q, KV.K and KV.V.
//
// Dots at the ends do not count. A key that fits nothing is an error. Names given twice add up.
func Names(names map[string]string) Option {
	return func(s *settings) {
		if s.names == nil {
			s.names = map[string]string{}
		}
		for k, v := range names {
			s.names[k] = v
		}
	}
}

// Left is what a partial loading left out, by PyTorch's names, each list in order.
type Left struct {
	Missing    []string // of the model, not in the file
	Unexpected []string // in the file, not of the model
	Misfit     []string // of another shape or dtype
}

// Partial loads what fits, and tells in left what did not.
func Partial(left *Left) Option { return func(s *settings) { s.left = left } }

// Convert lets float32 become float64, which is exact, and float64 float32, which rounds to nearest even.
func Convert() Option { return func(s *settings) { s.convert = true } }

// Load reads a state_dict into a model of the same structure. It is strict unless Partial is given: every name that is missing or
// unexpected, and every tensor of another shape or dtype, is listed in one error, and then nothing has been changed. Half precision
// becomes that of the model, exactly; float32 and float64 are exchanged only with Convert.
func Load(path string, model any, opts ...Option) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("torch: %s: %w", path, patherr.Cause(err))
	}
	if err := decode(data, model, apply(opts)); err != nil {
		return fmt.Errorf("torch: %s: %w", path, err)
	}
	return nil
}

// Decode is Load from memory.
func Decode(data []byte, model any, opts ...Option) error {
	if err := decode(data, model, apply(opts)); err != nil {
		return fmt.Errorf("torch: %w", err)
	}
	return nil
}

// A filling is what a variable is to become.
type filling struct {
	next graph.Buffer
	set  []bool // which elements the file gave
}

func decode(data []byte, model any, s settings) error {
	f, err := safetensors.Decode(data)
	if err != nil {
		return err
	}
	fields, err := walk(model, s)
	if err != nil {
		return err
	}
	have, used := map[string]safetensors.Tensor{}, map[string]bool{}
	for _, t := range f.Tensors {
		have[t.Name] = t
	}
	var left Left
	var wrong []string
	into := map[graph.Var]*filling{}
	for _, fd := range fields {
		t, ok := have[fd.Name]
		used[fd.Name] = true
		if !ok || len(fd.pieces) == 0 {
			continue
		}
		if err := fd.read(t, s, into); err != nil {
			left.Misfit = append(left.Misfit, one(fd.Name))
			wrong = append(wrong, one(fd.Name)+" "+err.Error())
		}
	}
	for _, fd := range fields {
		if _, ok := have[fd.Name]; !ok && !fd.given(into) {
			left.Missing = append(left.Missing, one(fd.Name))
			wrong = append(wrong, fmt.Sprintf("%s is missing (%s)", one(fd.Name), fd.Path))
		}
	}
	for name := range have {
		if !used[name] {
			left.Unexpected = append(left.Unexpected, one(name))
			wrong = append(wrong, one(name)+" is unexpected")
		}
	}
	switch {
	case s.left != nil:
		for _, l := range []*[]string{&left.Missing, &left.Unexpected, &left.Misfit} {
			slices.Sort(*l)
			*l = slices.Compact(*l)
		}
		*s.left = left
	case len(wrong) > 0:
		slices.Sort(wrong)
		return errors.New(strings.Join(slices.Compact(wrong), "; "))
	}
	for v, f := range into {
		v.Set(f.next)
	}
	return nil
}

// one makes one line of a name, whatever the file holds.
func one(name string) string { return strings.Trim(strconv.Quote(name), `"`) }

// given reports whether another name of the same variables has given every element; a count of batches need not be given.
func (f field) given(into map[graph.Var]*filling) bool {
	for _, p := range f.pieces {
		if p.rows*p.cols == 0 {
			return false
		}
		to := into[p.v]
		if to == nil {
			return false
		}
		for i := range p.indices() {
			if !to.set[i] {
				return false
			}
		}
	}
	return true
}

// indices yields the numbers of a piece's elements in its variable, in the order of PyTorch's.
func (p piece) indices() func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for r := range p.rows {
			for c := range p.cols {
				if !yield(p.from + r*p.row + c*p.col) {
					return
				}
			}
		}
	}
}

// read puts a tensor into its variables, or says what is wrong with it and leaves them as they are.
func (f field) read(t safetensors.Tensor, s settings, into map[graph.Var]*filling) error {
	want := f.pieces[0].v.Type().Dtype
	if !slices.Equal(t.Shape, f.Shape) {
		return fmt.Errorf("is %s%v, want %s%v (%s)", t.Dtype, t.Shape, safetensors.DtypeOf(want), f.Shape, f.Path)
	}
	if slices.ContainsFunc(f.pieces, func(p piece) bool { return p.v.Type().Dtype != want }) {
		return fmt.Errorf("is one tensor, but its parts in the model have several dtypes (%s)", f.Path)
	}
	data, err := convert(t, want, s.convert)
	if err != nil {
		return err
	}
	size := want.Size()
	at := func(i int) []byte { return data[i*size : (i+1)*size] }
	i := 0
	for _, p := range f.pieces {
		to := into[p.v]
		for k := range p.indices() {
			if to != nil && to.set[k] && !bytes.Equal(to.next.Bytes()[k*size:(k+1)*size], at(i)) {
				return fmt.Errorf("differs from another tensor of %s", f.Path)
			}
			i++
		}
	}
	i = 0
	for _, p := range f.pieces {
		to := into[p.v]
		if to == nil {
			b := p.v.Value()
			to = &filling{b, make([]bool, b.Len())}
			into[p.v] = to
		}
		for k := range p.indices() {
			copy(to.next.Bytes()[k*size:(k+1)*size], at(i))
			to.set[k] = true
			i++
		}
	}
	return nil
}
