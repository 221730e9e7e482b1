// Package board holds games of two players who move in turn and see everything: tic-tac-toe and Connect Four, as positions, as environments
// for one agent that plays both sides (SelfPlay) or one of them (Against), and with players who never err.
package board
