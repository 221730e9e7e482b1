package main

import "testing"

// A net that is an energy keeps the true one, a plain net does not.
func TestEnergyIsKept(t *testing.T) {
	if h, p := drift(hamiltonian, 1, 2000), drift(motion, 2, 2000); !(h < 0.05 && p > 10*h) {
		t.Errorf("drift %v of the Hamiltonian net, %v of the plain one", h, p)
	}
}
