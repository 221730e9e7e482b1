package data_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/csv"
	"github.com/kedja-ml/kedja/data/folder"
	"github.com/kedja-ml/kedja/data/idx"
	"github.com/kedja-ml/kedja/data/jsonl"
	"github.com/kedja-ml/kedja/data/npy"
	"github.com/kedja-ml/kedja/data/text"
	"github.com/kedja-ml/kedja/graph"
)

// read opens a file by a reader's own function and reads its first example, if there is one.
func read(d data.Dataset, err error) error {
	if err == nil && d.Len() > 0 {
		_, err = data.Get(d, 0)
	}
	return err
}

// What is no file of its kind is refused in one line, which names the file and what was wanted.
func TestBadFiles(t *testing.T) {
	readers := map[string]func(path string) error{
		"idx":  func(p string) error { d, err := idx.Open(p); return read(d, err) },
		"npy":  func(p string) error { d, err := npy.Open(p); return read(d, err) },
		"npz":  func(p string) error { _, err := npy.ReadNPZ(p); return err },
		"text": func(p string) error { _, err := text.ReadFile(p); return err },
		"csv": func(p string) error {
			d, err := csv.Open(p, csv.Options{}, csv.Field{Columns: []string{"x"}})
			return read(d, err)
		},
		"jsonl": func(p string) error {
			d, err := jsonl.Open(p, jsonl.Field{Name: "x", Type: graph.T(graph.Float32, 2)})
			return read(d, err)
		},
		"folder": func(p string) error {
			d, err := folder.Open(p, folder.Options{Height: 2, Width: 2})
			return read(d, err)
		},
	}
	const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	for _, c := range []struct{ reader, file, content, want string }{
		{"idx", "absent", "", "no such file"},
		{"idx", "a folder", "", "want a file, not a folder"},
		{"idx", "empty", "", "no header"},
		{"idx", "of floats", "\x00\x00\x0d\x01\x00\x00\x00\x01\x00\x00\x00\x00", "want 0x8, unsigned bytes"},
		{"idx", "cut", "\x00\x00\x08\x02\x00\x00\x00\x02\x00\x00\x00\x02abc", "has 3 bytes, the sizes [2 2] want 4"},
		{"idx", "longer", "\x00\x00\x08\x01\x00\x00\x00\x01ab", "has 2 bytes, the sizes [1] want 1"},
		{"idx", "huge", "\x00\x00\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "hold more than"},
		{"idx", "cut.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00", "unexpected EOF"},
		{"idx", "a page", "<html>", "begins with 3c68, want 0000"},
		{"npy", "absent", "", "no such file"},
		{"npy", "empty", "", "does not begin as NumPy's do"},
		{"npy", "a page", "<html>" + strings.Repeat(" ", 99), "does not begin as NumPy's do"},
		{"npy", "cut", "\x93NUMPY\x01\x00\xff\xff{'descr'", "a header of 65535 bytes in a file of 18"},
		{"npz", "absent", "", "no such file"},
		{"npz", "a page", "<html>", "not a valid zip file"},
		{"text", "absent", "", "no such file"},
		{"text", "a folder", "", "is a directory"},
		{"text", "latin1", "caf\xe9", "byte 3 is not UTF-8"},
		{"csv", "absent", "", "no such file"},
		{"csv", "empty", "", "no header"},
		{"csv", "other columns", "a,b\n1,2\n", `no column "x", the table has ["a" "b"]`},
		{"csv", "a word", "x\nmany\n", `line 2, column "x": "many", want a number`},
		{"csv", "a hole", "x,y\n,1\n", `line 2, column "x": "", want a number`},
		{"csv", "short row", "x,y\n1,2\n3\n", "wrong number of fields"},
		{"csv", "a quote", "x\n\"1\n", "extraneous or missing"},
		{"jsonl", "absent", "", "no such file"},
		{"jsonl", "a folder", "", "want a file, not a folder"},
		{"jsonl", "no object", "[1]\n", "line 1: want an object"},
		{"jsonl", "cut", "\n{\"x\":[1", "line 2: want an object"},
		{"jsonl", "without x", "{\"y\":1}\n", `line 1: no "x"`},
		{"jsonl", "too few", "{\"x\":[1]}\n", `"x": `},
		{"jsonl", "a text", "{\"x\":[\"a\",\"b\"]}\n", "want float32[2]"},
		{"folder", "absent", "", "no such file"},
		{"folder", "a file", "x", "not a directory"},
		{"folder", "without classes", "", "holds no folders, want one for each class"},
		{"folder", "empty class/zero/", "", "holds no picture"},
		{"folder", "no picture/zero/a.png", "<html>", "a.png: no picture"},
		{"folder", "cut/zero/a.png", png, "a.png: no picture"},
		{"folder", "huge/zero/a.png", png + "\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x00\x00\x00\x00\x1a\x90\x5b\x5c", "a.png: "},
	} {
		dir := t.TempDir()
		top, _, nested := strings.Cut(c.file, "/")
		path, full := filepath.Join(dir, top), filepath.Join(dir, filepath.FromSlash(c.file))
		switch {
		case c.file == "absent":
		case nested && strings.HasSuffix(c.file, "/"), c.file == "a folder", c.file == "without classes":
			must(t, os.MkdirAll(full, 0o755))
		default:
			must(t, os.MkdirAll(filepath.Dir(full), 0o755))
			must(t, os.WriteFile(full, []byte(c.content), 0o600))
		}
		err := readers[c.reader](path)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%s, %s: %v\nwant one line with the path once and %q", c.reader, c.file, err, c.want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
