package torch_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/torch"
)

// sizes names the numbers that the layers below are made with.
var sizes = map[int]string{
	3: "in", 5: "out", 7: "window", 11: "channels", 13: "n", 17: "head", 23: "hidden", 34: "width", 68: "2·width", 102: "3·width",
	19: "memory", 29: "hidden", 116: "4·hidden", 31: "hidden", 93: "3·hidden",
}

// page is the table of docs/pytorch.md: PyTorch's module, and a layer of ours.
var page = []struct {
	torch, ours string
	layer       any
}{
	{"Linear", "Dense", nn.NewDense(source, 3, 5)},
	{"Conv1d, 2d, 3d", "Conv", nn.NewConv1D(source, 3, 5, 7)},
	{"ConvTranspose1d, 2d, 3d", "ConvTranspose", nn.NewConvTranspose1D(source, 3, 5, 7)},
	{"BatchNorm1d, 2d, 3d", "BatchNorm", nn.NewBatchNorm(11)},
	{"LayerNorm", "LayerNorm", nn.NewLayerNorm(13)},
	{"GroupNorm", "GroupNorm", nn.NewGroupNorm(1, 11)},
	{"InstanceNorm1d, 2d, 3d(affine, track_running_stats)", "InstanceNorm", nn.NewInstanceNorm(11, nn.Affine(true), nn.Tracking(true))},
	{"RMSNorm", "RMSNorm", nn.NewRMSNorm(13)},
	{"utils.parametrizations.weight_norm(Linear)", "WeightNorm", nn.NewWeightNorm(dense, dense.W, -1)},
	{"utils.parametrizations.spectral_norm(Linear)", "SpectralNorm", nn.NewSpectralNorm(source, dense, dense.W, -1)},
	{"Embedding", "Embedding", nn.NewEmbedding(source, 13, 34)},
	{"Embedding, of places", "Positions", nn.NewPositions(source, 13, 34)},
	{"RNN", "RNN", nn.NewRNN(source, 3, 23)},
	{"LSTM", "LSTM", nn.NewLSTM(source, 3, 29)},
	{"GRU(bidirectional)", "GRU", nn.NewGRU(source, 3, 31, nn.Bidirectional(), nn.NoBias())},
	{"MultiheadAttention", "MultiHeadAttention", nn.NewMultiHeadAttention(source, 34, 2)},
	{"MultiheadAttention", "… to a memory of as many columns", nn.NewCrossAttention(source, 34, 34, 2)},
	{"MultiheadAttention(kdim, vdim)", "… to a memory of others", nn.NewCrossAttention(source, 34, 19, 2)},
	{"four Linear", "… with fewer heads of keys and values", nn.NewMultiHeadAttention(source, 34, 2, nn.KVHeads(1), nn.NoBias())},
	{"TransformerEncoderLayer", "TransformerBlock", nn.NewTransformerBlock(source, 34, 2, 23)},
	{"TransformerDecoderLayer", "… of NewDecoderBlock", nn.NewDecoderBlock(source, 34, 2, 23)},
}

var dense = nn.NewDense(source, 3, 5)

var source = rand.New(rand.NewPCG(1, 2))

func shape(dims []int) string {
	s := make([]string, len(dims))
	for i, d := range dims {
		if s[i] = sizes[d]; s[i] == "" {
			s[i] = fmt.Sprint(d)
		}
	}
	return "[" + strings.Join(s, ", ") + "]"
}

// entries says what a layer holds: PyTorch's name and shape, our path, and our shape where it is another.
func entries(t *testing.T, layer any) string {
	t.Helper()
	ts, err := torch.Tensors(layer)
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string][]int{}
	for path, v := range nn.Vars(layer) {
		ours[path] = v.Type().Shape.Dims()
	}
	var s []string
	for _, a := range ts {
		e := "`" + a.Name + "` " + shape(a.Shape)
		var parts []string
		for path := range strings.SplitSeq(a.Path, " + ") {
			part := "`" + path + "`"
			if dims := ours[path]; !slices.Equal(dims, a.Shape) && dims != nil {
				part += " " + shape(dims)
			}
			if path != "" {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 {
			e += " = " + strings.Join(parts, " and ")
		}
		s = append(s, e)
	}
	return strings.Join(s, "; ")
}

// blocks says it for a layer of layers: their names, and our paths.
func blocks(t *testing.T, layer any) string {
	t.Helper()
	ts, err := torch.Tensors(layer)
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, a := range ts {
		name, _, _ := strings.Cut(a.Name, ".")
		parts := strings.Split(a.Path, ".")
		path := parts[0]
		if path == "MLP" {
			path += "." + parts[1]
		}
		if e := "`" + name + "` = `" + path + "`"; !slices.Contains(s, e) {
			s = append(s, e)
		}
	}
	return strings.Join(s, "; ")
}

// The page's table is what the code does.
func TestPage(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "pytorch.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"| PyTorch's nn | Kedja's nn | tensors |", "|---|---|---|"}
	for _, row := range page {
		say := entries
		if _, ok := row.layer.(*nn.TransformerBlock); ok {
			say = blocks
		}
		want = append(want, fmt.Sprintf("| %s | %s | %s |", row.torch, row.ours, say(t, row.layer)))
	}
	var got []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "|") {
			got = append(got, strings.TrimSuffix(line, "\n"))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table of docs/pytorch.md should be\n%s", strings.Join(want, "\n"))
	}
}

// Every variable of every layer is in its entries, each element once.
func TestNothingIsForgotten(t *testing.T) {
	for _, row := range page {
		ts, err := torch.Tensors(row.layer)
		if err != nil {
			t.Fatal(err)
		}
		entries, held := 0, 0
		for _, a := range ts {
			if !strings.HasSuffix(a.Name, "num_batches_tracked") {
				entries += graph.Of(a.Shape...).Size()
			}
		}
		for _, v := range nn.Vars(row.layer) {
			held += v.Type().Shape.Size()
		}
		if entries != held || held == 0 {
			t.Errorf("%s: %d elements in PyTorch, %d here", row.ours, entries, held)
		}
	}
}

// Layers of nn that hold variables are on the page.
func TestNoLayerIsForgotten(t *testing.T) {
	on := map[string]bool{
		"KVCache": true, "Position": true, // not PyTorch's
		"RecurrentWeights": true, // of RNN, LSTM and GRU
	}
	for _, row := range page {
		on[reflect.TypeOf(row.layer).Elem().Name()] = true
	}
	files, err := filepath.Glob(filepath.Join("..", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	holders := 0
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			s, ok := spec.Type.(*ast.StructType)
			if !ok || !spec.Name.IsExported() {
				return false
			}
			for _, field := range s.Fields.List {
				if k := types.ExprString(field.Type); k == "*graph.Param" || k == "*graph.State" {
					if holders++; !on[spec.Name.Name] {
						t.Errorf("nn.%s is not in the table of docs/pytorch.md: add a row to page", spec.Name.Name)
					}
					return false
				}
			}
			return false
		})
	}
	if holders < 8 {
		t.Errorf("only %d types of nn hold variables", holders)
	}
}
