// Package train is the loop, ready-made: batches, validation, metrics and weights on disk. It is a convenience: a loop over
// a compiled plan is a few lines, and belongs to whoever needs another one.
package train
