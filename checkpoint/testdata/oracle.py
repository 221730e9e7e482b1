#!/usr/bin/env python3
"""The arrays of a checkpoint, by the Python package of the safetensors format.

  python -m venv v && v/bin/pip install numpy==2.4.6 safetensors==0.8.0
  v/bin/python oracle.py weights.safetensors       writes the file that go test holds a checkpoint's against, byte for byte
  v/bin/python oracle.py --read FOLDER             loads both files of a checkpoint and prints what they hold
"""
import os
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

if sys.argv[1] == "--read":
    for file in "weights.safetensors", "state.safetensors":
        with safe_open(os.path.join(sys.argv[2], file), "np") as f:
            print(file, f.metadata())
            for name in sorted(f.keys()):
                a = f.get_tensor(name)
                print(" ", name, a.dtype, a.shape, a.ravel()[:6].tolist())
else:
    n = np.arange(24)
    save_file(
        {
            "Conv1.W": (n.astype(np.float32) / 8 - 1).reshape(2, 3, 4),
            "Conv1.B": np.array([0.5, -0.25], np.float32),
            "Norm.Mean": (n[:3] / 3).astype(np.float64),
            "Norm.Steps": np.array(1234567890123, np.int64),
            "Table": n.astype(np.int32).reshape(4, 6) - 12,
            "Levels": n.astype(np.uint8) * 10,
            "Mask": n % 3 == 0,
            "Half": (n[:5] / 16).astype(np.float16),
            "None": np.zeros((0, 7), np.float32),
        },
        sys.argv[1],
        metadata={"format": "kedja"},
    )
