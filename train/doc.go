// Package train is the loop, ready-made: a [Loop] takes batches, steps, validates, keeps checkpoints, goes back where the model gets worse,
// and resumes to the same bits. [Measure] and [Evaluate] run a model over a data set; [Save] and [Load] keep weights. It is a convenience:
// a loop over a compiled plan is a few lines, and belongs to whoever needs another one.
package train
