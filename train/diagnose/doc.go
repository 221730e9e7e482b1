// Package diagnose finds out why a model does not learn:
//
//   - [OverfitOneBatch] trains on one batch, which any model that is put together rightly learns by heart; if it does not, it says what
//     it found wrong.
//   - [NewWatch] is put around an optimiser, and keeps statistics of gradients and of how far each step moves each parameter.
//   - [Units] counts the units that are dead or saturated over a data set.
//   - [RateRange] tries learning rates from small to large, and suggests one.
package diagnose
