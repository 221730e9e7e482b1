package jsonl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/jsonl"
	"github.com/kedja-ml/kedja/graph"
)

func file(t testing.TB, text string) string {
	path := filepath.Join(t.TempDir(), "examples.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func Example() {
	at, class := jsonl.Field{Name: "at", Type: graph.T(graph.Float32, 2)}, jsonl.Field{Name: "class", Type: graph.T(graph.Int32)}
	f, err := jsonl.Open("testdata/points.jsonl", at, class)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	row, err := data.Get(f, 1)
	fmt.Println(f.Len(), graph.Data[float32](row[0]), graph.Data[int32](row[1]), err)
	// Output: 3 [2.5 -1] [0] <nil>
}

func TestTypes(t *testing.T) {
	path := file(t, "\n{\"a\":[[1,2],[3,4]],\"b\":true,\"c\":255,\"d\":9007199254740993,\"e\":0.1,\"other\":\"x\"}\r\n  \n")
	fields := []jsonl.Field{
		{"a", graph.T(graph.Int32, 2, 2)},
		{"b", graph.T(graph.Bool)},
		{"c", graph.T(graph.Uint8)},
		{"d", graph.T(graph.Int64)},
		{"e", graph.T(graph.Float64)},
	}
	f, err := jsonl.Open(path, fields...)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	row, err := data.Get(f, 0)
	if err != nil || f.Len() != 1 {
		t.Fatal(f.Len(), err)
	}
	got := fmt.Sprint(graph.Data[int32](row[0]), graph.Data[bool](row[1]), graph.Data[uint8](row[2]), graph.Data[int64](row[3]),
		graph.Data[float64](row[4]))
	if want := "[1 2 3 4] [true] [255] [9007199254740993] [0.1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestBadLines(t *testing.T) {
	for line, want := range map[string]string{
		`{"x":[1,2]`:       "want an object",
		`[1]`:              "want an object",
		`{"y":1}`:          `no "x"`,
		`{"x":[1]}`:        `"x": a list of 1, want float32[2]`,
		`{"x":3}`:          `"x": the number 3 where a list belongs`,
		`{"x":[1,"2"]}`:    `"x": a text, want`,
		`{"x":[1,null]}`:   `"x": null, want`,
		`{"x":[1,1e39]}`:   `"x": the number 1e39, want`,
		`{"x":[1,[2]]}`:    `"x": a list, want`,
		`{"x":[1,{}]}`:     `"x": an object, want`,
		`{"x":[1,true]}`:   `"x": true, want`,
		`{"x":{"a":[1]}}`:  `"x": an object where a list belongs`,
		`{"x":[1,2,3]} {}`: "want an object",
	} {
		f, err := jsonl.Open(file(t, "{}\n\n"+line), jsonl.Field{Name: "x", Type: graph.T(graph.Float32, 2)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := data.Get(f, 1); err == nil || !strings.Contains(err.Error(), "line 3: "+want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
		f.Close()
	}
	for dtype, number := range map[graph.Dtype]string{graph.Uint8: "256", graph.Int32: "3000000000", graph.Int64: "1.5", graph.Bool: "1"} {
		f, err := jsonl.Open(file(t, `{"x":`+number+`}`), jsonl.Field{Name: "x", Type: graph.T(dtype)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := data.Get(f, 0); err == nil || !strings.Contains(err.Error(), "the number "+number) {
			t.Errorf("%s as %v: %v", number, dtype, err)
		}
		f.Close()
	}
	for want, fields := range map[string][]jsonl.Field{
		"want at least one": nil, "want numbers or": {{"x", graph.T(graph.Float16)}}, `"x": `: {{"x", graph.T(graph.Float32, -1)}},
		"absent": {{"x", graph.T(graph.Bool)}},
	} {
		if _, err := jsonl.Open("absent", fields...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"x":[1,2]}`)
	path := filepath.Join(f.TempDir(), "a.jsonl")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := jsonl.Open(path, jsonl.Field{Name: "x", Type: graph.T(graph.Float32, 2)})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		for i := range g.Len() {
			_, _ = data.Get(g, i)
		}
	})
}
