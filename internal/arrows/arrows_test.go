// Package arrows_test holds the dependencies between packages: the text below is the architecture, and the test fails where the
// imports differ from it.
package arrows_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Each package may import those of the lines above it, and no other of ours; those on one line do not know each other.
// internal/* below are free of graphs: they may be imported by whoever is named after the colon, or anyone above.
const layers = `
graph
internal/kernel
ops
vmap
autodiff exec
flow tools/gradcheck
nn graphfile
nn/optim nn/torch data checkpoint
train vision
rl vision/recipe
`

const ours = "github.com/kedja-ml/kedja/"

func TestArrows(t *testing.T) {
	level := map[string]int{}
	for i, line := range strings.Split(strings.TrimSpace(layers), "\n") {
		for p := range strings.FieldsSeq(line) {
			level[p] = i
		}
	}
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", ours+"...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		from, ok := layer(f[0], level)
		for _, path := range f[1:] {
			p, own := strings.CutPrefix(path, ours)
			if strings.HasPrefix(p, "cmd/") || strings.HasPrefix(p, "examples/") {
				t.Errorf("%s imports %s: nothing may", f[0], path)
			}
			to, known := layer(path, level)
			if !own || !ok || !known || related(f[0], path) {
				continue
			}
			if to >= from {
				t.Errorf("%s imports %s: arrows point one way", f[0], path)
			}
		}
	}
}

// layer finds the line of a package, or of the one it lies in.
func layer(path string, level map[string]int) (int, bool) {
	p, own := strings.CutPrefix(path, ours)
	for own && p != "" {
		if l, ok := level[p]; ok {
			return l, true
		}
		i := strings.LastIndexByte(p, '/')
		p = p[:max(i, 0)]
	}
	return 0, false
}

// related packages lie in one folder of the table, such as rl and rl/env.
func related(a, b string) bool {
	a, b = strings.TrimPrefix(a, ours), strings.TrimPrefix(b, ours)
	return strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/") || strings.Split(a, "/")[0] == strings.Split(b, "/")[0] && !strings.HasPrefix(a, "nn") ||
		strings.HasPrefix(a, "internal/kernel") && strings.HasPrefix(b, "internal/kernel")
}

// What the core costs whoever imports it.
func TestTheCoreIsLight(t *testing.T) {
	allowed := []string{
		"gorgonia.org/", "github.com/chewxy/", "golang.org/x/sys/", "go4.org/", "github.com/pkg/errors", "github.com/xtgo/set",
		"github.com/google/flatbuffers", "github.com/gogo/protobuf", "github.com/golang/protobuf", "google.golang.org/protobuf",
		"gonum.org/v1/gonum/blas", "gonum.org/v1/gonum/internal", "gonum.org/v1/gonum/floats", "gonum.org/v1/gonum/mat",
		"gonum.org/v1/gonum/lapack", "github.com/apache/arrow/", "golang.org/x/xerrors", ours,
	}
	for _, p := range []string{"graph", "ops", "autodiff", "vmap", "exec", "flow", "graphfile", "nn", "nn/optim", "rl"} {
		out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ours+p).CombinedOutput()
		if err != nil {
			t.Fatalf("go list: %v: %s", err, out)
		}
		for dep := range strings.FieldsSeq(string(out)) {
			if !slices.ContainsFunc(allowed, func(a string) bool { return strings.HasPrefix(dep, a) }) {
				t.Errorf("%s depends on %s", p, dep)
			}
		}
	}
}
