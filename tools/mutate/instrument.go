package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A mutant is one change of the sources.
type mutant struct {
	id   int
	at   string // file:line
	what string
}

func (m mutant) String() string { return fmt.Sprintf("%d %s %s", m.id, m.at, m.what) }

// An edit inserts text at an offset of a file, in place of so many bytes.
type edit struct {
	at, drop int
	text     string
}

// A writer instruments one package.
type writer struct {
	fset    *token.FileSet
	info    *types.Info
	pkg     *types.Package
	source  map[string][]byte
	edits   map[string][]edit
	mutants []mutant
	base    int
}

// instrument writes the instrumented copy of a package below dir, notes it in overlay, and returns its mutants, counted from base on.
func instrument(pattern, dir string, base int, overlay map[string]string) ([]mutant, error) {
	w := &writer{fset: token.NewFileSet(), source: map[string][]byte{}, edits: map[string][]edit{}, base: base}
	files, err := w.load(pattern)
	if err != nil {
		return nil, err
	}
	for _, d := range w.rules(files) {
		w.function(d)
	}
	var folder string
	for name, es := range w.edits {
		folder = filepath.Dir(name)
		to := filepath.Join(dir, "copy", w.pkg.Name(), filepath.Base(name))
		if err := write(to, apply(w.source[name], es)); err != nil {
			return nil, err
		}
		overlay[name] = to
	}
	to := filepath.Join(dir, "copy", w.pkg.Name(), "mutants.go")
	overlay[filepath.Join(folder, "mutants.go")] = to
	return w.mutants, write(to, []byte("package "+w.pkg.Name()+helpers))
}

func write(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil // so that the build cache knows it
	}
	return os.WriteFile(name, data, 0o644)
}

// apply makes the edits; of several at one place the first comes first.
func apply(source []byte, es []edit) []byte {
	slices.SortStableFunc(es, func(a, b edit) int { return a.at - b.at })
	var b bytes.Buffer
	at := 0
	for _, e := range es {
		b.Write(source[at:e.at])
		b.WriteString(e.text)
		at = e.at + e.drop
	}
	b.Write(source[at:])
	return b.Bytes()
}

// load parses and checks a package; what it imports is read from the build cache.
func (w *writer) load(pattern string) ([]*ast.File, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export,Dir,GoFiles,DepOnly", pattern).Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	type listed struct {
		ImportPath, Export, Dir string
		GoFiles                 []string
		DepOnly                 bool
	}
	exports := map[string]string{}
	var own listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if exports[p.ImportPath] = p.Export; !p.DepOnly {
			own = p
		}
	}
	var files []*ast.File
	for _, name := range own.GoFiles {
		name = filepath.Join(own.Dir, name)
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(w.fset, name, data, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		w.source[name] = data
		files = append(files, f)
	}
	lookup := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	w.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	w.pkg, err = (&types.Config{Importer: importer.ForCompiler(w.fset, "gc", lookup)}).Check(own.ImportPath, w.fset, files, w.info)
	return files, err
}

// rules picks the functions to mutate: of autodiff all; of ops the methods that state derivatives, batching and definitions, and the functions
// on nodes that these call.
func (w *writer) rules(files []*ast.File) (picked []*ast.FuncDecl) {
	decls, taken := map[types.Object]*ast.FuncDecl{}, map[*ast.FuncDecl]bool{}
	var todo []*ast.FuncDecl
	for _, f := range files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			decls[w.info.Defs[fn.Name]] = fn
			if w.pkg.Name() != "ops" || fn.Recv != nil && slices.Contains([]string{"VJP", "VJPs", "Partial", "Batch", "Define"}, fn.Name.Name) {
				todo = append(todo, fn)
			}
		}
	}
	for len(todo) > 0 {
		fn := todo[0]
		if todo = todo[1:]; taken[fn] {
			continue
		}
		taken[fn] = true
		picked = append(picked, fn)
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			f, ok := w.info.Uses[id].(*types.Func)
			if !ok {
				return true
			}
			if d := decls[f.Origin()]; d != nil && strings.Contains(f.Signature().String(), "graph.Node") {
				todo = append(todo, d)
			}
			return true
		})
	}
	slices.SortFunc(picked, func(a, b *ast.FuncDecl) int { return int(a.Pos() - b.Pos()) })
	return picked
}

func (w *writer) position(p token.Pos) token.Position { return w.fset.Position(p) }

// text is the source of a node as it was.
func (w *writer) text(n ast.Node) string {
	from, to := w.position(n.Pos()), w.position(n.End())
	return string(w.source[from.Filename][from.Offset:to.Offset])
}

// mutant numbers a change.
func (w *writer) mutant(p token.Pos, format string, a ...any) int {
	at := w.position(p)
	id := w.base + len(w.mutants) + 1
	folder := filepath.Base(filepath.Dir(at.Filename))
	w.mutants = append(w.mutants, mutant{id, fmt.Sprintf("%s/%s:%d", folder, filepath.Base(at.Filename), at.Line), fmt.Sprintf(format, a...)})
	return id
}

func (w *writer) insert(p token.Pos, format string, a ...any) { w.replace(p, 0, format, a...) }

func (w *writer) replace(p token.Pos, drop int, format string, a ...any) {
	at := w.position(p)
	w.edits[at.Filename] = append(w.edits[at.Filename], edit{at.Offset, drop, fmt.Sprintf(format, a...)})
}
