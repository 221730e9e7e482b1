"""Philox 4x32-10 (Salmon et al., SC 2011), written from the paper, and how package ops makes draws of it: the oracle of random ops.

Neither PyTorch's CPU generator nor NumPy's Philox, which is 4x64, has these streams; NumPy supplies the elementary functions.
"""

import numpy as np

MASK = 2**32 - 1


def block(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


# The published vectors (kat_vectors of Random123).
assert block([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert block([MASK] * 4, [MASK] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


def words(n, seed, step, stream):
    """The first n words of a draw: the key is the seed, the counter is block, stream and step, low words first."""
    blocks = [block([i, stream, step & MASK, step >> 32], [seed & MASK, seed >> 32]) for i in range(-(-n // 4))]
    return np.array(blocks, dtype=np.uint64).reshape(-1)[:n]


def bits53(w):
    return (w[0::2] << np.uint64(21)) | (w[1::2] >> np.uint64(11))


def uniform(n, dtype, **draw):
    if dtype == "f32":
        return (words(n, **draw) >> np.uint64(8)) / 2.0**24
    return bits53(words(2 * n, **draw)) / 2.0**53


def normal(n, dtype, **draw):
    """Box and Muller: pairs of two words for float32, of four for float64."""
    even = n + n % 2
    if dtype == "f32":
        w = words(2 * (even // 2), **draw)
        u, v = (w[0::2] + 1.0) / 2.0**32, w[1::2] / 2.0**32
    else:
        b = bits53(words(4 * (even // 2), **draw))
        u, v = (b[0::2] + np.uint64(1)) / 2.0**53, b[1::2] / 2.0**53
    r = np.sqrt(-2 * np.log(u))
    z = np.stack([r * np.cos(2 * np.pi * v), r * np.sin(2 * np.pi * v)], -1).reshape(-1)[:n]
    return z.astype(np.float32).astype(np.float64) if dtype == "f32" else z


def kept(n, p, **draw):
    """Which elements Dropout keeps."""
    return words(n, **draw) < np.uint64(round((1 - p) * 2**32))
