"""DQN in PyTorch and Gymnasium at the settings of CleanRL's dqn.py, for its speed: one CartPole-v1, a memory of 10,000, learning from step
10,000 on, every 10th step from a batch of 128 by Adam at 2.5e-4, a network of 120 and 84, its copy renewed every 500 steps, the return of each
episode taken down. Epsilon is 0.2875, its mean over a run of 500,000 steps. Written anew; logs are left out, which is in its favour.

    python tools/rl/cleanrl.py [--steps N] [--threads N]

prints steps a second once it learns. go test ./rl/recipe -run XXX -bench CleanRL is the same in Kedja.
"""
import argparse
import random
import time

import gymnasium as gym
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

p = argparse.ArgumentParser()
p.add_argument("--steps", type=int, default=20_000, help="that are timed")
p.add_argument("--threads", type=int, default=1, help="of PyTorch")
p.add_argument("--seed", type=int, default=1)
a = p.parse_args()
START, CAPACITY, BATCH, EVERY, COPY, EPSILON = 10_000, 10_000, 128, 10, 500, 0.2875

torch.set_num_threads(a.threads)
random.seed(a.seed)
np.random.seed(a.seed)
torch.manual_seed(a.seed)
envs = gym.vector.SyncVectorEnv([lambda: gym.wrappers.RecordEpisodeStatistics(gym.make("CartPole-v1"))])
actions = int(envs.single_action_space.n)


def network():
    return nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, actions))


online, target = network(), network()
target.load_state_dict(online.state_dict())
adam = torch.optim.Adam(online.parameters(), lr=2.5e-4)
memory = dict(
    obs=np.zeros((CAPACITY, 4), np.float32), next=np.zeros((CAPACITY, 4), np.float32), action=np.zeros((CAPACITY, 1), np.int64),
    reward=np.zeros(CAPACITY, np.float32), done=np.zeros(CAPACITY, np.float32))

obs, _ = envs.reset(seed=a.seed)
before, begin, returns = np.zeros(1, bool), 0.0, []
for step in range(START + 1 + a.steps):
    if step == START + 1:
        begin = time.perf_counter()
    if random.random() < (EPSILON if step > START else 1):
        action = np.array([envs.single_action_space.sample()])
    else:
        with torch.no_grad():
            action = online(torch.from_numpy(obs)).argmax(1).numpy()
    following, reward, terminated, truncated, info = envs.step(action)
    if "episode" in info:
        returns.append(float(info["episode"]["r"][0]))
    if not before[0]:  # a step that only resets an environment is not a transition
        i = step % CAPACITY
        memory["obs"][i], memory["next"][i], memory["action"][i] = obs[0], following[0], action[0]
        memory["reward"][i], memory["done"][i] = reward[0], terminated[0]
    before, obs = terminated | truncated, following
    if step > START and step % EVERY == 0:
        rows = np.random.randint(0, CAPACITY, BATCH)
        b = {k: torch.from_numpy(v[rows]) for k, v in memory.items()}
        with torch.no_grad():
            wanted = b["reward"] + 0.99 * target(b["next"]).max(1).values * (1 - b["done"])
        loss = F.mse_loss(online(b["obs"]).gather(1, b["action"]).squeeze(1), wanted)
        adam.zero_grad()
        loss.backward()
        adam.step()
    if step > START and step % COPY == 0:
        for to, of in zip(target.parameters(), online.parameters()):
            to.data.copy_(of.data)
print(f"{a.steps / (time.perf_counter() - begin):.0f} steps a second, {len(returns)} episodes")
