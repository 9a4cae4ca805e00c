package session_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

func TestS1PostingGivesAReference(t *testing.T) {
	s, d, err := post().Decide(posting(t), noon.Add(1500*time.Nanosecond))
	if err != nil {
		t.Fatal(err)
	}
	now := noon.Add(time.Microsecond)
	want := session.Session{
		ID: s.ID, Version: 1, Reference: "#401000123", Provider: "leeds-health", Practice: "chapel-allerton",
		State: session.Open,
		Terms: session.Terms{
			Role:  "GP",
			Span:  calendar.Span{Start: at("2026-07-14T07:00:00Z"), End: at("2026-07-14T15:00:00Z")},
			Break: 30 * time.Minute,
			Rate:  pounds("84", session.PerHour),
			Place: "Room 4", Instructions: "Ring the side door.",
		},
		Channel: session.Rota, Choosing: session.FirstCome,
		EngagementStart: at("2026-07-14T07:00:00Z"),
		Opened:          now, Created: now,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	wantEvents := []session.Event{{
		Subject: session.Subject{Kind: "session", ID: string(s.ID)}, Version: 1, Kind: "session.posted",
		Provider: "leeds-health", Session: s.ID, At: now, By: jo, Command: "cmd-1", To: "open",
		Facts: session.Facts{
			"reference": "#401000123", "practice": "chapel-allerton", "role": "GP",
			"start": "2026-07-14T07:00:00Z", "end": "2026-07-14T15:00:00Z",
			"rate": "84", "per": "hour", "currency": "GBP", "channel": "rota", "choosing": "first_come",
		},
	}}
	if diff := cmp.Diff(wantEvents, d.Events); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]session.Record{s}, d.Records); diff != "" {
		t.Error(diff)
	}
	if !d.Now().Equal(now) {
		t.Errorf("decided at %v, want %v", d.Now(), now)
	}
}

func TestS2DraftAndPublish(t *testing.T) {
	c := post()
	c.Draft = true
	draft, d, err := c.Decide(posting(t), noon)
	if err != nil {
		t.Fatal(err)
	}
	if draft.State != session.Draft || !draft.Opened.IsZero() || draft.Reference == "" {
		t.Errorf("%+v", draft)
	}
	if e := d.Events[0]; e.Kind != session.EventDrafted || e.From != "" || e.To != "draft" {
		t.Errorf("%+v", e)
	}
	publish := session.Publish{Command: session.Do("cmd-2", jo), Session: draft.ID}
	open, d, err := publish.Decide(practice(t), draft, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if open.State != session.Open || open.Version != 2 || !open.Opened.Equal(noon.Add(time.Hour)) ||
		!open.Created.Equal(noon) || open.Round != 0 {
		t.Errorf("%+v", open)
	}
	e := d.Events[0]
	if e.Kind != session.EventPosted || e.From != "draft" || e.To != "open" || e.Version != 2 || e.Command != "cmd-2" {
		t.Errorf("%+v", e)
	}
	if e.Facts["reference"] != string(draft.Reference) {
		t.Errorf("facts %v", e.Facts)
	}

	t.Run("S2 only a draft is published", func(t *testing.T) {
		for _, state := range everyState {
			_, d, err := publish.Decide(practice(t), in(draft, state), noon)
			if state == session.Draft {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			wantError[*session.StateError](t, err, "wrong_state", "The session is "+state.String()+", so you can't post it.")
			wantNothing(t, d)
		}
	})
	t.Run("T5 now = start is after the start", func(t *testing.T) {
		start := draft.Terms.Span.Start
		if _, _, err := publish.Decide(practice(t), draft, start.Add(-time.Microsecond)); err != nil {
			t.Error(err)
		}
		_, d, err := publish.Decide(practice(t), draft, start)
		wantError[*session.StartedError](t, err, "session_started",
			"Session #401000123 has started, so you can't post it any more.")
		wantNothing(t, d)
	})
	t.Run("W9 a practice that has lost its number can't post what it drafted", func(t *testing.T) {
		silent := practice(t)
		silent.Phone = " "
		_, d, err := publish.Decide(silent, draft, noon)
		wantError[*session.FieldError](t, err, "invalid_field",
			"Practice has no telephone number: a clinician who cancels late must be able to ring it.")
		wantNothing(t, d)
	})
}

func TestS3RepostingRemembersWhatItReplaces(t *testing.T) {
	old := in(posted(t), session.Withdrawn)
	c := post()
	c.ID, c.Replaces = "cmd-9", old.ID
	p := posting(t)
	p.Replaced, p.Reference = old, "#401000124"
	s, d, err := c.Decide(p, noon)
	if err != nil {
		t.Fatal(err)
	}
	if s.Replaces != old.ID || s.ID == old.ID || s.Reference == old.Reference {
		t.Errorf("%+v", s)
	}
	if d.Events[0].Facts["replaces"] != string(old.ID) {
		t.Errorf("facts %v", d.Events[0].Facts)
	}
	for name, change := range map[string]func(*session.Session){
		"nothing":                  func(s *session.Session) { *s = session.Session{} },
		"another session":          func(s *session.Session) { s.ID = "other" },
		"another practice's":       func(s *session.Session) { s.Practice = "other" },
		"another provider's":       func(s *session.Session) { s.Provider = "other" },
		"one that is open":         func(s *session.Session) { s.State = session.Open },
		"one that was expired":     func(s *session.Session) { s.State = session.Expired },
		"one that was worked once": func(s *session.Session) { s.State = session.Completed },
	} {
		t.Run("S3 does not replace "+name, func(t *testing.T) {
			p := p
			p.Replaced = old
			change(&p.Replaced)
			_, d, err := c.Decide(p, noon)
			wantField(t, err, "Replaces")
			wantNothing(t, d)
		})
	}
}

func TestT5PostingAcrossClockChanges(t *testing.T) {
	type result struct {
		start, end string // instants
		length     time.Duration
		worth      string
	}
	for _, c := range []struct {
		name       string
		start, end string
		want       result
	}{
		{"T5 a night in summer", "2026-07-20 22:00", "2026-07-21 06:00",
			result{"2026-07-20T21:00:00Z", "2026-07-21T05:00:00Z", 8 * time.Hour, "£672.00"}},
		{"T5 the October night is nine hours", "2026-10-24 22:00", "2026-10-25 06:00",
			result{"2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z", 9 * time.Hour, "£756.00"}},
		{"T5 the March night is seven hours", "2027-03-27 22:00", "2027-03-28 06:00",
			result{"2027-03-27T22:00:00Z", "2027-03-28T05:00:00Z", 7 * time.Hour, "£588.00"}},
		{"T5 the earlier 01:30", "2026-10-25 01:30 earlier", "2026-10-25 06:00",
			result{"2026-10-25T00:30:00Z", "2026-10-25T06:00:00Z", 5*time.Hour + 30*time.Minute, "£462.00"}},
		{"T5 the later 01:30", "2026-10-25 01:30 later", "2026-10-25 06:00",
			result{"2026-10-25T01:30:00Z", "2026-10-25T06:00:00Z", 4*time.Hour + 30*time.Minute, "£378.00"}},
		{"T5 from one 01:30 to the other", "2026-10-25 01:30 earlier", "2026-10-25 01:30 later",
			result{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", time.Hour, "£84.00"}},
		{"T5 a fold is ignored where nothing is repeated", "2026-07-20 22:00 later", "2026-07-21 06:00",
			result{"2026-07-20T21:00:00Z", "2026-07-21T05:00:00Z", 8 * time.Hour, "£672.00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := post()
			p.Start, p.End, p.Break = local(c.start), local(c.end), 0
			s, _, err := p.Decide(posting(t), noon)
			if err != nil {
				t.Fatal(err)
			}
			span := s.Terms.Span
			got := result{span.Start.Format(time.RFC3339), span.End.Format(time.RFC3339), span.Duration(), s.Terms.Worth().String()}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	t.Run("T5 a skipped time is refused with both neighbours", func(t *testing.T) {
		p := post()
		p.Start, p.End = local("2027-03-28 01:30"), local("2027-03-28 09:00")
		_, d, err := p.Decide(posting(t), noon)
		wantField(t, err, "Start")
		wantNothing(t, d)
		var gap *calendar.GapError
		if !errors.As(err, &gap) {
			t.Fatal(err)
		}
		if gap.Before.Clock.String() != "00:59" || gap.After.Clock.String() != "02:00" {
			t.Errorf("neighbours %v and %v", gap.Before.Clock, gap.After.Clock)
		}
		if text := err.Error(); !strings.Contains(text, "00:59") || !strings.Contains(text, "02:00") {
			t.Error(text)
		}
	})
	t.Run("T5 a repeated time is refused unless told which", func(t *testing.T) {
		p := post()
		p.Start, p.End = local("2026-10-24 22:00"), local("2026-10-25 01:30")
		_, d, err := p.Decide(posting(t), noon)
		wantField(t, err, "End")
		wantNothing(t, d)
		var twice *calendar.AmbiguousError
		if !errors.As(err, &twice) {
			t.Fatal(err)
		}
	})
}

func TestT1PracticesOwnZone(t *testing.T) {
	// The same local time in Leeds and in Lisbon, which shares its clock, and in Paris, which does not.
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	paris, err := calendar.New(calendar.Options{Location: zone, First: 2025, Last: 2028})
	if err != nil {
		t.Fatal(err)
	}
	p := posting(t)
	p.Practice.Calendar = paris
	tokyo := time.FixedZone("JST", 9*60*60)
	s, _, err := post().Decide(p, noon.In(tokyo))
	if err != nil {
		t.Fatal(err)
	}
	if want := at("2026-07-14T06:00:00Z"); !s.Terms.Span.Start.Equal(want) {
		t.Errorf("starts at %v, want %v", s.Terms.Span.Start, want)
	}
	if s.Created.Location() != time.UTC || s.Terms.Span.Start.Location() != time.UTC {
		t.Error("an instant is not kept in UTC")
	}
}

func TestS6WhatASessionIsWorth(t *testing.T) {
	for _, c := range []struct {
		name  string
		rate  session.Rate
		pause time.Duration
		want  string
	}{
		{"S6 per hour", pounds("84", session.PerHour), 0, "£672.00"},
		{"S6 less the unpaid break", pounds("84", session.PerHour), 30 * time.Minute, "£630.00"},
		{"S6 per session", pounds("650", session.PerSession), 30 * time.Minute, "£650.00"},
		{"S6 rounded half up at the end", pounds("83.3375", session.PerHour), 0, "£666.70"},
		{"S6 half a penny up", pounds("0.0025", session.PerHour), 6 * time.Hour, "£0.01"},
		{"S6 a session's rate is rounded, too", pounds("650.005", session.PerSession), 0, "£650.01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := post()
			p.Rate, p.Break = c.rate, c.pause
			s, _, err := p.Decide(posting(t), noon)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Terms.Worth().String(); got != c.want {
				t.Errorf("worth %s, want %s", got, c.want)
			}
		})
	}
}

func TestW6EngagementStart(t *testing.T) {
	for start, want := range map[string]string{
		"":                 "2026-07-14T07:00:00Z",
		"2026-06-01 09:00": "2026-06-01T08:00:00Z", // it may have begun
		"2026-07-14 08:00": "2026-07-14T07:00:00Z",
	} {
		c := post()
		if start != "" {
			c.EngagementStart = local(start)
		}
		s, _, err := c.Decide(posting(t), noon)
		if err != nil {
			t.Fatal(err)
		}
		if !s.EngagementStart.Equal(at(want)) {
			t.Errorf("W6 engagement %q: %v, want %v", start, s.EngagementStart, want)
		}
	}
}

func TestA5ChoosingFollowsTheProvider(t *testing.T) {
	for _, c := range []struct{ command, provider, want session.Choosing }{
		{session.Ranked, session.FirstCome, session.Ranked},
		{0, session.FirstCome, session.FirstCome},
		{0, 0, session.Review},
	} {
		p, facts := post(), posting(t)
		p.Choosing, facts.Choosing = c.command, c.provider
		s, _, err := p.Decide(facts, noon)
		if err != nil {
			t.Fatal(err)
		}
		if s.Choosing != c.want {
			t.Errorf("A5 command %v, provider %v: %v, want %v", c.command, c.provider, s.Choosing, c.want)
		}
	}
}

// wrong is a way in which a command, or what it depends on, is wrong.
type wrong[C any] struct {
	name  string
	field string // what the error names
	spoil func(*C)
}

func wrongID[C any](field string, of func(*C) *string) []wrong[C] {
	set := func(s string) func(*C) { return func(c *C) { *of(c) = s } }
	return []wrong[C]{
		{"missing", field, set("")},
		{"blank", field, set(" ")},
		{"too long", field, set(strings.Repeat("x", session.MaxID+1))},
		{"with a space", field, set("a b")},
		{"with a no-break space", field, set("a\u00a0b")},
		{"with a control character", field, set("a\x1fb")},
		{"not UTF-8", field, set("a\xffb")},
	}
}

// wrongBy are ways in which the actor of any command is wrong.
func wrongBy[C any](of func(*C) *session.Actor) []wrong[C] {
	set := func(a session.Actor) func(*C) { return func(c *C) { *of(c) = a } }
	return []wrong[C]{
		{"missing", "By.Capacity", set(session.Actor{})},
		{"of an unknown capacity", "By.Capacity", set(session.Actor{Person: "p", Capacity: 6})},
		{"without a person", "By.Person", set(session.Support(""))},
		{"a practice without a provider", "By.Provider", set(session.Practice("p", "", "x"))},
		{"a practice without a practice", "By.Practice", set(session.Practice("p", "x", " "))},
		{"a clinician without a clinician", "By.Clinician", set(session.Clinician("p", ""))},
		{"a rota manager of no provider", "By.Provider", set(session.RotaManager("p", ""))},
		{"the system as a person", "By.Person", set(session.Actor{Person: "p", Capacity: session.AsSystem})},
		{"support of a provider", "By.Provider", set(session.Actor{Person: "p", Capacity: session.AsSupport, Provider: "x"})},
		{"a clinician of a practice", "By.Practice",
			set(session.Actor{Person: "p", Capacity: session.AsClinician, Clinician: "c", Practice: "x"})},
		{"a rota manager who is a clinician", "By.Clinician",
			set(session.Actor{Person: "p", Capacity: session.AsRotaManager, Provider: "x", Clinician: "c"})},
	}
}

func TestPostRefusesBadFields(t *testing.T) {
	start := func(s string) func(*session.Post) { return func(c *session.Post) { c.Start = local(s) } }
	cases := map[string][]wrong[session.Post]{
		"ID":       wrongID("ID", func(c *session.Post) *string { return (*string)(&c.ID) }),
		"By":       wrongBy(func(c *session.Post) *session.Actor { return &c.By }),
		"Practice": wrongID("Practice", func(c *session.Post) *string { return (*string)(&c.Practice) }),
		"Draft":    {},
		"Role": {
			{"missing", "Role", func(c *session.Post) { c.Role = "" }},
			{"blank", "Role", func(c *session.Post) { c.Role = " \t" }},
			{"invisible", "Role", func(c *session.Post) { c.Role = "\u200b" }},
			{"too long", "Role", func(c *session.Post) { c.Role = session.Role(strings.Repeat("x", 201)) }},
			{"of two lines", "Role", func(c *session.Post) { c.Role = "GP\nANP" }},
			{"not UTF-8", "Role", func(c *session.Post) { c.Role = "GP\xff" }},
		},
		"Start": {
			{"missing", "Start.Date", func(c *session.Post) { c.Start = calendar.Local{} }},
			{"without a time", "Start.Clock", func(c *session.Post) { c.Start.Clock = calendar.Clock{} }},
			{"of an unknown fold", "Start.Fold", func(c *session.Post) { c.Start.Fold = 3 }},
			{"before the calendar's years", "Start", start("2010-07-14 08:00")},
			{"in the past", "Start", func(c *session.Post) {
				c.Start, c.End = local("2026-06-30 08:00"), local("2026-06-30 16:00")
			}},
			{"now", "Start", func(c *session.Post) { c.Start, c.End = local("2026-07-01 13:00"), local("2026-07-01 14:00") }},
		},
		"End": {
			{"missing", "End.Date", func(c *session.Post) { c.End = calendar.Local{} }},
			{"without a time", "End.Clock", func(c *session.Post) { c.End.Clock = calendar.Clock{} }},
			{"before the start", "End", func(c *session.Post) { c.End = local("2026-07-14 07:59") }},
			{"at the start", "End", func(c *session.Post) { c.End = c.Start }},
			{"more than 72 hours later", "End", func(c *session.Post) { c.End = local("2026-07-17 08:01") }},
			{"after the calendar's years", "End", func(c *session.Post) { c.End = local("2100-07-14 16:00") }},
		},
		"Break": {
			{"negative", "Break", func(c *session.Post) { c.Break = -time.Minute }},
			{"of half a minute", "Break", func(c *session.Post) { c.Break = 90 * time.Second }},
			{"as long as the session", "Break", func(c *session.Post) { c.Break = 8 * time.Hour }},
		},
		"Rate": wrongRate(),
		"Place": {
			{"too long", "Place", func(c *session.Post) { c.Place = strings.Repeat("x", 201) }},
			{"of two lines", "Place", func(c *session.Post) { c.Place = "a\nb" }},
			{"not UTF-8", "Place", func(c *session.Post) { c.Place = "\xff" }},
		},
		"Instructions": {
			{"too long", "Instructions", func(c *session.Post) { c.Instructions = strings.Repeat("é", session.MaxText+1) }},
			{"with a NUL", "Instructions", func(c *session.Post) { c.Instructions = "a\x00b" }},
			{"not UTF-8", "Instructions", func(c *session.Post) { c.Instructions = "\xff" }},
		},
		"Channel": {
			{"missing", "Channel", func(c *session.Post) { c.Channel = 0 }},
			{"unknown", "Channel", func(c *session.Post) { c.Channel = 3 }},
		},
		"Choosing": {{"unknown", "Choosing", func(c *session.Post) { c.Choosing = 4 }}},
		"Replaces": {
			{"blank", "Replaces", func(c *session.Post) { c.Replaces = " " }},
			{"unknown", "Replaces", func(c *session.Post) { c.Replaces = "no-such-session" }},
		},
		"EngagementStart": {
			{"without a date", "EngagementStart.Date", func(c *session.Post) { c.EngagementStart.Clock = calendar.MustClock(9, 0) }},
			{"without a time", "EngagementStart.Clock", func(c *session.Post) { c.EngagementStart.Date = calendar.MustDate(2026, 7, 1) }},
			{"skipped by the clocks", "EngagementStart", func(c *session.Post) { c.EngagementStart = local("2026-03-29 01:30") }},
			{"after the session's start", "EngagementStart", func(c *session.Post) { c.EngagementStart = local("2026-07-14 08:01") }},
		},
	}
	checkFields(t, cases, session.Post{})
	if err := post().Validate(); err != nil {
		t.Fatal(err)
	}
	for field, list := range cases {
		for _, w := range list {
			t.Run(field+" "+w.name, func(t *testing.T) {
				c := post()
				w.spoil(&c)
				err := c.Validate()
				if err == nil {
					var d session.Decision
					_, d, err = c.Decide(posting(t), noon)
					wantNothing(t, d)
				}
				wantField(t, err, w.field)
			})
		}
	}
}

func wrongRate() []wrong[session.Post] {
	amount := func(s string) func(*session.Post) {
		return func(c *session.Post) { c.Rate.Amount = decimal.RequireFromString(s) }
	}
	return []wrong[session.Post]{
		{"missing", "Rate.Amount", func(c *session.Post) { c.Rate = session.Rate{} }},
		{"zero", "Rate.Amount", amount("0")},
		{"negative", "Rate.Amount", amount("-84")},
		{"too fine", "Rate.Amount", amount("84.00001")},
		{"a thousand million", "Rate.Amount", amount("1000000000")},
		{"astronomic", "Rate.Amount", func(c *session.Post) { c.Rate.Amount = decimal.New(1, 999999999) }},
		{"infinitesimal", "Rate.Amount", func(c *session.Post) { c.Rate.Amount = decimal.New(1, -999999999) }},
		{"worth more than can be paid", "Rate.Amount", amount("999999999")},
		{"worth nothing", "Rate.Amount", amount("0.0001")},
		{"without a currency", "Rate.Currency", func(c *session.Post) { c.Rate.Currency = "" }},
		{"in a currency in small letters", "Rate.Currency", func(c *session.Post) { c.Rate.Currency = "gbp" }},
		{"in too long a currency", "Rate.Currency", func(c *session.Post) { c.Rate.Currency = "GBPX" }},
		{"in a currency with a sign", "Rate.Currency", func(c *session.Post) { c.Rate.Currency = "A[Z" }},
		{"without a unit", "Rate.Per", func(c *session.Post) { c.Rate.Per = 0 }},
		{"per something unknown", "Rate.Per", func(c *session.Post) { c.Rate.Per = 3 }},
	}
}

// What can be told without the practice is told by Validate, without a look at any store.
func TestPostValidatesBeforeItLooks(t *testing.T) {
	c := post()
	c.Replaces = "no id"
	wantField(t, c.Validate(), "Replaces")
	c.Replaces, c.EngagementStart = "session-0", calendar.Local{Clock: calendar.MustClock(9, 0)}
	wantField(t, c.Validate(), "EngagementStart.Date")
}

func TestPostAcceptsTheLimits(t *testing.T) {
	for name, change := range map[string]func(*session.Post){
		"no break":              func(c *session.Post) { c.Break = 0 },
		"almost all break":      func(c *session.Post) { c.Break = 8*time.Hour - time.Minute },
		"72 hours":              func(c *session.Post) { c.End = local("2026-07-17 08:00") },
		"one minute":            func(c *session.Post) { c.End, c.Break = local("2026-07-14 08:01"), 0 },
		"until midnight":        func(c *session.Post) { c.End = local("2026-07-14 24:00") },
		"a role of 200 bytes":   func(c *session.Post) { c.Role = session.Role(strings.Repeat("x", 200)) },
		"no place":              func(c *session.Post) { c.Place = "" },
		"no instructions":       func(c *session.Post) { c.Instructions = "" },
		"4000 characters":       func(c *session.Post) { c.Instructions = strings.Repeat("é", session.MaxText) },
		"four decimal places":   func(c *session.Post) { c.Rate.Amount = decimal.RequireFromString("84.1234") },
		"trailing zeros":        func(c *session.Post) { c.Rate.Amount = decimal.RequireFromString("84.000000") },
		"the dearest session":   func(c *session.Post) { c.Rate = pounds("999999999", session.PerSession) },
		"euros":                 func(c *session.Post) { c.Rate.Currency = "EUR" },
		"the currency AZZ":      func(c *session.Post) { c.Rate.Currency = "AZZ" },
		"an id of 128 bytes":    func(c *session.Post) { c.ID = session.CommandID(strings.Repeat("x", session.MaxID)) },
		"an id of any language": func(c *session.Post) { c.Practice = "praxis-köln-1" },
		"an hour after now":     func(c *session.Post) { c.Start, c.End = local("2026-07-01 13:01"), local("2026-07-01 14:00") },
	} {
		t.Run(name, func(t *testing.T) {
			c := post()
			change(&c)
			if err := c.Validate(); err != nil {
				t.Fatal(err)
			}
			s, _, err := c.Decide(posting(t), noon)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Terms.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPostTrims(t *testing.T) {
	c := post()
	c.Role, c.Place, c.Instructions = " GP ", " Room 4 ", "\n Ring. \n"
	s, _, err := c.Decide(posting(t), noon)
	if err != nil {
		t.Fatal(err)
	}
	if s.Terms.Role != "GP" || s.Terms.Place != "Room 4" || s.Terms.Instructions != "Ring." {
		t.Errorf("%+v", s.Terms)
	}
}

func TestPostNeedsAPracticeThatIsReady(t *testing.T) {
	for _, c := range []struct {
		name, field string
		spoil       func(*session.Posting)
	}{
		{"W9 no telephone number", "Practice", func(p *session.Posting) { p.Practice.Phone = " " }},
		{"T1 no calendar", "Practice", func(p *session.Posting) { p.Practice.Calendar = nil }},
		{"S1 no reference", "Reference", func(p *session.Posting) { p.Reference = "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := posting(t)
			c.spoil(&p)
			_, d, err := post().Decide(p, noon)
			wantField(t, err, c.field)
			wantNothing(t, d)
		})
	}
}

func TestTermsRefuseWhatPostRefuses(t *testing.T) {
	for _, c := range []struct {
		field string
		spoil func(*session.Terms)
	}{
		{"Start", func(v *session.Terms) { v.Span.Start = time.Time{} }},
		{"End", func(v *session.Terms) { v.Span.End = time.Time{} }},
		{"End", func(v *session.Terms) { v.Span.End = v.Span.Start }},
		{"End", func(v *session.Terms) { v.Span.End = v.Span.Start.Add(session.MaxLength + 1) }},
		{"Role", func(v *session.Terms) { v.Role = "" }},
		{"Break", func(v *session.Terms) { v.Break = v.Span.Duration() }},
		{"Break", func(v *session.Terms) { v.Break = -1 }},
		{"Rate.Per", func(v *session.Terms) { v.Rate.Per = 0 }},
		{"Rate.Amount", func(v *session.Terms) { v.Rate.Amount = decimal.RequireFromString("0.0001") }},
		{"Place", func(v *session.Terms) { v.Place = "a\nb" }},
		{"Instructions", func(v *session.Terms) { v.Instructions = "\x00" }},
	} {
		terms := posted(t).Terms
		if err := terms.Validate(); err != nil {
			t.Fatal(err)
		}
		c.spoil(&terms)
		wantField(t, terms.Validate(), c.field)
	}
}

func TestS5TermsEqual(t *testing.T) {
	a := posted(t).Terms
	same := a
	same.Span.Start = a.Span.Start.In(time.FixedZone("x", 3600))
	same.Rate.Amount = decimal.RequireFromString("84.00")
	if !a.Equal(same) {
		t.Error("the same instants and amounts are not equal")
	}
	for name, change := range map[string]func(*session.Terms){
		"role":         func(v *session.Terms) { v.Role = "ANP" },
		"start":        func(v *session.Terms) { v.Span.Start = v.Span.Start.Add(1) },
		"end":          func(v *session.Terms) { v.Span.End = v.Span.End.Add(1) },
		"break":        func(v *session.Terms) { v.Break++ },
		"rate":         func(v *session.Terms) { v.Rate.Amount = decimal.RequireFromString("84.01") },
		"currency":     func(v *session.Terms) { v.Rate.Currency = "EUR" },
		"unit":         func(v *session.Terms) { v.Rate.Per = session.PerSession },
		"place":        func(v *session.Terms) { v.Place = "" },
		"instructions": func(v *session.Terms) { v.Instructions = "" },
	} {
		b := a
		change(&b)
		if a.Equal(b) {
			t.Errorf("S5 terms of another %s are equal", name)
		}
	}
}
