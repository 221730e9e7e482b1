package exec

// schedule orders the units topologically; among those that are ready the one created first goes first, as the user wrote
// them, which also keeps what a barrier delays where it is.
//
// It assumes that no cycle runs through the groups.
func (c *compiler) schedule() error {
	order, users, group := c.grouped.order, c.grouped.users, c.grouped.unit
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
	c.units = make([]unit, 0, len(members))
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
		c.units = append(c.units, u)
	}
	c.postpone()
	return nil
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
