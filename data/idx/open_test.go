package idx_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/idx"
	"github.com/kedja-ml/kedja/graph"
)

func TestOpen(t *testing.T) {
	plain := []byte{0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(plain)
	_ = z.Close()
	for name, b := range map[string][]byte{"plain": plain, "packed.gz": packed.Bytes()} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := idx.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		row, err := data.Get(f, 1)
		if err != nil || f.Len() != 3 || !slices.Equal(graph.Data[uint8](row[0]), []uint8{3, 4}) {
			t.Errorf("%s: %d examples, the second %v, %v", name, f.Len(), row, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(path, b[:len(b)-1], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := idx.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("cut short: %v", err)
		}
	}
	if _, err := idx.Open("absent"); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Error(err)
	}
}
