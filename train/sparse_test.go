package train_test

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/idx"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

// anonymous is the memory of this process that no file stands behind, in MB.
func anonymous(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("the system does not say how much memory is taken: ", err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "RssAnon:" {
			kb, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			return kb >> 10
		}
	}
	t.Skip("the system does not say how much memory is anonymous")
	return 0
}

// A file much larger than memory may be trained on: it is mapped. KEDJA_SPARSE is its size in GB, which the disk need not have: it is all holes
// but for its header.
func TestTrainsOnAFileLargerThanMemory(t *testing.T) {
	gb := 1.0
	if s := os.Getenv("KEDJA_SPARSE"); s != "" {
		var err error
		if gb, err = strconv.ParseFloat(s, 64); err != nil {
			t.Fatal(err)
		}
	}
	const size = 784
	n := int(gb*(1<<30)) / size
	before := anonymous(t)
	path := filepath.Join(t.TempDir(), "images-idx3-ubyte")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	head := []byte{0, 0, 8, 3}
	for _, d := range []int{n, 28, 28} {
		head = binary.BigEndian.AppendUint32(head, uint32(d))
	}
	if _, err := f.Write(head); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(int64(len(head) + n*size)); err != nil {
		t.Skip("no holes in files here: ", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	images, err := idx.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer images.Close()
	set := data.Map(images, []graph.Type{graph.T(graph.Float32, size)}, func(_ uint64, in, out []graph.Buffer) error {
		for i, p := range graph.Data[uint8](in[0]) {
			graph.Data[float32](out[0])[i] = float32(p) + 1
		}
		return nil
	})
	load, err := data.NewLoader(set, data.Config{Batch: 256, Order: data.Shuffled{Seed: 1}, Prefetch: 2})
	if err != nil {
		t.Fatal(err)
	}
	m := nn.NewDense(rand.New(rand.NewPCG(1, 0)), size, 4)
	most := 0
	l := train.Loop{
		Model: m, Data: load, Optimizer: optim.NewSGD(nn.Params(m), optim.Constant(1e-6), 0), Steps: 100,
		Loss: func(in []*graph.Node) train.Outputs {
			y := m.Forward(in[0])
			return train.Outputs{Loss: ops.Mean(ops.Mul(y, y))}
		},
		OnStep: func(s train.Step) error {
			if s.Step%20 == 0 {
				most = max(most, anonymous(t))
			}
			return nil
		},
	}
	if _, err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%.3g GB, %d images: %d MB of anonymous memory at most, %d before", gb, n, most, before)
	// Eight bytes an example say in which order they come, and as many again while they are arranged.
	if limit := before + 256 + n*8*3>>20; most > min(limit, 2048) {
		t.Errorf("want at most %d MB", min(limit, 2048))
	}
}
