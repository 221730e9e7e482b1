//go:build !amd64 || noasm

package winograd

func transformAsm(int, kind, int, view, view, []float32, *finish) bool { return false }

func transposeAsm(*turn, int) bool { return false }
