package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A unit is what one step computes: a single application, or a group of pointwise ones.
type unit struct {
	nodes []*graph.Node // first results, in topological order
	tiled bool          // pointwise: run tile by tile
}

// maxGroup bounds the ops of a group, so that their tiles stay in cache.
const maxGroup = 24

// units groups pointwise chains and orders everything.
//
// Each node gets a stage: that of its operands where the edge can be fused (both ends pointwise, equal shapes), one more
// where not. A path between two nodes of one stage then has only edges that can be fused, so that making one unit of
// nodes of one stage that hang together cannot close a cycle.
func units(roots []*graph.Node) []unit {
	order := graph.Order(roots, nil)
	index := make(map[*graph.Node]int, len(order))
	for i, n := range order {
		index[n] = i
	}
	at := func(x *graph.Node) int { return index[x.Results()[0]] }
	stage := make([]int, len(order))
	users := make([][]int, len(order))
	for i, n := range order {
		for _, x := range n.In() {
			j := at(x)
			users[j] = append(users[j], i)
			stage[i] = max(stage[i], stage[j]+gap(order[j], n))
		}
	}
	// A pointwise node that nobody needs yet sinks to its users, so that it is computed where it is read.
	isRoot := make([]bool, len(order))
	for _, r := range roots {
		isRoot[at(r)] = true
	}
	for i, n := range slices.Backward(order) {
		if !pointwise(n) || isRoot[i] || len(users[i]) == 0 {
			continue
		}
		latest := int(^uint(0) >> 1)
		for _, u := range users[i] {
			latest = min(latest, stage[u]-gap(n, order[u]))
		}
		stage[i] = max(stage[i], latest)
	}
	// Join along edges within a stage.
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
	for i, n := range order {
		for _, x := range n.In() {
			if a, b := find(i), find(at(x)); stage[i] == stage[at(x)] && gap(order[at(x)], n) == 0 {
				leader[max(a, b)] = min(a, b)
			}
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
	return sorted(order, users, groups)
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

// sorted orders the units topologically; among those that are ready the one created first goes first, as the user wrote
// them, which also keeps what a barrier delays where it is.
func sorted(order []*graph.Node, users [][]int, group []int) []unit {
	members := map[int][]int{}
	for i := range order {
		members[group[i]] = append(members[group[i]], i)
	}
	waits := map[int]int{} // edges into a unit from others
	for i, us := range users {
		for _, u := range us {
			if group[i] != group[u] {
				waits[group[u]]++
			}
		}
	}
	var ready heap
	key := func(l int) int { return members[l][len(members[l])-1] }
	for l := range order {
		if group[l] == l && waits[l] == 0 {
			ready.push(key(l), l)
		}
	}
	var out []unit
	for len(ready) > 0 {
		l := ready.pop()
		u := unit{tiled: pointwise(order[members[l][0]])}
		for _, i := range members[l] {
			u.nodes = append(u.nodes, order[i])
			for _, j := range users[i] {
				if to := group[j]; to != l {
					if waits[to]--; waits[to] == 0 {
						ready.push(key(to), to)
					}
				}
			}
		}
		out = append(out, u)
	}
	return out
}

// heap is a binary heap of units by key.
type heap [][2]int

func (h *heap) push(key, v int) {
	*h = append(*h, [2]int{key, v})
	for i := len(*h) - 1; i > 0 && (*h)[i][0] < (*h)[(i-1)/2][0]; i = (i - 1) / 2 {
		(*h)[i], (*h)[(i-1)/2] = (*h)[(i-1)/2], (*h)[i]
	}
}

func (h *heap) pop() int {
	old := *h
	top, n := old[0][1], len(old)-1
	old[0] = old[n]
	*h = old[:n]
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			return top
		}
		if c+1 < n && old[c+1][0] < old[c][0] {
			c++
		}
		if old[i][0] <= old[c][0] {
			return top
		}
		old[i], old[c] = old[c], old[i]
		i = c
	}
}
