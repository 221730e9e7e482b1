package weights_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
	"github.com/kedja-ml/kedja/vision/weights"
)

func Example() {
	model := vision.NewCNN(rand.New(rand.NewPCG(0, 0)), vision.Digits)
	err := train.Decode(weights.CNN, model)
	n := 0
	for range nn.Params(model) {
		n++
	}
	fmt.Println(n, "arrays", err)
	// Output: 8 arrays <nil>
}

// The accuracy that the package states, but for digits on whose reading machines may differ by a rounding.
func TestAccuracy(t *testing.T) {
	model := vision.NewCNN(rand.New(rand.NewPCG(0, 0)), vision.Digits)
	if err := train.Decode(weights.CNN, model); err != nil {
		t.Fatal(err)
	}
	_, test, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	n := test.Len()
	if testing.Short() {
		n = 2000
	}
	images, err := vision.Prepare(&mnist.Set{Images: test.Images, Labels: test.Labels[:n]}, mnist.Moments(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := train.Measure(images, 250, 0, train.Classify(model))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("accuracy %.4f, loss %.4f on %d test images", r["accuracy"], r["loss"], n)
	floor := 0.992
	if testing.Short() {
		floor = 0.988 // fewer images scatter more
	}
	if r["accuracy"] < floor {
		t.Errorf("accuracy %.4f on %d test images, want at least %v", r["accuracy"], n, floor)
	}
}

// Training starts from random weights: of all the program, only the reading of a picture may know the trained ones.
func TestOnlyPredictImports(t *testing.T) {
	const path = "github.com/kedja-ml/kedja/vision/weights"
	root := filepath.Join("..", "..")
	var users []string
	files := 0
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && strings.HasPrefix(e.Name(), ".") && name != root {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			if p, _ := strconv.Unquote(i.Path.Value); p == path {
				rel, _ := filepath.Rel(root, name)
				users = append(users, filepath.ToSlash(rel))
			}
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Fatal(files, err)
	}
	if !slices.Equal(users, []string{"cmd/kedja/predict.go"}) {
		t.Fatal("imported by", users)
	}

	// Within that file only predictMNIST.model uses them, for Run, which nothing calls but the parser of the command line.
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "cmd", "kedja", "predict.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var in []string
	for _, d := range f.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "weights" {
					name := "outside a function"
					if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
						name = f.Name.Name
					}
					in = append(in, name)
				}
			}
			return true
		})
	}
	if !slices.Equal(in, []string{"model"}) {
		t.Error("used in", in)
	}
	all, err := filepath.Glob(filepath.Join(root, "cmd", "kedja", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		base := filepath.Base(name)
		if base == "predict.go" || base == "main.go" || strings.HasSuffix(base, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if x, ok := n.(*ast.Ident); ok && x.Name == "predictMNIST" {
				t.Error(base, "uses predictMNIST")
			}
			return true
		})
	}
}
