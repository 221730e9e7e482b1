package conv

// Images is the images that a task of the last phase of a data role computes whole and alone; ok is false where tasks share images.
func (s Shape) Images(r Role, elemSize, task int) (n0, n1 int, ok bool) {
	s = s.merged()
	switch {
	case r == W:
		return 0, 0, false
	case s.pointwise(r):
		d := newPointwiseCut(s, r, elemSize)
		return task, task + 1, s.Groups*d.ranges*d.pieces == 1
	case s.narrow(r, elemSize):
		return 0, 0, false
	}
	d := newDataCut(s, r, elemSize)
	n0, n1 = part(s.N, max(1, d.batches), task)
	return n0, n1, d.batches > 0 && d.bands*d.ranges == 1
}
