package mapped_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/internal/mapped"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{"some": strings.Repeat("pages and pages ", 10_000), "none": ""} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := mapped.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(f.Data) != want {
			t.Errorf("%s differs", name)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
	}
	for path, want := range map[string]string{dir: "want a file", filepath.Join(dir, "absent"): "absent: "} {
		if _, err := mapped.Open(path); err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%v, want %q and the path once", err, want)
		}
	}
}
