// Package workers is the pool of goroutines that all plans of a process share. It is the one documented exception to the
// rule that packages have no mutable state: cores are the process's, not a plan's.
//
// A fork and join costs about a microsecond when the pool is warm: idle workers spin for a millisecond, yielding now and then, before
// they really block, so that an idle process uses no processor. Whoever works yields to other goroutines at least every half
// millisecond, so that the garbage collector, timers and prefetching are not starved.
package workers
