package main

import (
	"github.com/mmcloughlin/avo/reg"
)

// norms are what normalisation needs beside sums: y = (x − m)·a + b, and its derivative (x − m)·a + dy·b + c.
func norms(k kind) {
	elementwise(k, "shifted", blockUnroll, x, []string{"m", "a", "b"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		sub(k, s[0], in[0], in[0])
		mul(k, s[1], in[0], in[0])
		add(k, s[2], in[0], in[0])
		return in[0]
	})
	elementwise(k, "mixed", blockUnroll, xy, []string{"m", "a", "b", "c"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		sub(k, s[0], in[0], in[0])
		mul(k, s[1], in[0], in[0])
		mul(k, s[2], in[1], in[1])
		add(k, in[1], in[0], in[0])
		add(k, s[3], in[0], in[0])
		return in[0]
	})
}
