// Package reduce adds up arrays along any of their axes, wholly or running, and finds largest and smallest elements with their places.
//
// A sum is a tree whose form depends on shapes alone, so that its bits depend neither on workers nor on the order of tasks.
// Its depth is about 2·log₂ n for n terms, and so the error is at most 2·log₂ n·u·Σ|x| or little more: pairwise summation with
// short runs at the leaves (Higham, "The Accuracy of Floating Point Summation", SIAM J. Sci. Comput. 14(4), 1993).
package reduce
