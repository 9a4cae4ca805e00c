package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// filled gives a record of a type every value, or, where it is to be small, only those that it can't do without.
func filled[R any](t *test, f *filler, small bool, amend func(*R)) R {
	t.Helper()
	var r R
	v := reflect.ValueOf(&r).Elem()
	f.fill(v, v.Type().String())
	if missing := slices.Concat(f.missed, unset(v, v.Type().String())); len(missing) > 0 {
		t.Errorf("the contract has no value for %s", strings.Join(missing, ", "))
	}
	if small {
		blank(v)
	}
	amend(&r)
	return r
}

// specimen is one record of each type that belong together, and an event, as full or as small as they can be.
type specimen struct {
	session     session.Session
	application rota.Application
	booking     booking.Booking
	diary       booking.DiaryChange
	of          withdrawal.Case
	fee         withdrawal.Fee
	hours       booking.Hours
	invoice     booking.Invoice
	message     booking.Message
	policy      withdrawal.Policy
	settings    notify.Settings
	text        session.Text
	event       session.Event
}

// names are what ties the records of a specimen together.
type names struct {
	session   session.SessionID
	booking   session.BookingID
	clinician session.ClinicianID
	of        session.CaseID
	provider  session.ProviderID
	practice  session.PracticeID
}

func (t *test) specimen(n int, small bool) specimen {
	t.Helper()
	f := &filler{n: 100 * n}
	id := names{
		session.SessionID(odd("s", n)), session.BookingID(odd("b", n)), session.ClinicianID(odd("c", n)),
		session.CaseID(odd("k", n)), session.ProviderID(odd("provider", n)), session.PracticeID(odd("practice", n)),
	}
	var p specimen
	p.session = filled(t, f, small, func(r *session.Session) {
		r.ID, r.Version, r.Provider, r.Practice, r.State = id.session, 1, id.provider, id.practice, session.Completed
		if !small {
			r.Booking, r.Case = id.booking, id.of
		}
	})
	p.booking = filled(t, f, small, func(r *booking.Booking) {
		r.ID, r.Version, r.Session, r.Clinician = id.booking, 1, id.session, id.clinician
		r.Provider, r.Practice, r.State = id.provider, id.practice, booking.NoShow
		if !small {
			r.Ending.Ahead = -(36*time.Hour + 59*time.Minute + moment)
		}
	})
	p.application = filled(t, f, small, func(r *rota.Application) {
		r.Version, r.Session, r.Round, r.Clinician = 1, id.session, p.session.Round, id.clinician
		r.ID = rota.ApplicationID(r.Session, r.Round, r.Clinician)
		r.Provider, r.Practice, r.State = id.provider, id.practice, rota.Retracted
	})
	p.diary = filled(t, f, small, func(r *booking.DiaryChange) {
		r.Clinician, r.Version, r.Drop = id.clinician, 1, nil
		r.Put = filledEntries(t, f, small)
	})
	p.settings = filled(t, f, small, func(r *notify.Settings) { r.Version = 1 })
	p.event = filled(t, f, small, func(r *session.Event) {
		r.Command = session.CommandID(odd("command", n))
		r.Subject, r.Version, r.By.Capacity = p.session.Subject(), 1, session.AsPractice
		if !small {
			r.Session, r.Provider = id.session, id.provider
		}
	})
	t.around(&p, f, small, id)
	return p
}

// around adds what hangs on a session and its booking.
func (t *test) around(p *specimen, f *filler, small bool, id names) {
	t.Helper()
	p.of = filled(t, f, small, func(r *withdrawal.Case) {
		r.ID, r.Version, r.Session, r.Booking = id.of, 1, id.session, id.booking
		r.Provider, r.Practice = id.provider, id.practice
	})
	p.fee = filled(t, f, small, func(r *withdrawal.Fee) {
		r.Booking, r.Version, r.Session, r.Clinician = id.booking, 1, id.session, id.clinician
		r.Provider, r.Practice = id.provider, id.practice
	})
	p.hours = filled(t, f, small, func(r *booking.Hours) {
		r.Booking, r.Version, r.Session, r.Provider = id.booking, 1, id.session, id.provider
	})
	p.invoice = filled(t, f, small, func(r *booking.Invoice) {
		r.Version, r.Booking, r.Session, r.Clinician = 1, id.booking, id.session, id.clinician
		r.Provider, r.Practice = id.provider, id.practice
	})
	p.text = filled(t, f, small, func(r *session.Text) {
		r.Version, r.Session, r.Provider, r.Class = 1, id.session, id.provider, session.CaseText
		r.Body = string([]rune(strings.Repeat(hostile, 100))[:session.MaxText])
		if small {
			r.Body, r.Session = "", ""
		}
	})
	p.message = filled(t, f, small, func(r *booking.Message) {
		r.Version, r.Session, r.Clinician, r.Text = 1, id.session, id.clinician, p.text.ID
		r.Provider, r.Practice = id.provider, id.practice
	})
	p.policy = filled(t, f, small, func(r *withdrawal.Policy) {
		r.Version, r.Provider, r.Fee.CapPercent = 1, id.provider, decimal.RequireFromString("99.9999")
		r.Eligibility.Required, r.Change.Time = []string{"registration", "dbs"}, withdrawal.Length(90*time.Minute)
		r.Applications.OfferFor = withdrawal.Length(25*time.Hour + 30*time.Minute)
	})
	if err := p.policy.Validate(); err != nil {
		t.Errorf("the contract's policy is none: %v", err)
	}
}

// filledEntries are two entries of a diary that don't overlap, in their order.
func filledEntries(t *test, f *filler, small bool) []booking.Entry {
	t.Helper()
	var all []booking.Entry
	for range 2 {
		f.n += 50 // hours
		all = append(all, filled(t, f, small, func(e *booking.Entry) {
			if !small {
				e.Also = calendar.Span{Start: e.Span.End, End: e.Span.End.Add(moment)}
			}
		}))
	}
	return all
}

func (p specimen) records() []session.Record {
	return []session.Record{
		p.session, p.application, p.booking, p.diary, p.of, p.fee, p.hours, p.invoice, p.message, p.policy,
		p.settings, p.text,
	}
}

// changes is a specimen as one change: its event, and one for each record.
func (p specimen) changes(n int) desk.Changes {
	c := change(string(p.event.Command), p.records()...)
	c.Key.Actor = odd("practice\x1f", n)
	c.Outcome = desk.Outcome{Digest: fmt.Sprint("digest ", n), Result: []byte(`{ "a" : 1.50, "b":"\u0041\n😀"}`), At: now}
	c.Events = append([]session.Event{p.event}, c.Events...)
	return c
}

// exactly writes records whose every field has a value, and ones whose every field that may be left out has none: they
// come back as they were, whichever way they are read.
func exactly(t *test) {
	s := t.open()
	for n, small := range []bool{false, true} {
		n++
		t.run(map[bool]string{false: "every field", true: "no field that may be left out"}[small], func(t *test) {
			p := t.specimen(n, small)
			c := p.changes(n)
			t.commit(s, c, desk.Done)
			for _, r := range p.records() {
				t.same(string(r.Subject().Kind), r, t.kept(s, r))
			}
			out, err := s.Outcome(t.Context(), c.Key)
			if err != nil {
				t.of("P3").Fatalf("the outcome: %v", err)
			}
			t.of("P3").same("the outcome", c.Outcome, out)
			t.loaded(s, p)
			t.inLists(s, p)
			t.events(s, p, c)
		})
	}
}

// loaded reads a specimen from each of its ends.
func (t *test) loaded(s Store, p specimen) {
	t.Helper()
	whole := desk.Snapshot{
		Session: p.session, Booking: p.booking, Fee: p.fee, Hours: p.hours,
		Policies: withdrawal.Policies{p.policy}, Known: true,
		Diary: booking.Diary{Clinician: p.diary.Clinician, Version: 1, Entries: p.diary.Put},
	}
	if p.session.Case != "" {
		whole.Case = p.of
	}
	of := desk.Want{Around: always}
	load := func(what string, want desk.Want, amend func(*desk.Snapshot)) {
		t.Helper()
		expected := whole
		amend(&expected)
		t.same("load by "+what, expected, t.load(s, want))
	}
	of.Booking = p.booking.ID
	load("booking", of, func(*desk.Snapshot) {})
	of.Booking, of.Case = "", p.of.ID
	load("case", of, func(r *desk.Snapshot) { r.Case = p.of })
	of.Case, of.Invoice = "", p.invoice.ID
	load("invoice", of, func(r *desk.Snapshot) { r.Invoice = p.invoice })
	of.Invoice, of.Application = "", p.application.ID
	withoutBooking := func(r *desk.Snapshot) {
		if p.session.Booking == "" {
			r.Booking, r.Fee, r.Hours = booking.Booking{}, withdrawal.Fee{}, booking.Hours{}
		}
	}
	load("application", of, func(r *desk.Snapshot) { withoutBooking(r); r.Application = p.application })
	of.Application, of.Reference, of.Clinician = "", p.session.Reference, p.booking.Clinician
	load("reference", of, func(r *desk.Snapshot) { withoutBooking(r); r.Application = p.application })
	of.Reference, of.Session, of.Text, of.Settings = "", p.session.ID, p.text.ID, p.settings.Person
	load("session", of, func(r *desk.Snapshot) {
		withoutBooking(r)
		r.Application, r.Text, r.Settings = p.application, p.text, p.settings
	})
}

// inLists finds each record of a specimen in every list that it belongs to.
func (t *test) inLists(s Store, p specimen) {
	t.Helper()
	ctx, provider := t.Context(), p.session.Provider
	cal, err := s.Calendar(ctx, provider, session.CalendarQuery{Practice: p.session.Practice, Within: always})
	listed(t, "S4", "the calendar", cal, err, session.CalendarEntry{Session: p.session})
	apps, err := s.Applications(ctx, p.session.ID, p.application.Round, session.PageRequest{})
	listed(t, "A4", "applications", apps, err, p.application)
	mine, err := s.ApplicationsOf(ctx, p.application.Clinician, session.PageRequest{})
	listed(t, "A8", "applications of a clinician", mine, err,
		rota.ApplicationWithSession{Application: p.application, Session: p.session})
	for _, q := range []booking.Query{{Clinician: p.booking.Clinician}, {Practice: p.booking.Practice}} {
		bookings, err := s.Bookings(ctx, provider, q)
		listed(t, "A8", "bookings", bookings, err, p.booking)
	}
	messages, err := s.Messages(ctx, p.session.ID, p.message.Clinician, session.PageRequest{})
	listed(t, "B3", "messages", messages, err, p.message)
	invoices, err := s.Invoices(ctx, p.booking.ID)
	listed(t, "B2", "invoices", session.Page[booking.Invoice]{Items: invoices}, err, p.invoice)
	cases, err := s.Cases(ctx, provider, withdrawal.CaseQuery{})
	listed(t, "W4", "cases", cases, err, p.of)
	policies, err := s.Policies(ctx, provider)
	listed(t, "W11", "policies", session.Page[withdrawal.Policy]{Items: policies}, err, p.policy)
	texts, err := s.Texts(ctx, p.text.ID, p.text.ID+"x")
	listed(t, "P4", "texts", session.Page[session.Text]{Items: texts}, err, p.text)
	settings, err := s.Settings(ctx, "nobody", p.settings.Person)
	listed(t, "N1", "settings", session.Page[notify.Settings]{Items: settings}, err, p.settings)
}

// listed fails unless a list holds one thing and nothing else.
func listed[T any](t *test, rule, what string, p session.Page[T], err error, want T) {
	t.Helper()
	if err != nil || len(p.Items) != 1 {
		t.of(rule).Errorf("%s: %d items, %v; want one", what, len(p.Items), err)
		return
	}
	t.of(rule).same(what, want, p.Items[0])
}

// events finds the events of a specimen wherever they go, as they were committed and in that order.
func (t *test) events(s Store, p specimen, c desk.Changes) {
	t.Helper()
	var ofSubject []session.Event
	for _, e := range c.Events {
		if e.Subject == p.event.Subject {
			ofSubject = append(ofSubject, e)
		}
	}
	t.same("the record of a subject", ofSubject, t.record(s, p.event.Subject))
	var ofSession, got []session.Event
	for _, e := range c.Events {
		if e.Session == p.session.ID {
			ofSession = append(ofSession, e)
		}
	}
	each(t, func(ctx context.Context, req session.PageRequest) (session.Page[session.Event], error) {
		return s.Record(ctx, p.session.Provider, desk.RecordQuery{Session: p.session.ID, Page: req})
	}, func(e session.Event) { got = append(got, e) })
	t.same("the record of a session", ofSession, got)
	var planned []session.Event
	tasks := t.plans(s, now, 500)
	for _, task := range tasks {
		planned = append(planned, task.Event)
	}
	t.of("N4").same("what is to be planned", c.Events, planned)
	t.deliveries(s, tasks)
}

// deliveries plans what has every field, and what has none that may be left out.
func (t *test) deliveries(s Store, tasks []notify.PlanTask) {
	t.Helper()
	for i, task := range tasks {
		e := task.Event
		d := filled(t, &filler{n: 1000 + 20*i}, i > 0, func(d *notify.Delivery) {
			d.Key, d.Event, d.Kind, d.Audience = odd(e.Key(), i), e.Key(), notify.InvoicePaid, notify.PracticeStaff
			d.State, d.Session, d.Provider = notify.Suppressed, e.Session, e.Provider
			d.Attempts, d.Settled = 0, time.Time{} // which a plan has not yet
		})
		t.planned(s, task, notify.Chunk{Deliveries: []notify.Delivery{d}, Done: true})
		t.of("N4").same("a delivery", []notify.Delivery{d}, t.told(s, e))
		for _, feed := range notify.Feeds(e) {
			entries, err := s.Feed(t.Context(), feed, int64(0), 500)
			if err != nil || len(entries) == 0 {
				t.of("N3").Fatalf("the feed %s: %v, %v", feed, entries, err)
			}
			t.of("N3").same("an event of a feed", e, entries[len(entries)-1].Event)
		}
	}
}

// instants come back as they were, in UTC and to the microsecond, wherever they lie.
func instants(t *test) {
	s := t.open()
	one := shift(1, 14)
	for i, instant := range []time.Time{
		now, now.Add(moment), now.Add(-moment), time.Unix(0, 0).UTC(), time.Unix(0, 1000).UTC(),
		time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2199, 12, 31, 23, 59, 59, 999999000, time.UTC),
		// Around the hour that British clocks skip, and the one that they show twice.
		time.Date(2026, 3, 29, 0, 59, 59, 999999000, time.UTC), time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC),
		time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC),
	} {
		one.Version, one.Created = int64(i)+1, instant
		one.Terms.Span.End = instant.Add(8 * time.Hour)
		one.Terms.Span.Start, one.EngagementStart = instant, instant
		c := change(fmt.Sprint("at-", i), one)
		c.Outcome.At, c.Events[0].At = instant, instant
		t.commit(s, c, desk.Done)
		t.same(fmt.Sprintf("a session at %v", instant), session.Record(one), t.kept(s, one))
		t.same(fmt.Sprintf("an event at %v", instant), c.Events[0], t.record(s, one.Subject())[i])
		out, err := s.Outcome(t.Context(), c.Key)
		if err != nil {
			t.Fatalf("the outcome: %v", err)
		}
		t.same(fmt.Sprintf("an outcome at %v", instant), c.Outcome, out)
	}
}

// amounts are exact, whatever they are.
func amounts(t *test) {
	s := t.open()
	one := shift(1, 14)
	for i, text := range []string{"0.0001", "999999999.9999", "83.335", "100", "0.1", "33.3333", "700.00"} {
		one.Version = int64(i) + 1
		one.Terms.Rate.Amount = decimal.RequireFromString(text)
		t.commit(s, change("rate-"+text, one), desk.Done)
		t.same("a rate", one.Terms.Rate, t.load(s, desk.Want{Session: one.ID}).Session.Terms.Rate)
	}
	b := booked(1, one, "ada")
	t.commit(s, change("book", b, keeps(1, b)), desk.Done)
	f := claimed(b)
	for i, text := range []string{"0.01", "999999999.99", "1000000.10", "0.07"} {
		f.Version = int64(i) + 1
		f.Cap.Amount = decimal.RequireFromString(text)
		f.Steps[0].Amount = f.Cap
		t.commit(s, change("fee-"+text, f), desk.Done)
		t.same("an amount", session.Record(f), t.kept(s, f))
	}
}

// words are kept as they were written.
func words(t *test) {
	s := t.open()
	bodies := []string{
		hostile, "", " ", "\n", "  spaces around  ", `{"json": "text"}`, `"`, `\`, "'", "null", "NaN", "<b>&amp;</b>",
		strings.Repeat("😀", session.MaxText), strings.Repeat("\\\"'", session.MaxText/3), "a\x1fb\x7f",
	}
	for i, body := range bodies {
		text := note(i, shift(i, 14))
		text.Body = body
		one := shift(i, 14)
		name := string([]rune(body)[:min(len([]rune(body)), 40)])
		one.Terms.Place, one.Terms.Instructions, one.Terms.Role = name, body, session.Role(name)
		t.commit(s, change(fmt.Sprint("words-", i), one, text), desk.Done)
		t.same(fmt.Sprintf("text %d", i), session.Record(text), t.kept(s, text))
		t.same(fmt.Sprintf("terms %d", i), session.Record(one), t.kept(s, one))
	}
	// Ids are compared byte by byte, and put in order so.
	var want []string
	for i, id := range []string{"A", "B", "Z", "_", "a", "a'b", "a-b", "ab", "b", "z", "\u00c4", "\u00e9", "\u6f22", "😀"} {
		one := shift(500+i, 20)
		one.ID = session.SessionID(id)
		t.commit(s, change("id-"+id, one), desk.Done)
		want = append(want, id)
	}
	slices.Sort(want)
	p, err := s.Calendar(t.Context(), "north", session.CalendarQuery{Practice: "leeds", Within: day(20)})
	read, err := ids(p, err, func(e session.CalendarEntry) string { return string(e.Session.ID) })
	t.of("A2").listed("ids in the order of their bytes", want, read, err)
	for i, id := range want {
		if got := t.load(s, desk.Want{Session: session.SessionID(id)}).Session; string(got.ID) != id {
			t.Errorf("id %d, %q, finds %q", i, id, got.ID)
		}
	}
	for _, id := range []session.SessionID{"e\u0301", "%", "A ", "AB", "\u00c9"} {
		if got := t.load(s, desk.Want{Session: id}).Session; got.Version > 0 {
			t.Errorf("the id %q finds %q", id, got.ID)
		}
	}
}
