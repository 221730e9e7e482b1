package main

import (
	"bytes"
	"os"
	"strconv"
)

// memoryBytes is the memory of the machine, or of the group that the process is limited to; 0 where the system does not tell.
func memoryBytes() (n int64) {
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range bytes.Lines(b) {
			if f := bytes.Fields(line); len(f) >= 2 && string(f[0]) == "MemTotal:" {
				kib, _ := strconv.ParseInt(string(f[1]), 10, 64)
				n = kib << 10
			}
		}
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(string(bytes.TrimSpace(b)), 10, 64); err == nil && (n == 0 || limit < n) {
			n = limit
		}
	}
	return n
}
