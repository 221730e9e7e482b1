// Package programs holds nothing but tests: random programs, over all ops and types, run by optimised plans for several numbers of workers
// and node by node, with no pass of the compiler at all. Both must give the same bits.
package programs
