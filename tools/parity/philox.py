"""Philox 4x32-10 (Salmon et al., SC 2011), written from the paper, and how package ops makes draws of it: the oracle of random ops.

Neither PyTorch's CPU generator nor NumPy's Philox, which is 4x64, has these streams; NumPy supplies the elementary functions.
"""

import math

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


class Own:
    """What element i of a draw takes words from where their number is not known ahead: a source whose seed and step are block i."""

    def __init__(self, i, seed, step, stream):
        w = block([i, stream, step & MASK, step >> 32], [seed & MASK, seed >> 32])
        self.key, self.step, self.stream, self.left, self.at = w[:2], w[2:], stream, [], 0

    def unit(self):
        if not self.left:
            self.left = block([self.at, self.stream, *self.step], self.key)
            self.at += 1
        hi, lo, *self.left = self.left
        return ((hi << 20 | lo >> 12) + 0.5) / 2.0**52

    def normal(self):
        u, v = self.unit(), self.unit()
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)

    def log_gamma(self, a):
        """Marsaglia and Tsang (2000)."""
        if a < 1:
            boost = math.log(self.unit()) / a
            return boost + self.log_gamma(a + 1)
        d = a - 1 / 3
        while True:
            z = self.normal()
            t = 1 + z / math.sqrt(9 * d)
            if t > 0 and math.log(self.unit()) < z * z / 2 + d * (1 - t**3 + 3 * math.log(t)):
                return math.log(d) + 3 * math.log(t)

    def poisson(self, m):
        """Products below 10, from there on PTRS (Hörmann, 1993)."""
        if m < 10:
            k, p = 0, self.unit()
            while p > math.exp(-m):
                k, p = k + 1, p * self.unit()
            return k
        b = 0.931 + 2.53 * math.sqrt(m)
        a = -0.059 + 0.02483 * b
        while True:
            u = self.unit() - 0.5
            v = self.unit()
            us = 0.5 - abs(u)
            k = math.floor((2 * a / us + b) * u + m + 0.43)
            if us >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
                return k
            if k < 0 or us < 0.013 and v > us:
                continue
            if math.log(v) + math.log(1.1239 + 1.1328 / (b - 3.4)) - math.log(a / us**2 + b) <= k * math.log(m) - m - math.lgamma(k + 1):
                return k
