package docs_test

import (
	"os"
	"strings"
	"testing"
)

// The models and recipes of examples.md are as short as it says: lines that are neither blank nor comments.
func TestModelsAreShort(t *testing.T) {
	short(t, "model.go", 80, "vit", "seq2seq", "vae")
	short(t, "main.go", 60, "research/hamiltonian", "research/neuralode", "research/maml", "research/pinn", "research/influence", "research/deq")
}

func short(t *testing.T, file string, most int, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		data, err := os.ReadFile("../examples/" + folder + "/" + file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
				n++
			}
		}
		if n < 20 || n > most {
			t.Errorf("%s: %d lines", folder, n)
		}
	}
}
