package server

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// victim makes the test binary start a server, say where it is, and wait to be killed.
const victim = "SESSIONAL_TEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(victim) != "" {
		p, err := beVictim()
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(p.Pid(), p.folder)
		time.Sleep(time.Minute)
		os.Exit(1)
	}
	os.Exit(Main(m))
}

func beVictim() (*Postgres, error) {
	t, err := findPostgres(newest())
	if err != nil {
		return nil, err
	}
	if t, err = t.usable(); err != nil {
		return nil, err
	}
	return create(Config{Major: newest()}, t)
}

func TestReportNamesWhatIsMissing(t *testing.T) {
	kept := maps.Clone(state.missing)
	t.Cleanup(func() { state.missing = kept })
	clear(state.missing)
	t.Setenv("CI", "yes")
	var text bytes.Buffer
	if code := Report(&text, 0); code != 0 || text.Len() > 0 {
		t.Errorf("nothing missing: %d %q", code, &text)
	}
	miss("PostgreSQL 99", errNotThere)
	miss("Another", errNotThere)
	for _, c := range []struct {
		ci         string
		code, want int
	}{{"", 0, 0}, {"", 2, 2}, {"yes", 0, 1}, {"yes", 2, 2}} {
		text.Reset()
		t.Setenv("CI", c.ci)
		if got := Report(&text, c.code); got != c.want {
			t.Errorf("CI=%q, code %d: %d, not %d", c.ci, c.code, got, c.want)
		}
		want := "not tested: Another: not on this machine\nnot tested: PostgreSQL 99: not on this machine\n"
		if text.String() != want {
			t.Errorf("reported %q", &text)
		}
	}
}

func TestConnectionStrings(t *testing.T) {
	for _, c := range []struct{ from, want string }{
		{"host=db user=ann", "host=db user=ann"},
		{"postgres://ann:p%27w%5C@db.example:5433/rota?sslmode=require",
			`host='db.example' port='5433' dbname='rota' user='ann' password='p\'w\\' sslmode='require'`},
		{"postgresql://db", "host='db'"},
		{"postgres:///rota?host=/run/postgresql", "dbname='rota' host='/run/postgresql'"},
	} {
		got, err := keywords(c.from)
		if err != nil || got != c.want {
			t.Errorf("%s\n got %s, %v\nwant %s", c.from, got, err, c.want)
		}
	}
	if _, err := keywords("postgres://%"); err == nil {
		t.Error("a URL that is none was read")
	}
}

func TestOtherServerIsLeftAlone(t *testing.T) {
	ours := Start(t, Config{})
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Host: ours.Addr(), Path: superuser, RawQuery: "sslmode=disable"}
	p, err := otherServer(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	if p.Major() != ours.Major() || p.Port() != 0 || p.Addr() != "" || p.Pid() != 0 || !p.Running() {
		t.Errorf("%d %d %q %d %v", p.Major(), p.Port(), p.Addr(), p.Pid(), p.Running())
	}
	for what, err := range map[string]error{"stop": p.Stop(Fast), "restart": p.Restart(), "promote": p.Promote()} {
		if !errors.Is(err, ErrNotOurs) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !ours.Running() {
		t.Error("stopped")
	}
	var count int
	t.Run("database", func(t *testing.T) {
		name := p.NewDatabase(t)
		if err := ours.query(t.Context(), "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'", &count); err != nil || count != 1 {
			t.Errorf("%d databases %s, %v", count, name, err)
		}
		if !strings.HasSuffix(p.DSN(name), "dbname='"+name+"'") {
			t.Errorf("its connection string is %s", p.DSN(name))
		}
	})
	if err := ours.query(t.Context(), "SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'", &count); err != nil || count != 0 {
		t.Errorf("%d databases left, %v", count, err)
	}
}
