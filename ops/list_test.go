package ops_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/ops"
)

// promised are the ops that the library cannot be without, family by family. Where others have one name for several, it stands for all:
// Any and All are AnyTrue and AllTrue, Scatter is PutAlongAxis, AddAlongAxis, MaxAlongAxis and MinAlongAxis, slogdet is LogDet.
const promised = `
Add Sub Mul Div Neg Scale Affine Pow Square Sqrt Rsqrt Exp Log Log1p Abs Sign Tanh Sigmoid Softplus ReLU LeakyReLU GELU GELUTanh Erf
Maximum Minimum Clamp Where Equal NotEqual Less LessEqual Greater GreaterEqual And Or Not Cast IsFinite
Reciprocal Cbrt Exp2 Expm1 Log2 Log10 Sin Cos Tan Asin Acos Atan Atan2 Sinh Cosh Asinh Acosh Atanh Erfc Erfinv Lgamma Digamma Polygamma
Logit Hypot Floor Ceil Round Trunc Mod Rem CopySign Mish ELU SELU CELU ReLU6 PReLU HardTanh HardSigmoid HardSwish SoftSign TanhShrink
HardShrink SoftShrink Threshold GLU SwiGLU IsNaN IsInf Xor ShiftLeft ShiftRight
Reshape Transpose Expand Slice Pad Concat Split Squeeze Unsqueeze Gather ScatterAdd OneHot Iota
Sum Mean Max Min ArgMax LogSumExp Softmax LogSoftmax MatMul Conv ConvTranspose MaxPool AvgPool
Uniform Normal Dropout StopGradient Barrier Tap MaxWithIndex SoftmaxCrossEntropy LayerNorm

Stack Flip Roll Tile Repeat Tril Triu Diag DiagEmbed Trace Eye Meshgrid TakeAlongAxis PutAlongAxis AddAlongAxis MaxAlongAxis MinAlongAxis
GatherND ScatterND DynamicSlice DynamicUpdateSlice PadReflect PadReplicate PadCircular Unfold Fold PixelShuffle PixelUnshuffle MaskedSelect
Searchsorted

Prod AnyTrue AllTrue Var Std Norm MinWithIndex ArgMin CumSum CumProd CumMax CumMin LogCumSumExp Sort ArgSort TopK Median Quantile
SegmentSum SegmentMean SegmentMax Histogram Bincount

Einsum Outer Kron Dot TensorDot Cholesky TriangularSolve Solve Inverse Det LogDet QR Eigh SVD MatrixExp

Bernoulli Categorical Permutation TruncatedNormal Gumbel Gamma Beta Dirichlet Poisson

RFFT IRFFT Subscript`

// sources parses the files of the package, or those of its tests.
func sources(t *testing.T, tests bool) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// functions lists the functions of the package, those that make a row of All apart.
func functions(t *testing.T) (exported, rows []string) {
	t.Helper()
	for _, f := range sources(t, false) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			if fn.Name.IsExported() {
				exported = append(exported, fn.Name.Name)
			}
			if r := fn.Type.Results; r.NumFields() == 1 && fn.Type.Params.NumFields() == 0 {
				if name, ok := r.List[0].Type.(*ast.Ident); ok && name.Name == "Info" {
					rows = append(rows, fn.Name.Name)
				}
			}
		}
	}
	return exported, rows
}

// Every promised op has a row, each row is an exported function, none is left out, and what can fail says how.
func TestListIsWhole(t *testing.T) {
	exported, rows := functions(t)
	var names []string
	total := map[string]bool{"Barrier": true, "StopGradient": true} // take any array
	for _, info := range ops.All() {
		if names = append(names, info.Name); !slices.Contains(exported, info.Name) {
			t.Errorf("%s is the name of no function", info.Name)
		}
		if (len(info.Bad) == 0) != total[info.Name] {
			t.Errorf("%s has %d bad cases", info.Name, len(info.Bad))
		}
	}
	for _, name := range strings.Fields(promised) {
		if !slices.Contains(names, name) {
			t.Errorf("%s has no row", name)
		}
	}
	if len(rows) != len(names) {
		t.Errorf("%d functions make a row, but All has %d", len(rows), len(names))
	}
}

// Every type of op has a name in files, but for those that only executors make.
func TestKindsAreWhole(t *testing.T) {
	made := []string{"finishedConv", "finishedMatMul", "joinedGrad", "layOutB", "preparedMatMul", "winogradConv"}
	var want, got []string
	for _, f := range sources(t, false) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "Name" {
				want = append(want, fn.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	for _, k := range ops.Kinds() {
		got = append(got, reflect.TypeOf(k.Op).Name())
	}
	want = slices.DeleteFunc(want, func(s string) bool { return slices.Contains(made, s) })
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("Kinds has %v, want %v", got, want)
	}
}

// Every exported function has an Example with an output.
func TestExamples(t *testing.T) {
	shown := map[string]bool{}
	for _, e := range doc.Examples(sources(t, true)...) {
		name, _, _ := strings.Cut(e.Name, "_")
		shown[name] = shown[name] || e.Output != ""
	}
	exported, _ := functions(t)
	for _, name := range exported {
		if !shown[name] {
			t.Errorf("%s has no Example with an output", name)
		}
	}
}
