package toy

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// Map is a grid world to be: Rows of letters, of which S is the start, G a goal, # a wall, X a pit and . the floor.
type Map struct {
	Name            string
	Rows            []string
	Step, Goal, Pit float64 // rewards of a step, one that reaches a goal, and one into a pit
	PitEnds         bool    // a pit ends the episode; otherwise it leads back to the start
	Slip            float64 // probability of going to one or the other side instead, half each
	Limit           int     // steps until an episode is cut off
}

// Cliff is the cliff of Sutton & Barto (2018), example 6.6, as Gymnasium has it in CliffWalking: −1 a step, −100 for a fall, which leads back
// to the start. The best return is −13.
func Cliff() Map {
	return Map{Name: "cliff", Rows: []string{"............", "............", "............", "SXXXXXXXXXXG"}, Step: -1, Goal: -1, Pit: -100, Limit: 1000}
}

// Lake is Gymnasium's FrozenLake-v1: 1 for the goal, and ice on which two steps of three go to the side. Who acts best gets there in 74 of 100
// episodes of 100 steps.
func Lake() Map {
	return Map{Name: "lake", Rows: []string{"S...", ".X.X", "...X", "X..G"}, Goal: 1, PitEnds: true, Slip: 2. / 3, Limit: 100}
}

// Rooms is a maze of four rooms (Sutton, Precup & Singh, 1999) with a reward of 1 at the goal and none on the way.
func Rooms() Map {
	return Map{Name: "rooms", Rows: []string{
		".....#.....", ".....#.....", "...........", ".....#.....", ".....#.....", "#.####.....", ".....###.##", ".....#.....",
		"S....#.....", "...........", ".....#....G",
	}, Goal: 1, PitEnds: true, Limit: 200}
}

// Grid is a Map as an environment. Actions 0 to 3 go up, right, down and left; who meets a wall or the edge stays. States are numbered row by
// row.
type Grid struct {
	Tabular
	rows []string
}

// NewGrid makes the environment of a map.
func NewGrid(m Map) (*Grid, error) {
	if len(m.Rows) == 0 || len(m.Rows[0]) == 0 || !(m.Slip >= 0 && m.Slip <= 1) {
		return nil, fmt.Errorf("toy: a map of %d rows with a slip of %v: want at least one square, and a slip from 0 to 1", len(m.Rows), m.Slip)
	}
	width := len(m.Rows[0])
	mdp := MDP{States: len(m.Rows) * width, Actions: 4, Start: -1}
	for r, row := range m.Rows {
		if len(row) != width || strings.Trim(row, "SG#X.") != "" {
			return nil, fmt.Errorf("toy: row %q of the map, want %d letters among S, G, #, X and the dot", row, width)
		}
		if c := strings.IndexByte(row, 'S'); c >= 0 {
			if mdp.Start >= 0 || strings.Count(row, "S") > 1 {
				return nil, errors.New("toy: the map has two starts")
			}
			mdp.Start = r*width + c
		}
	}
	if mdp.Start < 0 {
		return nil, errors.New("toy: the map has no start")
	}
	for s := range mdp.States {
		for a := range 4 {
			var moves []Move
			for _, way := range [3]struct {
				p    float64
				turn int
			}{{1 - m.Slip, 0}, {m.Slip / 2, 1}, {m.Slip / 2, 3}} {
				if way.p > 0 {
					move := m.move(s, (a+way.turn)%4, mdp.Start)
					move.P = way.p
					moves = append(moves, move)
				}
			}
			mdp.Moves = append(mdp.Moves, moves)
		}
	}
	t, err := NewTabular(m.Name, mdp, m.Limit)
	if err != nil {
		return nil, err
	}
	return &Grid{*t, m.Rows}, nil
}

// move is a step in a direction that is certain.
func (m Map) move(s, direction, start int) Move {
	width := len(m.Rows[0])
	r, c := s/width, s%width
	if letter := m.Rows[r][c]; letter == 'G' || letter == 'X' && m.PitEnds { // nobody acts there
		return Move{To: s, End: true}
	}
	r2, c2 := r+[4]int{-1, 0, 1, 0}[direction], c+[4]int{0, 1, 0, -1}[direction]
	if r2 < 0 || r2 == len(m.Rows) || c2 < 0 || c2 == width || m.Rows[r2][c2] == '#' {
		r2, c2 = r, c
	}
	to := r2*width + c2
	switch m.Rows[r2][c2] {
	case 'G':
		return Move{To: to, Reward: m.Goal, End: true}
	case 'X':
		if m.PitEnds {
			return Move{To: to, Reward: m.Pit, End: true}
		}
		return Move{To: start, Reward: m.Pit}
	}
	return Move{To: to, Reward: m.Step}
}

// Text is the map, with an @ where the agent is.
func (g *Grid) Text() string {
	text := []byte(strings.Join(g.rows, "\n") + "\n")
	width := len(g.rows[0])
	text[g.State()/width*(width+1)+g.State()%width] = '@'
	return string(text)
}

// Image draws the same.
func (g *Grid) Image() image.Image {
	colours := map[byte]color.RGBA{'S': paint.White, '.': paint.White, 'G': paint.Green, 'X': paint.Red, '#': paint.Black}
	width := len(g.rows[0])
	return paint.Cells(len(g.rows), width, 24, func(row, column int) color.RGBA {
		if row*width+column == g.State() {
			return paint.Blue
		}
		return colours[g.rows[row][column]]
	})
}
