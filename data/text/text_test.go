package text_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/text"
	"github.com/kedja-ml/kedja/graph"
)

func ExampleWindows() {
	const poem = "så dansa vi"
	v := text.VocabularyOf(poem)
	tokens, _ := v.Encode(poem)
	set, err := text.Windows(tokens, 5, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range set.Len() {
		row, _ := data.Get(set, i)
		fmt.Printf("%q is followed by %q\n", v.Decode(graph.Data[int32](row[0])), v.Decode(graph.Data[int32](row[1])))
	}
	// Output:
	// "så da" is followed by "å dan"
	// "dansa" is followed by "ansa "
}

func TestEdges(t *testing.T) {
	for n, want := range map[int]int{5: 1, 4: 2, 1: 5} {
		if set, err := text.Windows(make([]int32, 6), n, 1); err != nil || set.Len() != want {
			t.Errorf("windows of %d: %d, %v; want %d", n, set.Len(), err, want)
		}
	}
	if s := (text.Vocabulary{'a'}).Decode([]int32{0, 1, -1}); s != "a\ufffd\ufffd" {
		t.Errorf("%q", s)
	}
	path := filepath.Join(t.TempDir(), "torn.txt")
	if err := os.WriteFile(path, []byte("å\xffb"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, torn := text.ReadFile(path)
	_, absent := text.ReadFile("absent.txt")
	_, unknown := text.VocabularyOf("abc").Encode("abd")
	_, short := text.Windows(make([]int32, 4), 4, 1)
	_, none := text.Windows(nil, 0, 1)
	for want, err := range map[string]error{
		"byte 2 is not UTF-8": torn, "absent.txt": absent, "'d' at byte 2": unknown, "4 tokens, want more": short, "at least one": none,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
