package main

import "testing"

// A fifth of the iterations will do to follow the path, which is of radius 2, most of the way.
func TestFollowsTheSpiral(t *testing.T) {
	if e := run(60); !(e < 0.5) {
		t.Errorf("error %v along the path", e)
	}
}
