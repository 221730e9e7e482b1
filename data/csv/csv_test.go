package csv_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/csv"
	"github.com/kedja-ml/kedja/graph"
)

const irises = `length,width,species
5.1,3.5,setosa
7.0,3.2,versicolor
6.3,,virginica
`

func ExampleRead() {
	zero := float32(0)
	t, err := csv.Read(strings.NewReader(irises), csv.Options{},
		csv.Field{Columns: []string{"length", "width"}, Missing: &zero}, csv.Field{Columns: []string{"species"}, Classes: []string{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	row, _ := data.Get(t, 2)
	fmt.Println(t.Len(), t.Types(), t.Fields[1].Classes)
	fmt.Println(graph.Data[float32](row[0]), graph.Data[int32](row[1]))
	// Output:
	// 3 [float32[2] int32[]] [setosa versicolor virginica]
	// [6.3 0] [2]
}

func TestOptions(t *testing.T) {
	tab, err := csv.Read(strings.NewReader("1;b\n2;a\n"), csv.Options{Comma: ';', Header: []string{"n", "c"}},
		csv.Field{Columns: []string{"c"}, Classes: []string{"b", "a"}}, csv.Field{Columns: []string{"n"}})
	if err != nil {
		t.Fatal(err)
	}
	row, _ := data.Get(tab, 1)
	if c, n := graph.Data[int32](row[0])[0], graph.Data[float32](row[1])[0]; c != 1 || n != 2 {
		t.Errorf("class %d, number %v", c, n)
	}
	marked, err := csv.Read(strings.NewReader("\ufeffn\n4\n"), csv.Options{}, csv.Field{Columns: []string{"n"}})
	if err != nil || marked.Len() != 1 || !slices.Equal(marked.Header, []string{"n"}) {
		t.Errorf("after a byte order mark: %v", err)
	}
}

func TestBadTables(t *testing.T) {
	number, class := csv.Field{Columns: []string{"n"}}, csv.Field{Columns: []string{"c"}, Classes: []string{"a"}}
	for want, c := range map[string]struct {
		table  string
		fields []csv.Field
	}{
		"want at least one field":                      {"n\n", nil},
		"no header":                                    {"", []csv.Field{number}},
		"no column \"c\", the table has [\"n\"]":       {"n\n1\n", []csv.Field{class}},
		"without columns":                              {"n\n1\n", []csv.Field{{}}},
		"want one column":                              {"n,c\n", []csv.Field{{Columns: []string{"n", "c"}, Classes: []string{}}}},
		"line 3, column \"n\": \"x\", want a number":   {"n,c\n1,a\nx,a\n", []csv.Field{number, class}},
		"line 2, column \"n\": \"\", want a number":    {"n,c\n,a\n", []csv.Field{number}},
		"line 2, column \"n\": \"1e99\", want":         {"n\n1e99\n", []csv.Field{number}},
		"line 2, column \"c\": \"b\", want one of [\"": {"n,c\n1,b\n", []csv.Field{class}},
		"line 3: wrong number of fields":               {"n,c\n1,a\n2\n", []csv.Field{number}},
		"line 2, column 4: extraneous or missing":      {"n\n\"1\n", []csv.Field{number}},
	} {
		if _, err := csv.Read(strings.NewReader(c.table), csv.Options{}, c.fields...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := csv.Open("absent.csv", csv.Options{}, number); err == nil || !strings.Contains(err.Error(), "absent.csv") {
		t.Error(err)
	}
}
