package pages

import "syscall"

// advise asks for huge pages. A system without them says so, which changes nothing.
func advise(b []byte) { _ = syscall.Madvise(b, 14) } // MADV_HUGEPAGE
