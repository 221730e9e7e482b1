package mnist_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/kedja-ml/kedja/vision/mnist"
)

func ExampleLoad() {
	train, test, err := mnist.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.Len(), test.Len(), train.Labels[:8])
	for r := 6; r < 24; r += 2 {
		for c := 4; c < 26; c++ {
			fmt.Print(string(" .+#"[train.Image(0)[r*mnist.Columns+c]/64]))
		}
		fmt.Println("|")
	}
	// Output:
	// 60000 10000 [5 0 4 1 9 2 1 3]
	//       .++######+###.  |
	//     #######+##        |
	//        +#.            |
	//         +#.           |
	//          .###.        |
	//             .##+      |
	//            ++###      |
	//        .######.       |
	//    +######.           |
}

// The constants that models normalise by.
func TestMoments(t *testing.T) {
	train, _, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	var sum, squares float64
	for _, p := range train.Images {
		v := float64(p) / 255
		sum, squares = sum+v, squares+v*v
	}
	n := float64(len(train.Images))
	mean := sum / n
	if sd := math.Sqrt(squares/n - mean*mean); math.Abs(mean-0.1307) > 1e-4 || math.Abs(sd-0.3081) > 1e-4 {
		t.Errorf("mean %.4f, standard deviation %.4f", mean, sd)
	}
}
