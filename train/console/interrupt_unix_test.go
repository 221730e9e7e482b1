//go:build unix

package console

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/train"
)

// The test program is a program around a loop where it is told so: signals need a process.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KEDJA_TEST_AS_PROGRAM"); dir != "" {
		os.Args = os.Args[:1]
		Main(dir, stuck)
		return
	}
	os.Exit(m.Run())
}

// stuck is a run whose fourth step does not end.
func stuck() (*train.Loop, error) {
	l, err := moons()
	if err != nil {
		return nil, err
	}
	all := l.Validation.Data
	l.Data, err = data.NewLoader(data.Func(50, all.Types(), func(i int, seed uint64, row []graph.Buffer) error {
		if i == 35 {
			fmt.Println("stuck")
			time.Sleep(time.Hour)
		}
		return all.Read(i, seed, row)
	}), data.Config{Batch: 10})
	return l, err
}

// The first Ctrl-C waits for the step in hand, the second ends the process at once.
func TestSecondInterrupt(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), "KEDJA_TEST_AS_PROGRAM="+t.TempDir())
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill() }()
	for s := bufio.NewScanner(out); ; {
		if !s.Scan() {
			t.Fatal("it ended before its fourth step")
		}
		if strings.Contains(s.Text(), "stuck") {
			break
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		t.Fatal("one interrupt ended it in the midst of a step:", err)
	case <-time.After(500 * time.Millisecond):
	}
	second := time.Now()
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
			t.Error(err)
		}
		if took := time.Since(second); took > 5*time.Second {
			t.Error("it took", took)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("two interrupts did not end it")
	}
}
