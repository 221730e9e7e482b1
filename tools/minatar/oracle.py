#!/usr/bin/env python3
"""Goldens of the five MinAtar games (MinAtar==1.0.15, numpy==2.4.6).

  pip install --no-deps -r tools/minatar/requirements.txt
  python tools/minatar/oracle.py [GAME ...]     writes rl/env/minatar/testdata/GAME.txt
  python tools/minatar/oracle.py --coverage [GAME ...]     plays fewer episodes and says what of the package they reach

The package is a black box here: all goes through minatar.Environment. docs/minatar-rules.md says what the files hold.
"""

import hashlib
import importlib.metadata
import itertools
import logging
import pathlib
import sys

import numpy

logging.disable()  # the package's warning that it cannot draw

import players

GAMES = ["breakout", "freeway", "asterix", "space_invaders", "seaquest"]
CAP = 5000  # steps of an episode of random actions
OUT = pathlib.Path(__file__).parents[2] / "rl/env/minatar/testdata"


def environment(*args):
    from minatar import Environment  # late: coverage begins before it

    return Environment(*args)


def splitmix64(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        yield z ^ z >> 31


def random_actions(episode, actions):
    """Weighted if bit 1 of episode is set, held for 1 to 12 steps if bit 0 is."""
    draws = splitmix64(episode)
    weights = [1 << next(draws) % 6 if episode & 2 else 1 for _ in actions]
    bounds = list(itertools.accumulate(weights))
    while True:
        u = next(draws) % bounds[-1]
        action = actions[sum(u >= b for b in bounds)]
        for _ in range(1 + next(draws) % 12 if episode & 1 else 1):
            yield action


class Tape:
    """The hash of an episode as far as it was played, and its totals."""

    def __init__(self, env):
        self.hash, self.steps, self.returns, self.env, self.over = hashlib.sha256(), 0, 0, env, False
        self.look()

    def look(self):
        self.state = self.env.state()
        self.hash.update(numpy.packbits(self.state.ravel(), bitorder="little").tobytes())

    def act(self, action):
        reward, over = self.env.act(action)
        self.steps, self.returns, self.over, self.reward = self.steps + 1, self.returns + int(reward), over, int(reward)
        self.hash.update(bytes([int(reward), over]))
        self.look()


def begin(game, seed, sticky=0.1, ramping=True):
    env = environment(game, sticky, ramping)
    env.seed(seed)
    env.reset()
    return Tape(env)


def play(tape, actions, cap=CAP, each=lambda action: None):
    for action in itertools.islice(actions, cap):
        tape.act(action)
        each(action)
        if tape.over:
            break
    return tape


def summary(tapes, *words):
    whole = hashlib.sha256(b"".join(t.hash.digest() for t in tapes)).hexdigest()
    return " ".join(map(str, [*words, sum(t.steps for t in tapes), sum(t.returns for t in tapes), whole]))


def toggles(before, after):
    return " ".join(sorted(f"{k}{r}{c}" for r, c, k in numpy.argwhere(before ^ after)))


def trace(game, name, actions, episode, steps):
    tape = begin(game, episode)
    before = tape.state
    lines = [f"trace {name} {episode}", "start " + toggles(before ^ before, before)]

    def each(action):
        nonlocal before
        lines.append(f"{action} {tape.reward} {int(tape.over)} {toggles(before, tape.state)}".rstrip())
        before = tape.state

    play(tape, random_actions(episode, actions), steps, each)
    return lines


def deep(game, seed, sticky, ramping):
    tape, letters, marks = begin(game, seed, sticky, ramping), [], []

    def each(action):
        letters.append("nlurdf"[action])
        if tape.steps % 10 == 0:
            marks.append(tape.hash.copy().hexdigest()[:4])

    play(tape, players.actions(game, tape, seed), 3000, each)
    head = f"deep {seed} {sticky} {int(ramping)} {tape.steps} {tape.returns} {tape.hash.hexdigest()[:16]}"
    return [head, "actions " + "".join(letters), "marks " + "".join(marks)]


def lines(game, episodes):
    env = environment(game)
    sets = {"all": list(range(env.num_actions())), "minimal": env.minimal_action_set()}
    yield f"# MinAtar {importlib.metadata.version('MinAtar')}, {game}; by tools/minatar/oracle.py, described in docs/minatar-rules.md"
    for name, actions in sets.items():
        for e in (0, 3):
            yield from trace(game, name, actions, e, 100)
    for name, actions in sets.items():
        tapes = []
        for e in range(episodes):
            t = play(begin(game, e), random_actions(e, actions))
            tapes.append(t)
            if e < 20:
                yield f"episode {name} {e} {t.steps} {t.returns} {t.hash.hexdigest()[:16]}"
        yield summary(tapes, "episodes", name, episodes)
        for sticky, ramping in [(0.0, True), (0.5, False)]:
            tapes = [play(begin(game, e, sticky, ramping), random_actions(e, actions)) for e in range(20)]
            yield summary(tapes, "options", name, sticky, int(ramping), 20)
        tapes, env = [], environment(game)
        env.seed(1)
        for e in range(20):
            env.reset()
            tapes.append(play(Tape(env), random_actions(e, actions)))
        yield summary(tapes, "row", name, 20)
    for seed, sticky, ramping in players.EPISODES[game]:
        yield from deep(game, seed, sticky, ramping)


def coverage_run(games):
    import coverage

    watch = coverage.Coverage(branch=True, source_pkgs=["minatar.environments"], data_file=None)
    watch.start()
    for game in games:
        for _ in lines(game, 20):
            pass
    watch.stop()
    watch.report(show_missing=True)


if __name__ == "__main__":
    games = [a for a in sys.argv[1:] if a in GAMES] or GAMES
    if "--coverage" in sys.argv:
        coverage_run(games)
    else:
        OUT.mkdir(parents=True, exist_ok=True)
        for game in games:
            (OUT / f"{game}.txt").write_text("\n".join(lines(game, 1000)) + "\n")
