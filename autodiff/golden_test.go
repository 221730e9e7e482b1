package autodiff_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

var update = flag.Bool("update", false, "write the golden files")

// The graph of every op and of its gradient, as text.
func TestGradientGraphs(t *testing.T) {
	seen := map[string]bool{}
	for _, info := range ops.All() {
		path := filepath.Join("testdata", strings.ToLower(info.Name)+".golden")
		seen[path] = true
		t.Run(info.Name, func(t *testing.T) {
			k := info.Cases[min(14, len(info.Cases)-1)] // one with a few axes
			g := graph.New(graph.Training)
			var in []*graph.Node
			for i, o := range k.In {
				in = append(in, g.Input(fmt.Sprint("x", i), o.Dtype, o.Shape.Dims()...))
			}
			ys := k.F(in)
			text := graph.Print(ys...)
			if info.Order > 0 {
				var cot []*graph.Node
				for i, y := range ys {
					if y.Dtype().Float() {
						cot = append(cot, g.Input(fmt.Sprint("dy", i), y.Dtype(), y.Shape().Dims()...))
					} else {
						cot = append(cot, nil)
					}
				}
				text += "gradient\n" + graph.Print(autodiff.VJP(ys, cot, in)...)
			}
			if err := g.Err(); err != nil {
				t.Errorf("%s: %v", info.Name, err)
				return
			}
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), text); d != "" {
				t.Errorf("%s (-update writes it anew): %s", path, d)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[f] {
			t.Errorf("%s is of no op", f)
		}
	}
}
