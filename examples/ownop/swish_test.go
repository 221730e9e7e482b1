package ownop_test

import (
	"testing"

	"github.com/kedja-ml/kedja/examples/ownop"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

func TestSwish(t *testing.T) {
	gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return ownop.Swish(in[0], 1.5) }, gradcheck.Random(2, 3))
}
