package progress

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/train"
)

func TestSilentWhereThereIsNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var b bytes.Buffer
	for _, bar := range []*Bar{New(f, "training"), New(&b, "training"), New(null, "training")} {
		for i := range 10 {
			if err := bar.Step(train.Step{Step: i + 1, Steps: 10}); err != nil {
				t.Fatal(err)
			}
		}
		bar.Clear()
		bar.Done()
		if bar.visible {
			t.Error("a bar that is no terminal's is visible")
		}
	}
	if i, err := f.Stat(); err != nil || i.Size() > 0 || b.Len() > 0 {
		t.Errorf("%v, %v, %q", i.Size(), err, b.String())
	}
}

func TestBar(t *testing.T) {
	var b bytes.Buffer
	bar := &Bar{to: &b, doing: "training", visible: true}
	for i := 400; i <= 420; i++ { // resumed after step 399
		if err := bar.Step(train.Step{Step: i, Steps: 480}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	bar.Clear()
	bar.Done()
	text := b.String()
	for _, want := range []string{"training after step 399", "/81", "steps/", "s]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if strings.Contains(text, "420") || strings.Contains(text, "\n") {
		t.Errorf("%q", text)
	}
	// The steps of before do not count in the rate: 20 steps of 10 ms are at most 100 a second.
	for _, part := range strings.Split(text, ", ") {
		var rate int
		if n, _ := fmt.Sscanf(part, "%d steps/s", &rate); n == 1 && rate > 300 {
			t.Errorf("a rate of %d steps a second in %q", rate, text)
		}
	}
}

func Example() {
	bar := New(os.Stdout, "training") // no terminal in a test
	loop := &train.Loop{OnStep: bar.Step}
	fmt.Println(loop.OnStep(train.Step{Step: 1, Steps: 10}))
	bar.Done()
	// Output: <nil>
}
