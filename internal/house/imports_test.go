package house

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// below says which packages of the module a package may build upon, through whatever
// number of internal packages. See docs/decisions/0003.
var below = func() map[string][]string {
	ground := []string{"calendar", "session"}
	domain := []string{"calendar", "session", "booking", "withdrawal", "notify", "rota"}
	desk := append(slices.Clone(domain), "rota/desk")
	return map[string][]string{
		"calendar":             {},
		"session":              {"calendar"},
		"booking":              ground,
		"notify":               ground,
		"notify/notifytest":    append(slices.Clone(ground), "notify"),
		"withdrawal":           append(slices.Clone(ground), "booking"),
		"rota":                 append(slices.Clone(ground), "booking", "withdrawal"),
		"rota/desk":            domain,
		"rota/keeper":          desk,
		"rota/store/memory":    desk,
		"rota/store/sqlite":    desk,
		"rota/store/postgres":  desk,
		"rota/store/storetest": append(slices.Clone(desk), "rota/keeper", "rota/store/memory", "notify/notifytest"),
	}
}()

// withStore lists the packages whose external tests may use the memory store and the
// store contract: their subject talks to a store through an interface.
var withStore = []string{
	"notify", "notify/notifytest", "rota/desk", "rota/keeper", "rota/store/memory", "rota/store/sqlite",
	"rota/store/postgres",
}

func TestImportsPointDown(t *testing.T) {
	direct := map[string]map[string]bool{} // folder → folders, files of the package itself
	tests := map[string]map[string]bool{}  // the same for its test files
	external := map[string]bool{}          // folders with an external test
	for _, s := range sources(t) {
		into := direct
		if s.isTest() {
			into = tests
			external[s.dir] = external[s.dir] || s.external()
		}
		if into[s.dir] == nil {
			into[s.dir] = map[string]bool{}
		}
		for _, p := range s.imports() {
			if dir, ours := strings.CutPrefix(p, module+"/"); ours && dir != s.dir {
				into[s.dir][dir] = true
			}
		}
	}
	for _, fault := range upward(direct, tests, external) {
		t.Error(fault)
	}
}

func upward(direct, tests map[string]map[string]bool, external map[string]bool) []string {
	var faults []string
	for _, dir := range slices.Sorted(maps.Keys(direct)) {
		allowed, known := below[dir]
		if !known {
			if dir != "." && !strings.HasPrefix(dir, "internal/") {
				faults = append(faults, dir+": a package without a place: add it to the table in this test and to docs/decisions/0003")
			}
			continue
		}
		for _, d := range reached(direct, direct[dir]) {
			if !slices.Contains(allowed, d) {
				faults = append(faults, fmt.Sprintf("%s imports %s, which is not below it", dir, d))
			}
		}
		if external[dir] && slices.Contains(withStore, dir) {
			// A store brings the desk along, and everything below that.
			allowed = slices.Concat(below["rota/store/storetest"], []string{"rota/store/storetest"})
		}
		for _, d := range reached(direct, tests[dir]) {
			if d != dir && !slices.Contains(allowed, d) {
				faults = append(faults, fmt.Sprintf("a test of %s imports %s, which is not below it", dir, d))
			}
		}
	}
	return faults
}

// reached lists the packages outside internal/ that imports lead to, following internal
// packages, which could otherwise smuggle one layer into another.
func reached(direct map[string]map[string]bool, imports map[string]bool) []string {
	found := map[string]bool{}
	seen := map[string]bool{}
	var follow func(map[string]bool)
	follow = func(imports map[string]bool) {
		for dir := range imports {
			switch {
			case seen[dir]:
			case strings.HasPrefix(dir, "internal/"):
				seen[dir] = true
				follow(direct[dir])
			default:
				found[dir] = true
			}
		}
	}
	follow(imports)
	return slices.Sorted(maps.Keys(found))
}

func TestImportsPointDownNoticesFaults(t *testing.T) {
	set := func(dirs ...string) map[string]bool {
		m := map[string]bool{}
		for _, d := range dirs {
			m[d] = true
		}
		return m
	}
	type graph = map[string]map[string]bool
	for _, c := range []struct {
		name          string
		direct, tests graph
		want          string
	}{
		{"up", graph{"calendar": set("session")}, nil, "calendar imports session"},
		{"sideways", graph{"booking": set("notify")}, nil, "booking imports notify"},
		{"through internal", graph{"calendar": set("internal/x"), "internal/x": set("session")}, nil, "calendar imports session"},
		{"a store from below", graph{"rota/desk": set("rota/store/memory")}, nil, "rota/desk imports rota/store/memory"},
		{"a test", graph{"session": set()}, graph{"session": set("rota")}, "a test of session imports rota"},
		{"no place", graph{"billing": set()}, nil, "billing: a package without a place"},
	} {
		faults := upward(c.direct, c.tests, nil)
		if len(faults) != 1 || !strings.HasPrefix(faults[0], c.want) {
			t.Errorf("%s: got %q, want one fault %q", c.name, faults, c.want)
		}
	}
}

// core lists what the root module may require; see docs/decisions/0002.
var core = []string{
	"github.com/google/go-cmp",
	"github.com/rickar/cal/v2",
	"github.com/shopspring/decimal",
	"pgregory.net/rapid",
}

func TestFourDependencies(t *testing.T) {
	var required []string
	for line := range strings.Lines(read(t, "go.mod")) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) >= 2 && strings.Contains(fields[0], ".") && strings.HasPrefix(fields[1], "v") {
			required = append(required, fields[0])
		}
	}
	slices.Sort(required)
	if !slices.Equal(required, core) {
		t.Errorf("go.mod requires %v, want %v", required, core)
	}

	used := map[string]bool{}
	for _, s := range sources(t) {
		for _, p := range s.imports() {
			first, _, _ := strings.Cut(p, "/")
			if !strings.Contains(first, ".") || p == module || strings.HasPrefix(p, module+"/") {
				continue // standard library, or our own
			}
			i := slices.IndexFunc(core, func(m string) bool { return p == m || strings.HasPrefix(p, m+"/") })
			if i < 0 {
				t.Errorf("%s imports %s", s.name, p)
				continue
			}
			used[core[i]] = true
		}
	}
	for _, m := range core {
		if !used[m] {
			t.Errorf("nothing imports %s", m)
		}
	}
}
