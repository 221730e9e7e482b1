package idx_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data/idx"
)

func ExampleRead() {
	file := []byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6}
	a, err := idx.Read(bytes.NewReader(file))
	fmt.Println(a.Shape, a.Data, err)
	// Output: [2 3] [1 2 3 4 5 6] <nil>
}

func TestHostile(t *testing.T) {
	for want, file := range map[string]string{
		"no header":                    "",
		"begins with 0001":             "\x00\x01\x08\x01",
		"of type 0xd":                  "\x00\x00\x0d\x01",
		"0 axes":                       "\x00\x00\x08\x00",
		"9 axes":                       "\x00\x00\x08\x09",
		"axis 0 is missing":            "\x00\x00\x08\x01\x00",
		"hold more than":               "\x00\x00\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff",
		"has 2 bytes or more":          "\x00\x00\x08\x01\x00\x00\x00\x03ab",
		"has 4 bytes or more, the siz": "\x00\x00\x08\x01\x00\x00\x00\x03abcd",
		"has 0 bytes or more":          "\x00\x00\x08\x01\x7f\xff\xff\xff",
	} {
		if _, err := idx.Read(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6})
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := idx.Read(bytes.NewReader(file))
		if n := 1; err == nil {
			for _, d := range a.Shape {
				n *= d
			}
			if n != len(a.Data) || n > len(file) {
				t.Error(a.Shape, len(a.Data))
			}
		}
	})
}
