package desk_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
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
		"Options.Store":     func(o *desk.Options) { o.Store = nil },
		"Options.Directory": func(o *desk.Options) { o.Directory = nil },
		"Options.Rules[1]": func(o *desk.Options) {
			o.Rules = []desk.Rule{func(context.Context, desk.Request) (desk.Opinion, string) { return desk.NoOpinion, "" }, nil}
		},
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

// patchy is a directory whose nth answer is an error; who is unknown then remains so.
type patchy struct {
	desk.Directory
	n   int
	err error
	// support is at which question it was asked about support.
	asked, support int
}

func (p *patchy) fails() error {
	p.asked++
	if p.n--; p.n == 0 || p.n < 0 && errors.Is(p.err, desk.ErrUnknown) {
		return p.err
	}
	return nil
}

func (p *patchy) Practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	if err := p.fails(); err != nil {
		return session.PracticeFacts{}, err
	}
	return p.Directory.Practice(ctx, id)
}

func (p *patchy) Provider(ctx context.Context, id session.ProviderID) (session.ProviderFacts, error) {
	if err := p.fails(); err != nil {
		return session.ProviderFacts{}, err
	}
	return p.Directory.Provider(ctx, id)
}

func (p *patchy) Support(ctx context.Context) (session.SupportFacts, error) {
	err := p.fails()
	p.support = p.asked
	if err != nil && !errors.Is(err, desk.ErrUnknown) {
		return session.SupportFacts{}, err // where there is none it is zero
	}
	return p.Directory.Support(ctx)
}

func (p *patchy) Clinician(ctx context.Context, id session.ClinicianID) (rota.ClinicianFacts, error) {
	if err := p.fails(); err != nil {
		return rota.ClinicianFacts{}, err
	}
	return p.Directory.Clinician(ctx, id)
}

func (p *patchy) Person(ctx context.Context, id session.PersonID) (notify.Person, error) {
	if err := p.fails(); err != nil {
		return notify.Person{}, err
	}
	return p.Directory.Person(ctx, id)
}

// TestDirectoryFails lets the directory fail once, at each of the questions that a command or query puts to it: the
// command fails with that error, and changes nothing.
func TestDirectoryFails(t *testing.T) {
	away := errors.New("the directory is away")
	forms := commandForms()
	maps.Copy(forms, queryForms())
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		method, _, _ := strings.Cut(name, "/")
		for _, want := range []error{away, fmt.Errorf("no such row: %w", desk.ErrUnknown)} {
			for n := 1; n < 20; n++ {
				st := newStage(t)
				args := forms[name].args(st)
				dir := &patchy{Directory: st.dir, n: n, err: want}
				d := st.another(func(o *desk.Options) { o.Directory = dir })
				before := st.dump()
				_, err := call(t, d, method, args)
				if dir.n > 0 {
					break // it had no more questions
				}
				switch {
				case err == nil && errors.Is(want, desk.ErrUnknown) && n == dir.support:
					continue // there is no support, and that is all
				case err == nil:
					t.Errorf("%s succeeds without the answer to question %d", name, n)
				case errors.Is(want, away) && !errors.Is(err, away):
					t.Errorf("%s, question %d: got %T %v", name, n, err, err)
				case errors.Is(want, desk.ErrUnknown):
					typed(t, err)
				}
				st.untouched(t, before)
			}
		}
	}
}

// TestN4Changes refuses what no store should make.
func TestN4Changes(t *testing.T) {
	s := session.Session{ID: "s", Version: 1, Provider: "north"}
	posted := session.Event{
		Subject: s.Subject(), Version: 1, Kind: session.EventPosted, At: opening, By: byLeeds, Command: "c", Reason: "why",
	}
	with := func(amend func(*session.Event)) session.Event {
		e := posted
		amend(&e)
		return e
	}
	text := session.Text{ID: "why", Version: 1}
	later := s
	later.Version = 2
	good := desk.Changes{
		Sessions: []session.Session{s}, Texts: []session.Text{text}, Events: []session.Event{posted},
		Diaries: []booking.DiaryChange{{Clinician: "ada", Version: 1}},
	}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]desk.Changes{
		"a change without an event":   {Sessions: []session.Session{s}},
		"an event without a change":   {Events: []session.Event{posted}},
		"an event of another version": {Sessions: []session.Session{later}, Events: []session.Event{posted}},
		"version 0":                   {Diaries: []booking.DiaryChange{{Clinician: "ada"}}},
		"written twice":               {Sessions: []session.Session{s, s}, Events: []session.Event{posted}},
		"told twice":                  {Sessions: []session.Session{s}, Events: []session.Event{posted, posted}},
		"a text nobody points to":     {Texts: []session.Text{text}},
		"no instant":                  {Sessions: []session.Session{s}, Events: []session.Event{with(func(e *session.Event) { e.At = time.Time{} })}},
		"no command":                  {Sessions: []session.Session{s}, Events: []session.Event{with(func(e *session.Event) { e.Command = "" })}},
		"no kind":                     {Sessions: []session.Session{s}, Events: []session.Event{with(func(e *session.Event) { e.Kind = "" })}},
		"nobody": {Sessions: []session.Session{s},
			Events: []session.Event{with(func(e *session.Event) { e.By = session.Actor{} })}},
	} {
		if err := bad.Validate(); err == nil {
			t.Errorf("N4, P2: %s is accepted", name)
		}
		if verdict, err := memory.New().Commit(t.Context(), bad); err == nil {
			t.Errorf("N4, P2: %s is %s", name, verdict)
		}
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
