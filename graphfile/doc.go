// Package graphfile saves a graph with all its ops, and loads it in a program that knows nothing of the model but its inputs and outputs.
//
// A graph is a folder of two files: graph.kedja, the ops, and weights.safetensors, the values of the variables, which other programs read
// as well.
//
//	err := graphfile.Save("digits", g, []*graph.Node{x}, []*graph.Node{y}, graphfile.Names("logits"))
//
//	p, err := graphfile.Load("digits")
//	plan, err := exec.Compile(p.Graph, exec.In(p.In...), exec.Out(p.Out...))
//
// What is loaded is a graph like any other: it runs to the same bits, and autodiff and vmap apply. It is what the outputs and the assignments
// need; names, mode, random streams, bodies of loops and regions that are computed again are kept, and the lines of the model's source are
// not: errors name the line of Load.
//
// # Format
//
// Version 1 of graph.kedja. Numbers are unsigned varints of the shortest form (int: zigzag), texts a length and UTF-8 that can be printed,
// lists a length and the members.
//
//	file    "kedjagr\n" version mode fresh rng vars kinds block inputs outputs assigned text-hash sum
//	var     name, 0 a parameter or 1 a state, type         rng is one more than the number of a variable, or 0
//	kind    name, attributes: name and tag, by name         an op type in use, in order of first use
//	block   nodes: types of results, kind, attributes, operands
//	input   value                                           each an op "input"
//	output  name, value
//	assign  variable, value
//	type    dtype, sizes
//	body    types of inputs, block, results                 where an attribute is a body; the block around it is not seen
//
// A value is a number in its block: a body's inputs first, then the results of the nodes in order; it names no later one. text-hash is the
// SHA-256 of Graph.String, and sum that of all bytes before it. Attributes go by the names of an op's fields, not by their order; the tables
// of kinds in packages graph, ops, vmap, autodiff and flow name the ops.
//
// A file is read as hostile: each op's own Infer must give the types that the file says, nothing is allocated on the word of a number alone,
// and the first thing wrong is an error of one line with its place. What a loaded graph computes is its author's choice, though: running one
// may take as much time and memory as it says.
package graphfile
