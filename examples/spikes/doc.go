// Package spikes holds ten things that researchers do on a first day, each in at most forty lines: the API is judged by how these tests
// read.
package spikes
