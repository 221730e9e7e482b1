package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/internal/mutate"
	"github.com/kedja-ml/kedja/safetensors"
)

// A meter counts bytes that are taken from the heap, whether or not they are given back: more than what is held at any time.
type meter struct{ s []metrics.Sample }

func newMeter() *meter { return &meter{[]metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}} }

func (m *meter) taken() uint64 {
	metrics.Read(m.s)
	return m.s[0].Value.Uint64()
}

// The promise: twice the data, sixteen times the header, and a megabyte.
func allowed(file []byte) uint64 {
	header := uint64(0)
	if len(file) >= 8 {
		header = min(binary.LittleEndian.Uint64(file), uint64(len(file)-8))
	}
	return 2*(uint64(len(file))-header) + 16*header + 1<<20
}

// judge says what is wrong with what Decode made of b, and of what kind it was.
func judge(b []byte, f *safetensors.File, err error) (kind uint64, wrong error) {
	if err != nil {
		if f != nil || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "safetensors: ") {
			wrong = fmt.Errorf("%v, %q", f, err)
		}
		return mutate.KindOf(err.Error()), wrong
	}
	kind = uint64(len(f.Tensors))<<8 + uint64(len(f.Metadata))
	for _, t := range f.Tensors {
		kind = kind<<4 ^ uint64(len(t.Shape))<<1 ^ mutate.KindOf(t.Dtype)
	}
	return kind, agrees(b, f)
}

// agrees holds what was decoded against encoding/json, and against a second writing.
func agrees(b []byte, f *safetensors.File) error {
	n := binary.LittleEndian.Uint64(b)
	head, data := b[8:8+n], b[8+n:]
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(head, &raw); err != nil {
		return fmt.Errorf("was read, but is no JSON: %w", err)
	}
	var meta map[string]string
	if m, ok := raw["__metadata__"]; ok {
		if err := json.Unmarshal(m, &meta); err != nil || len(meta) != len(f.Metadata) {
			return fmt.Errorf("metadata %q, want %q: %w", f.Metadata, meta, err)
		}
		for k, v := range meta {
			if f.Metadata[k] != v {
				return fmt.Errorf("metadata %q, want %q", f.Metadata, meta)
			}
		}
		delete(raw, "__metadata__")
	}
	if len(raw) != len(f.Tensors) {
		return fmt.Errorf("%d arrays, want %d", len(f.Tensors), len(raw))
	}
	at := 0
	for _, t := range f.Tensors {
		var e struct {
			Dtype   string
			Shape   []int
			Offsets []int `json:"data_offsets"`
		}
		if err := json.Unmarshal(raw[t.Name], &e); err != nil {
			return fmt.Errorf("%q: %w", t.Name, err)
		}
		if e.Dtype != t.Dtype || !slices.Equal(e.Shape, t.Shape) || len(e.Offsets) != 2 || e.Offsets[0] != at || !bytes.Equal(data[at:e.Offsets[1]], t.Data) {
			return fmt.Errorf("%q is %s%v of %d bytes, want %+v from %d on", t.Name, t.Dtype, t.Shape, len(t.Data), e, at)
		}
		at = e.Offsets[1]
	}
	if at != len(data) {
		return fmt.Errorf("%d bytes of data, %d used", len(data), at)
	}
	var again bytes.Buffer
	if err := safetensors.Write(&again, f.Tensors, f.Metadata); err != nil {
		return err
	}
	g, err := safetensors.Decode(again.Bytes())
	if err != nil || len(g.Tensors) != len(f.Tensors) {
		return fmt.Errorf("written again: %w", err)
	}
	return nil
}

var tokens = []string{
	`{`, `}`, `[`, `]`, `:`, `,`, `"`, `\`, ` `, `{}`, `[]`, `[0]`, `[0,0]`, `[1]`, `0`, `1`, `-1`, `8`, `1e3`, `0.5`, `00`, `null`, `true`, `""`, `"a"`, `"b"`,
	`"dtype"`, `"shape"`, `"data_offsets"`, `"__metadata__"`, `"F64"`, `"U8"`, `"BF16"`, `"BOOL"`, `"x":"y"`, `"\u0061"`, `\ud800`, "\xff", "\x00", "\n", "ü",
	`2147483648`, `4294967296`, `4611686018427387904`, `9223372036854775807`, `9223372036854775808`, `18446744073709551616`,
	`"c":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},`, `,"d":{"dtype":"F32","shape":[],"data_offsets":[0,4]}`,
}

// No input makes Decode panic, take more memory than is promised, or read what encoding/json reads otherwise. KEDJA_FUZZ says how many inputs are
// tried, KEDJA_SEED from which seed.
func TestMutations(t *testing.T) {
	n, seed := mutate.Settings(t, 50_000)
	golden, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	header := binary.LittleEndian.Uint64(golden)
	heads := mutate.New(seed, tokens, golden[8:8+header], []byte(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`),
		[]byte(`{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}} `), []byte(`{}`))
	files := mutate.New(seed, tokens, golden, file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, "x"))
	m, read, kinds := newMeter(), 0, map[uint64]bool{}
	var b []byte
	for i := range n {
		c, base := files, []byte(nil)
		if r := heads.Rand(); r.IntN(8) > 0 { // a header of the right length, with about as much data as it may want
			c, base = heads, heads.Next()
			b = binary.LittleEndian.AppendUint64(b[:0], uint64(len(base)))
			b = append(b, base...)
			b = append(b, golden[len(golden)-wanted(base, r):]...)
		} else {
			base = files.Next()
			b = append(b[:0], base...)
		}
		before := m.taken()
		f, err := safetensors.Decode(b)
		if took := m.taken() - before; took > allowed(b) {
			t.Fatalf("input %d took %d bytes, want at most %d: %q", i, took, allowed(b), b)
		}
		if err == nil {
			read++
		}
		kind, wrong := judge(b, f, err)
		if wrong != nil {
			t.Fatalf("input %d: %v: %q", i, wrong, b)
		}
		kinds[kind] = true
		c.Keep(kind, base)
	}
	if read < n/1000 || read > n/2 {
		t.Errorf("%d of %d inputs were read: the test has no aim", read, n)
	}
	t.Logf("seed %d: %d inputs, %d of them good, outcomes of %d kinds, none wrong", seed, n, read, len(kinds))
}

// wanted is how much data a header asks for, most of the time: the largest number in it that is no larger than there is.
func wanted(head []byte, r *rand.Rand) int {
	largest, n, most := 0, 0, 90
	for _, c := range head {
		if c < '0' || c > '9' {
			n = 0
			continue
		}
		if n = min(1000, 10*n+int(c-'0')); n <= most {
			largest = max(largest, n)
		}
	}
	if r.IntN(8) == 0 {
		return r.IntN(most)
	}
	return largest
}

// The largest headers that are made of as little as possible, each part costing as much as it can.
func TestLargeHeadersTakeWhatIsPromised(t *testing.T) {
	const size = 4 << 20
	repeat := func(begin, end string, part func(i int) string) []byte {
		var s strings.Builder
		s.WriteString(begin)
		for i := 0; s.Len() < size; i++ {
			if i > 0 {
				s.WriteByte(',')
			}
			s.WriteString(part(i))
		}
		s.WriteString(end)
		return file(s.String(), "")
	}
	name := func(i int) string { return strconv.FormatInt(int64(i), 36) }
	m := newMeter()
	for what, b := range map[string][]byte{
		"arrays":   repeat("{", "}", func(i int) string { return `"` + name(i) + `":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}` }),
		"sizes":    repeat(`{"a":{"dtype":"U8","shape":[`, `],"data_offsets":[0,0]}}`, func(int) string { return "0" }),
		"offsets":  repeat(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[`, `]}}`, func(int) string { return "0" }),
		"metadata": repeat(`{"__metadata__":{`, `}}`, func(i int) string { return `"` + name(i) + `":""` }),
		"escapes":  file(`{"`+strings.Repeat(`\u00e4`, size/6)+`":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, ""),
		"a name":   file(`{"`+strings.Repeat(`a`, size)+`":{"dtype":"U8","shape":[1],"data_offsets":[0,0]}}`, ""),
		"places":   file(`{`+strings.Repeat(`"data_offsets"`, size/14), ""),
		"nesting":  file(`{"a":`+strings.Repeat("[", size), ""),
		"spaces":   file(`{}`+strings.Repeat(" ", size), ""),
	} {
		before := m.taken()
		_, err := safetensors.Decode(b)
		took := m.taken() - before
		t.Logf("%-8s %5.1f bytes for each of the header; %.60v", what, float64(took)/float64(len(b)), err)
		if took > allowed(b) {
			t.Errorf("%s: %d bytes, want at most %d", what, took, allowed(b))
		}
	}
	data := file(`{"a":{"dtype":"U8","shape":[8388608],"data_offsets":[0,8388608]}}`, strings.Repeat("x", 8<<20))
	before := m.taken()
	if _, err := safetensors.Decode(data); err != nil || m.taken()-before > 1<<20 {
		t.Errorf("%d bytes for 8 MB that are not copied, %v", m.taken()-before, err)
	}
}

func FuzzDecode(f *testing.F) {
	golden, _ := os.ReadFile("testdata/golden.safetensors")
	f.Add(golden)
	f.Add(file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, "x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := safetensors.Decode(b)
		if _, wrong := judge(b, got, err); wrong != nil {
			t.Error(wrong)
		}
	})
}
