package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// call runs a command as main does.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = command(t.Context(), args, streams{&out, &err})
	return code, out.String(), err.String()
}

// works runs a command that must succeed, and returns what it printed.
func works(t *testing.T, args ...string) string {
	t.Helper()
	code, out, err := call(t, args...)
	if code != 0 {
		t.Fatalf("kedja %v: code %d: %s", args, code, err)
	}
	return out
}

// fails runs a command that must fail with one line, which it returns without its prefix.
func fails(t *testing.T, args ...string) string {
	t.Helper()
	code, _, err := call(t, args...)
	return oneLine(t, code, err)
}

// oneLine is the error that a command ended with: the last line, after what a progress bar has cleared.
func oneLine(t *testing.T, code int, stderr string) string {
	t.Helper()
	last := stderr[strings.LastIndexByte(stderr, '\r')+1:]
	message, ok := strings.CutPrefix(last, "kedja: ")
	if code != 1 || !ok || strings.Count(message, "\n") != 1 || !strings.HasSuffix(message, "\n") {
		t.Fatalf("code %d and %q, want 1 and one line", code, last)
	}
	return strings.TrimSpace(message)
}

// files are the names in a folder, the hidden ones too.
func files(t *testing.T, dir string) string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range all {
		names = append(names, f.Name())
	}
	return strings.Join(names, " ")
}

// logged reads a file of one JSON object a line, the last line whole too.
func logged(t *testing.T, path string) (lines []map[string]float64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		t.Errorf("%s ends within a line", path)
	}
	for line := range strings.Lines(string(data)) {
		var m map[string]float64
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, m)
	}
	return lines
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"train", "--help"}, {"train", "mnist", "--help"}, {"predict", "mnist", "-h"}} {
		if out := works(t, args...); !strings.HasPrefix(out, "Usage: kedja") {
			t.Errorf("%v: %q", args, out)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"nonsense", `unexpected argument nonsense`},
		{"train", `expected one of "mnist", "images", "cartpole"`},
		{"train mnist --epoch 2", `unknown flag --epoch, did you mean "--epochs"?`},
		{"train mnist --recipe slow", `train mnist: there is no recipe "slow", did you mean "fast"? There are default, fast`},
		{"train mnist --recipe defualt", `did you mean "default"?`},
		{"train mnist --recipe \x00", `did you mean "fast"?`},
		{"train mnist --seed one", `--seed: expected a valid 64 bit uint but got "one"`},
		{"train mnist --epochs=-1", "train mnist: want no negative numbers"},
		{"train mnist --holdout 60001", "train mnist: data: hold out 60001 of 60000 examples"},
		{"train mnist --holdout 60000", "train mnist: data: no batch of 128 from 0 examples"},
		{"train mnist --workers=-2", "train mnist: want no negative numbers"},
		{"train mnist --max-steps=-2", "train mnist: want no negative numbers"},
		{"train mnist --out " + file, "train mnist: mkdir " + file + ": not a directory"},
		{"train mnist --out " + file + "/below", "train mnist: mkdir " + file + ": not a directory"},
		{"train cartpole --out " + file, "train cartpole: mkdir " + file + ": not a directory"},
		{"predict mnist", `expected "<image>"`},
		{"predict mnist a b", "unexpected argument b"},
		{"predict mnist a --top 11", "predict mnist: want 1 to 10 classes, not 11"},
		{"graph mnist --batch 0", "graph mnist: want a batch of at least 1, not 0"},
		{"graph mnist --batch 1000000000000000000", "overflows"},
		{"gradcheck --op nothing", `gradcheck: there is no op "nothing"`},
		{"gradcheck --order 7", "gradcheck: order 7, want 0 to 6"},
	} {
		if got := fails(t, strings.Fields(c.args)...); !strings.Contains(got, c.want) {
			t.Errorf("kedja %s: %s\nwant %s", c.args, got, c.want)
		}
	}
	if got := files(t, dir); got != "file" {
		t.Error("left behind:", got)
	}
}

// An error of several lines, such as one that joins others, is still one line.
func TestOneLine(t *testing.T) {
	err := errors.Join(errors.New("a"), errors.New("b"))
	if got := line(err); got != "a; b" {
		t.Error(got)
	}
}

func TestGraph(t *testing.T) {
	text := works(t, "graph", "mnist", "--batch", "7")
	for _, want := range []string{"float32[7 1 28 28]", "Conv1.W", "Out.B", "float32[7 10]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, ":=") || strings.Contains(text, "dropout") {
		t.Error("a forward pass in evaluation assigns or drops:", text)
	}
	step := works(t, "graph", "mnist", "--train")
	if !strings.Contains(step, "Conv1.W := ") || !strings.Contains(step, "dropout") || !strings.Contains(step, "float32[128 10]") {
		t.Error(step)
	}
	for _, args := range [][]string{{"graph", "mnist", "--dot"}, {"graph", "mnist", "--dot", "--train"}} {
		dot := works(t, args...)
		if !strings.HasPrefix(dot, "digraph kedja {\n") || !strings.HasSuffix(dot, "}\n") || !strings.Contains(dot, `label="conv Conv1.W\nadd Conv1.B"`) {
			t.Error(dot)
		}
	}
}

func TestGradcheck(t *testing.T) {
	out := works(t, "gradcheck", "--op", "Tanh", "--order", "1")
	if !strings.HasPrefix(out, "op ") || strings.Contains(out, "FAIL") || !regexp.MustCompile(`(?m)^Tanh +float64 +1 `).MatchString(out) {
		t.Error(out)
	}
	out = works(t, "gradcheck", "--op", "Tanh", "--order", "1", "--json")
	n := 0
	for l := range strings.Lines(out) {
		var m map[string]any
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(l, err)
		}
		for _, key := range []string{"op", "dtype", "order", "mode", "cases", "max_rel_err", "pass"} {
			if _, ok := m[key]; !ok {
				t.Errorf("no %s in %s", key, l)
			}
		}
		if m["op"] != "Tanh" || m["pass"] != true || m["cases"].(float64) < 30 {
			t.Error(l)
		}
		n++
	}
	if n < 2 {
		t.Error(out)
	}
}
