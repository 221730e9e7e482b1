package cifar_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/cifar"
	"github.com/kedja-ml/kedja/graph"
)

// records are n images: of image i every level of plane c is 10·i + c, and the label is i mod 10.
func records(n int) (b []byte) {
	for i := range n {
		b = append(b, byte(i%10))
		for c := range 3 {
			for range 1024 {
				b = append(b, byte(10*i+c))
			}
		}
	}
	return b
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen(t *testing.T) {
	f, err := cifar.Open(write(t, "data_batch_1.bin", records(12)))
	if err != nil || f.Len() != 12 {
		t.Fatal(f, err)
	}
	row, err := data.Get(f, 11)
	if err != nil || graph.Data[int32](row[1])[0] != 1 {
		t.Fatal(row, err)
	}
	for i, p := range graph.Data[uint8](row[0]) {
		if p != byte(110+i/1024) {
			t.Fatal(i, p)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	label := records(3)
	label[3073] = 10
	for want, b := range map[string][]byte{
		"0 bytes, want a multiple of 3073": {}, "6145 bytes, want a multiple of 3073": records(2)[1:], "image 1 has the label 10, want 0 to 9": label,
	} {
		path := write(t, "x.bin", b)
		if _, err := cifar.Open(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := cifar.Open("absent"); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	const ten = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"
	if names, err := cifar.Names(filepath.Dir(write(t, "batches.meta.txt", []byte(ten)))); err != nil || len(names) != 10 || names[9] != "truck" {
		t.Error(names, err)
	}
	if names, err := cifar.Names(t.TempDir()); err != nil || strings.Join(names, "") != "0123456789" {
		t.Error(names, err)
	}
	for _, bad := range []string{"", "cat\ndog\n", strings.Replace(ten, "dog", "cat", 1), strings.Repeat("x\n", 1000)} {
		path := write(t, "batches.meta.txt", []byte(bad))
		if _, err := cifar.Names(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), path) {
			t.Error(err)
		}
	}
}
