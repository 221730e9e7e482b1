//go:build !amd64 || noasm

package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

func tileAsm[T gemm.Float](_, _, _ int, _ []int, _ []T, _ []int32, _, _ []T, _ bool) bool {
	return false
}

func unloadAsm[T gemm.Float](_, _ int, _ []T, _ int, _ []T, _ int, _ []T, _ bool) bool { return false }

func finishAsm[T gemm.Float](_, _, _ int, _ []T, _ int, _ []T, _ bool) int { return 0 }

func accumulateAsm[T gemm.Float](_, _ []T) bool { return false }

func rowsAsm[T gemm.Float](_, _, _ int, _, _ stack[T]) bool { return false }

func halveAsm[T gemm.Float](_, _, _ int, _, _ stack[T]) bool { return false }

func weaveAsm[T gemm.Float](_, _, _ int, _, _, _ stack[T]) bool { return false }

func prefetch[T gemm.Float](int, []T, int) {}

func linesAsm[T gemm.Float](_, _ int, _ *slots, _ []T, _ []int32, _, _ []T, _ int, _ []T, _, _ bool) bool {
	return false
}

func dotsAsm[T gemm.Float](_ int, _ *slots, _ []T, _ []int32, _, _ []T) bool { return false }
