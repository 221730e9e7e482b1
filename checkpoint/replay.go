package checkpoint

import (
	"fmt"
	"strings"
)

// Replay does the steps between two checkpoints of a run again and compares every bit of what comes of them. The run is where from was taken;
// step does one, and says whether it was the last, take is what a checkpoint would hold now. An error names what differs.
func Replay(from, to *Checkpoint, step func() (last bool, err error), take func() (*Snapshot, error)) error {
	if from.Step >= to.Step {
		return fmt.Errorf("replay steps %d to %d, want an earlier and a later one", from.Step, to.Step)
	}
	for last := false; !last; {
		var err error
		if last, err = step(); err != nil {
			return err
		}
	}
	s, err := take()
	if err != nil {
		return err
	}
	if names := to.Differs(s); len(names) > 0 {
		return fmt.Errorf("steps %d to %d give other bits when replayed: %s", from.Step, to.Step, strings.Join(names, ", "))
	}
	return nil
}
