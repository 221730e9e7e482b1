// Package toy holds small problems whose answers are known: grid worlds and other finite Markov decision processes with their optimal values,
// bandits, and a corridor that takes memory.
package toy
