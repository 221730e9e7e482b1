package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graphfile"
	"github.com/kedja-ml/kedja/ops"
)

// graph FILE prints what was saved, by the name of its folder or its own, and says in one line what cannot be read.
func TestGraphFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "model")
	g := graph.New(graph.Evaluation)
	x := g.Input("pixels", graph.Float32, 3)
	if err := graphfile.Save(dir, g, []*graph.Node{x}, []*graph.Node{ops.Sin(x)}, graphfile.Names("wave")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, graphfile.GraphFile)
	text := works(t, "graph", dir)
	if text != works(t, "graph", path) || !strings.Contains(text, "output wave float32[3]\n") || !strings.Contains(text, "%1 = sin %0 float32[3]\n") {
		t.Error(text)
	}
	if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, filepath.Join(dir, "none")} {
		var out, err bytes.Buffer
		if command(context.Background(), []string{"graph", file}, streams{&out, &err}) == 0 || strings.Count(err.String(), "\n") != 1 || !strings.Contains(err.String(), file) {
			t.Error(err.String())
		}
	}
}
