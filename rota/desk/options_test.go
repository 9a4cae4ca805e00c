package desk_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

func TestOptions(t *testing.T) {
	good := desk.Options{Store: memory.New(), Directory: memory.NewDirectory()}
	if _, err := desk.New(good); err != nil {
		t.Fatalf("store and directory are enough, but: %v", err)
	}
	for field, spoil := range map[string]func(*desk.Options){
		"Options.Store":           func(o *desk.Options) { o.Store = nil },
		"Options.Directory":       func(o *desk.Options) { o.Directory = nil },
		"Options.Tries":           func(o *desk.Options) { o.Tries = -1 },
		"Options.ReferenceBlock":  func(o *desk.Options) { o.ReferenceBlock = -1 },
		"Options.ReferencePrefix": func(o *desk.Options) { o.ReferencePrefix = "no number sign" },
	} {
		o := good
		spoil(&o)
		_, err := desk.New(o)
		if named(err) != field {
			t.Errorf("%s: got %T %v", field, err, err)
		}
		typed(t, err)
	}
}

// TestS1References are unique, also between desks, and start with the host's prefix.
func TestS1References(t *testing.T) {
	st := newStage(t)
	seen := map[session.Reference]bool{}
	for i, o := range []func(*desk.Options){
		func(*desk.Options) {}, func(o *desk.Options) { o.ReferenceBlock = 3 }, func(o *desk.Options) { o.ReferencePrefix = "#X" },
	} {
		d := st.another(o)
		for range 5 {
			s := must[session.Session](t)(d.Post(t.Context(), st.shift()))
			if seen[s.Reference] {
				t.Errorf("S1: %s stands twice", s.Reference)
			}
			seen[s.Reference] = true
			prefix := "#401"
			if i == 2 {
				prefix = "#X"
			}
			if rest, ok := strings.CutPrefix(string(s.Reference), prefix); !ok || !regexp.MustCompile(`^\d{6,}$`).MatchString(rest) {
				t.Errorf("S1: %s", s.Reference)
			}
			if found := must[session.Session](t)(d.SessionByReference(t.Context(), byLeeds, s.Reference)); found.ID != s.ID {
				t.Errorf("S1: %s names %s", s.Reference, found.ID)
			}
		}
	}
}

// TestDefaultClock posts by the machine's clock.
func TestDefaultClock(t *testing.T) {
	st := newStage(t)
	d := st.another(func(o *desk.Options) { o.Now = nil })
	s := must[session.Session](t)(d.Post(t.Context(), st.shift(func(c *session.Post) {
		c.Start, c.End = local("2031-07-14", "08:00"), local("2031-07-14", "18:00")
	})))
	if age := time.Since(s.Created); age < -time.Minute || age > time.Hour {
		t.Errorf("created %v ago", age)
	}
}

// TestNewID makes ids that sort by time and validate.
func TestNewID(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[session.CommandID]bool{}
	for range 1000 {
		id := desk.NewID()
		if seen[id] || !form.MatchString(string(id)) || session.CheckID("ID", id) != nil {
			t.Fatalf("%s", id)
		}
		seen[id] = true
	}
	first := desk.NewID()
	time.Sleep(2 * time.Millisecond)
	if next := desk.NewID(); next[:13] <= first[:13] {
		t.Errorf("%s comes after %s", next, first)
	}
}

// TestWords are what a log shows.
func TestWords(t *testing.T) {
	got := fmt.Sprint(desk.Done, " ", desk.Conflict, " ", desk.Repeated, " ", desk.Verdict(9))
	if got != "done conflict repeated unknown" {
		t.Errorf("got %q", got)
	}
	for _, err := range []session.Coded{&desk.ConflictError{}, &desk.ReusedError{Command: "c"}} {
		typed(t, err)
	}
	broken := &desk.BrokenError{Act: "post a session", Err: errors.New("no calendar")}
	if broken.Error() != "sessional: post a session: no calendar" {
		t.Errorf("got %q", broken)
	}
}
