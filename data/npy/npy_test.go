package npy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/npy"
	"github.com/kedja-ml/kedja/graph"
)

// The files of testdata are made by testdata/make.py.
func Example() {
	f, err := npy.Open("testdata/f4.npy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	row, err := data.Get(f, 1)
	fmt.Println(f.Array.Type, graph.Data[float32](row[0]), err)
	// Output: float32[2 3] [3 4 5] <nil>
}

func TestTypes(t *testing.T) {
	for name, want := range map[string]graph.Type{
		"f4": graph.T(graph.Float32, 2, 3), "f8": graph.T(graph.Float64, 2, 3), "i4": graph.T(graph.Int32, 2, 3), "i8": graph.T(graph.Int64, 2, 3),
		"u1": graph.T(graph.Uint8, 2, 3), "bool": graph.T(graph.Bool, 2, 3), "f2": graph.T(graph.Float16, 2, 3), "version2": graph.T(graph.Uint8, 4),
	} {
		f, err := npy.Open(filepath.Join("testdata", name+".npy"))
		if err != nil {
			t.Error(err)
			continue
		}
		if f.Array.Type != want || f.Len() != want.Shape.Dim(0) {
			t.Errorf("%s: %v and %d examples, want %v", name, f.Array.Type, f.Len(), want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestReadNPZ(t *testing.T) {
	for _, name := range []string{"stored.npz", "packed.npz"} {
		all, err := npy.ReadNPZ(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		x, y := []float64{0, 0.5, 1, 1.5}, []int64{7, 8}
		if len(all) != 2 || !slices.Equal(graph.Data[float64](all["x"]), x) || !slices.Equal(graph.Data[int64](all["y"]), y) {
			t.Errorf("%s: %v", name, all)
		}
	}
}

func TestBadFiles(t *testing.T) {
	good, err := os.ReadFile("testdata/f4.npy")
	if err != nil {
		t.Fatal(err)
	}
	columns, err := os.ReadFile("testdata/columns.npy")
	if err != nil {
		t.Fatal(err)
	}
	for want, b := range map[string][]byte{
		"does not begin":         []byte("PK and more than twelve bytes"),
		"20 bytes of elements":   good[:len(good)-4],
		"a header of 65535":      append([]byte("\x93NUMPY\x01\x00\xff\xff"), good[10:]...),
		"no header of NumPy's":   append(append([]byte{}, good[:10]...), make([]byte, len(good)-10)...),
		"elements of type \">f4": []byte(strings.Replace(string(good), "<f4", ">f4", 1)),
		"columns first":          columns,
	} {
		path := filepath.Join(t.TempDir(), "bad.npy")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := npy.Open(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v, want %q and the path", err, want)
		}
		if _, err := npy.ReadNPZ(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("as npz: %v", err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"f4", "bool", "version2"} {
		b, err := os.ReadFile(filepath.Join("testdata", name+".npy"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	path := filepath.Join(f.TempDir(), "a.npy")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if g, err := npy.Open(path); err == nil {
			if g.Array.Type.Bytes() > len(b) {
				t.Errorf("%v from %d bytes", g.Array.Type, len(b))
			}
			g.Close()
		}
	})
}
