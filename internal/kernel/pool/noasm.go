//go:build !amd64 || noasm

package pool

func raiseAsm[T Float](_ []T, _ []int32, _ []T, _, _ int) int { return 0 }

func halveAsm[T Float](_ []T, _ []int32, _, _ []T, _, _ int) bool { return false }
