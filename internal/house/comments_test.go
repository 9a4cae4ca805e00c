package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// Every name that a host can see has a comment: there is no other documentation of it.
func TestExportedNamesHaveComments(t *testing.T) {
	documented := map[string]bool{} // folders with a package comment
	public := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() || strings.HasPrefix(s.dir, "internal/") {
			continue
		}
		public[s.dir] = true
		documented[s.dir] = documented[s.dir] || s.file.Doc != nil
		for _, fault := range uncommented(s) {
			t.Error(fault)
		}
	}
	for dir := range public {
		if !documented[dir] {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

// understood lists methods whose name is their documentation.
var understood = []string{"Error", "String", "Unwrap"}

func uncommented(s source) []string {
	var faults []string
	missing := func(node ast.Node, name string) {
		faults = append(faults, fmt.Sprintf("%s: %s has no comment", s.fset.Position(node.Pos()), name))
	}
	for _, decl := range s.file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			name, method := decl.Name.Name, decl.Recv != nil
			if method && (!ast.IsExported(receiver(decl)) || slices.Contains(understood, name)) {
				continue
			}
			if decl.Name.IsExported() && decl.Doc == nil {
				missing(decl, name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if !spec.Name.IsExported() {
						continue
					}
					if decl.Doc == nil && spec.Doc == nil {
						missing(spec, spec.Name.Name)
					}
					methods(spec, missing)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						if name.IsExported() && decl.Doc == nil && spec.Doc == nil && spec.Comment == nil {
							missing(spec, name.Name)
						}
					}
				}
			}
		}
	}
	return faults
}

// methods looks at the contracts: each method of an interface says what it promises,
// unless there is one only and the type's comment is about nothing else. Fields are
// left to reviewers: "ID" needs no comment, a duration needs its unit.
func methods(spec *ast.TypeSpec, missing func(ast.Node, string)) {
	contract, ok := spec.Type.(*ast.InterfaceType)
	if !ok {
		return
	}
	own := slices.DeleteFunc(slices.Clone(contract.Methods.List), func(f *ast.Field) bool {
		return len(f.Names) == 0 // an embedded interface
	})
	if len(own) < 2 {
		return
	}
	for _, method := range own {
		if name := method.Names[0]; name.IsExported() && method.Doc == nil && method.Comment == nil {
			missing(method, spec.Name.Name+"."+name.Name)
		}
	}
}

func receiver(decl *ast.FuncDecl) string {
	typ := decl.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

func TestExportedNamesHaveCommentsNoticesFaults(t *testing.T) {
	const text = `package p

func F() {}

type T struct{ A int }

// I is.
type I interface {
	L() // says so
	M()
}

// J is.
type J interface{ M() }

func (T) Error() string { return "" }

func (*T) G() {}

func (hidden) H() {}

const K = 1
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, fault := range uncommented(source{"p.go", ".", file, fset}) {
		names = append(names, strings.Fields(fault)[1])
	}
	if want := []string{"F", "T", "I.M", "G", "K"}; !slices.Equal(names, want) {
		t.Errorf("found %v, want %v", names, want)
	}
}
