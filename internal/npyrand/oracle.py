#!/usr/bin/env python3
"""Writes goldens_test.go: draws of NumPy's default generator (numpy==2.4.6).

  python oracle.py | gofmt > goldens_test.go
"""
import numpy as np

print("package npyrand\n\n// Made by oracle.py.\nvar goldens = map[uint64][]float64{")
for seed in (0, 1, 42, 123456789, 2**32 - 1, 2**32, 2**63 + 12345, 2**64 - 1):
    r = np.random.default_rng(seed)
    print(f"\t{seed}: {{" + ", ".join(repr(float(x)) for x in r.random(6)) + "},")
print("}")
