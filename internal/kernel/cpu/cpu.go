// Package cpu says, once a process, which instruction sets the kernels may use.
//
// Setting the environment variable KEDJA_NOASM to anything turns all of them off, so that the plain Go kernels run, and KEDJA_NOAVX512
// the 512-bit ones; the build tag noasm leaves the assembly out altogether.
package cpu

import (
	"os"

	"golang.org/x/sys/cpu"
)

var (
	// AVX2 reports whether 256-bit kernels (AVX2 and FMA) may run.
	AVX2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA && os.Getenv("KEDJA_NOASM") == ""
	// AVX512 reports whether 512-bit kernels (the F, DQ, BW and VL subsets) may run.
	AVX512 = AVX2 && os.Getenv("KEDJA_NOAVX512") == "" && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL
)
