package train

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/safetensors"
)

// wire names dtypes as the safetensors format does.
var wire = map[graph.Dtype]string{
	graph.Float32: "F32", graph.Float64: "F64", graph.Int32: "I32", graph.Int64: "I64", graph.Uint8: "U8", graph.Bool: "BOOL",
	graph.Float16: "F16", graph.BFloat16: "BF16",
}

// Save writes the parameters and states of a model to a safetensors file, whole or not at all. A model
// without any is an error.
func Save(path string, model any) error {
	var ts []safetensors.Tensor
	for name, v := range nn.Vars(model) {
		b := v.Value()
		ts = append(ts, safetensors.Tensor{Name: name, Dtype: wire[b.Type.Dtype], Shape: b.Type.Shape.Dims(), Data: b.Bytes()})
	}
	if len(ts) == 0 {
		return fmt.Errorf("weights %s: the model holds neither parameters nor states; they are found in exported fields only", path)
	}
	return safetensors.WriteFile(path, ts, map[string]string{"format": "kedja"})
}

// Load reads a file that Save wrote into a model of the same structure. It is strict: every name that is missing or
// unexpected, and every array of another type, is listed in one error, and then nothing has been changed.
func Load(path string, model any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return fmt.Errorf("weights %s: %w", path, err)
	}
	if err := Decode(data, model); err != nil {
		return fmt.Errorf("weights %s: %w", path, err)
	}
	return nil
}

// Decode is Load from memory.
func Decode(data []byte, model any) error {
	f, err := safetensors.Decode(data)
	if err != nil {
		return err
	}
	have := map[string]safetensors.Tensor{}
	for _, t := range f.Tensors {
		have[t.Name] = t
	}
	var wrong []string
	set := map[graph.Var]graph.Buffer{}
	for name, v := range nn.Vars(model) {
		t, ok := have[name]
		delete(have, name)
		switch want := v.Type(); {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%s is missing", name))
		case t.Dtype != wire[want.Dtype] || graph.Of(t.Shape...) != want.Shape:
			wrong = append(wrong, fmt.Sprintf("%s is %s%v, want %s%v", name, t.Dtype, t.Shape, wire[want.Dtype], want.Shape))
		case want.Dtype == graph.Bool && bytes.ContainsFunc(t.Data, func(r rune) bool { return r > 1 }):
			wrong = append(wrong, fmt.Sprintf("%s has a truth value that is neither 0 nor 1", name))
		default:
			b := graph.NewBuffer(want)
			copy(b.Bytes(), t.Data)
			set[v] = b
		}
	}
	for name := range have {
		wrong = append(wrong, fmt.Sprintf("%s is unexpected", strings.Trim(strconv.Quote(name), `"`))) // one line, whatever the file holds
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return errors.New(strings.Join(wrong, "; "))
	}
	for v, b := range set {
		v.Set(b)
	}
	return nil
}
