// Package checkpoint keeps the state of a run on disk so that it is never lost and never silently wrong.
//
// A checkpoint is a folder:
//
//	step-0000001200/
//	  weights.safetensors   what the model is: any reader of safetensors opens it
//	  state.safetensors     what else it takes to go on: moments, averages, random keys
//	  manifest.json         everything that is no array, and the SHA-256 of every array; see Manifest
//	  SHA256SUMS            of the three files, as sha256sum -c reads it
//
// It is written under another name, flushed to disk file by file, and gets its name at the end: a folder with that name is whole, whatever
// stopped the process or the machine. Reading checks every sum. A [Store] is a folder of checkpoints that one process at a time writes.
//
// The package knows variables and files, and nothing of models or training.
package checkpoint
