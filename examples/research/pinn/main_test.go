package main

import "testing"

// The net agrees with the closed form where it has seen nothing.
func TestSolves(t *testing.T) {
	if e := run(300); !(e < 0.01) {
		t.Errorf("relative error %v", e)
	}
}
