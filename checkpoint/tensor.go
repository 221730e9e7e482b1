package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/safetensors"
)

// Tensors copies the values of variables, by name, for a safetensors file.
func Tensors(vars iter.Seq2[string, graph.Var]) []safetensors.Tensor {
	var ts []safetensors.Tensor
	for name, v := range vars {
		b := v.Value()
		ts = append(ts, safetensors.Tensor{Name: name, Dtype: safetensors.DtypeOf(b.Type.Dtype), Shape: b.Type.Shape.Dims(), Data: b.Bytes()})
	}
	return ts
}

// Assign gives variables the values of a file's arrays. It is strict: every name that is missing or unexpected, and every array of
// another type, is listed in one error, and then nothing has been changed.
func Assign(vars iter.Seq2[string, graph.Var], tensors []safetensors.Tensor) error {
	return assign(vars, tensors, true, true)
}

// assign reports what is missing or unexpected if told to.
func assign(vars iter.Seq2[string, graph.Var], tensors []safetensors.Tensor, missing, unexpected bool) error {
	have := map[string]safetensors.Tensor{}
	for _, t := range tensors {
		have[t.Name] = t
	}
	var wrong []string
	next := map[graph.Var]graph.Buffer{}
	for name, v := range vars {
		t, ok := have[name]
		delete(have, name)
		switch want := v.Type(); {
		case !ok && missing:
			wrong = append(wrong, fmt.Sprintf("%s is missing", name))
		case !ok:
		case t.Dtype != safetensors.DtypeOf(want.Dtype) || graph.Of(t.Shape...) != want.Shape:
			wrong = append(wrong, fmt.Sprintf("%s is %s%v, want %s%v", name, t.Dtype, t.Shape, safetensors.DtypeOf(want.Dtype), want.Shape))
		case want.Dtype == graph.Bool && slices.ContainsFunc(t.Data, func(b byte) bool { return b > 1 }):
			wrong = append(wrong, fmt.Sprintf("%s has a truth value that is neither 0 nor 1", name))
		default:
			b := graph.NewBuffer(want)
			copy(b.Bytes(), t.Data)
			next[v] = b
		}
	}
	for name := range have {
		if unexpected {
			wrong = append(wrong, fmt.Sprintf("%s is unexpected", strings.Trim(strconv.Quote(name), `"`))) // one line, whatever the file holds
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return errors.New(strings.Join(wrong, "; "))
	}
	for v, b := range next {
		v.Set(b)
	}
	return nil
}

// describe lists arrays with their sums, in the order given.
func describe(ts []safetensors.Tensor) []Tensor {
	out := make([]Tensor, len(ts))
	for i, t := range ts {
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		out[i] = Tensor{t.Name, t.Dtype, shape, sum(t.Data)}
	}
	return out
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
