package flow

import "github.com/kedja-ml/kedja/graph"

// Kinds lists the ops of this package by their names in files.
func Kinds() []graph.Kind {
	return []graph.Kind{{Name: "cond", Op: cond{}}, {Name: "scan", Op: scan{}}, {Name: "while", Op: while{}}}
}
