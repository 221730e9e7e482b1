// Package classic holds the classic problems of control, with the dynamics and the random numbers of Gymnasium: single steps from the same
// state agree within 1e-12, and an episode's first state, by the same seed, to the bit.
package classic
