// Kill proves that a run cannot be lost: it lets one train, ends it by SIGKILL at a random instant, looks at what lies on disk, resumes it, and
// so on, until the run comes to its end, whose bytes must be those of a run that nobody killed. Then the next one.
//
//	go run ./tools/kill -kills 10000                   a small net, with all that a loop can do
//	go run ./tools/kill -kills 200 -kedja ./kedja      kedja train mnist, and kedja resume
//
// SIGKILL takes the process and leaves what the kernel has cached: what a power failure does is the matter of checkpoint's own tests.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

func main() {
	kills := flag.Int("kills", 200, "processes to end")
	seed := flag.Uint64("seed", 1, "of the instants")
	kedja := flag.String("kedja", "", "the command whose train mnist is ended; a small net of this program's own if empty")
	dir := flag.String("dir", "", "folder to work in; a temporary one if empty")
	live := flag.String("live", "", "folder of a run to begin or go on with: what the processes that are ended do")
	which := flag.Uint64("run", 0, "seed of that run")
	flag.Parse()
	var err error
	if *live != "" {
		err = liveIn(*live, *which)
	} else {
		var s subject
		if s, err = self(); *kedja != "" {
			s, err = mnist(*kedja)
		}
		if err == nil {
			err = prove(s, *kills, *seed, *dir)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kill:", err)
		os.Exit(1)
	}
}

func prove(s subject, kills int, seed uint64, dir string) error {
	if dir == "" {
		temp, err := os.MkdirTemp("", "kill")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	want := map[uint64]result{}
	for k := range s.seeds {
		w := &victim{subject: s, dir: filepath.Join(dir, fmt.Sprintf("whole-%d", k)), seed: k}
		if ended, err := w.life(time.Hour); err != nil || !ended {
			return fmt.Errorf("run %d, which nobody ends: %w", k, err)
		}
		var err error
		if want[k], err = w.result(); err != nil {
			return err
		}
	}
	r, c := rand.New(rand.NewPCG(seed, 0)), count{}
	span, start := s.span, time.Now()
	for run := uint64(0); c.kills < kills; run++ {
		v := &victim{subject: s, dir: filepath.Join(dir, fmt.Sprintf("run-%d", run)), seed: run % s.seeds}
		if err := v.through(r, kills, &span, &c); err != nil {
			return fmt.Errorf("run %d in %s, after %d kills: %w", run, v.dir, c.kills, err)
		}
		if !v.ended {
			break
		}
		got, err := v.result()
		if err != nil {
			return err
		}
		if d := want[v.seed].differs(got); d != "" {
			return fmt.Errorf("run %d in %s, after %d kills: %s is not what it is without them", run, v.dir, c.kills, d)
		}
		c.runs++
		if err := os.RemoveAll(v.dir); err != nil {
			return err
		}
	}
	fmt.Printf("%d kills in %.0f s, instants from 0 to about %d ms: %v\n", c.kills, time.Since(start).Seconds(), span.Milliseconds(), c)
	return nil
}

// A count is what was seen.
type count struct {
	kills, runs, lives   int
	before, idle, wrote  int // kills before the first checkpoint of a run; that left the newest one as it was; that found it newer
	unfinished, read, at int // kills that left an unfinished folder; checkpoints read, every sum checked; largest number of kills of a run
}

func (c count) String() string {
	return fmt.Sprintf("%d runs came to their end, each to the bytes of one without kills, after up to %d kills; "+
		"%d kills were before a run's first checkpoint, %d before a next one, %d after it; %d left an unfinished checkpoint; %d checkpoints read, 0 bad",
		c.runs, c.at, c.before, c.idle, c.wrote, c.unfinished, c.read)
}
