package rl

import (
	"fmt"
	"strings"
)

// Objectives are the names that QOptions know.
func Objectives() []string { return []string{"mean", "munchausen", "c51", "quantiles"} }

// objective makes the one that is named.
func (o QOptions) objective() (objective, error) {
	switch o.Objective {
	case "mean":
		return meanReturn{o.Double}, nil
	case "munchausen":
		if !(o.Temperature > 0) || o.NStep != 1 || o.Double {
			return nil, fmt.Errorf("munchausen: a temperature of %v, %d steps, double %v: want more than 0, 1 and false", o.Temperature, o.NStep, o.Double)
		}
		return munchausen{temperature: o.Temperature, share: o.LogShare, least: o.LogLeast}, nil
	case "c51":
		if o.Atoms < 2 || !(o.Returns[0] < o.Returns[1]) {
			return nil, fmt.Errorf("c51: %d atoms over returns %v, want at least 2 and an interval", o.Atoms, o.Returns)
		}
		return c51{o.Double, o.Atoms, o.Returns[0], o.Returns[1]}, nil
	case "quantiles":
		if o.Quantiles < 1 {
			return nil, fmt.Errorf("quantiles: want at least 1, not %d", o.Quantiles)
		}
		return quantiles{o.Double, o.Quantiles}, nil
	}
	return nil, fmt.Errorf("objective %q, want one of %s", o.Objective, strings.Join(Objectives(), ", "))
}
