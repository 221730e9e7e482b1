package nn_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// beside is a constant in the graph of x.
func beside[E graph.Element](x *graph.Node, v ...E) *graph.Node {
	return x.Graph().Constant(graph.BufferOf(v, len(v)))
}

func ExampleReduction() {
	x := array([]float32{1, 2, 3, 4}, 2, 2)
	y := ops.Like(0, x)
	display(nn.MSE(x, y), nn.MSE(x, y, nn.Sum), nn.MSE(x, y, nn.BatchMean), nn.MSE(x, y, nn.None))
	// Output:
	// 7.5
	// 30
	// 15
	// [1 4 9 16]
}

func ExampleL1() {
	x := array([]float32{1, -2, 3}, 3)
	display(nn.L1(x, beside[float32](x, 0, 0, 3)))
	// Output: 1
}

func ExampleSmoothL1() {
	x := array([]float32{0, 0.5, 3}, 3)
	display(nn.SmoothL1(x, ops.Like(0, x), 1, nn.None))
	// Output: [0 0.125 2.5]
}

func ExampleGaussianNLL() {
	mean := array([]float32{0, 0}, 2)
	target, variance := beside[float32](mean, 1, 1), beside[float32](mean, 1, 4)
	display(nn.GaussianNLL(mean, target, variance, nn.None))
	// Output: [0.5 0.8181]
}

func ExampleCrossEntropyWith() {
	logits := array([]float32{2, 0, 0, 0, 2, 0, 0, 0, 2}, 3, 3)
	labels := beside[int32](logits, 0, 1, -1)
	o := nn.ClassOptions{Smoothing: 0.1, Ignore: new(-1), Weights: beside[float32](logits, 1, 2, 1)}
	display(nn.CrossEntropyWith(logits, labels, o, nn.None), nn.CrossEntropyWith(logits, labels, o))
	// Output:
	// [0.4475 0.5965 0]
	// 0.348
}

func ExampleNLL() {
	logits := array([]float32{2, 0, 0, 0, 2, 0}, 2, 3)
	display(nn.NLL(ops.LogSoftmax(logits, -1), beside[int32](logits, 0, 1))) // as CrossEntropy of the logits
	// Output: 0.2395
}

func ExampleNLLWith() {
	logp := array([]float32{-0.1, -2.5, -1, -0.5}, 2, 2)
	display(nn.NLLWith(logp, beside[int32](logp, 0, -100), nn.ClassOptions{Ignore: new(-100)}))
	// Output: 0.1
}

func ExampleFocal() {
	logits := array([]float32{4, 0, 0, 0.1, 0, 0}, 2, 3)
	labels := beside[int32](logits, 0, 0)
	display(nn.CrossEntropy(logits, labels, nn.None), nn.Focal(logits, labels, 2, nn.None)) // what is easy hardly counts
	// Output:
	// [0.03598 1.033]
	// [4.492e-05 0.4286]
}

func ExampleSigmoidFocal() {
	logits := array([]float32{3, 0, -3}, 3)
	display(nn.SigmoidFocal(logits, beside[float32](logits, 1, 1, 1), 0.25, 2, nn.None))
	// Output: [2.732e-05 0.04332 0.6916]
}

func ExampleBCEWithLogits() {
	logits := array([]float32{0, 1e4, 1e4}, 3)
	display(nn.BCEWithLogits(logits, beside[float32](logits, 1, 1, 0), nn.None))
	// Output: [0.6931 0 1e+04]
}

func ExampleBCEWithLogitsWeighted() {
	logits := array([]float32{0, 0, 0, 0}, 2, 2)
	targets := ops.Reshape(beside[float32](logits, 1, 1, 0, 0), 2, 2)
	display(nn.BCEWithLogitsWeighted(logits, targets, beside[float32](logits, 1, 3), nn.None))
	// Output: [0.6931 2.079 0.6931 0.6931]
}

func ExampleBCE() {
	p := array([]float32{0.5, 0.9, 0}, 3)
	display(nn.BCE(p, beside[float32](p, 1, 1, 1), nn.None))
	// Output: [0.6931 0.1054 100]
}

func ExampleKLDiv() {
	p := array([]float32{0.5, 0.5, 0, 1}, 2, 2)
	logQ := ops.Log(ops.Reshape(beside[float32](p, 0.25, 0.75, 0.5, 0.5), 2, 2))
	display(nn.KLDiv(logQ, p, nn.BatchMean)) // (½ln 2 + ½ln ⅔ + ln 2)/2
	// Output: 0.4185
}

func ExampleKLNormal() {
	mean := array([]float32{0, 1, 0, 0}, 2, 2)
	display(nn.KLNormal(mean, ops.Like(0, mean), nn.None), nn.KLNormal(mean, ops.Like(0, mean), nn.BatchMean))
	// Output:
	// [0 0.5 0 0]
	// 0.25
}

func ExampleKLDivLog() {
	logits := array([]float32{1, 0, 0, 1}, 2, 2)
	p := ops.LogSoftmax(logits, -1)
	display(nn.KLDivLog(p, p), nn.KLDivLog(ops.Flip(p, 0), p, nn.BatchMean))
	// Output:
	// 0
	// 0.4621
}

func ExampleHinge() {
	score := array([]float32{2, 0.5, -1}, 3)
	display(nn.Hinge(score, ops.Like(1, score), nn.None))
	// Output: [0 0.5 2]
}

func ExampleHingeEmbedding() {
	distance := array([]float32{0.2, 0.2, 3}, 3)
	display(nn.HingeEmbedding(distance, beside[float32](distance, 1, -1, -1), 1, nn.None))
	// Output: [0.2 0.8 0]
}

func ExampleMultiMargin() {
	scores := array([]float32{3, 0, 2.5, 0, 1, 5}, 2, 3)
	display(nn.MultiMargin(scores, beside[int32](scores, 0, 2), 1, 1, nn.None))
	// Output: [0.1667 0]
}

func ExampleTripletMargin() {
	anchor := array([]float32{0, 0}, 1, 2)
	near, far := ops.Reshape(beside[float32](anchor, 3, 4), 1, 2), ops.Reshape(beside[float32](anchor, 0, 5.5), 1, 2)
	display(nn.TripletMargin(anchor, near, far, 1, false))
	// Output: 0.5
}

func ExampleCosineSimilarity() {
	x := array([]float32{1, 0, 3, 4}, 2, 2)
	display(nn.CosineSimilarity(x, ops.Reshape(beside[float32](x, 5, 0, 4, 3), 2, 2), -1))
	// Output: [1 0.96]
}

func ExampleCosineEmbedding() {
	x := array([]float32{1, 0, 3, 4}, 2, 2)
	y := ops.Reshape(beside[float32](x, 1, 1, 4, 3), 2, 2)
	display(nn.CosineEmbedding(x, y, beside[float32](x, 1, -1), 0.5, nn.None))
	// Output: [0.2929 0.46]
}

func ExampleInfoNCE() {
	queries := array([]float32{1, 0, 0, 1}, 2, 2)
	display(nn.InfoNCE(queries, queries, 0.5), nn.InfoNCE(queries, ops.Flip(queries, 0), 0.5))
	// Output:
	// 0.1269
	// 2.127
}

func ExampleNTXent() {
	x := array([]float32{1, 0, 0, 1}, 2, 2)
	display(nn.NTXent(x, x, 0.5))
	// Output: 0.2395
}

func ExampleCTC() {
	const steps, batch, classes = 3, 1, 2 // class 0 is the blank
	logits := array(make([]float32, steps*batch*classes), steps, batch, classes)
	targets := ops.Reshape(beside[int32](logits, 1), 1, 1)
	loss := nn.CTC(ops.LogSoftmax(logits, -1), targets, beside[int32](logits, steps), beside[int32](logits, 1), nn.CTCOptions{})
	out, err := exec.Eval(ops.Exp(ops.Neg(loss)))
	fmt.Println(out[0], err) // six of the eight sequences spell it: 100 010 001 110 011 111
	// Output: 0.75 <nil>
}
