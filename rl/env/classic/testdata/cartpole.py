#!/usr/bin/env python3
"""Goldens of CartPole-v1 (gymnasium==1.4.0, numpy==2.4.6).

  python cartpole.py > cartpole.json

single: steps from given states, forced on the environment; episodes: whole ones with a fixed pattern of actions.
"""
import json
import gymnasium as gym
import numpy as np

e = gym.make("CartPole-v1").unwrapped
rng = np.random.default_rng(7)
single = []
for i in range(1000):
    s = rng.uniform(-1, 1, 4) * np.array([2.5, 3, 0.22, 3.5])
    if i < 8:
        s = np.array([2.4, 0, 0.2094395102393195, 0]) * [1, 1, (-1) ** i, 1] * (i + 1) / 8
    e.reset(seed=0)
    e.state = s.copy()
    a = int(rng.integers(2))
    _, r, term, _, _ = e.step(a)
    single.append([s.tolist(), a, list(map(float, e.state)), bool(term)])
episodes = []
for seed in (42, 0, 1, 2**40):
    t = gym.make("CartPole-v1")
    obs, _ = t.reset(seed=seed)
    states, k, done = [list(map(float, t.unwrapped.state))], 0, False
    while not done:
        x, v, th, w = t.unwrapped.state
        a = int(th + 0.3 * w + 0.02 * x + 0.05 * v > 0) if seed != 42 else [0, 1, 1, 0, 1, 1, 0, 0, 1, 0][k % 10]
        _, _, term, trunc, _ = t.step(a)
        states.append(list(map(float, t.unwrapped.state)) + [a, int(term), int(trunc)])
        k, done = k + 1, term or trunc
    episodes.append({"seed": seed, "states": states})
print(json.dumps({"single": single, "episodes": episodes}))
