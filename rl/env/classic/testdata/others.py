#!/usr/bin/env python3
"""Goldens of the other classic environments (gymnasium==1.4.0, numpy==2.4.6).

  python -W ignore others.py > others.json

single: steps from given states, forced on the environment; episodes: from a seed with random actions, with the state before each step.
A state is written as Gymnasium keeps it; actions of a box are float32.
"""
import json
import gymnasium as gym
import numpy as np

LIMITS = {
    "acrobot": ("Acrobot-v1", [np.pi, np.pi, 4 * np.pi, 9 * np.pi]),
    "mountaincar": ("MountainCar-v0", [0.9, 0.07]),
    "mountaincar-continuous": ("MountainCarContinuous-v0", [0.9, 0.07]),
    "pendulum": ("Pendulum-v1", [8, 8]),
}
rng = np.random.default_rng(7)


def floats(x):
    return [float(v) for v in x]


def action(e, box):
    if not box:
        return int(rng.integers(e.action_space.n))
    return rng.uniform(e.action_space.low, e.action_space.high).astype(np.float32)


def row(before, a, box, e, obs, reward, term, trunc):
    return {"from": floats(before), "action": float(a[0]) if box else a, "to": floats(e.unwrapped.state), "obs": floats(obs),
            "reward": float(reward), "terminated": bool(term), "truncated": bool(trunc)}


out = {}
for name, (gymnasium_name, limit) in LIMITS.items():
    box = name in ("mountaincar-continuous", "pendulum")
    e = gym.make(gymnasium_name).unwrapped
    single, episodes = [], []
    for i in range(200):
        s = rng.uniform(-1, 1, len(limit)) * np.array(limit)
        if "mountain" in name:
            s[0] -= 0.3
            if i < 6:  # about the wall and the goal
                s = np.array([[-1.2, -0.07], [-1.19, -0.05], [0.49, 0.05], [0.6, 0.07], [0.44, 0.02], [0.46, -0.01]][i])
        if name == "mountaincar-continuous":
            s = s.astype(np.float32)
        e.reset(seed=0)
        if name == "mountaincar-continuous":
            e.step(np.array([0], np.float32))
        e.state = s.copy()
        a = action(e, box)
        obs, reward, term, trunc, _ = e.step(a)
        single.append(row(s, a, box, e, obs, reward, term, trunc))
    for seed in (42, 0, 2**40):
        t = gym.make(gymnasium_name)
        obs, _ = t.reset(seed=seed)
        ep = {"seed": seed, "obs": floats(obs), "steps": []}
        for _ in range(40):
            s = np.array(t.unwrapped.state)
            a = action(t, box)
            obs, reward, term, trunc, _ = t.step(a)
            ep["steps"].append(row(s, a, box, t, obs, reward, term, trunc))
        episodes.append(ep)
    out[name] = {"single": single, "episodes": episodes}
print(json.dumps(out, separators=(",", ":")))
