#!/usr/bin/env python3
"""Optimal values of Gymnasium's toy problems, from its own tables of transitions (gymnasium==1.4.0).

  python -W ignore values.py > values.json
"""
import json
import gymnasium as gym
import numpy as np


def optimal(name, discount):
    p = gym.make(name).unwrapped.P
    v = np.zeros(len(p))
    for _ in range(100_000):
        q = np.array([[sum(pr * (r + (0 if end else discount * v[to])) for pr, to, r, end in p[s][a]) for a in range(4)] for s in range(len(p))])
        new = q.max(1)
        if np.abs(new - v).max() < 1e-14:
            break
        v = new
    return q.tolist()


# FrozenLake's actions are left, down, right, up; CliffWalking's up, right, down, left.
print(json.dumps({"lake": optimal("FrozenLake-v1", 0.99), "cliff": optimal("CliffWalking-v1", 0.99)}))
