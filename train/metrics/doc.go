// Package metrics measures predictions against the truth, batch by batch, in one pass:
//
//	m := metrics.NewF1(metrics.Classes{N: 10}, metrics.Macro)
//	for each batch {
//		err := m.Add(logits, labels)
//	}
//	m.Value()
//
// What was added can be merged with what another metric of the same kind was given, and be saved as JSON and read back.
//
// Sums are exact: they are kept as integers of some 2,200 bits (Kulisch, "Computer Arithmetic and Validity", 2008) and rounded once.
// So a value has the same bits however examples are cut into batches, in whatever order they come, and whatever was merged. What is
// summed is computed in float64 from each example alone.
//
// A train.Loop's Validation takes metrics by name. [New] makes one from a name, for programs whose users choose.
//
// The package knows arrays, not graphs of nodes: it imports graph for its buffers alone.
package metrics
