package ops_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
)

// A golden is a case: see tools/parity/harness.py.
type golden struct {
	Name  string
	Attr  map[string]any
	In    []array
	Out   []array
	Grad  []array
	Signs bool
}

type array struct {
	T string   // dtype; f is the float dtype under test
	S []int    // shape
	V []number // values, true as 1
}

// A number may be one that JSON has no word for.
type number float64

func (v *number) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	*v = number(f)
	return err
}

func (a array) dtype(float graph.Dtype) graph.Dtype {
	d, ok := map[string]graph.Dtype{
		"f": float, "f32": graph.Float32, "i32": graph.Int32, "i64": graph.Int64, "u8": graph.Uint8, "b": graph.Bool,
	}[a.T]
	if !ok {
		panic("parity: no dtype " + a.T)
	}
	return d
}

func (a array) values() []float64 {
	v := make([]float64, len(a.V))
	for i, x := range a.V {
		v[i] = float64(x)
	}
	return v
}

// A use is what a row gets to apply its op to.
type use struct {
	g     *graph.Graph
	float graph.Dtype // under test
	in    []*graph.Node
	attr  map[string]any
	read  map[string]bool
}

func (u use) get(name string) any {
	u.read[name] = true
	return u.attr[name]
}

// num is a float attribute, int a whole one: both must be there. ints and flag are nil and false if they are not.
func (u use) num(name string) float64 {
	switch v := u.get(name).(type) {
	case float64:
		return v
	case string:
		f, err := strconv.ParseFloat(v, 64)
		if err == nil {
			return f
		}
	}
	panic("parity: no number " + name)
}

func (u use) int(name string) int { return int(u.num(name)) }

func (u use) ints(name string) (v []int) {
	list, _ := u.get(name).([]any)
	for _, x := range list {
		v = append(v, int(x.(float64)))
	}
	return v
}

func (u use) flag(name string) bool {
	v, _ := u.get(name).(bool)
	return v
}

// goldens reads the cases of an op.
func goldens(t *testing.T, op string) (ks []golden) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "parity", strings.ToLower(op)+".json.gz"))
	if err != nil {
		t.Error(err)
		return nil
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err == nil {
		err = json.NewDecoder(z).Decode(&ks)
	}
	if err != nil {
		t.Error(op, err)
	}
	return ks
}
