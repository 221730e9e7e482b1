package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/graphfile"
	"github.com/kedja-ml/kedja/internal/patherr"
)

type graphFile struct {
	File string `arg:"" help:"A graph that graphfile.Save wrote: its folder, or graph.kedja in it." type:"path"`
}

// Run prints a saved graph.
func (c *graphFile) Run(to streams) error {
	path := c.File
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		path = filepath.Join(path, graphfile.GraphFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("graph: %s: %w", path, patherr.Cause(err))
	}
	text, err := graphfile.Print(data)
	if err != nil {
		return fmt.Errorf("graph: %s: %w", path, err)
	}
	_, err = io.WriteString(to.out, text)
	return err
}
