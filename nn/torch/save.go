package torch

import (
	"bytes"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/safetensors"
)

// Save writes the model's state_dict to a safetensors file that PyTorch loads, whole or not at all. A variable with two names is
// written twice, as load_state_dict expects it. Counts of batches, which only PyTorch's batch norm without momentum reads, are 0.
func Save(path string, model any, opts ...Option) error {
	ts, err := encode(model, apply(opts))
	if err != nil {
		return fmt.Errorf("torch: %s: %w", path, err)
	}
	if err := safetensors.WriteFile(path, ts, format); err != nil {
		return fmt.Errorf("torch: %s: %w", path, err)
	}
	return nil
}

// Encode is Save to memory.
func Encode(model any, opts ...Option) ([]byte, error) {
	ts, err := encode(model, apply(opts))
	if err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, ts, format); err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	return b.Bytes(), nil
}

// format is what PyTorch's tools write into the metadata, and some of them ask for.
var format = map[string]string{"format": "pt"}

func encode(model any, s settings) ([]safetensors.Tensor, error) {
	fields, err := walk(model, s)
	if err != nil {
		return nil, err
	}
	var ts []safetensors.Tensor
	first := map[string]int{}
	values := map[graph.Var]graph.Buffer{}
	for _, f := range fields {
		t := f.write(values)
		i, ok := first[f.Name]
		switch {
		case !ok:
			first[f.Name] = len(ts)
			ts = append(ts, t)
		case ts[i].Dtype != t.Dtype || fmt.Sprint(ts[i].Shape) != fmt.Sprint(t.Shape) || !bytes.Equal(ts[i].Data, t.Data):
			return nil, fmt.Errorf("%s is one tensor, but %s differs from what it is elsewhere in the model", one(f.Name), f.Path)
		}
	}
	return ts, nil
}

// write returns the tensor of a field.
func (f field) write(values map[graph.Var]graph.Buffer) safetensors.Tensor {
	if len(f.pieces) == 0 {
		return safetensors.Tensor{Name: f.Name, Dtype: safetensors.DtypeOf(graph.Int64), Shape: f.Shape, Data: make([]byte, 8)}
	}
	t := safetensors.Tensor{Name: f.Name, Dtype: safetensors.DtypeOf(f.pieces[0].v.Type().Dtype), Shape: f.Shape}
	for _, p := range f.pieces {
		b, ok := values[p.v]
		if !ok {
			b = p.v.Value()
			values[p.v] = b
		}
		size := b.Type.Dtype.Size()
		for k := range p.indices() {
			t.Data = append(t.Data, b.Bytes()[k*size:(k+1)*size]...)
		}
	}
	return t
}
