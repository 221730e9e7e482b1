package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// MaxPool takes the largest element of windows of size n in each spatial dimension, side by side.
func MaxPool(x *graph.Node, n int) *graph.Node { return ops.MaxPool(x, ops.Pooling{Window: []int{n}}) }

// AvgPool takes the mean of windows of size n in each spatial dimension, side by side.
func AvgPool(x *graph.Node, n int) *graph.Node { return ops.AvgPool(x, ops.Pooling{Window: []int{n}}) }
