package replay

import "github.com/kedja-ml/kedja/graph"

// rows are observations of one width, as numbers or as bytes.
type rows struct {
	width  int
	floats []float32
	bytes  []uint8 // instead, where Size.Bytes
}

func newRows(n int, s Size) rows {
	if s.Bytes {
		return rows{width: s.Obs, bytes: make([]uint8, n*s.Obs)}
	}
	return rows{width: s.Obs, floats: make([]float32, n*s.Obs)}
}

// put keeps x as row i.
func (r rows) put(i int, x []float32) {
	at := i * r.width
	if r.bytes == nil {
		copy(r.floats[at:at+r.width], x)
		return
	}
	to := r.bytes[at : at+r.width]
	for k, v := range x[:len(to)] {
		to[k] = uint8(v)
	}
}

// get writes row i to x.
func (r rows) get(i int, x []float32) {
	at := i * r.width
	if r.bytes == nil {
		copy(x, r.floats[at:at+r.width])
		return
	}
	for k, v := range r.bytes[at : at+r.width] {
		x[k] = float32(v)
	}
}

// buffer is all of them, as they lie.
func (r rows) buffer(n int) graph.Buffer {
	if r.bytes != nil {
		return graph.BufferOf(r.bytes, n, r.width)
	}
	return graph.BufferOf(r.floats, n, r.width)
}
