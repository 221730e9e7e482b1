package exec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A unit is what one step computes: a single application, or a group of pointwise ones.
type unit struct {
	nodes []*graph.Node // first results, in topological order
	tiled bool          // pointwise: run tile by tile
}

// maxGroup bounds the ops of a group, so that their tiles stay in cache.
const maxGroup = 24

// A grouping says which unit each node belongs to.
type grouping struct {
	order []*graph.Node
	index map[*graph.Node]int
	users [][]int // of each node, by place in order
	unit  []int   // of each node: the place of its first member
}

// group makes one unit of each pointwise chain, so that it reads and writes memory once.
//
// Each node gets a stage: that of its operands where the edge can be fused (both ends pointwise, equal shapes), one more
// where not. A path between two nodes of one stage then has only edges that can be fused, so that making one unit of
// nodes of one stage that hang together cannot close a cycle.
func (c *compiler) group() error {
	order := graph.Order(c.roots, nil)
	index := make(map[*graph.Node]int, len(order))
	for i, n := range order {
		index[n] = i
	}
	at := func(x *graph.Node) int { return index[x.Results()[0]] }
	stage := make([]int, len(order))
	users := make([][]int, len(order))
	stays := make([]bool, len(order))
	for i, n := range order {
		for _, x := range n.In() {
			j := at(x)
			users[j] = append(users[j], i)
			stage[i] = max(stage[i], stage[j]+gap(order[j], n))
		}
		if w := c.beside[n]; w != nil { // it waits for what that waits for
			stays[i], stays[at(w)] = true, true
			for _, x := range w.In() {
				if j := at(x); j < i {
					stage[i] = max(stage[i], stage[j]+gap(order[j], w))
				}
			}
		}
	}
	// A pointwise node that nobody needs yet sinks to its users, so that it is computed where it is read.
	isRoot := make([]bool, len(order))
	for _, r := range c.roots {
		isRoot[at(r)] = true
	}
	for i, n := range slices.Backward(order) {
		if !pointwise(n) || isRoot[i] || stays[i] || len(users[i]) == 0 {
			continue
		}
		latest := int(^uint(0) >> 1)
		for _, u := range users[i] {
			latest = min(latest, stage[u]-gap(n, order[u]))
		}
		stage[i] = max(stage[i], latest)
	}
	// Join along edges within a stage, and what is wanted beside one another.
	leader := make([]int, len(order))
	for i := range leader {
		leader[i] = i
	}
	find := func(i int) int {
		for leader[i] != i {
			leader[i] = leader[leader[i]]
			i = leader[i]
		}
		return i
	}
	join := func(i, j int) {
		if a, b := find(i), find(j); stage[i] == stage[j] && gap(order[j], order[i]) == 0 {
			leader[max(a, b)] = min(a, b)
		}
	}
	for i, n := range order {
		for _, x := range n.In() {
			join(i, at(x))
		}
		if w := c.beside[n]; w != nil {
			join(i, at(w))
		}
	}
	// Cut what is too long into runs of the topological order: edges between them only point forward.
	groups, last := make([]int, len(order)), map[int]int{}
	count := map[int]int{}
	for i := range order {
		l := find(i)
		if count[l]%maxGroup == 0 {
			last[l] = i
		}
		count[l]++
		groups[i] = last[l]
	}
	c.grouped = grouping{order, index, users, groups}
	return nil
}

// pointwise reports whether n can be part of a group.
func pointwise(n *graph.Node) bool {
	_, p := n.Op().(graph.Pointwise)
	_, k := n.Op().(graph.Kernel)
	return p && k && len(n.In()) > 0
}

// gap is 0 if an edge can lie within a group, else 1.
func gap(x, n *graph.Node) int {
	if pointwise(x) && pointwise(n) && x.Shape() == n.Shape() {
		return 0
	}
	return 1
}

func (g grouping) String() string {
	var us []unit
	at := map[int]int{}
	for i, n := range g.order {
		u, known := at[g.unit[i]]
		if !known {
			u = len(us)
			at[g.unit[i]] = u
			us = append(us, unit{})
		}
		us[u].nodes = append(us[u].nodes, n)
	}
	return printUnits(us)
}

// printUnits prints a unit a line.
func printUnits(us []unit) string {
	var s strings.Builder
	for i, u := range us {
		fmt.Fprintf(&s, "%3d %s %v  %s\n", i, groupName(u.nodes), u.nodes[0].Type(), u.nodes[0].Origin())
	}
	return s.String()
}
