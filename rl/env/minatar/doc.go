// Package minatar holds the five games of MinAtar (Young & Tian, 2019, arXiv:1903.03176): Atari games on a board of 10 × 10 cells, written
// from docs/minatar-rules.md, which states their rules exactly, and bit-equal to the package MinAtar 1.0.15 in observations, rewards and
// ends, by the same seeds and actions.
//
// An observation is [channels, 10, 10], 1 where a channel has something and 0 elsewhere (the original's has the channels last); row 0 is at
// the top, column 0 at the left. The six actions are those of Action; what a game has no use for does nothing, and Options.Minimal leaves it
// out. Rewards are never negative:
//
//	Breakout       1 for a brick
//	               channels: paddle, ball, trail, bricks
//	Freeway        1 for a road that is crossed; an episode has 2501 steps
//	               channels: chicken, cars, trails of cars of speed 1 (fast) to 5 (slow)
//	Asterix        1 for gold
//	               channels: player, enemies, trails, gold
//	SpaceInvaders  1 for an alien
//	               channels: cannon, aliens, aliens going left, aliens going right, own shots, their shots
//	Seaquest       1 for a fish or a boat that is hit; up to 10 for six divers brought up, the more the more oxygen is left
//	               channels: boat's front, its back, own shots, trails, enemy shots, fish, enemy boats, oxygen, divers on board, divers
//
// A trail is the cell that a thing comes from, and so shows where it goes. Episodes are terminated, never truncated; but for Freeway's they
// last as long as the player does.
package minatar
