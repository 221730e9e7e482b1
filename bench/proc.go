package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// A cpuState is how much processor time had been used, in seconds, at some moment; 0 where the system does not tell.
type cpuState struct {
	at              time.Time
	own, all, stole float64
}

// until returns the shares of all processors that other programs held, and that the host took, between two moments.
func (a cpuState) until(b cpuState) (other, steal float64) {
	if a.all == 0 {
		return 0, 0
	}
	wall := b.at.Sub(a.at).Seconds() * float64(runtime.NumCPU())
	return max(0, (b.all-a.all)-(b.own-a.own)) / wall, (b.stole - a.stole) / wall
}

func readCPU() cpuState {
	const hertz = 100 // of the kernel's counters
	s := cpuState{at: time.Now()}
	seconds := func(fields []string, at ...int) (sum float64) {
		for _, i := range at {
			if i < len(fields) {
				n, _ := strconv.ParseFloat(fields[i], 64)
				sum += n / hertz
			}
		}
		return sum
	}
	if f, err := os.ReadFile("/proc/self/stat"); err == nil {
		s.own = seconds(strings.Fields(string(f[strings.LastIndexByte(string(f), ')')+1:])), 11, 12) // utime, stime
	}
	if f, err := os.ReadFile("/proc/stat"); err == nil {
		line, _, _ := strings.Cut(string(f), "\n")
		w := strings.Fields(line)
		s.all = seconds(w, 1, 2, 3, 6, 7) // user, nice, system, irq, softirq
		s.stole = seconds(w, 8)
	}
	return s
}

// rss is VmRSS, the memory of the process, or VmHWM, the largest it has had, in MiB, as other frameworks' scripts print it.
func rss(which string) float64 {
	f, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(f)) {
		if kb, ok := strings.CutPrefix(line, which+":"); ok {
			n, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 64)
			return n / 1024
		}
	}
	return 0
}

// settled gives back what is garbage, begins to count the largest memory anew where the system lets it, and returns the memory there is.
func settled() float64 {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // if not, the largest is that of the building of models, too
	return rss("VmRSS")
}
