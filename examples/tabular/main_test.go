package main

import "testing"

// Standardised columns are learnt: the noise of deviation 1 leaves an R² of 0.96 to the truth itself; and columns as they are do worse.
func TestStandardisedColumnsAreLearnt(t *testing.T) {
	for seed := range uint64(2) {
		y, err := number(seed)
		if err != nil {
			t.Fatal(err)
		}
		good, err := y.learn(t.Context(), seed, true)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := y.learn(t.Context(), seed, false)
		if err != nil {
			t.Fatal(err)
		}
		if good["R2"] < 0.88 || good["R2"] > 0.98 || plain["R2"] > good["R2"]-0.1 {
			t.Errorf("seed %d: R² %v standardised, %v as they are", seed, good["R2"], plain["R2"])
		}
		s, err := species()
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.learn(t.Context(), seed, true)
		if err != nil || v["accuracy"] < 0.85 || v["AUC"] < 0.95 || s.table.Len() != 150 {
			t.Errorf("seed %d: irises %v, %v", seed, v, err)
		}
	}
}
