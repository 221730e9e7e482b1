//go:build !amd64 || noasm

package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

func tileAsm[T gemm.Float](*strip[T], []int, []T) bool { return false }

func panelAsm[T gemm.Float](int, []T, []int, []run, []T) bool { return false }

func finishAsm[T gemm.Float](_, _, _ int, _ []T, _ int, _ []T, _ bool) int { return 0 }

func accumulateAsm[T gemm.Float](_, _ int, _ []T, _ int, _ []T, _ []int) bool { return false }

func rowsAsm[T gemm.Float](_, _ int, _ []T, _ int, _ []T, _ int) bool { return false }

func halveAsm[T gemm.Float](_, _ int, _ []T, _ int, _ []T, _ int) bool { return false }

func weaveAsm[T gemm.Float](_, _ int, _ []T, _ int, _ []T, _ int, _ []T, _ int) bool { return false }
