package nn_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// checkLayer checks second derivatives in the operand and in the parameters; the square makes them differ from 0.
func checkLayer(t *testing.T, l nn.Layer, dims ...int) {
	t.Helper()
	x := gradcheck.Random(dims...)
	gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return ops.Square(l.Forward(in[0])) }, x)
	if ps := paramsOf(l); len(ps) > 0 {
		gradcheck.Params(t, ps, func(g *graph.Graph) *graph.Node { return ops.Square(l.Forward(g.Constant(x))) })
	}
}

// evaluated is a layer in a scope of mode evaluation.
type evaluated struct{ Layer nn.Layer }

func (e evaluated) Forward(x *graph.Node) *graph.Node {
	return inMode(graph.Evaluation, x, func() *graph.Node { return e.Layer.Forward(x) })
}

// drawnOnce is a layer that drops the same in every run: the key of its draws is a constant.
type drawnOnce struct{ Layer nn.Layer }

func (d drawnOnce) Forward(x *graph.Node) (y *graph.Node) {
	g, key := x.Graph(), graph.NewRNG(5)
	g.SetRNG(key)
	g.With(map[graph.Var]*graph.Node{key: g.Constant(key.Value())}, func() { y = d.Layer.Forward(x) })
	return y
}

func TestLayerGradients(t *testing.T) {
	r, d := rand.New(rand.NewPCG(1, 2)), nn.Dtype(graph.Float64)
	dense, conv := nn.NewDense(r, 3, 2, d), nn.NewConv1D(r, 2, 3, 2, d)
	for name, c := range map[string]struct {
		l nn.Layer
		x []int
	}{
		"dense":                {nn.NewDense(r, 3, 2, d), []int{4, 3}},
		"dense without bias":   {nn.NewDense(r, 3, 2, d, nn.NoBias()), []int{2, 2, 3}},
		"conv1d":               {nn.NewConv1D(r, 2, 3, 2, d, nn.Stride(2)), []int{2, 2, 5}},
		"conv2d":               {nn.NewConv2D(r, 2, 2, 2, d, nn.Padding(1)), []int{1, 2, 3, 3}},
		"conv3d":               {nn.NewConv3D(r, 1, 2, 2, d), []int{1, 1, 2, 3, 2}},
		"maxpool":              {nn.Func(func(x *graph.Node) *graph.Node { return nn.MaxPool(x, 2) }), []int{1, 2, 4, 5}},
		"avgpool":              {nn.Func(func(x *graph.Node) *graph.Node { return nn.AvgPool(x, 2) }), []int{1, 2, 4, 5}},
		"flatten":              {nn.Flatten{}, []int{2, 2, 3}},
		"dropout":              {evaluated{nn.Dropout{P: 0.5}}, []int{2, 3}},
		"layernorm":            {nn.NewLayerNorm(4, d), []int{3, 4}},
		"layernorm plain":      {nn.NewLayerNorm(4, d, nn.Affine(false)), []int{3, 4}},
		"layernorm scaled":     {nn.NewLayerNorm(4, d, nn.NoBias()), []int{3, 4}},
		"batchnorm":            {nn.NewBatchNorm(3, d), []int{4, 3}},
		"batchnorm of images":  {nn.NewBatchNorm(2, d), []int{2, 2, 3, 2}},
		"batchnorm evaluation": {evaluated{nn.NewBatchNorm(3, d)}, []int{4, 3}},
		"batchnorm plain":      {evaluated{nn.NewBatchNorm(3, d, nn.Affine(false), nn.Tracking(false))}, []int{4, 3}},
		"groupnorm":            {nn.NewGroupNorm(2, 4, d), []int{2, 4, 3}},
		"groupnorm plain":      {nn.NewGroupNorm(3, 3, d, nn.Affine(false)), []int{2, 3, 2, 2}},
		"instancenorm":         {nn.NewInstanceNorm(2, d, nn.Affine(true), nn.Tracking(true)), []int{2, 2, 3}},
		"instancenorm plain":   {nn.NewInstanceNorm(2, d), []int{2, 2, 3, 2}},
		"instancenorm frozen":  {evaluated{nn.NewInstanceNorm(2, d, nn.Affine(true), nn.Tracking(true))}, []int{2, 2, 1}},
		"rmsnorm":              {nn.NewRMSNorm(4, d), []int{3, 4}},
		"rmsnorm plain":        {nn.NewRMSNorm(4, d, nn.Affine(false)), []int{4}},
		"weightnorm":           {nn.NewWeightNorm(dense, dense.W, -1), []int{4, 3}},
		"weightnorm of conv":   {nn.NewWeightNorm(conv, conv.W, 0), []int{1, 2, 4}},
		"spectralnorm frozen":  {evaluated{nn.NewSpectralNorm(r, dense, dense.W, -1)}, []int{4, 3}},
		"glu":                  {nn.Func(nn.GLU), []int{2, 4}},
		"swiglu":               {nn.Func(nn.SwiGLU), []int{2, 4}},
		"geglu":                {nn.Func(nn.GEGLU), []int{2, 4}},
		"reglu":                {nn.Func(nn.ReGLU), []int{2, 4}},
		"gated":                {nn.Func(func(x *graph.Node) *graph.Node { return nn.Gated(x, 1, ops.Tanh) }), []int{2, 4, 2}},
		"dropout1d":            {evaluated{nn.Dropout1D{P: 0.5}}, []int{2, 3, 2}},
		"dropout2d":            {evaluated{nn.Dropout2D{P: 0.5}}, []int{2, 3, 2, 1}},
		"dropout3d":            {evaluated{nn.Dropout3D{P: 0.5}}, []int{1, 3, 2, 1, 2}},
		"alphadropout":         {evaluated{nn.AlphaDropout{P: 0.5}}, []int{2, 3}},
		"dropout drawn":        {drawnOnce{nn.Dropout{P: 0.5}}, []int{4, 3}},
		"dropout1d drawn":      {drawnOnce{nn.Dropout1D{P: 0.5}}, []int{2, 4, 2}},
		"alphadropout drawn":   {drawnOnce{nn.AlphaDropout{P: 0.5}}, []int{4, 3}},
		"sequential":           {nn.Sequential{nn.NewDense(r, 3, 4, d), nn.Func(ops.Tanh), nn.NewBatchNorm(4, d), nn.NewDense(r, 4, 2, d)}, []int{5, 3}},
		"nothing":              {nn.Sequential{}, []int{2}},
	} {
		t.Run(name, func(t *testing.T) { checkLayer(t, c.l, c.x...) })
	}
}

// Without running statistics those of the batch serve evaluation, and nothing is assigned.
func TestUntrackedBatchNorm(t *testing.T) {
	b := nn.NewBatchNorm(2, nn.Affine(false), nn.Tracking(false))
	if n := len(paramsOf(b)); n != 0 || b.Mean != nil || b.Var != nil {
		t.Errorf("%d parameters, statistics %v and %v", n, b.Mean, b.Var)
	}
	g := graph.New(graph.Evaluation)
	out, err := exec.Eval(b.Forward(g.Constant(graph.BufferOf([]float32{1, 0, 3, 0}, 2, 2))))
	if err != nil {
		t.Fatal(err)
	}
	if y := out[0].Data().([]float32); y[0] > -0.999 || y[2] < 0.999 || y[1] != 0 || y[3] != 0 {
		t.Errorf("%v", y)
	}
}

// A quarter is dropped, the rest is 4/3; derivatives have the mask of the values.
func TestDropoutInTraining(t *testing.T) {
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(1))
	x := g.Fill(3, graph.T(graph.Float64, 40, 1000))
	y := nn.Dropout{P: 0.25}.Forward(x)
	out, err := exec.Eval(ops.Mean(y), ops.Mean(ops.Cast(ops.Equal(y, g.Fill(0, graph.T(graph.Float64))), graph.Float64)), ops.Max(y))
	if err != nil {
		t.Fatal(err)
	}
	mean, dropped, most := exec.Scalar(out[0]), exec.Scalar(out[1]), exec.Scalar(out[2])
	if mean < 2.97 || mean > 3.03 || dropped < 0.24 || dropped > 0.26 || most != 4 { // standard errors are 0.009 and 0.002
		t.Errorf("mean %v, dropped %v, largest %v", mean, dropped, most)
	}
}

func TestLayersBad(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	of := func(l nn.Layer, d graph.Dtype, dims ...int) func(g *graph.Graph) *graph.Node {
		return func(g *graph.Graph) *graph.Node { return l.Forward(g.Input("x", d, dims...)) }
	}
	f32, dense := graph.Float32, nn.NewDense(r, 3, 2)
	for _, c := range []struct {
		want string
		f    func(g *graph.Graph) *graph.Node
	}{
		{"inner dimensions 4 and 3 differ", of(nn.NewDense(r, 3, 2), f32, 5, 4)},
		{"want matrices, not rank 1", of(nn.NewDense(r, 3, 2), f32, 3)},
		{"matmul: x float64[5 3] · dense.W [3 2]: dtypes float64 and float32 differ", of(nn.NewDense(r, 3, 2), graph.Float64, 5, 3)},
		{"matmul: x [5 3] · dense.W int32[3 2]: want float32 or float64, not int32", of(nn.NewDense(r, 3, 2, nn.Dtype(graph.Int32)), f32, 5, 3)},
		{"read: there is no dtype 99", of(nn.NewDense(r, 3, 2, nn.Dtype(99)), f32, 5, 3)},
		{"dense: want sizes of at least 0, not -3 to 2", of(nn.NewDense(r, -3, 2), f32, 5, 3)},
		{"dense: want sizes of at least 0, not 3 to -2", of(nn.NewDense(r, 3, -2), f32, 5, 3)},
		{"batchnorm: x [5 4]: want [N, 3, …]", of(nn.NewBatchNorm(3), f32, 5, 4)},
		{"batchnorm: x [3]: want [N, 3, …]", of(nn.NewBatchNorm(3), f32, 3)},
		{"batchnorm: x [1 3]: want more than one value a channel", of(nn.NewBatchNorm(3), f32, 1, 3)},
		{"batchnorm: x [0 3]: want more than one value a channel", of(nn.NewBatchNorm(3), f32, 0, 3)},
		{"batchnorm: x [5 0]: want at least one channel", of(nn.NewBatchNorm(0), f32, 5, 0)},
		{"want at least one channel", of(nn.NewBatchNorm(-1, nn.Affine(false), nn.Tracking(false)), f32, 5, 1)},
		{"want an epsilon that is not negative, not -1", of(nn.NewBatchNorm(3, nn.Eps(-1)), f32, 5, 3)},
		{"want a momentum in [0, 1], not 2", of(nn.NewBatchNorm(3, nn.Momentum(2)), f32, 5, 3)},
		{"not int32", of(nn.NewBatchNorm(3), graph.Int32, 5, 3)},
		{"layernorm: x [5 4]: want a last axis of size 3", of(nn.NewLayerNorm(3), f32, 5, 4)},
		{"layernorm: x [5 1]: want a last axis of size 3", of(nn.NewLayerNorm(3), f32, 5, 1)},
		{"layernorm: x [5 3]: want a last axis of size 1", of(nn.NewLayerNorm(1), f32, 5, 3)},
		{"layernorm: x []: want a last axis of size 1", of(nn.NewLayerNorm(1), f32)},
		{"want a last axis that is not empty", of(nn.NewLayerNorm(-1), f32, 5, 0)},
		{"want an epsilon that is not negative, not -1", of(nn.NewLayerNorm(3, nn.Eps(-1)), f32, 5, 3)},
		{"groupnorm: x [2 4 3]: 3 groups do not divide 4 channels", of(nn.NewGroupNorm(3, 4), f32, 2, 4, 3)},
		{"groupnorm: x [2 4 3]: 0 groups do not divide 4 channels", of(nn.NewGroupNorm(0, 4), f32, 2, 4, 3)},
		{"groupnorm: x [2 5 3]: want [N, 4, …]", of(nn.NewGroupNorm(2, 4), f32, 2, 5, 3)},
		{"want at least one channel", of(nn.NewGroupNorm(2, -4, nn.Affine(false)), f32, 2, 5, 3)},
		{"want an epsilon that is not negative, not NaN", of(nn.NewGroupNorm(2, 4, nn.Eps(math.NaN())), f32, 2, 4)},
		{"there is no mean of no elements", of(nn.NewGroupNorm(2, 4), f32, 2, 4, 0)},
		{"want float32 or float64, not int32", of(nn.NewGroupNorm(2, 4), graph.Int32, 2, 4)},
		{"instancenorm: x [2 4]: want [N, 4, spatial…]", of(nn.NewInstanceNorm(4), f32, 2, 4)},
		{"instancenorm: x [2 3 5]: want [N, 4, spatial…]", of(nn.NewInstanceNorm(4, nn.Affine(true)), f32, 2, 3, 5)},
		{"instancenorm: x [2 4 1]: want more than one place", of(nn.NewInstanceNorm(4), f32, 2, 4, 1)},
		{"instancenorm: x [0 4 3]: want at least one example", of(nn.NewInstanceNorm(4, nn.Tracking(true)), f32, 0, 4, 3)},
		{"want a momentum in [0, 1], not -1", of(nn.NewInstanceNorm(4, nn.Momentum(-1)), f32, 2, 4, 3)},
		{"want float32 or float64, not int32", of(nn.NewInstanceNorm(4), graph.Int32, 2, 4, 3)},
		{"rmsnorm: x [5 4]: want a last axis of size 3", of(nn.NewRMSNorm(3), f32, 5, 4)},
		{"rmsnorm: x [5 0] · rmsnorm.Scale [0]: want a last axis that is not empty", of(nn.NewRMSNorm(0), f32, 5, 0)},
		{"rmsnorm: x [] · fill [1]: want a last axis that is not empty", of(nn.NewRMSNorm(2, nn.Affine(false)), f32)},
		{"rmsnorm: x [5 3] · rmsnorm.Scale [3]: want an epsilon that is not negative, not -1", of(nn.NewRMSNorm(3, nn.Eps(-1)), f32, 5, 3)},
		{"rmsnorm: x int64[5 3] · rmsnorm.Scale [3]: want float32 or float64, not int64; ops.Cast converts", of(nn.NewRMSNorm(3), graph.Int64, 5, 3)},
		{"weightnorm: want a layer and one of its parameters, not nil", of(nn.NewWeightNorm(nil, nil, 0), f32, 2)},
		{"weightnorm: dense.W [3 2]: no axis 2", of(nn.NewWeightNorm(dense, dense.W, 2), f32, 2, 3)},
		{"weightnorm: dense.B float32[2]: want weights with at least two axes", of(nn.NewWeightNorm(dense, dense.B, 0), f32, 2, 3)},
		{"inner dimensions 4 and 3 differ", of(nn.NewWeightNorm(dense, dense.W, -1), f32, 2, 4)},
		{"spectralnorm: want a layer and one of its parameters, not nil", of(nn.NewSpectralNorm(r, dense, nil, 0), f32, 2)},
		{"spectralnorm: dense.W [3 2]: no axis -3", of(nn.NewSpectralNorm(r, dense, dense.W, -3), f32, 2, 3)},
		{"spectralnorm: dense.B float32[2]: want weights", of(nn.NewSpectralNorm(r, dense, dense.B, 0), f32, 2, 3)},
		{"gated: x [2 3]: want an axis that can be halved, not one of size 3", of(nn.Func(nn.GLU), f32, 2, 3)},
		{"gated: x []: no axis -1", of(nn.Func(nn.SwiGLU), f32)},
		{"dropout1d: x [2 3]: want [N, C, …] with 1 spatial dimensions", of(nn.Dropout1D{P: 0.5}, f32, 2, 3)},
		{"dropout2d: x [2 3 4]: want [N, C, …] with 2 spatial dimensions", of(nn.Dropout2D{P: 0.5}, f32, 2, 3, 4)},
		{"dropout3d: x [2 3 4 5]: want [N, C, …] with 3 spatial dimensions", of(nn.Dropout3D{P: 0.5}, f32, 2, 3, 4, 5)},
		{"want a probability in [0, 1), not 1", of(nn.Dropout1D{P: 1}, f32, 2, 3, 4)},
		{"want float32 or float64, not int32", of(nn.Dropout1D{P: 0.5}, graph.Int32, 2, 3, 4)},
		{"want a probability in [0, 1), not -1", of(nn.AlphaDropout{P: -1}, f32, 2, 3)},
		{"want a probability in [0, 1), not 1", of(nn.Dropout{P: 1}, f32, 2)},
		{"maxpool: x [2 3]", func(g *graph.Graph) *graph.Node { return nn.MaxPool(g.Input("x", f32, 2, 3), 2) }},
		{"avgpool: x [1 2 3]", func(g *graph.Graph) *graph.Node { return nn.AvgPool(g.Input("x", f32, 1, 2, 3), 0) }},
		{"accuracy: x [5 4] · y int32[4]: want labels, int32 or int64 [5]", func(g *graph.Graph) *graph.Node {
			return nn.Accuracy(g.Input("x", f32, 5, 4), g.Input("y", graph.Int32, 4))
		}},
		{"accuracy: x [5 4] · y int32[1]: want labels", func(g *graph.Graph) *graph.Node {
			return nn.Accuracy(g.Input("x", f32, 5, 4), g.Input("y", graph.Int32, 1))
		}},
		{"accuracy: x [5 4] · y float32[5]: want labels", func(g *graph.Graph) *graph.Node {
			return nn.Accuracy(g.Input("x", f32, 5, 4), g.Input("y", f32, 5))
		}},
	} {
		badUse(t, c.want, c.f)
	}
	for name, l := range map[string]nn.Layer{
		"dense": nn.NewDense(r, 3, 2), "batchnorm": nn.NewBatchNorm(3), "layernorm": nn.NewLayerNorm(3), "dropout": nn.Dropout{P: 0.5},
		"flatten": nn.Flatten{}, "func": nn.Func(ops.ReLU), "sequential": nn.Sequential{nn.NewDense(r, 3, 2), nn.NewLayerNorm(2)}, "bad": nn.NewDense(r, -1, 2),
		"groupnorm": nn.NewGroupNorm(2, 4), "instancenorm": nn.NewInstanceNorm(2), "rmsnorm": nn.NewRMSNorm(2), "glu": nn.Func(nn.GLU),
		"weightnorm": nn.NewWeightNorm(dense, dense.W, -1), "spectralnorm": nn.NewSpectralNorm(r, dense, dense.W, -1),
		"badly weighted": nn.NewWeightNorm(nil, nil, 0), "bad spectrum": nn.NewSpectralNorm(r, nil, nil, 0),
		"dropout1d": nn.Dropout1D{P: 0.5}, "dropout2d": nn.Dropout2D{P: 0.5}, "dropout3d": nn.Dropout3D{P: 0.5}, "alphadropout": nn.AlphaDropout{P: 0.5},
		"maxpool":  nn.Func(func(x *graph.Node) *graph.Node { return nn.MaxPool(x, 2) }),
		"avgpool":  nn.Func(func(x *graph.Node) *graph.Node { return nn.AvgPool(x, 2) }),
		"accuracy": nn.Func(func(x *graph.Node) *graph.Node { return nn.Accuracy(x, x.Graph().Input("y", graph.Int32, 3)) }),
		"labels":   nn.Func(func(x *graph.Node) *graph.Node { return nn.Accuracy(x.Graph().Input("x", f32, 3, 2), x) }),
	} {
		quiet(t, name, l.Forward)
	}
}

// The line is the user's, not one of this package.
func TestErrorsNameTheLine(t *testing.T) {
	g := graph.New(graph.Training)
	nn.NewLayerNorm(3).Forward(g.Input("x", graph.Float32, 5, 4))
	if err := g.Err(); !strings.HasPrefix(err.Error(), "layers_test.go:") {
		t.Error(err)
	}
}
