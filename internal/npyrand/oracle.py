#!/usr/bin/env python3
"""Writes goldens_test.go: draws of NumPy's default generator and of its RandomState (numpy==2.4.6).

  python oracle.py | gofmt > goldens_test.go
"""
import numpy as np

print("package npyrand\n\n// Made by oracle.py.\nvar goldens = map[uint64][]float64{")
for seed in (0, 1, 42, 123456789, 2**32 - 1, 2**32, 2**63 + 12345, 2**64 - 1):
    r = np.random.default_rng(seed)
    print(f"\t{seed}: {{" + ", ".join(repr(float(x)) for x in r.random(6)) + "},")
print("}\n\n// The next random words after 1,000,000 draws.\nvar far = map[uint64]uint64{")
for seed in (0, 42):
    r = np.random.default_rng(seed)
    r.random(1_000_000)
    print(f"\t{seed}: {int(r.integers(0, 2**64, dtype=np.uint64))},")
print("}\n\n// Of RandomState: rand(), then randint of each of the sizes, in turn.")
print("var sizes = []int{1, 2, 3, 4, 5, 7, 8, 9, 100, 1000, 65536, 65537, 4294967295, 4294967296}\n\nvar states = map[uint32][]float64{")
sizes = [1, 2, 3, 4, 5, 7, 8, 9, 100, 1000, 65536, 65537, 2**32 - 1, 2**32]
for seed in (0, 1, 7, 5489, 2**32 - 1):
    r = np.random.RandomState(seed)
    row = []
    for k in range(4):
        row.append(float(r.rand()))
        row += [int(r.randint(n)) for n in sizes]
    r.rand(2000)  # past the first renewals of the 624 words
    row.append(float(r.rand()))
    print(f"\t{seed}: {{" + ", ".join(map(repr, row)) + "},")
print("}")
