package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// allOrNothing commits changes of which one record doesn't fit, whichever it is: nothing of them is made.
func allOrNothing(t *test) {
	s := t.open()
	for i, r := range everything(1) {
		n := i + 1
		t.run(string(r.Subject().Kind), func(t *test) {
			// The record is there already, by another command: everything else fits.
			all := everything(n)
			other := change(fmt.Sprint("other-", n), all[i])
			if r.Subject().Kind == session.KindDiary { // which a booking changes
				other = change(fmt.Sprint("other-", n), keeps(1, booked(900+n, shift(900+n, 20), clinicianOf(n))))
			}
			t.commit(s, other, desk.Done)
			c := whole(n)
			before := t.footprint(s, c)
			t.commit(s, c, desk.Conflict)
			t.untouched(s, c, before)
		})
	}
	t.run("the queue", func(t *test) {
		for _, task := range t.plans(s, now, 500) {
			if !strings.HasPrefix(string(task.Event.Command), "other-") {
				t.of("N4").Errorf("there is an event of %s, which was refused: %s", task.Event.Command, task.Event.Key())
			}
		}
	})
	// A store goes on after a conflict.
	t.commit(s, whole(800), desk.Done)
}

// conflicts commits changes of which all records fit, and something else does not.
func conflicts(t *test) {
	s := t.open()
	for i, c := range []struct {
		rule, name string
		amend      func(c *desk.Changes, there session.Session)
	}{
		{"P2", "a check of a stale version", func(c *desk.Changes, there session.Session) {
			c.Checks = append(c.Checks, desk.Check{Subject: there.Subject(), Provider: there.Provider, Version: 2})
		}},
		{"P2", "a check of what isn't there", func(c *desk.Changes, _ session.Session) {
			c.Checks = append(c.Checks, desk.Check{Subject: shift(990, 20).Subject(), Provider: "north", Version: 1})
		}},
		{"P2", "a check of a diary", func(c *desk.Changes, there session.Session) {
			of := session.Subject{Kind: session.KindDiary, ID: "ben-" + string(there.ID)}
			c.Checks = append(c.Checks, desk.Check{Subject: of, Version: 2})
		}},
		{"S1", "a reference that is taken", func(c *desk.Changes, there session.Session) {
			c.Sessions[0].Reference = there.Reference
		}},
		{"A7", "a second live booking on a session", func(c *desk.Changes, there session.Session) {
			c.Bookings[0].Session = there.ID
		}},
		{"A7", "an overlap in a diary", func(c *desk.Changes, there session.Session) {
			who := session.ClinicianID("ben-" + there.ID)
			c.Bookings[0].Clinician, c.Diaries[0].Clinician, c.Diaries[0].Version = who, who, 2
			c.Diaries[0].Put[0].Also = terms(20, 15, 9).Span
		}},
		{"A7", "an overlap within one change", func(c *desk.Changes, _ session.Session) {
			second := booked(991, shift(991, 14), c.Bookings[0].Clinician)
			second.Terms = terms(14, 15, 4)
			c.Diaries[0].Put = append(c.Diaries[0].Put, second.Entry())
		}},
	} {
		t.of(c.rule).run(c.name, func(t *test) {
			there := shift(500+i, 20)
			b := booked(500+i, there, session.ClinicianID("ben-"+there.ID))
			t.commit(s, change(fmt.Sprint("there-", i), there, b, keeps(1, b)), desk.Done)
			changes := whole(600 + i)
			c.amend(&changes, there)
			before := t.footprint(s, changes)
			t.commit(s, changes, desk.Conflict)
			t.untouched(s, changes, before)
		})
	}
	t.of("A7").run("times that only touch", func(t *test) {
		first, second := shift(700, 14), shift(701, 14)
		second.Terms = terms(14, 16, 4)
		one, two := booked(700, first, "ada"), booked(701, second, "ada")
		t.commit(s, change("touch-1", first, one, keeps(1, one)), desk.Done)
		t.commit(s, change("touch-2", second, two, keeps(2, two)), desk.Done)
	})
	t.of("A7").run("one booking ends as another begins", func(t *test) {
		one := shift(710, 18)
		old, young := booked(710, one, "eve"), booked(711, one, "dee")
		t.commit(s, change("swap-1", one, old, keeps(1, old)), desk.Done)
		old.Version, old.State = 2, booking.Cancelled
		free := booking.DiaryChange{Clinician: "eve", Version: 2, Drop: []session.BookingID{old.ID}}
		t.commit(s, change("swap-2", young, keeps(1, young), old, free), desk.Done)
		t.same("the diary of who left", booking.DiaryChange{Clinician: "eve", Version: 2}, t.diary(s, "eve"))
	})
}

// staleVersion writes each type of record at versions that do and don't follow the one there is.
func staleVersion(t *test) {
	s := t.open()
	one := shift(1, 14)
	at := func(version int64) session.Session { one.Version = version; return one }
	for i, step := range []struct {
		version int64
		want    desk.Verdict
	}{
		{2, desk.Conflict}, {1, desk.Done}, {1, desk.Conflict}, {3, desk.Conflict}, {2, desk.Done}, {2, desk.Conflict},
		{3, desk.Done},
	} {
		t.commit(s, change(fmt.Sprint("step-", i), at(step.version)), step.want)
	}
	if v := t.load(s, desk.Want{Session: one.ID}).Session.Version; v != 3 {
		t.Errorf("the session is at version %d, not 3", v)
	}
	t.of("N4").run("no change without its event", func(t *test) {
		if verdict, err := s.Commit(t.Context(), desk.Changes{Sessions: []session.Session{at(4)}}); err == nil {
			t.Errorf("a change without an event is %s", verdict)
		}
		if v := t.load(s, desk.Want{Session: one.ID}).Session.Version; v != 3 {
			t.Errorf("a change without an event was made")
		}
	})
	for i, r := range everything(50) {
		if r.Subject().Kind == session.KindMessage {
			continue // which has one version only
		}
		t.run(string(r.Subject().Kind), func(t *test) {
			n := 50 + i
			one, two := everything(n)[i], versioned(everything(n)[i], 2)
			if k := one.Subject().Kind; k == session.KindFee || k == session.KindHours { // which are found by their booking
				t.commit(s, change(fmt.Sprint("book-", n), everything(n)[0], everything(n)[2]), desk.Done)
			}
			t.commit(s, change(fmt.Sprint("early-", n), two), desk.Conflict)
			t.same("before its first version", nothing(one), t.kept(s, one))
			t.commit(s, change(fmt.Sprint("first-", n), one), desk.Done)
			t.commit(s, change(fmt.Sprint("again-", n), one), desk.Conflict)
			t.commit(s, change(fmt.Sprint("second-", n), two), desk.Done)
			t.commit(s, change(fmt.Sprint("late-", n), two), desk.Conflict)
			if v := t.kept(s, two).Revision(); v != 2 {
				t.Errorf("it is at version %d, not 2", v)
			}
		})
	}
}

// versioned is a record at another version.
func versioned[R session.Record](r R, version int64) R {
	other := reflect.New(reflect.TypeOf(r)).Elem()
	other.Set(reflect.ValueOf(r))
	other.FieldByName("Version").SetInt(version)
	return as[R](other.Interface())
}

// as is a value of a type that it is known to have.
func as[T any](v any) T {
	known, ok := v.(T)
	if !ok {
		panic(fmt.Sprintf("storetest: %T is no %T", v, known))
	}
	return known
}

// nothing is what a store keeps of a record that was never written: the zero value of its type.
func nothing(r session.Record) session.Record {
	if d, ok := r.(booking.DiaryChange); ok {
		return booking.DiaryChange{Clinician: d.Clinician}
	}
	return as[session.Record](reflect.Zero(reflect.TypeOf(r)).Interface())
}

// repeated gives one command more than once.
func repeated(t *test) {
	s := t.open()
	c := change("post", shift(1, 14))
	if _, err := s.Outcome(t.Context(), c.Key); !errors.Is(err, desk.ErrNoOutcome) {
		t.Errorf("the outcome before the first time: %v, want desk.ErrNoOutcome", err)
	}
	t.commit(s, c, desk.Done)
	before := t.footprint(s, c)
	t.commit(s, c, desk.Repeated)
	other := change("post", shift(2, 15)) // the same id for something that would fit
	t.commit(s, other, desk.Repeated)
	stale := change("post", shift(1, 14)) // and for what would not
	stale.Checks = []desk.Check{{Subject: shift(3, 14).Subject(), Provider: "north", Version: 7}}
	t.commit(s, stale, desk.Repeated)
	t.untouched(s, c, before)
	if left := t.load(s, desk.Want{Session: "s-000002"}).Session; left.Version != 0 {
		t.Errorf("a repeated command made something: %+v", left)
	}
	out, err := s.Outcome(t.Context(), c.Key)
	if err != nil {
		t.Fatalf("the outcome: %v", err)
	}
	t.same("the outcome", c.Outcome, out)
	for i, key := range []desk.CommandKey{
		{Actor: "somebody else", Command: "post"}, {Actor: "somebody\x1felse", Command: "post"},
		{Actor: "SOMEBODY", Command: "post"}, {Actor: "somebody", Command: "POST"}, {Actor: "", Command: "post"},
	} {
		other := change("post", shift(10+i, 15))
		other.Key = key
		other.Outcome.Result = fmt.Appendf(nil, `{"n": %d, "spaces":  "kept"}`, i)
		t.commit(s, other, desk.Done) // an id is its actor's own
		out, err := s.Outcome(t.Context(), key)
		if err != nil {
			t.Fatalf("the outcome of %q: %v", key, err)
		}
		t.same(fmt.Sprintf("the outcome of %q", key), other.Outcome, out)
	}
}

// sharing changes what was given to the store, and what came from it.
func sharing(t *test) {
	s := t.open()
	c := whole(1)
	t.commit(s, c, desk.Done)
	want := t.footprint(s, c)
	given, err := s.ClaimPlans(t.Context(), now, time.Second, 500)
	if err != nil {
		t.Fatalf("claim plans: %v", err)
	}
	spoil(c)
	t.same("after the caller changed what it gave", want, t.footprint(s, whole(1)))
	for range 2 { // what was read is spoilt, and read again
		for _, r := range whole(1).Records() {
			read := desk.Changes{Events: t.record(s, r.Subject())}
			put(&read, t.kept(s, r))
			spoil(read)
		}
		out, err := s.Outcome(t.Context(), whole(1).Key)
		if err != nil {
			t.Fatalf("the outcome: %v", err)
		}
		for i := range out.Result {
			out.Result[i] = 'X'
		}
		t.same("after the caller changed what it got", want, t.footprint(s, whole(1)))
	}
	bookings, err := s.Bookings(t.Context(), "", booking.Query{Clinician: clinicianOf(1)})
	if err != nil {
		t.Fatalf("bookings: %v", err)
	}
	for _, b := range bookings.Items {
		b.Lapsed[0] = "spoilt"
	}
	t.same("after the caller changed what a list gave", want, t.footprint(s, whole(1)))
	for _, task := range given {
		task.Event.Facts["a"] = "spoilt"
	}
	for _, task := range t.plans(s, now.Add(time.Hour), 500) {
		if task.Event.Facts["a"] != "b" {
			t.Errorf("after the caller changed the facts of a plan: %v", task.Event.Facts)
		}
	}
}

// spoil changes everything in a change that a copy of it shares.
func spoil(c desk.Changes) {
	for _, b := range c.Bookings {
		b.Lapsed[0] = "spoilt"
	}
	for _, f := range c.Fees {
		f.Steps[0].State, f.Steps[0].Amount = 0, session.Pounds(1)
	}
	for _, p := range c.Policies {
		p.Fee.Scale[0].Notice.Amount, p.Eligibility.Required[0] = 99, "spoilt"
	}
	for _, d := range c.Diaries {
		d.Put[0].Session = "spoilt"
	}
	for _, e := range c.Events {
		e.Facts["a"] = "spoilt"
	}
	for i := range c.Outcome.Result {
		c.Outcome.Result[i] = 'X'
	}
}

// absent asks for what isn't there.
func absent(t *test) {
	s := t.open()
	for _, want := range []desk.Want{
		{Session: "x"}, {Reference: "x"}, {Application: "x"}, {Booking: "x"}, {Case: "x"}, {Invoice: "x"}, {Text: "x"},
		{Settings: "x"}, {Provider: "x"}, {},
	} {
		t.same(fmt.Sprintf("%+v", want), desk.Snapshot{}, t.load(s, want))
	}
	read := t.load(s, desk.Want{Session: "x", Clinician: "ada"})
	t.same("a diary that isn't there", booking.Diary{Clinician: "ada"}, read.Diary)
	for _, list := range lists {
		t.of(list.rule).run(list.name, func(t *test) {
			p, err := list.read(t.Context(), s, session.PageRequest{})
			if err != nil || len(p.Items) > 0 || p.Next != "" {
				t.Errorf("an empty list is %+v, %v", p, err)
			}
		})
	}
	texts, err := s.Texts(t.Context(), "x", "y")
	if err != nil || len(texts) > 0 {
		t.Errorf("texts that aren't there are %v, %v", texts, err)
	}
	for _, none := range []int{0, 1} {
		settings, err := s.Settings(t.Context(), []session.PersonID{"x"}[:none]...)
		if err != nil || len(settings) > 0 {
			t.Errorf("settings that aren't there are %v, %v", settings, err)
		}
	}
	policies, err := s.Policies(t.Context(), "x")
	if err != nil || len(policies) > 0 {
		t.Errorf("policies that aren't there are %v, %v", policies, err)
	}
	invoices, err := s.Invoices(t.Context(), "x")
	if err != nil || len(invoices) > 0 {
		t.Errorf("invoices that aren't there are %v, %v", invoices, err)
	}
}
