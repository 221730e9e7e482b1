package minatar

// swimmer is what moves through Seaquest by itself.
type swimmer struct {
	At              cell
	Direction       int8
	MoveIn, ShootIn int8
}

// shoal is a list of swimmers, the oldest first. The longest that the rules let happen has about 40: with both intervals at their least,
// an enemy appears at every step and is gone after 30, and shots cross the board in 10.
type shoal struct {
	N   int8
	All [48]swimmer
}

func (l *shoal) add(s swimmer) {
	if int(l.N) < len(l.All) {
		l.All[l.N] = s
		l.N++
	}
}

func (l *shoal) remove(i int8) {
	copy(l.All[i:l.N], l.All[i+1:l.N])
	l.N--
	l.All[l.N] = swimmer{} // so that equal states are saved alike
}

// removeAt takes out the oldest in a cell, and reports whether there was one.
func (l *shoal) removeAt(at cell) bool {
	for i := range l.N {
		if l.All[i].At == at {
			l.remove(i)
			return true
		}
	}
	return false
}

// oppose reports whether one of them goes the other way in the row of s.
func (l *shoal) oppose(s *swimmer) bool {
	for i := range l.N {
		if l.All[i].At.Row == s.At.Row && l.All[i].Direction != s.Direction {
			return true
		}
	}
	return false
}

func (l *shoal) valid() bool {
	if l.N < 0 || int(l.N) > len(l.All) {
		return false
	}
	for _, s := range l.All[:l.N] {
		if !s.At.onBoard() || !isDirection(s.Direction) || s.MoveIn < 0 || s.ShootIn < 0 {
			return false
		}
	}
	return true
}
