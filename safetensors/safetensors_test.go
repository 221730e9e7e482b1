package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kedja-ml/kedja/safetensors"
)

func ExampleWrite() {
	var file bytes.Buffer
	err := safetensors.Write(&file, []safetensors.Tensor{{Name: "b", Dtype: "U8", Shape: []int{3}, Data: []byte{1, 2, 3}}}, nil)
	f, err2 := safetensors.Decode(file.Bytes())
	fmt.Println(f.Tensors[0].Name, f.Tensors[0].Shape, f.Tensors[0].Data, err, err2)
	// Output: b [3] [1 2 3] <nil> <nil>
}

// What the Python package wrote is read, and written again byte for byte.
func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Decode(want)
	if err != nil || len(f.Tensors) != 7 || f.Metadata["format"] != "np" {
		t.Fatal(f, err)
	}
	var got bytes.Buffer
	if err := safetensors.Write(&got, f.Tensors, f.Metadata); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Error(d)
	}
}

func file(header, data string) []byte {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(header)))
	return []byte(string(n[:]) + header + data)
}

func TestHostile(t *testing.T) {
	for want, f := range map[string][]byte{
		"too few":                         []byte("1234567"),
		"a header of 1000000000000":       append([]byte{0, 16, 165, 212, 232, 0, 0, 0}, "{}"...),
		"no JSON object":                  file("[]", ""),
		"in UTF-8":                        file("{\"\xff\":1}", ""),
		"unknown dtype":                   file(`{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}`, "x"),
		"appears twice":                   file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, "xy"),
		"want from 0 on":                  file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, "xy"),
		"to at most 1":                    file(`{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}`, "x"),
		"want from 2 on":                  file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, "xyz"),
		"has 2 bytes":                     file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,2]}}`, "xy"),
		"bytes of data belong to no":      file(`{}`, "x"),
		"U8[4611686018427387904 4]":       file(`{"a":{"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, ""),
		"byte 28: want a whole number":    file(`{"a":{"dtype":"U8","shape":[-1,-1],"data_offsets":[0,1]}}`, "x"),
		"unknown field":                   file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}`, "x"),
		"metadata are no strings":         file(`{"__metadata__":{"a":1}}`, ""),
		"header of 16777217 bytes, want":  append([]byte{1, 0, 0, 1, 0, 0, 0, 0}, make([]byte, 1<<24+1)...),
		"unknown field \"Dtype\"":         file(`{"a":{"Dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, "x"),
		"the field \"shape\" twice":       file(`{"a":{"shape":[1],"shape":[1],"dtype":"U8","data_offsets":[0,1]}}`, "x"),
		"want dtype, shape and data_off":  file(`{"a":{"dtype":"U8","data_offsets":[0,1]}}`, "x"),
		"3 data_offsets, want 2":          file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}`, "x"),
		"1 data_offsets, want 2":          file(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}}`, ""),
		"byte 28: want a whole number fr": file(`{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}`, "x"),
		"byte 27: 'n', want '['":          file(`{"a":{"dtype":"U8","shape":null,"data_offsets":[0,1]}}`, "x"),
		"a number of more than 9223372":   file(`{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}`, "x"),
		"a control character in a string": file("{\"a\n\":1}", ""),
		"a string without end":            file(`{"a\`, ""),
		"invalid character 'x' in string": file(`{"\x":1}`, ""),
		"the metadata name \"a\" twice":   file(`{"__metadata__":{"a":"","a":""}}`, ""),
		"\"__metadata__\" appears twice":  file(`{"__metadata__":{},"__metadata__":{}}`, ""),
		"it ends where '}' was wanted":    file(`{"__metadata__":{}`, ""),
		"other than spaces":               file(`{}{}`, ""),
		"byte 47: want a whole number":    file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}`, "x"),
		"it ends where ':' was wanted":    file(`{"a"`, ""),
		"byte 5: '[', want '{'":           file(`{"a":`+strings.Repeat("[", 20000), ""),
	} {
		if _, err := safetensors.Decode(f); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zä"\\.0-9]{1,8}`), 0, 6, rapid.ID[string]).Draw(t, "names")
		var ts []safetensors.Tensor
		for _, n := range names {
			d := rapid.SampledFrom([]string{"F64", "F32", "I32", "U8", "BOOL", "BF16"}).Draw(t, "dtype")
			size := map[string]int{"F64": 8, "F32": 4, "I32": 4, "U8": 1, "BOOL": 1, "BF16": 2}[d]
			shape := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 4).Draw(t, "shape")
			for _, k := range shape {
				size *= k
			}
			ts = append(ts, safetensors.Tensor{Name: n, Dtype: d, Shape: shape, Data: bytes.Repeat([]byte{7}, size)})
		}
		var a, b bytes.Buffer
		if err := safetensors.Write(&a, ts, nil); err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.Decode(a.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := safetensors.Write(&b, f.Tensors, nil); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Fatal("a second writing differs", err)
		}
	})
}

// A failure leaves nothing behind, and the file that was there as it was.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w.safetensors")
	good := []safetensors.Tensor{{Name: "a", Dtype: "U8", Shape: []int{1}, Data: []byte{5}}}
	if err := safetensors.WriteFile(path, good, nil); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]safetensors.Tensor{
		{{Name: "a", Dtype: "U8", Shape: []int{2}, Data: []byte{5}}},
		{{Name: "a", Dtype: "X", Shape: []int{1}, Data: []byte{5}}},
		{good[0], good[0]},
	} {
		if err := safetensors.WriteFile(path, bad, nil); err == nil {
			t.Error("was written", bad)
		}
	}
	data, err := os.ReadFile(path)
	f, err2 := safetensors.Decode(data)
	all, _ := os.ReadDir(dir)
	if err != nil || err2 != nil || f.Tensors[0].Data[0] != 5 || len(all) != 1 {
		t.Error(err, err2, f, all)
	}
	if err := safetensors.WriteFile(filepath.Join(dir, "none", "w"), good, nil); err == nil {
		t.Error("a folder that is not there was written to")
	}
}
