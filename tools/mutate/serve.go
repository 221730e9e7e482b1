package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A server is a victim that takes one mutant after the other.
type server struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan string // closed when it ends
}

// serve lets the cheap tests run on a mutant; what ends the process, or takes too long, kills it, too.
func (t *trial) serve(mutant int, ops []string) string {
	if t.server == nil {
		c := exec.Command(t.path("victim"), "-serve")
		c.Dir, c.Env = folders["victim"], append(os.Environ(), "GOMAXPROCS=1")
		in, err1 := c.StdinPipe()
		out, err2 := c.StdoutPipe()
		if err1 != nil || err2 != nil || c.Start() != nil {
			return "alive"
		}
		t.server = &server{c, in, make(chan string)}
		go func(answers chan string) {
			for s := bufio.NewScanner(out); s.Scan(); {
				answers <- s.Text()
			}
			close(answers)
		}(t.server.answers)
	}
	s := t.server
	before := s.spent()
	fmt.Fprintln(s.in, mutant, strings.Join(ops, " "))
	for start := time.Now(); ; {
		select {
		case by, ok := <-s.answers:
			if !ok {
				t.stop()
				return "panic"
			}
			return by
		case <-time.After(time.Second):
			if s.spent()-before > t.limit || time.Since(start) > 20*t.limit {
				t.stop()
				return "time limit"
			}
		}
	}
}

// spent is the processor time of the server, by Linux; 0 elsewhere.
func (s *server) spent() time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	_, rest, ok := strings.Cut(string(data), ") ")
	var user, system int64
	if f := strings.Fields(rest); err == nil && ok && len(f) > 12 {
		fmt.Sscan(f[11]+" "+f[12], &user, &system)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// stop ends the server; the next mutant gets another.
func (t *trial) stop() {
	if s := t.server; s != nil {
		s.in.Close()
		_ = s.cmd.Process.Kill() // it may have ended by itself
		for range s.answers {
		}
		_ = s.cmd.Wait()
		t.server = nil
	}
}
