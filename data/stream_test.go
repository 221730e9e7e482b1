package data_test

import (
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// counting streams the numbers 0 to n−1.
type counting struct{ n, at int }

func (c *counting) Types() []graph.Type { return numbered(0).Types() }

func (c *counting) Rewind(int) error { c.at = 0; return nil }

func (c *counting) Read(row []graph.Buffer) error {
	if c.at == c.n {
		return io.EOF
	}
	graph.Data[float32](row[0])[0], graph.Data[int32](row[1])[0] = float32(c.at), int32(c.at)
	c.at++
	return nil
}

func TestStreams(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		c := data.StreamConfig{
			Batch: rapid.IntRange(1, n).Draw(t, "batch"), Buffer: rapid.IntRange(0, 40).Draw(t, "buffer"), Seed: 3,
			Last: rapid.SampledFrom([]data.Last{data.Drop, data.Keep}).Draw(t, "last"),
		}
		open := func() *data.StreamLoader {
			l, err := data.NewStreamLoader(&counting{n: n}, c)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		per := n / c.Batch
		if c.Last == data.Keep {
			per = (n + c.Batch - 1) / c.Batch
		}
		want := take(t, open(), 3*per)
		for epoch := range 3 {
			var seen []int32
			for b, one := range want[epoch*per : (epoch+1)*per] {
				if (one.at != data.Position{Epoch: epoch, Batch: b}) || one.end != (b == per-1) {
					t.Fatalf("batch %d of epoch %d is said to be at %v, end %v", b, epoch, one.at, one.end)
				}
				seen = append(seen, one.y...)
			}
			if c.Buffer <= 1 && !slices.IsSorted(seen) {
				t.Fatalf("order not kept: %v", seen)
			}
			slices.Sort(seen)
			if k := len(slices.Compact(slices.Clone(seen))); k != len(seen) || c.Last == data.Keep && k != n || k < per*c.Batch && c.Last == data.Drop {
				t.Fatalf("epoch %d saw %v of %d", epoch, seen, n)
			}
		}
		stop := rapid.IntRange(0, len(want)-1).Draw(t, "stop")
		l := open()
		if err := l.Seek(want[stop].at); err != nil {
			t.Fatal(err)
		}
		if got := take(t, l, len(want)-stop); !same(got, want[stop:]) {
			t.Fatalf("after a seek to %v: %v, want %v", want[stop].at, got, want[stop:])
		}
	})
}

func TestASeekBeyondTheStream(t *testing.T) {
	l, err := data.NewStreamLoader(&counting{n: 10}, data.StreamConfig{Batch: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Seek(data.Position{Batch: 3}); err == nil {
		t.Error("no error for a batch that the stream does not have")
	}
}
