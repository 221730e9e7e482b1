package mapped

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

func open(f *os.File, size int) (*File, error) {
	h, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, 0, 0, nil)
	if err != nil {
		return nil, err
	}
	defer windows.CloseHandle(h) // the view keeps the mapping
	p, err := windows.MapViewOfFile(h, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err != nil {
		return nil, err
	}
	// The address is not the collector's: reading it through a pointer to the variable is how vet wants that said.
	b := unsafe.Slice(*(**byte)(unsafe.Pointer(&p)), size)
	return &File{b, func() error { return windows.UnmapViewOfFile(p) }}, nil
}
