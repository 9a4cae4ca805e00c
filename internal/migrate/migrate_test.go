package migrate_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sessional-go/sessional/internal/migrate"
)

func files(names ...string) fstest.MapFS {
	all := fstest.MapFS{}
	for _, n := range names {
		all[n] = &fstest.MapFile{Data: []byte("-- " + n + "\nSELECT 1;\n")}
	}
	return all
}

func TestLoad(t *testing.T) {
	steps, err := migrate.Load(files("0002_b.down.sql", "0001_a.up.sql", "0001_a.down.sql", "0002_b.up.sql"))
	if err != nil || len(steps) != 2 || steps[0].Name != "a" || steps[1].Number != 2 ||
		!strings.Contains(steps[1].Up, "0002_b.up.sql") || !strings.Contains(steps[1].Down, "0002_b.down.sql") {
		t.Errorf("%+v, %v", steps, err)
	}
	for want, bad := range map[string]fstest.MapFS{
		"not named like":         files("0001_a.up.sql", "0001_a.down.sql", "readme.txt"),
		"migration 1 is missing": files("0002_b.up.sql", "0002_b.down.sql"),
		"no way up, or none":     files("0001_a.up.sql"),
		"is called a and b":      files("0001_a.up.sql", "0001_b.down.sql"),
	} {
		if _, err := migrate.Load(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestPath(t *testing.T) {
	steps := []migrate.Step{{Number: 1, Up: "u1", Down: "d1"}, {Number: 2, Up: "u2", Down: "d2"}, {Number: 3, Up: "u3", Down: "d3"}}
	for _, c := range []struct {
		from, to int
		scripts  string
		versions []int
	}{{0, 3, "u1u2u3", []int{1, 2, 3}}, {3, 1, "d3d2", []int{2, 1}}, {2, 2, "", nil}, {1, 0, "d1", []int{0}}} {
		moves, err := migrate.Path(steps, c.from, c.to)
		if err != nil {
			t.Fatal(err)
		}
		scripts, versions := "", []int(nil)
		for _, m := range moves {
			scripts += m.Script()
			versions = append(versions, m.Version())
		}
		if scripts != c.scripts || !slices.Equal(versions, c.versions) {
			t.Errorf("from %d to %d: %s, %v", c.from, c.to, scripts, versions)
		}
	}
	for _, c := range [][2]int{{0, 4}, {0, -1}, {4, 3}} {
		if moves, err := migrate.Path(steps, c[0], c[1]); err == nil {
			t.Errorf("from %d to %d: %v", c[0], c[1], moves)
		}
	}
}

func TestStatements(t *testing.T) {
	script := "-- About the file;\n\nCREATE TABLE a (\n    b int -- what it is; really\n);\n-- The function.\n" +
		"CREATE FUNCTION f() AS $$\nBEGIN\n    x := 1;\nEND\n$$;\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n    SELECT 1;\nEND;\n" +
		"SELECT 2\n-- the end\n"
	got := migrate.Statements(script)
	if len(got) != 4 {
		t.Fatalf("%d statements: %q", len(got), got)
	}
	for i, want := range []string{"really\n);", "$$;", "END;", "-- the end"} {
		if !strings.HasSuffix(got[i], want) {
			t.Errorf("statement %d ends with %q", i, got[i])
		}
	}
	if !strings.HasPrefix(got[1], "-- The function.") {
		t.Errorf("the comment before a statement got lost: %q", got[1])
	}
	if rest := migrate.Statements("-- nothing\n\n"); len(rest) != 0 {
		t.Errorf("comments alone are %q", rest)
	}
}
