"""Players who look at the observation only, and get far enough into a game to meet its late rules."""

import copy
import random

NONE, LEFT, UP, RIGHT, DOWN, FIRE = range(6)
MOVES = {NONE: (0, 0), LEFT: (0, -1), UP: (-1, 0), RIGHT: (0, 1), DOWN: (1, 0)}

HORIZON = {"breakout": 30, "freeway": 0, "asterix": 20, "space_invaders": 20, "seaquest": 20}
CAREFUL = {"breakout": 1500, "freeway": 0, "asterix": 1500, "space_invaders": 1500, "seaquest": 800}  # steps

# Seed, stickiness, ramping of the episodes whose actions are kept.
NO_STICK, NO_RAMP = (2**32 - 1, 0.0, True), (7, 0.1, False)
EPISODES = {
    "breakout": [(s, 0.1, True) for s in range(11)] + [NO_STICK],
    "freeway": [(s, 0.1, True) for s in range(2)] + [NO_STICK],
    "asterix": [(s, 0.1, True) for s in range(5)] + [NO_STICK, NO_RAMP],
    "space_invaders": [(s, 0.1, True) for s in range(6)] + [NO_STICK, NO_RAMP],
    "seaquest": [(s, 0.1, True) for s in range(10)] + [NO_STICK, NO_RAMP],
}


def cells(state, channel):
    return [(int(r), int(c)) for r, c in zip(*state[:, :, channel].nonzero())]


def breakout(state, draw, memory):
    (_, paddle), (row, ball) = cells(state, 0)[0], cells(state, 1)[0]
    _, was = cells(state, 2)[0]
    goal = ball
    if row == 8:  # under where the ball is, or under where it goes: it leaves differently
        goal = ball if draw.random() < 0.5 else min(9, max(0, 2 * ball - was))
    return NONE if paddle == goal else RIGHT if paddle < goal else LEFT


def freeway(state, draw, memory):
    if memory.setdefault("lazy", draw.random() < 0.05) or draw.random() < 0.02:
        return draw.choice([NONE, DOWN])
    return UP


def asterix(state, draw, memory):
    r, c = cells(state, 0)[0]
    trails = set(cells(state, 2))
    enemies = {row: col for row, col in cells(state, 1)}
    gold = {row: col for row, col in cells(state, 3)}
    best = []
    for a, (dr, dc) in MOVES.items():
        y, x = min(8, max(1, r + dr)), min(9, max(0, c + dc))
        cost = draw.random() / 10
        if y in enemies:
            gap = enemies[y] - x  # coming nearer unless it has its trail on our side
            leaving = (y, enemies[y] - 1) in trails and gap > 0 or (y, enemies[y] + 1) in trails and gap < 0
            cost += 100 if gap == 0 else 50 if abs(gap) == 1 and not leaving else 0 if leaving else 8 / abs(gap)
        elif y not in gold:
            cost += 20 if x in (0, 9) else 2 if x in (1, 8) else 0
        near = min([abs(y - row) + abs(x - col) for row, col in gold.items()], default=0)
        best.append((cost + near / 5, a))
    return min(best)[1]


def space_invaders(state, draw, memory):
    _, c = cells(state, 0)[0]
    shots, aliens = set(cells(state, 5)), cells(state, 1)
    danger = lambda x: any((r, x) in shots for r in (7, 8)) or (9, x) in aliens or (8, x) in aliens
    if danger(c):
        free = [x for x in (c - 1, c + 1) if 0 <= x <= 9 and not danger(x)]
        return (LEFT if min(free) < c else RIGHT) if free else FIRE
    low = max(aliens)[0] if aliens else 0
    targets = sorted((abs(x - c), x) for r, x in aliens if r >= low - 1)
    if draw.random() < 0.6 and any(abs(x - c) <= 1 for _, x in aliens):
        return FIRE
    goal = targets[0][1] if targets else c
    a = NONE if goal == c else LEFT if goal < c else RIGHT
    return FIRE if danger(c + MOVES[a][1]) or a == NONE else a


def seaquest(state, draw, memory):
    (r, c), (_, back) = cells(state, 0)[0], cells(state, 1)[0]
    oxygen, aboard = len(cells(state, 7)), len(cells(state, 8))
    enemies, shots, divers = cells(state, 5) + cells(state, 6), cells(state, 4), cells(state, 9)
    if memory.get("full") and r == 0:
        memory["bobbing"] = True  # six divers were brought up: the rest is surfacing again and again
    memory["full"] = aboard == 6
    facing = 1 if back < c else -1

    def risk(y, x):
        if y == 0:
            return 0
        return sum(100 if gap == 0 else 40 if gap == 1 else 6 if gap == 2 else 0 for gap in [abs(x - col) for row, col in enemies + shots if row == y])

    if r == 0 and oxygen < 10 or memory.get("bobbing"):
        up = r > 0
        return NONE if r == 0 and risk(1, c) >= 40 else UP if up else DOWN
    if aboard == 6 or aboard > 0 and oxygen <= max(2, r // 2):
        goal = (0, c)
    elif divers:
        goal = min(divers, key=lambda d: abs(d[0] - r) + abs(d[1] - c))
    else:
        goal = (4, 4)
    best = []
    for a, (dr, dc) in MOVES.items():
        y, x = min(8, max(0, r + dr)), min(9, max(0, c + dc))
        if y == 0 and (aboard == 0 and r > 0):
            continue
        near = abs(y - goal[0]) + abs(x - goal[1])
        best.append((risk(y, x) + 3 * near + draw.random(), a))
    ahead = any(row == r and 0 < (col - c) * facing <= 4 for row, col in enemies)
    if ahead and risk(r, c) < 100 and draw.random() < 0.7:
        return FIRE
    return min(best)[1]


def outlook(game, env, action, memory, horizon):
    """How a copy of env fares in horizon steps if it does action and then what the player says: steps, then rewards."""
    env, memory, draw, rewards = copy.deepcopy(env), dict(memory), random.Random(horizon), 0
    for n in range(horizon):
        reward, over = env.act(action)
        rewards += int(reward)
        if over:
            return n, rewards
        action = globals()[game](env.state(), draw, memory)
    return horizon, rewards


def actions(game, tape, seed):
    """The actions of a player who sees tape.state and, while careful, tries them in a copy first. One in fifty is drawn blindly."""
    draw, memory, choice, horizon = random.Random(seed), {}, tape.env.minimal_action_set(), HORIZON[game]
    while True:
        action = globals()[game](tape.state, draw, memory)
        if draw.random() < 0.02:
            action = draw.choice(choice)
        if tape.steps < CAREFUL[game] and (game == "space_invaders" or outlook(game, tape.env, action, memory, horizon)[0] < horizon):
            action = max(draw.sample(choice, len(choice)), key=lambda a: outlook(game, tape.env, a, memory, horizon))
        yield action
