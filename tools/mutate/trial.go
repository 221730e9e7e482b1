package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A trial runs tests on mutants.
type trial struct {
	dir     string
	limit   time.Duration
	end     time.Time
	server  *server
	without []string
	key     string            // of the instrumented sources
	hits    map[int][]string  // the ops that execute a mutant, the most particular first
	killers map[string]int    // how many mutants each test killed
	results map[string]string // what is known from an earlier run
}

// A test is one way to kill a mutant.
type test struct {
	name, binary string
	args         func(ops []string) []string // nil if there is nothing to run
}

const most = 40 // ops to run of those that execute a mutant

func of(ops []string) string {
	return "/^(" + strings.Join(ops[:min(most, len(ops))], "|") + ")$"
}

var tests = []test{
	{"parity", "ops.test", func(ops []string) []string {
		if len(ops) == 0 {
			return nil
		}
		return []string{"-test.failfast", "-test.run", "^TestParity$" + of(ops)}
	}},
	{"autodiff", "autodiff.test", func([]string) []string { return []string{"-test.failfast", "-test.skip", "^TestGradientGraphs$"} }},
	{"vmap", "vmap.test", func([]string) []string { return []string{"-test.failfast"} }},
	{"ops", "ops.test", func([]string) []string {
		return []string{"-test.failfast", "-test.skip", "^(TestParity|TestListIsWhole|TestExamples)$"}
	}},
	{"flow", "flow.test", func([]string) []string { return []string{"-test.failfast", "-test.short"} }},
}

var folders = map[string]string{"victim": "tools/gradcheck", "ops.test": "ops", "autodiff.test": "autodiff", "vmap.test": "vmap", "flow.test": "flow"}

// build makes the binaries of the copy.
func (t *trial) build(overlay map[string]string) error {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(overlay)) {
		data, err := os.ReadFile(overlay[name])
		if err != nil {
			return err
		}
		h.Write(data)
	}
	t.key = fmt.Sprintf("%x", h.Sum(nil))[:12]
	data, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return err
	}
	file := filepath.Join(t.dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return err
	}
	if t.has("built") {
		return nil
	}
	for binary, folder := range folders {
		args := []string{"test", "-c", "-vet=off", "-overlay", file, "-o", t.path(binary), "./" + folder}
		if binary == "victim" {
			args = []string{"build", "-overlay", file, "-o", t.path(binary), "./tools/mutate/victim"}
		}
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", binary, err, out)
		}
	}
	return t.note("built")
}

// has and note keep what was done for these sources.
func (t *trial) has(what string) bool {
	_, err := os.Stat(t.path(what + "-" + t.key))
	return err == nil
}

func (t *trial) note(what string) error { return os.WriteFile(t.path(what+"-"+t.key), nil, 0o644) }

func (t *trial) path(binary string) string { return filepath.Join(t.dir, binary) }

// start runs a binary with one mutant live; it reports whether it failed, and whether that was for the processor time it took.
func (t *trial) start(binary string, mutant int, cover string, limit time.Duration, args ...string) (out string, failed, late bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*limit) // it may have to wait for a core
	defer cancel()
	c := exec.CommandContext(ctx, "sh", append([]string{"-c", fmt.Sprintf(`ulimit -t %d; ulimit -v 16000000; exec "$0" "$@"`, int(limit.Seconds())), t.path(binary)}, args...)...)
	c.Dir = folders[binary]
	c.Env = append(os.Environ(), "GOMAXPROCS=1", "KEDJA_MUTANT="+strconv.Itoa(mutant), "KEDJA_MUTANT_COVER="+cover)
	c.WaitDelay = time.Second
	b, err := c.CombinedOutput()
	took := c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	return string(b), err != nil, ctx.Err() != nil || err != nil && took >= limit-time.Second
}

// cover finds which mutants each op's checks execute.
func (t *trial) cover() error {
	names, failed, _ := t.start("victim", 0, "", time.Minute)
	if failed {
		return fmt.Errorf("victim: %s", names)
	}
	sets := map[string][]int{}
	for _, op := range strings.Fields(names) {
		file := filepath.Join(t.dir, "cover-"+t.key, op)
		if _, err := os.Stat(file + ".done"); err != nil {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return err
			}
			os.Remove(file)
			if out, failed, _ := t.start("victim", 0, file, 10*time.Minute, op); failed {
				return fmt.Errorf("%s fails without a mutant: %s", op, out)
			}
			if err := os.Rename(file, file+".done"); err != nil {
				return err
			}
		}
		data, err := os.ReadFile(file + ".done")
		if err != nil {
			return err
		}
		for _, s := range strings.Fields(string(data)) {
			id, err := strconv.Atoi(s)
			if err != nil {
				return err
			}
			sets[op] = append(sets[op], id)
		}
	}
	t.hits = map[int][]string{}
	for op, ids := range sets {
		for _, id := range ids {
			t.hits[id] = append(t.hits[id], op)
		}
	}
	for _, ops := range t.hits {
		slices.SortFunc(ops, func(a, b string) int {
			if d := len(sets[a]) - len(sets[b]); d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
	}
	if t.has("passed") {
		return nil
	}
	for _, k := range tests { // with no mutant, all pass
		if args := k.args([]string{"Add", "MatMul"}); args != nil {
			if out, failed, _ := t.start(k.binary, 0, "", 10*time.Minute, args...); failed {
				return fmt.Errorf("%s fails without a mutant:\n%s", k.name, out)
			}
		}
	}
	return t.note("passed")
}

// own puts the op that is written in the mutant's file first, and ops whose name begins alike.
func own(m mutant, ops []string) []string {
	file, _, _ := strings.Cut(filepath.Base(m.at), ".")
	file, _, _ = strings.Cut(file, "_")
	ops = slices.Clone(ops)
	slices.SortStableFunc(ops, func(a, b string) int {
		rank := func(op string) int {
			if strings.HasPrefix(strings.ToLower(op), file) {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	return ops
}

// kill says which test kills m, "" if none does.
func (t *trial) kill(m mutant) string {
	ops := own(m, t.hits[m.id])
	if by := t.serve(m.id, ops[:min(most, len(ops))]); by != "alive" {
		return by
	}
	order := tests
	if strings.HasPrefix(m.at, "autodiff/") {
		order = slices.Concat(tests[1:2], tests[:1], tests[2:])
	}
	for _, k := range order {
		args := k.args(ops)
		if args == nil || slices.Contains(t.without, k.name) {
			continue
		}
		switch _, failed, late := t.start(k.binary, m.id, "", t.limit, args...); {
		case late:
			return "time limit"
		case failed:
			return k.name
		}
	}
	return ""
}

// judge runs the mutants and prints what came of them.
func (t *trial) judge(ms []mutant, all int) error {
	name := filepath.Join(t.dir, "results-"+t.key)
	t.results = map[string]string{}
	if f, err := os.Open(name); err == nil {
		for s := bufio.NewScanner(f); s.Scan(); {
			id, by, _ := strings.Cut(s.Text(), " ")
			t.results[id] = by
		}
		f.Close()
	}
	log, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	defer t.stop()
	t.killers = map[string]int{}
	var judged, left []mutant
	for i, m := range ms {
		by, known := t.results[strconv.Itoa(m.id)]
		if !known && !t.end.IsZero() && time.Now().After(t.end) {
			continue
		}
		if !known {
			by = t.kill(m)
			fmt.Fprintln(log, m.id, by)
			if i%100 == 99 {
				fmt.Fprintf(os.Stderr, "%d of %d, %d left alive\n", i+1, len(ms), len(left))
			}
		}
		judged = append(judged, m)
		if t.killers[by]++; by == "" {
			left = append(left, m)
		}
	}
	slices.SortFunc(left, func(a, b mutant) int { return a.id - b.id })
	t.report(os.Stdout, judged, left, all)
	return nil
}

func (t *trial) report(w io.Writer, ms, left []mutant, all int) {
	for _, m := range left {
		by := "executed by no op's checks"
		if ops := t.hits[m.id]; len(ops) > 0 {
			by = fmt.Sprintf("executed by %d ops", len(ops))
		}
		fmt.Fprintf(w, "%s: %s\n", m, by)
	}
	fmt.Fprintf(w, "%d mutants of %d: %d killed (%.1f %%), %d survive\n", len(ms), all, len(ms)-len(left), 100*float64(len(ms)-len(left))/float64(max(1, len(ms))), len(left))
	for _, by := range slices.Sorted(maps.Keys(t.killers)) {
		if by != "" {
			fmt.Fprintf(w, "  by %s %d\n", by, t.killers[by])
		}
	}
}
