package train

import (
	"fmt"
	"os"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/internal/patherr"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/safetensors"
)

// Save writes the parameters and states of a model to a safetensors file, whole or not at all. A model
// without any is an error.
func Save(path string, model any) error {
	ts := checkpoint.Tensors(nn.Vars(model))
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
		return fmt.Errorf("weights %s: %w", path, patherr.Cause(err))
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
	return checkpoint.Assign(nn.Vars(model), f.Tensors)
}
