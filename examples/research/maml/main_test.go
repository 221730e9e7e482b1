package main

import "testing"

// A tenth of the training will do to tell the two apart.
func TestOneStepFits(t *testing.T) {
	if meta, plain := run(0.02, 1000), run(0, 1000); !(meta < 1.5 && plain > 2) {
		t.Errorf("squared error %v meta-trained, %v trained on all", meta, plain)
	}
}
