package main

import "testing"

// The moons are told apart, in memory that does not depend on how many rounds there may be.
func TestAccuracyAndMemory(t *testing.T) {
	_, few := run(10, 1)
	if a, many := run(1000, 300); !(a > 0.98 && many == few) {
		t.Errorf("accuracy %v; %d bytes at 10 rounds, %d at 1,000", a, few, many)
	}
}
