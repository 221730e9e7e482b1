package docs_test

import (
	"os"
	"strings"
	"testing"
)

// The models of examples.md are as short as it says: lines that are neither blank nor comments.
func TestModelsAreShort(t *testing.T) {
	for _, name := range []string{"vit", "seq2seq", "vae"} {
		data, err := os.ReadFile("../examples/" + name + "/model.go")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
				n++
			}
		}
		if n < 20 || n > 80 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}
