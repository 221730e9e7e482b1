package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// against builds revision rev in a worktree of its own, alternates its benchmark with the present one, and prints by how much the present
// one's time differs: the median of the paired ratios, with its 95 % interval.
func against(rev string, rounds int, s settings, chosen []benchCase) (err error) {
	dir, err := os.MkdirTemp("", "kedja-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tree := filepath.Join(dir, "tree")
	if err := quiet("", "git", "worktree", "add", "--detach", tree, rev); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, quiet("", "git", "worktree", "remove", "--force", tree)) }()
	was, is := filepath.Join(dir, "was"), filepath.Join(dir, "is")
	if err := quiet(tree, "go", "build", "-o", was, "./bench"); err != nil {
		return err
	}
	if err := quiet("", "go", "build", "-o", is, "./bench"); err != nil {
		return err
	}
	fmt.Printf("%-18s %10s %10s   %s\n", "case", "was, ms", "is, ms", "is/was, 95 % interval")
	for _, c := range chosen {
		var olds, news, ratios []float64
		for i := range rounds {
			pair := []string{was, is}
			if i%2 == 1 {
				slices.Reverse(pair)
			}
			ms := map[string]float64{}
			for _, program := range pair {
				r, err := once(program, c.name, s)
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				ms[program] = r.Ms
			}
			olds, news, ratios = append(olds, ms[was]), append(news, ms[is]), append(ratios, ms[is]/ms[was])
		}
		lo, hi := interval(ratios)
		fmt.Printf("%-18s %10.4g %10.4g   %.3f [%.3f, %.3f]\n", c.name, median(olds), median(news), median(ratios), lo, hi)
	}
	return nil
}

// once runs one case in a process of its own.
func once(program, name string, s settings) (r record, err error) {
	out, err := exec.Command(program, "-only", name, "-seconds", fmt.Sprint(s.seconds), "-workers", strconv.Itoa(s.workers)).Output()
	if err != nil {
		var e *exec.ExitError
		if errors.As(err, &e) {
			err = fmt.Errorf("%s: %w", e.Stderr, err)
		}
		return r, err
	}
	return r, json.Unmarshal(out, &r)
}

func quiet(dir, program string, args ...string) error {
	c := exec.Command(program, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w: %s", program, args, err, out)
	}
	return nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// interval is the 95 % interval of the median, from order statistics: of n values the k-th smallest and k-th largest, where fewer than k
// heads in n throws have a probability of at most 2.5 %. With fewer than six values it is their range.
func interval(v []float64) (lo, hi float64) {
	v = slices.Sorted(slices.Values(v))
	k, tail, p := 0, 0.0, math.Pow(0.5, float64(len(v)))
	for i := 0; tail+p <= 0.025; i++ {
		tail += p
		p *= float64(len(v)-i) / float64(i+1)
		k = i
	}
	return v[k], v[len(v)-1-k]
}
