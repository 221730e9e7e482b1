package tensorboard

import (
	"encoding/binary"
	"math"
)

// A message is a protocol buffer in the making: fields are appended in the order of their numbers, those of proto3 that have their zero
// value being left out by the caller. See protobuf.dev/programming-guides/encoding.
type message []byte

func (m *message) tag(field, wire int) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|uint64(wire))
}

func (m *message) varint(field int, v int64) {
	m.tag(field, 0)
	*m = binary.AppendUvarint(*m, uint64(v))
}

func (m *message) double(field int, v float64) {
	m.tag(field, 1)
	*m = binary.LittleEndian.AppendUint64(*m, math.Float64bits(v))
}

// bytes is a field of bytes, a text, another message, or packed numbers.
func (m *message) bytes(field int, b []byte) {
	m.tag(field, 2)
	*m = binary.AppendUvarint(*m, uint64(len(b)))
	*m = append(*m, b...)
}

// Numbers of TensorFlow's DataType.
const (
	dtFloat  = 1
	dtDouble = 2
	dtString = 7
)

// tensor is a TensorProto of the given dimensions, to which its elements are to be added.
func tensor(dtype int64, dims ...int) message {
	var shape, t message
	for _, n := range dims {
		var dim message
		dim.varint(1, int64(n))
		shape.bytes(2, dim)
	}
	t.varint(1, dtype)
	t.bytes(2, shape)
	return t
}

// value is a Summary of one Value, for one of TensorBoard's plugins.
func value(tag, plugin string, t message) message {
	var data, meta, v, s message
	data.bytes(1, []byte(plugin))
	meta.bytes(1, data)
	v.bytes(1, []byte(tag))
	v.bytes(8, t)
	v.bytes(9, meta)
	s.bytes(1, v)
	return s
}

func scalar(tag string, v float64) message {
	t := tensor(dtFloat)
	t.bytes(5, binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v))))
	return value(tag, "scalars", t)
}

func text(tag, s string) message {
	t := tensor(dtString)
	t.bytes(8, []byte(s))
	return value(tag, "text", t)
}

// picture holds width and height as texts, and the PNG.
func picture(tag string, width, height []byte, png []byte) message {
	t := tensor(dtString, 3)
	t.bytes(8, width)
	t.bytes(8, height)
	t.bytes(8, png)
	return value(tag, "images", t)
}

// histogram is bins of equal width from the smallest to the largest value, each by left edge, right edge and count.
func histogram[T float32 | float64](tag string, values []T, bins int) message {
	rows := make([]float64, 3*bins)
	if len(values) > 0 {
		low, high := float64(values[0]), float64(values[0])
		for _, v := range values {
			low, high = min(low, float64(v)), max(high, float64(v))
		}
		width := (high - low) / float64(bins)
		for i := range bins {
			rows[3*i], rows[3*i+1] = low+float64(width*float64(i)), low+float64(width*float64(i+1))
		}
		rows[3*bins-2] = high
		for _, v := range values {
			i := bins - 1
			if width > 0 {
				i = min(i, int((float64(v)-low)/width))
			}
			rows[3*i+2]++
		}
	}
	var content []byte
	for _, v := range rows {
		content = binary.LittleEndian.AppendUint64(content, math.Float64bits(v))
	}
	t := tensor(dtDouble, bins, 3)
	t.bytes(4, content)
	return value(tag, "histograms", t)
}
