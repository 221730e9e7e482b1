// Package docs_test proves what the pages show: code is that of a file which is compiled and tested, and outputs are those that
// its Example prints.
package docs_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// A block lies between two fences of a page.
type block struct {
	fence string // what follows the opening fence
	lines []string
	at    int // the line of the opening fence
}

func blocks(page string) (bs []block, open bool) {
	for i, line := range strings.Split(page, "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open:
			open = false
		case fence:
			bs, open = append(bs, block{fence: info, at: i + 1}), true
		case open:
			b := &bs[len(bs)-1]
			b.lines = append(b.lines, line)
		}
	}
	return bs, open
}

// quoted returns the file that b says it shows, and what of it; "" if b says none. Code names its file in its first line, an
// output names the file of its Example after "text" on the fence.
func (b block) quoted() (path string, lines []string) {
	if b.fence == "go" && len(b.lines) > 0 {
		if path, ok := strings.CutPrefix(b.lines[0], "// file: "); ok {
			return path, b.lines[1:]
		}
	}
	if b.fence == "python" && len(b.lines) > 0 {
		if path, ok := strings.CutPrefix(b.lines[0], "# file: "); ok {
			return path, b.lines[1:]
		}
	}
	if path, ok := strings.CutPrefix(b.fence, "text "); ok {
		return path, b.lines
	}
	return "", nil
}

// contains reports whether part is a contiguous part of whole.
func contains(whole, part []string) bool {
	join := func(s []string) string { return "\n" + strings.Join(s, "\n") + "\n" }
	return len(part) > 0 && strings.Contains(join(whole), join(part))
}

// comments returns the lines of the comments of a Go file, without their marks.
func comments(file []string) (lines []string) {
	for _, line := range file {
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "//"); ok {
			lines = append(lines, strings.TrimPrefix(c, " "))
		}
	}
	return lines
}

func TestBlocks(t *testing.T) {
	root, err := os.OpenRoot("..")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var code, outputs int
	err = fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".md" {
			return err
		}
		page, err := root.ReadFile(name)
		if err != nil {
			return err
		}
		bs, open := blocks(string(page))
		if open {
			t.Errorf("%s: a fence is not closed", name)
		}
		for _, b := range bs {
			file, lines := b.quoted()
			if file == "" {
				continue
			}
			data, err := root.ReadFile(file)
			if err != nil {
				t.Errorf("%s:%d: %v", name, b.at, err)
				continue
			}
			whole := strings.Split(string(data), "\n")
			if b.fence == "go" || b.fence == "python" {
				code++
			} else {
				outputs++
				whole = comments(whole)
			}
			if !contains(whole, lines) {
				t.Errorf("%s:%d: not a contiguous part of %s", name, b.at, file)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if code == 0 || outputs == 0 {
		t.Errorf("%d blocks of code and %d outputs found: want some of each", code, outputs)
	}
}

// A link to a file of the repository leads somewhere.
func TestLinks(t *testing.T) {
	root, err := os.OpenRoot("..")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	links := 0
	err = fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".md" {
			return err
		}
		page, err := root.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(string(page), ""), -1) {
			to, _, _ := strings.Cut(m[1], "#")
			if to == "" || strings.Contains(to, "://") {
				continue
			}
			links++
			if _, err := root.Stat(path.Join(path.Dir(name), to)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	if err != nil || links < 10 {
		t.Error(err, links)
	}
}

var (
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	fenced = regexp.MustCompile("(?s)```.*?```")
)

// The check itself must see a changed, a reordered and an empty block.
func TestContains(t *testing.T) {
	whole := []string{"a", "\tb", "", "c"}
	for _, part := range [][]string{{"a"}, {"\tb", "", "c"}, whole} {
		if !contains(whole, part) {
			t.Errorf("%q is part of %q", part, whole)
		}
	}
	for _, part := range [][]string{nil, {"b"}, {"a", "c"}, {"\tb", "a"}, {"c", "d"}} {
		if contains(whole, part) {
			t.Errorf("%q is no part of %q", part, whole)
		}
	}
}
