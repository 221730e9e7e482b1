"""Makes the files beside it: numpy 2.4.6."""
import io, os
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
for name in ("f4", "f8", "i4", "i8", "u1", "bool", "f2"):
    np.save(os.path.join(here, name + ".npy"), np.arange(6).reshape(2, 3).astype(name))
with open(os.path.join(here, "version2.npy"), "wb") as f:
    np.lib.format.write_array(f, np.arange(4, dtype="u1"), version=(2, 0))
both = {"x": np.arange(4) / 2, "y": np.array([7, 8])}
np.savez(os.path.join(here, "stored.npz"), **both)
np.savez_compressed(os.path.join(here, "packed.npz"), **both)
np.save(os.path.join(here, "columns.npy"), np.asfortranarray(np.arange(6).reshape(2, 3)))
