package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// top is the root of the tree, seen from this package's folder.
const top = "../.."

const module = "github.com/sessional-go/sessional"

// files lists the tree's files, with slashes, relative to the root, without what git
// ignores (in a copy without git: without hidden folders).
//
// It walks the folders even where git could tell, because go test sees the walk and so
// knows that a result in its cache is out of date when a file is added.
func files(t *testing.T) []string {
	t.Helper()
	kept := tracked()
	var names []string
	err := fs.WalkDir(os.DirFS(top), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && name != ".ci" && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Type().IsRegular() && (kept == nil || kept[name]):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("no files found: the tests of this package read the tree they stand in")
	}
	return names // WalkDir goes in order
}

// tracked is the set of files that git tracks or would track, nil without git.
func tracked() map[string]bool {
	git := exec.Command("git", "-C", top, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	out, err := git.Output()
	if err != nil || len(out) == 0 {
		return nil
	}
	set := map[string]bool{}
	for name := range strings.SplitSeq(string(out), "\x00") {
		set[name] = true
	}
	return set
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// source is one parsed Go file.
type source struct {
	name string // relative to the root
	dir  string // its package's folder, "." for the root
	file *ast.File
	fset *token.FileSet
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// external tells whether the file belongs to a package "…_test", which may import what
// imports the package it tests.
func (s source) external() bool { return strings.HasSuffix(s.file.Name.Name, "_test") }

func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

// sources parses the Go files of the root module. Nested modules obey their own go.mod;
// files below a testdata folder are data.
func sources(t *testing.T) []source {
	t.Helper()
	names := files(t)
	var nested []string
	for _, name := range names {
		if path.Base(name) == "go.mod" && name != "go.mod" {
			nested = append(nested, path.Dir(name)+"/")
		}
	}
	var parsed []source
	for _, name := range names {
		inNested := slices.ContainsFunc(nested, func(dir string) bool { return strings.HasPrefix(name, dir) })
		if path.Ext(name) != ".go" || inNested || strings.Contains("/"+name, "/testdata/") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, read(t, name), parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, source{name, path.Dir(name), file, fset})
	}
	return parsed
}
