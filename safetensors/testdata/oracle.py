#!/usr/bin/env python3
"""Goldens of the safetensors format, by its own Python package.

  python -m venv v && v/bin/pip install numpy==2.4.6 safetensors==0.8.0
  v/bin/python oracle.py golden.safetensors        writes the file that go test holds byte for byte
  v/bin/python oracle.py --read FILE               prints what a file of ours holds
"""
import sys
import numpy as np
from safetensors.numpy import load_file, save_file

if sys.argv[1] == "--read":
    for name, a in sorted(load_file(sys.argv[2]).items()):
        print(name, a.dtype, a.shape, a.ravel()[:6].tolist())
else:
    save_file(
        {
            "weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
            "bias": np.array([1.5, -2.5], dtype=np.float64),
            "count": np.array(7, dtype=np.int64),
            "mask": np.array([True, False, True]),
            "empty": np.zeros((0, 3), dtype=np.float32),
            "bytes": np.array([1, 2, 3, 255], dtype=np.uint8),
            "ü<&>": np.array([3], dtype=np.int32),
        },
        sys.argv[1],
        metadata={"format": "np"},
    )
