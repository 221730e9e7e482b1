package winograd

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/conv"
)

// TestErrors holds what graph.Close promises: F(2×2) has no larger errors than the direct kernel, on operands that are alike; it and F(4×4)
// stay within a few times as much on any. With -v it prints the table of docs/decisions/0012-winograd.md, in full where KEDJA_LONG is set: the
// largest error and the root of the mean square, in units of 2⁻²⁴ times the root of the mean square of Σ|x·w|.
func TestErrors(t *testing.T) {
	shapes := []conv.Shape{square(2, 16, 16, 32, 32, 1), square(2, 64, 64, 16, 16, 1)}
	if os.Getenv("KEDJA_LONG") != "" {
		shapes = append(shapes, square(4, 64, 64, 56, 56, 1), square(2, 128, 128, 28, 28, 1))
	}
	for _, s := range shapes {
		for i, d := range draws[:3] {
			for _, role := range roles {
				o := draw(s, 9, d)
				want, size := exact(s, role, o)
				norm := 0.0
				for _, v := range size {
					norm += v * v / float64(len(size))
				}
				unit := 0x1p-24 * math.Sqrt(norm)
				var worst, mean [3]float64
				for j, m := range []int{0, 2, 4} {
					for k, v := range newRunner(s, role, m, 2, o).run() {
						e := math.Abs(float64(v) - want[k])
						worst[j], mean[j] = max(worst[j], e/unit), mean[j]+e/unit*e/unit/float64(len(want))
					}
					mean[j] = math.Sqrt(mean[j])
				}
				if testing.Verbose() {
					fmt.Printf("| %d × %d → %d, %d × %d | %s | %d | %.3f, %.4f | %.3f, %.4f | %.3f, %.4f |\n", s.N, s.C, s.K, s.In[1], s.In[2],
						"xwy"[role:role+1], i, worst[0], mean[0], worst[1], mean[1], worst[2], mean[2])
				}
				two, four := 1.0, 3.0
				if i == 2 {
					two, four = 3, 9
				}
				if worst[1] > 1.25*two*worst[0] || mean[1] > two*mean[0] || mean[2] > four*mean[0] {
					t.Errorf("%+v, role %d, draw %d: errors of at most %v, mean %v, by the direct kernel, F(2×2) and F(4×4)", s, role, i, worst, mean)
				}
			}
		}
	}
}
