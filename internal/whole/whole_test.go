package whole

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	say := func(s string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, e := io.WriteString(w, s)
			return errors.Join(e, err)
		}
	}
	if err := Write(path, say("one", nil)); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, say("two", nil)); err != nil {
		t.Fatal(err)
	}
	why := errors.New("why")
	if err := Write(path, say("three", why)); !errors.Is(err, why) {
		t.Error(err)
	}
	if b, err := os.ReadFile(path); string(b) != "two" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{filepath.Join(dir, "none", "file"), filepath.Join(dir, "folder")} {
		if err := Write(bad, say("x", nil)); err == nil {
			t.Errorf("%s was written", bad)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 2 {
		t.Errorf("%v is left", names)
	}
}
