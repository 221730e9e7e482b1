package main

import (
	"os"
	"strconv"
	"strings"
)

// cpuTimes returns the processor seconds that this process and all of them have used, 0 where the system does not tell.
func cpuTimes() (own, all float64) {
	const hertz = 100
	if f, err := os.ReadFile("/proc/self/stat"); err == nil {
		s := strings.Fields(string(f[strings.LastIndexByte(string(f), ')')+1:]))
		for _, i := range []int{11, 12} { // utime, stime
			if i < len(s) {
				n, _ := strconv.ParseFloat(s[i], 64)
				own += n / hertz
			}
		}
	}
	if f, err := os.ReadFile("/proc/stat"); err == nil {
		line, _, _ := strings.Cut(string(f), "\n")
		for i, w := range strings.Fields(line) {
			if i == 1 || i == 2 || i == 3 || i > 5 && i < 9 { // all but idle and iowait
				n, _ := strconv.ParseFloat(w, 64)
				all += n / hertz
			}
		}
	}
	return own, all
}

// rss is the largest memory the process has had, in MB.
func rss() float64 {
	f, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(f)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 64)
			return n / 1e3
		}
	}
	return 0
}
