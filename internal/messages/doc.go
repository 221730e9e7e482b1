// Package messages keeps what the library says of a user's mistakes, package by package, in one file that a person reads: each is one line with
// what, where in the user's file, or which file, and what was wanted.
package messages
