"""The parity cases of package ops: python tools/parity/ops.py [OP ...]

A case is case(op, counterpart, operands..., attributes). Operands are real(shape) or positive(shape), drawn by the formula in
harness.py, or stated: floats, i32, i64, u8, bools. Sizes are kept small: every row of ops.All has a golden of its own. The cases
are in families/.
"""

from families import draws, indices, linear, norms, pointwise, products, reductions, shapes  # noqa: F401: each adds its cases
from harness import write

write("ops/testdata/parity")
