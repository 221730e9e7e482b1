package rl

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// RecurrentActorCritic is gated recurrent units that remember what was observed, with policy and values on their states.
type RecurrentActorCritic struct {
	Memory *nn.GRU
	Heads  *ActorCritic
}

// NewRecurrentActorCritic draws one from r.
func NewRecurrentActorCritic(r *rand.Rand, obs, cells, actions int, hidden []int) *RecurrentActorCritic {
	return &RecurrentActorCritic{nn.NewGRU(r, obs, cells), NewActorCritic(r, []int{cells}, actions, nil, hidden)}
}

// input is what observations [..., obs] bring to the units, step what they then make of a state.
func (n *RecurrentActorCritic) input(obs *graph.Node) *graph.Node {
	w := n.Memory.Ahead[0]
	return ops.Add(ops.MatMul(obs, obs.Graph().Use(w.W)), obs.Graph().Use(w.BW))
}

func (n *RecurrentActorCritic) step(input, state *graph.Node) *graph.Node {
	w, g := n.Memory.Ahead[0], state.Graph()
	return ops.GRUCell(input, ops.Add(ops.MatMul(state, g.Use(w.U)), g.Use(w.BU)), state)
}

// recurrent is the objective of policies that remember (Wierstra et al., 2010; as PPO in Ni et al., 2022). Its observations are rows
// [obs, state], and a minibatch is the whole round of some environments, [steps·environments] in order of steps: the units go through it again
// from the state that each environment had at its begin, to 0 where an episode begins, and gradients go back through all of it. The loss of all
// steps is that of ppo.
type recurrent struct {
	net   *RecurrentActorCritic
	o     RolloutOptions
	width int // of an observation
}

func (p recurrent) now(rows *graph.Node) *graph.Node {
	x := ops.Split(rows, -1, p.width, p.o.Cells)
	return p.net.step(p.net.input(x[0]), x[1])
}

func (p recurrent) play(rows *graph.Node) []*graph.Node {
	state := p.now(rows)
	return append(ppo{p.net.Heads, p.o}.play(state), state)
}

func (p recurrent) best(rows *graph.Node) []*graph.Node {
	state := p.now(rows)
	return append(ppo{p.net.Heads, p.o}.best(state), state)
}

// states are those of all steps [steps·environments, cells].
func (p recurrent) states(b minibatch) *graph.Node {
	steps := p.o.Rollout
	n := b.Obs.Shape().Dim(0) / steps
	x := ops.Split(ops.Reshape(b.Obs, steps, n, p.width+p.o.Cells), -1, p.width, p.o.Cells)
	first := ops.Squeeze(ops.Slice(x[1], 0, 0, 1), 0)
	goesOn := ops.Reshape(b.GoesOn, steps, n, 1)
	_, all := flow.Scan([]*graph.Node{first}, []*graph.Node{p.net.input(x[0]), goesOn}, func(state, x []*graph.Node) (next, y []*graph.Node) {
		s := p.net.step(x[0], ops.Mul(state[0], x[1]))
		return []*graph.Node{s}, []*graph.Node{s}
	})
	return ops.Reshape(all[0], steps*n, p.o.Cells)
}

func (p recurrent) loss(b minibatch) *graph.Node {
	b.Obs = p.states(b)
	return ppo{p.net.Heads, p.o}.loss(b)
}

// A memory is the states of n rows, beside which observations lie as [obs, state].
type memory struct {
	width, cells int
	states, rows []float32
}

// begin makes the states 0 of the rows that are set.
func (m *memory) begin(rows []bool) {
	if len(m.states) != len(rows)*m.cells {
		m.states = make([]float32, len(rows)*m.cells)
	}
	for i, set := range rows {
		if set {
			clear(m.states[i*m.cells : (i+1)*m.cells])
		}
	}
}

// beside returns obs with the states; obs itself if there are no cells. Another number of rows than before begins anew.
func (m *memory) beside(obs []float32) []float32 {
	if m.cells == 0 {
		return obs
	}
	n := len(obs) / m.width
	if len(m.states) != n*m.cells {
		m.states = make([]float32, n*m.cells)
	}
	m.rows = m.rows[:0]
	for i := range n {
		m.rows = append(append(m.rows, obs[i*m.width:(i+1)*m.width]...), m.states[i*m.cells:(i+1)*m.cells]...)
	}
	return m.rows
}

// note keeps the last of what a policy returned, if that is states.
func (m *memory) note(out []graph.Buffer) {
	if m.cells > 0 {
		copy(m.states, graph.Data[float32](out[len(out)-1]))
	}
}

// Begin begins anew with the rows that are set, of as many as the next call of Greedy has.
func (l *RolloutLearner) Begin(rows []bool) { l.played.begin(rows) }

var (
	_ Rememberer       = (*RolloutLearner)(nil)
	_ rolloutObjective = recurrent{}
)
