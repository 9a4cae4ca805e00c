package session_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/session"
)

func TestS2ExpiryFollowsTheStart(t *testing.T) {
	c := session.Expire{Command: session.Do("cmd-3", keeper), Session: "s"}
	for _, state := range everyState {
		s := in(posted(t), state)
		start := s.Terms.Span.Start
		next, d, err := c.Decide(s, start)
		if state != session.Open && state != session.Draft {
			wantError[*session.StateError](t, err, "wrong_state", "The session is "+state.String()+", so you can't let it expire.")
			wantNothing(t, d)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if next.State != session.Expired || next.Version != 2 {
			t.Errorf("S2 %v: %+v", state, next)
		}
		e := d.Events[0]
		if e.Kind != session.EventExpired || e.From != state.String() || e.To != "expired" || !e.At.Equal(start) {
			t.Errorf("%+v", e)
		}
		want := session.Facts{"reference": "#401000123", "practice": "chapel-allerton", "start": "2026-07-14T07:00:00Z"}
		if state == session.Open {
			want["round"] = "0" // A4: its applicants are told that it has gone
		}
		if diff := cmp.Diff(want, e.Facts); diff != "" {
			t.Error(diff)
		}
		_, d, err = c.Decide(s, start.Add(-time.Microsecond))
		early := wantError[*session.NotStartedError](t, err, "session_not_started",
			"Session #401000123 has not started yet, so you can't let it expire.")
		if !early.Start.Equal(start) {
			t.Errorf("%+v", early)
		}
		wantNothing(t, d)

		s.Case = "case-1"
		_, d, err = c.Decide(s, start)
		frozen := wantError[*session.FrozenError](t, err, "session_frozen", "Customer support is looking at a request to withdraw "+
			"session #401000123; until that is settled it can't be changed.")
		if frozen.Case != "case-1" {
			t.Errorf("W4 %+v", frozen)
		}
		wantNothing(t, d)
	}
}

func TestSmallCommandsRefuseBadFields(t *testing.T) {
	checkCommand(t, session.Publish{Command: session.Do("c", jo), Session: "s"}, map[string][]wrong[session.Publish]{
		"ID":      wrongID("ID", func(c *session.Publish) *string { return (*string)(&c.ID) }),
		"By":      wrongBy(func(c *session.Publish) *session.Actor { return &c.By }),
		"Session": wrongID("Session", func(c *session.Publish) *string { return (*string)(&c.Session) }),
	})
	checkCommand(t, session.Expire{Command: session.Do("c", keeper), Session: "s"}, map[string][]wrong[session.Expire]{
		"ID":      wrongID("ID", func(c *session.Expire) *string { return (*string)(&c.ID) }),
		"By":      wrongBy(func(c *session.Expire) *session.Actor { return &c.By }),
		"Session": wrongID("Session", func(c *session.Expire) *string { return (*string)(&c.Session) }),
	})
	checkCommand(t, session.EraseText{Command: session.Do("c", support), Text: "t"}, map[string][]wrong[session.EraseText]{
		"ID":   wrongID("ID", func(c *session.EraseText) *string { return (*string)(&c.ID) }),
		"By":   wrongBy(func(c *session.EraseText) *session.Actor { return &c.By }),
		"Text": wrongID("Text", func(c *session.EraseText) *string { return (*string)(&c.Text) }),
	})
}

func checkCommand[C interface{ Validate() error }](t *testing.T, good C, cases map[string][]wrong[C]) {
	t.Helper()
	checkFields(t, cases, good)
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for field, list := range cases {
		for _, w := range list {
			t.Run(fmt.Sprintf("%T %s %s", good, field, w.name), func(t *testing.T) {
				c := good
				w.spoil(&c)
				wantField(t, c.Validate(), w.field)
			})
		}
	}
}

func TestP1EveryCapacityIsComplete(t *testing.T) {
	for _, a := range []session.Actor{
		jo, support, keeper, session.Clinician("person-ada", "ada"), session.RotaManager("person-mo", "leeds-health"),
	} {
		if err := a.Validate(); err != nil {
			t.Errorf("P1 %v: %v", a, err)
		}
		roundTrip(t, a)
		want := a.Capacity == session.AsPractice || a.Capacity == session.AsRotaManager
		if a.Capacity.Client() != want {
			t.Errorf("P1 %v is the client's side: %v", a.Capacity, a.Capacity.Client())
		}
	}
	if h := session.Do("c", jo).Head(); h.ID != "c" || h.By != jo {
		t.Errorf("%+v", h)
	}
}

func TestP3KeysOfActorsDiffer(t *testing.T) {
	seen := map[string]session.Actor{}
	for _, a := range []session.Actor{
		jo, support, keeper,
		session.Support("person-jo"), session.Clinician("person-jo", "chapel-allerton"),
		session.Clinician("person-jo", "leeds-health"), session.RotaManager("person-jo", "leeds-health"),
		session.RotaManager("person-jo", "chapel-allerton"), session.Practice("person-jo", "chapel-allerton", "leeds-health"),
	} {
		if b, ok := seen[a.Key()]; ok {
			t.Errorf("P3 %v and %v have the same key", a, b)
		}
		seen[a.Key()] = a
	}
}

func genID[T ~string]() *rapid.Generator[T] {
	return rapid.Map(rapid.StringMatching(`[a-c/]{1,3}`), func(s string) T { return T(s) })
}

func genActor(t *rapid.T, label string) session.Actor {
	person, id := genID[session.PersonID]().Draw(t, label), genID[string]().Draw(t, label+" of")
	switch rapid.IntRange(0, 3).Draw(t, label+" as") {
	case 0:
		return session.Practice(person, session.ProviderID(id), "x")
	case 1:
		return session.Clinician(person, session.ClinicianID(id))
	case 2:
		return session.RotaManager(person, session.ProviderID(id))
	}
	return session.Support(person)
}

func TestP3DerivedIDs(t *testing.T) {
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	rapid.Check(t, func(t *rapid.T) {
		a := session.Do(genID[session.CommandID]().Draw(t, "a"), genActor(t, "by a"))
		b := session.Do(genID[session.CommandID]().Draw(t, "b"), genActor(t, "by b"))
		kindA, kindB := genID[string]().Draw(t, "kind a"), genID[string]().Draw(t, "kind b")
		idA, idB := session.DeriveID[session.BookingID](a, kindA), session.DeriveID[session.BookingID](b, kindB)
		same := a == b && kindA == kindB
		if (idA == idB) != same {
			t.Fatalf("%v %q gives %s, %v %q gives %s", a, kindA, idA, b, kindB, idB)
		}
		if !uuid.MatchString(string(idA)) || session.CheckID("ID", idA) != nil {
			t.Fatalf("%s is no version 8 UUID", idA)
		}
	})
}

// A record of no particular kind.
type thing struct {
	Name string
	Rev  int64
}

func (r thing) Subject() session.Subject   { return session.Subject{Kind: "thing", ID: r.Name} }
func (r thing) Revision() int64            { return r.Rev }
func (r thing) Tenant() session.ProviderID { return "leeds-health" }
func (r thing) About() session.SessionID   { return session.SessionID("about-" + r.Name) }

func TestP2EveryWriteHasItsEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head := session.Do("cmd", jo)
		d := session.Decide(head, noon)
		var order []string
		last := map[string]session.Record{}
		var events []session.Event
		for i := range rapid.IntRange(0, 12).Draw(t, "steps") {
			r := thing{rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), int64(i + 1)}
			if _, ok := last[r.Name]; !ok {
				order = append(order, r.Name)
			}
			last[r.Name] = r
			if rapid.Bool().Draw(t, "silent") {
				d.Book(r)
				continue
			}
			facts := session.Facts{"n": fmt.Sprint(i), "blank": ""}
			d.Write(r, session.Event{
				Kind: "thing.done", Facts: facts, From: "x", To: "y", Reason: "r",
				// What the caller claims is overruled.
				Provider: "other", Session: "other", Version: 99, Command: "other", By: support,
			})
			if len(facts) != 2 {
				t.Fatal("the caller's facts have changed")
			}
			facts["n"] = "changed afterwards"
			events = append(events, session.Event{
				Subject: r.Subject(), Version: r.Rev, Kind: "thing.done", Provider: "leeds-health", Session: r.About(),
				At: noon, By: jo, Command: "cmd", From: "x", To: "y", Reason: "r", Facts: session.Facts{"n": fmt.Sprint(i)},
			})
		}
		var records []session.Record
		for _, name := range order {
			records = append(records, last[name])
		}
		if diff := cmp.Diff(records, d.Records); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(events, d.Events); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDecisionsShareNothing(t *testing.T) {
	d := session.Decide(session.Do("cmd", jo), noon)
	d.Write(thing{"a", 1}, session.Event{Kind: "thing.done"})
	before := d
	d.Write(thing{"a", 2}, session.Event{Kind: "thing.done"})
	if got := before.Records[0].Revision(); got != 1 {
		t.Errorf("a copy made before holds version %d", got)
	}
	if d.Events[0].Facts != nil {
		t.Errorf("facts %v", d.Events[0].Facts)
	}

	facts := session.Facts{"reference": "#401000123"}
	d.Tell(thing{"a", 2}, session.Event{Kind: "one", Facts: facts})
	d.Tell(thing{"a", 2}, session.Event{Kind: "two", Facts: facts})
	d.Events[2].Facts["reference"] = "changed"
	if facts["reference"] != "#401000123" || d.Events[3].Facts["reference"] != "#401000123" {
		t.Error("two events share their facts")
	}
	e := d.Events[3]
	clone := e.Clone()
	clone.Facts["reference"] = "changed"
	if e.Facts["reference"] != "#401000123" {
		t.Error("a clone shares its facts")
	}
}

func TestP4TextsStandApart(t *testing.T) {
	d := session.Decide(session.Do("cmd", jo), noon)
	id := d.Note(session.ReasonText, "leeds-health", "s-1", "  The partner is back.\n")
	other := d.Note(session.CaseText, "leeds-health", "s-1", "Rang at noon.")
	if id == "" || id == other {
		t.Fatalf("ids %q and %q", id, other)
	}
	want := session.Text{
		ID: id, Version: 1, Provider: "leeds-health", Session: "s-1", Class: "reason",
		Body: "The partner is back.", By: "person-jo", Written: noon,
	}
	if diff := cmp.Diff(want, d.Texts[0]); diff != "" {
		t.Error(diff)
	}
	for _, blank := range []string{"", " \n\t", "\u200b", "\u00a0"} {
		if got := d.Note(session.ReasonText, "leeds-health", "s-1", blank); got != "" || len(d.Texts) != 2 {
			t.Errorf("P4 a blank text %q was kept as %q", blank, got)
		}
	}
	roundTrip(t, d.Texts[0])

	t.Run("P4 erased for good", func(t *testing.T) {
		c := session.EraseText{Command: session.Do("cmd-2", support), Text: id}
		later := noon.Add(time.Hour)
		erased, e, err := c.Decide(d.Texts[0], later)
		if err != nil {
			t.Fatal(err)
		}
		want := want
		want.Version, want.Body, want.By, want.Erased = 2, "", "", later
		if diff := cmp.Diff(want, erased); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]session.Record{erased}, e.Records); diff != "" {
			t.Error(diff)
		}
		if ev := e.Events[0]; ev.Kind != session.EventTextErased || ev.From != "written" || ev.To != "erased" ||
			ev.Subject.String() != "text/"+string(id) || !maps.Equal(ev.Facts, session.Facts{"class": "reason"}) {
			t.Errorf("%+v", ev)
		}
		_, e, err = c.Decide(erased, later)
		wantError[*session.StateError](t, err, "wrong_state", "The text is erased, so you can't erase it.")
		wantNothing(t, e)
	})

	t.Run("P4 events hold no words", func(t *testing.T) {
		_, d, err := post().Decide(posting(t), noon)
		if err != nil {
			t.Fatal(err)
		}
		text := toJSON(t, d.Events)
		for _, word := range []string{"Ring the side door", "Room 4", "Chapel Allerton", "0113"} {
			if strings.Contains(text, word) {
				t.Errorf("%q stands in %s", word, text)
			}
		}
	})
}

func TestP4TextLimits(t *testing.T) {
	for _, c := range []struct {
		name, text string
		required   bool
		ok         bool
	}{
		{"nothing, where nothing is needed", "", false, true},
		{"nothing, where something is", "", true, false},
		{"space", " \n", true, false},
		{"zero-width space", "\u200b\u200b", true, false},
		{"a sign of the times", "👍", true, true},
		{"several lines", "a\nb\tc", true, true},
		{"as long as can be", strings.Repeat("é", session.MaxText), true, true},
		{"one more", strings.Repeat("é", session.MaxText+1), false, false},
		{"NUL", "a\x00", false, false},
		{"not UTF-8", "a\xc3", false, false},
	} {
		err := session.CheckText("Reason", c.text, c.required)
		if c.ok && err != nil {
			t.Errorf("P4 %s: %v", c.name, err)
		}
		if !c.ok {
			wantField(t, err, "Reason")
		}
	}
}

func TestP2EventKey(t *testing.T) {
	s := posted(t)
	e := session.Event{Subject: s.Subject(), Version: s.Revision(), Kind: session.EventPosted}
	if want := "session/" + string(s.ID) + "/1/session.posted"; e.Key() != want {
		t.Errorf("P2 %s, want %s", e.Key(), want)
	}
	if s.Tenant() != "leeds-health" || s.About() != s.ID {
		t.Errorf("%s, %s", s.Tenant(), s.About())
	}
}

func TestInstant(t *testing.T) {
	got := session.Instant(at("2026-07-14T09:00:00.123456789+01:00"))
	if want := at("2026-07-14T08:00:00.123456Z"); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestRecordsInJSON(t *testing.T) {
	s, d, err := post().Decide(posting(t), noon)
	if err != nil {
		t.Fatal(err)
	}
	s.Round, s.Booking, s.Case, s.Replaces = 2, "booking-1", "case-1", "session-0"
	roundTrip(t, s)
	roundTrip(t, session.Session{})
	roundTrip(t, d.Events[0])
	roundTrip(t, session.Page[session.CalendarEntry]{Items: []session.CalendarEntry{{Session: s, Applicants: 3}}, Next: "x"})
	var bad session.Session
	if err := json.Unmarshal([]byte(`{"state":"gone"}`), &bad); err == nil {
		t.Error("an unknown state was read")
	}
}

func TestErrorsAreSentences(t *testing.T) {
	wantError[*session.NotFoundError](t, &session.NotFoundError{Field: "Case", Kind: session.KindCase, ID: "x"},
		"not_found", `There is no support case "x".`)
	wantError[*session.ForbiddenError](t, &session.ForbiddenError{Capacity: session.AsRotaManager, Act: "do that", Why: "it is late"},
		"forbidden", "As a rota manager you may not do that: it is late.")
	wantError[*session.StateError](t,
		&session.StateError{Kind: session.KindHours, State: "not_stated", Act: "approve them", Why: "Ask for them."},
		"wrong_state", "The hours are not stated, so you can't approve them. Ask for them.")
	wantError[*session.StateError](t, &session.StateError{Kind: session.KindCase, State: "open", Act: "open it"},
		"wrong_state", "The support case is open, so you can't open it.")
	wantError[*session.NotEndedError](t, &session.NotEndedError{Reference: "#401000123", Act: "complete it"},
		"session_not_ended", "Session #401000123 is not over yet, so you can't complete it.")
	for c, want := range map[session.Capacity]string{
		session.AsPractice: "a practice", session.AsClinician: "a clinician", session.AsRotaManager: "a rota manager",
		session.AsSupport: "customer support", session.AsSystem: "the system", 0: "nobody in particular",
	} {
		if c.Words() != want {
			t.Errorf("%v reads %q", c, c.Words())
		}
	}
}

func TestS6RatesFromAmounts(t *testing.T) {
	if r := session.Pounds(85_00).PerHour(); r.String() != "£85.00 per hour" {
		t.Errorf("per hour: %s", r)
	}
	if r := session.Pounds(630_00).PerSession(); r.String() != "£630.00 per session" {
		t.Errorf("per session: %s", r)
	}
}
