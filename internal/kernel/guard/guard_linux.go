package guard

import (
	"fmt"
	"syscall"
)

var page = syscall.Getpagesize()

// between maps as many whole pages as size bytes need, at least one, between two forbidden ones.
func between(size int) (mem []byte, free func()) {
	n := max(1, (size+page-1)/page) * page
	all, err := syscall.Mmap(-1, 0, n+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(fmt.Sprintf("guard: no memory for %d bytes: %v", size, err))
	}
	mem = all[page : page+n : page+n]
	if err := syscall.Mprotect(mem, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		panic(fmt.Sprintf("guard: pages stay forbidden: %v", err))
	}
	return mem, func() {
		if err := syscall.Munmap(all); err != nil {
			panic(fmt.Sprintf("guard: memory stays mapped: %v", err))
		}
	}
}
