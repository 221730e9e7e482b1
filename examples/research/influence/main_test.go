package main

import "testing"

// What an approximation to first order foretells, hundreds of trainings confirm.
func TestForetold(t *testing.T) {
	if c := run(); !(c > 0.98) {
		t.Errorf("correlation %v", c)
	}
}
