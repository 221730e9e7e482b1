// Package programs holds nothing but tests: random programs, over all ops and types, run by optimised plans for several numbers of workers
// and node by node, with no pass of the compiler at all: both must give the same bits, and so must programs that were saved and loaded. Smooth
// functions at random try the verbs on each other: reverse and forward mode, differences, vmap and one row after the other.
package programs
