package checkpoint_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/internal/mutate"
)

// judge says what is wrong with what DecodeManifest made of b, and of what kind it was.
func judge(b []byte) (kind uint64, wrong error) {
	m, err := checkpoint.DecodeManifest(b)
	if err != nil {
		if m != nil || strings.Contains(err.Error(), "\n") {
			wrong = fmt.Errorf("%v, %q", m, err)
		}
		return mutate.KindOf(err.Error()), wrong
	}
	if m.Format != checkpoint.Format || m.Step < 0 {
		return 0, fmt.Errorf("%+v", m)
	}
	again, err := json.Marshal(m)
	if err != nil {
		return 0, fmt.Errorf("%+v cannot be written: %w", m, err)
	}
	n, err := checkpoint.DecodeManifest(again)
	if err != nil {
		return 0, fmt.Errorf("written again as %q: %w", again, err)
	}
	if third, err := json.Marshal(n); err != nil || !bytes.Equal(again, third) {
		return 0, fmt.Errorf("%q, and %q when written once more, %w", again, third, err)
	}
	return uint64(len(m.Weights))<<20 ^ uint64(len(m.State))<<12 ^ uint64(len(m.Parts))<<6 ^ uint64(len(m.Logs))<<3 ^ uint64(len(m.Metrics)), nil
}

var tokens = []string{
	`{`, `}`, `[`, `]`, `:`, `,`, `"`, `\`, ` `, `{}`, `[]`, `[0]`, `0`, `1`, `-1`, `1e3`, `1e400`, `0.5`, `null`, `true`, `""`, `"a"`, `"format":1`, `"step"`,
	`"metrics":{"loss":1}`, `"weights"`, `"state"`, `"logs":[{"name":"m","offset":3}]`, `"graph"`, `"build"`, `"parts":{"x":{"y":[1]}}`, `"shape"`, `"sha256"`, `"Format"`,
	`\ud800`, "\xff", "\x00", "\n", "ü", `9223372036854775807`, `9223372036854775808`, `,"a":1`, `{"name":"w","dtype":"F32","shape":[2],"sha256":"00"}`,
}

const manifest = `{"format":1,"step":3,"weights":[{"name":"w","dtype":"F32","shape":[2],"sha256":"00"}],"state":[],"build":{"kedja":"","go":"","cpu":""}}`

// No manifest makes DecodeManifest panic, and what it takes it writes and takes again. KEDJA_FUZZ says how many inputs are tried, KEDJA_SEED from
// which seed.
func TestMutations(t *testing.T) {
	n, seed := mutate.Settings(t, 30_000)
	s := open(t, t.TempDir(), checkpoint.Options{})
	save(t, s, 7)
	c, _, err := s.Latest()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(c.Path, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	corpus, read, kinds := mutate.New(seed, tokens, whole, []byte(manifest), []byte(`{"format":1}`)), 0, map[uint64]bool{}
	for i := range n {
		b := corpus.Next()
		kind, wrong := judge(b)
		if wrong != nil {
			t.Fatalf("input %d: %v: %q", i, wrong, b)
		}
		if kind < 1<<24 {
			read++
		}
		kinds[kind] = true
		corpus.Keep(kind, b)
	}
	if read < n/1000 || read > n/2 {
		t.Errorf("%d of %d inputs were read: the test has no aim", read, n)
	}
	t.Logf("seed %d: %d inputs, %d of them good, outcomes of %d kinds, none wrong", seed, n, read, len(kinds))
}

func TestBadManifests(t *testing.T) {
	for want, text := range map[string]string{
		"want a JSON object":           ``,
		"format 2, this program reads": `{"format":2}`,
		"format 0":                     `{}`,
		"unknown field":                `{"format":1,"stp":3}`,
		"after top-level value":        manifest + `{}`,
		"step -3":                      `{"format":1,"step":-3}`,
		"cannot unmarshal":             `{"format":1,"step":"3"}`,
		"want at most 16777216":        manifest + strings.Repeat(" ", checkpoint.MaxManifest),
		"exceeded max depth":           `{"format":1,"parts":{"a":` + strings.Repeat("[", 20_000),
	} {
		if m, err := checkpoint.DecodeManifest([]byte(text)); err == nil || m != nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, %v, want %q", m, err, want)
		}
	}
	if _, err := checkpoint.DecodeManifest([]byte(manifest + strings.Repeat(" ", checkpoint.MaxManifest-len(manifest)))); err != nil {
		t.Error(err)
	}
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add([]byte(manifest))
	f.Add([]byte(`{"format":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, wrong := judge(b); wrong != nil {
			t.Error(wrong)
		}
	})
}
