package conv_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/internal/kernel/conv"
	"github.com/kedja-ml/kedja/internal/kernel/winograd"
)

// table are convolutions of known models and sizes around them: images, channels in and out, groups, then for each spatial dimension
// size, filter, stride, padding and dilation.
var table = []string{
	// ResNet
	"8 3>64 /1 224:7:2:3:1 224:7:2:3:1",
	"32 64>64 /1 56:3:1:1:1 56:3:1:1:1",
	"32 128>128 /1 28:3:1:1:1 28:3:1:1:1",
	"32 256>256 /1 14:3:1:1:1 14:3:1:1:1",
	"32 512>512 /1 7:3:1:1:1 7:3:1:1:1",
	"32 64>128 /1 56:3:2:1:1 56:3:2:1:1",
	"32 256>64 /1 56:1:1:0:1 56:1:1:0:1",
	"32 64>256 /1 56:1:1:0:1 56:1:1:0:1",
	"32 512>128 /1 28:1:1:0:1 28:1:1:0:1",
	"32 1024>256 /1 14:1:1:0:1 14:1:1:0:1",
	"32 2048>512 /1 7:1:1:0:1 7:1:1:0:1",
	"32 256>512 /1 56:1:2:0:1 56:1:2:0:1",
	// of CIFAR
	"32 3>16 /1 32:3:1:1:1 32:3:1:1:1",
	"32 16>16 /1 32:3:1:1:1 32:3:1:1:1",
	"32 16>32 /1 32:3:2:1:1 32:3:2:1:1",
	"32 32>32 /1 16:3:1:1:1 16:3:1:1:1",
	"32 64>64 /1 8:3:1:1:1 8:3:1:1:1",
	"32 256>256 /1 8:3:1:1:1 8:3:1:1:1",
	// MNIST
	"64 1>32 /1 28:3:1:0:1 28:3:1:0:1",
	"64 32>64 /1 26:3:1:0:1 26:3:1:0:1",
	"64 16>32 /1 28:5:1:2:1 28:5:1:2:1",
	// VGG's first
	"4 3>64 /1 224:3:1:1:1 224:3:1:1:1",
	// MobileNet, EfficientNet
	"8 3>32 /1 224:3:2:1:1 224:3:2:1:1",
	"8 32>32 /32 112:3:1:1:1 112:3:1:1:1",
	"8 64>64 /64 112:3:2:1:1 112:3:2:1:1",
	"8 128>128 /128 56:3:1:1:1 56:3:1:1:1",
	"8 256>256 /256 28:3:1:1:1 28:3:1:1:1",
	"8 512>512 /512 14:3:1:1:1 14:3:1:1:1",
	"8 512>512 /512 14:3:2:1:1 14:3:2:1:1",
	"8 1024>1024 /1024 7:3:1:1:1 7:3:1:1:1",
	"8 240>240 /240 28:5:1:2:1 28:5:1:2:1",
	"8 240>240 /240 28:5:2:2:1 28:5:2:2:1",
	"8 32>64 /1 112:1:1:0:1 112:1:1:0:1",
	"32 128>128 /4 28:3:1:1:1 28:3:1:1:1",
	// dilated
	"16 64>64 /1 56:3:1:2:2 56:3:1:2:2",
	// transposed: the gradient to the data runs forward
	"T64 3>64 /1 32:4:2:1:1 32:4:2:1:1",
	"T64 64>128 /1 16:4:2:1:1 16:4:2:1:1",
	"T64 128>256 /1 8:4:2:1:1 8:4:2:1:1",
	"32 64>3 /1 32:5:1:2:1 32:5:1:2:1",
	// one dimension, and three
	"16 64>64 /1 4096:9:1:4:1",
	"16 64>64 /1 4096:2:1:64:64",
	"8 256>256 /1 512:3:1:1:1",
	"4 16>32 /1 16:3:1:1:1 32:3:1:1:1 32:3:1:1:1",
	"2 3>64 /1 8:3:1:1:1 112:7:2:3:1 112:7:2:3:1",
}

func parse(text string) (s conv.Shape) {
	text = strings.TrimPrefix(text, "T")
	f := strings.Fields(text)
	must := func(n int, err error) {
		if err != nil {
			panic(fmt.Sprint(text, ": ", err))
		}
	}
	must(fmt.Sscan(f[0], &s.N))
	must(fmt.Sscanf(f[1], "%d>%d", &s.C, &s.K))
	must(fmt.Sscanf(f[2], "/%d", &s.Groups))
	one := [3]int{1, 1, 1}
	s.In, s.Filter, s.Out, s.Stride, s.Dilation = one, one, one, one, one
	for i, t := range f[3:] {
		d := 3 - len(f[3:]) + i
		must(fmt.Sscanf(t, "%d:%d:%d:%d:%d", &s.In[d], &s.Filter[d], &s.Stride[d], &s.Pad[d], &s.Dilation[d]))
		s.Out[d] = (s.In[d]+2*s.Pad[d]-(s.Filter[d]-1)*s.Dilation[d]-1)/s.Stride[d] + 1
	}
	return s
}

// BenchmarkTable times the table, roles x, w and y, by the direct kernels and by what Winograd's rule chooses, if anything, on two workers. It reports
// the least time, which other programs disturb least. bench/convolutions.py holds it against PyTorch.
func BenchmarkTable(b *testing.B) {
	for _, text := range table {
		s := parse(text)
		for r, role := range []string{"x", "w", "y"} {
			b.Run(fmt.Sprintf("%s/%s/direct", strings.ReplaceAll(text, "/", "g"), role), func(b *testing.B) { timeRole(b, s, conv.Role(r), 0) })
			if m := winograd.Choose(s, conv.Role(r), false); m > 0 {
				b.Run(fmt.Sprintf("%s/%s/winograd%d", strings.ReplaceAll(text, "/", "g"), role, m), func(b *testing.B) { timeRole(b, s, conv.Role(r), m) })
			}
		}
	}
}

func timeRole(b *testing.B, s conv.Shape, r conv.Role, m int) {
	volume := func(v [3]int) int { return v[0] * v[1] * v[2] }
	x, w, y := make([]float32, s.N*s.C*volume(s.In)), make([]float32, s.K*s.C/s.Groups*volume(s.Filter)), make([]float32, s.N*s.K*volume(s.Out))
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, t := range [][]float32{x, w, y} {
		for i := range min(len(t), 4099) {
			t[i] = rnd.Float32()*2 - 1
		}
		for n := 4099; n < len(t); n *= 2 {
			copy(t[n:], t[:n])
		}
	}
	work := s.Work(r, 4)
	if m > 0 {
		work = winograd.Work(s, r, m)
	}
	scratch, local := make([]float32, work.Scratch), [2][]float32{make([]float32, work.Local), make([]float32, work.Local)}
	run := func(phase, task, worker int) {
		if m > 0 {
			winograd.Run(s, r, m, phase, task, x, w, y, nil, false, scratch, local[worker])
			return
		}
		conv.Run(s, r, phase, task, x, w, y, nil, false, scratch, local[worker])
	}
	best := time.Duration(1 << 62)
	for b.Loop() {
		start := time.Now()
		for phase, tasks := range work.Phases {
			var next atomic.Int64
			loop := func(worker int) {
				for {
					task := int(next.Add(1)) - 1
					if task >= tasks {
						return
					}
					run(phase, task, worker)
				}
			}
			var wait sync.WaitGroup
			wait.Go(func() { loop(1) })
			loop(0)
			wait.Wait()
		}
		best = min(best, time.Since(start))
	}
	flops := 2 * float64(s.N) * float64(s.K) * float64(s.C/s.Groups) * float64(volume(s.Filter)) * float64(volume(s.Out))
	b.ReportMetric(best.Seconds()*1e3, "ms")
	b.ReportMetric(flops/best.Seconds()/1e9, "GFLOP/s")
	b.ReportMetric(0, "ns/op")
}
