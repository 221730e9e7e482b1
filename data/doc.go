// Package data brings examples to a training loop: a [Dataset] is examples by number, an [Order] says which of them an epoch visits, and a
// [Loader] makes batches of them, on goroutines beside the training step if asked. It knows arrays and nothing of models.
//
// What a batch holds depends on the data set, the order, the seed and the place in the epoch alone: not on workers, not on prefetching, and
// not on whether the run was stopped and taken up again at a saved [Position].
//
// Readers of files lie in the folders below: data/idx, data/csv, data/npy, data/jsonl, data/text and data/folder; data/synth makes sets
// from a seed.
package data
