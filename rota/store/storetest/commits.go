package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// allOrNothing commits changes of which one thing doesn't fit, whichever it is: nothing of them is made.
func allOrNothing(t *test) {
	for n, r := range everything() {
		t.run(string(r.Subject().Kind), func(t *test) {
			s := t.open()
			// The record is there already, by another command: everything else fits.
			other := change("other", r)
			for i := range other.Events {
				other.Events[i].Reason = "t-1"
			}
			if r.Subject().Kind == session.KindDiary {
				other = change("other", everything()[0], everything()[2], r)
			}
			commit(t, s, other, desk.Done)
			before := view(t, s)
			commit(t, s, first(), desk.Conflict)
			same(t, fmt.Sprintf("after a conflict of record %d", n), before, view(t, s))
			if _, err := s.Outcome(t.Context(), first().Key); !errors.Is(err, desk.ErrNoOutcome) {
				t.Errorf("the outcome of a conflict: %v", err)
			}
		})
	}
	for name, amend := range map[string]func(*desk.Changes){
		"a check of a stale version": func(c *desk.Changes) {
			c.Checks = append(c.Checks, desk.Check{Subject: shift(9, 20).Subject(), Version: 2})
		},
		"a check of what isn't there": func(c *desk.Changes) {
			c.Checks = append(c.Checks, desk.Check{Subject: shift(8, 20).Subject(), Version: 1})
		},
		"S1 a reference that is taken": func(c *desk.Changes) { c.Sessions[0].Reference = shift(9, 20).Reference },
		"A7 a second live booking on a session": func(c *desk.Changes) {
			c.Bookings[0].Session = "s-009"
		},
		"A7 an overlap in a diary": func(c *desk.Changes) {
			c.Bookings[0].Clinician, c.Diaries[0].Clinician, c.Diaries[0].Version = "ben", "ben", 2
			c.Diaries[0].Put[0].Also = terms(20, 15, 9).Span
		},
	} {
		t.run(name, func(t *test) {
			s := t.open()
			there := shift(9, 20)
			b := booked(9, there, "ben")
			commit(t, s, change("there", there, b, keeps(1, b)), desk.Done)
			before := view(t, s)
			c := first()
			amend(&c)
			commit(t, s, c, desk.Conflict)
			same(t, "after a conflict", before, view(t, s))
		})
	}
}

func staleVersion(t *test) {
	s := t.open()
	one := shift(1, 14)
	at := func(version int64) session.Session { one.Version = version; return one }
	for i, step := range []struct {
		version int64
		want    desk.Verdict
	}{{2, desk.Conflict}, {1, desk.Done}, {1, desk.Conflict}, {3, desk.Conflict}, {2, desk.Done}, {2, desk.Conflict}, {3, desk.Done}} {
		commit(t, s, change(fmt.Sprint("step-", i), at(step.version)), step.want)
	}
	if v := view(t, s).Sessions[one.ID].Version; v != 3 {
		t.Errorf("the session is at version %d", v)
	}
	if verdict, err := s.Commit(t.Context(), desk.Changes{Sessions: []session.Session{at(4)}}); err == nil {
		t.Errorf("a change without an event is %s", verdict)
	}
	if v := view(t, s).Sessions[one.ID].Version; v != 3 {
		t.Errorf("a change without an event was made")
	}
}

// guards are the two kinds: many check a session at once, each writing something of its own; many write one diary.
func guards(t *test) {
	const racers = 32
	s := t.open()
	one := shift(1, 14)
	commit(t, s, change("post", one), desk.Done)
	verdicts := race(t, racers, func(i int) (desk.Verdict, error) {
		c := change(fmt.Sprint("apply-", i), applied(one, session.ClinicianID(fmt.Sprint("c-", i))))
		c.Checks = []desk.Check{{Subject: one.Subject(), Version: 1}}
		return s.Commit(t.Context(), c)
	})
	if verdicts[desk.Done] != racers {
		t.Errorf("of %d commits that check one session: %v", racers, verdicts)
	}
	next := one
	next.Version = 2
	commit(t, s, change("change", next), desk.Done)
	stale := change("late", applied(one, "late"))
	stale.Checks = []desk.Check{{Subject: one.Subject(), Version: 1}}
	commit(t, s, stale, desk.Conflict)

	verdicts = race(t, racers, func(i int) (desk.Verdict, error) {
		of := shift(100+i, 20)
		b := booked(100+i, of, "ada")
		return s.Commit(t.Context(), change(fmt.Sprint("book-", i), of, b, keeps(1, b)))
	})
	if verdicts[desk.Done] != 1 || verdicts[desk.Conflict] != racers-1 {
		t.Errorf("of %d commits that write one diary: %v", racers, verdicts)
	}
	if got := len(view(t, s).Sessions); got != 2 {
		t.Errorf("%d sessions, of which one lost nothing: the losers left something", got)
	}
}

func race(t *test, n int, do func(i int) (desk.Verdict, error)) map[desk.Verdict]int {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	verdicts := map[desk.Verdict]int{desk.Done: 0, desk.Conflict: 0, desk.Repeated: 0}
	for i := range n {
		all.Go(func() {
			v, err := do(i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("racer %d: %v", i, err)
			}
			verdicts[v]++
		})
	}
	all.Wait()
	return verdicts
}

func repeated(t *test) {
	s := t.open()
	c := change("post", shift(1, 14))
	if _, err := s.Outcome(t.Context(), c.Key); !errors.Is(err, desk.ErrNoOutcome) {
		t.Errorf("before the first: %v", err)
	}
	commit(t, s, c, desk.Done)
	before := view(t, s)
	commit(t, s, c, desk.Repeated)
	other := change("post", shift(2, 15)) // the same id for something that would fit
	commit(t, s, other, desk.Repeated)
	same(t, "after repeated commands", before, view(t, s))
	out, err := s.Outcome(t.Context(), c.Key)
	if err != nil {
		t.Fatalf("%v", err)
	}
	same(t, "the outcome", c.Outcome, out)
	other.Key.Actor = "somebody else" // an id is its actor's own
	commit(t, s, other, desk.Done)
	if verdicts := race(t, 16, func(int) (desk.Verdict, error) {
		return s.Commit(context.WithoutCancel(t.Context()), change("at once", shift(3, 16)))
	}); verdicts[desk.Done] != 1 || verdicts[desk.Repeated] != 15 {
		t.Errorf("16 times at once: %v", verdicts)
	}
}

// sharing changes what was given to the store, and what came from it.
func sharing(t *test) {
	s := t.open()
	c := first()
	commit(t, s, c, desk.Done)
	want := view(t, s)
	c.Bookings[0].Lapsed[0] = "spoilt"
	c.Fees[0].Steps[0].State = 0
	c.Policies[0].Fee.Scale[0].Notice.Amount = 99
	c.Policies[0].Eligibility.Required[0] = "spoilt"
	c.Diaries[0].Put[0].Session = "spoilt"
	c.Outcome.Result[2] = 'X'
	for i := range c.Events {
		c.Events[i].Facts["a"] = "spoilt"
	}
	same(t, "after the caller changed what it gave", want, view(t, s))
	got := view(t, s)
	for _, b := range got.Bookings {
		b.Lapsed[0] = "spoilt"
	}
	for _, f := range got.Fees {
		f.Steps[0].Amount = session.Pounds(1)
	}
	for _, all := range got.Policies {
		if len(all) > 0 {
			all[0].Fee.Scale[0].Notice.Amount, all[0].Eligibility.Required[0] = 99, "spoilt"
		}
	}
	for _, d := range got.Diaries {
		if len(d.Entries) > 0 {
			d.Entries[0].Session = "spoilt"
		}
	}
	for _, events := range got.Events {
		events[0].Facts["a"] = "spoilt"
	}
	out, err := s.Outcome(t.Context(), c.Key)
	if err != nil || string(out.Result) != `{"of":"first"}` {
		t.Fatalf("the outcome is %s, %v", out.Result, err)
	}
	out.Result[2] = 'X'
	if again, err := s.Outcome(t.Context(), c.Key); err != nil || string(again.Result) != `{"of":"first"}` {
		t.Errorf("the outcome became %s, %v", again.Result, err)
	}
	same(t, "after the caller changed what it got", want, view(t, s))
}

// microseconds come back exactly, in UTC.
func microseconds(t *test) {
	s := t.open()
	commit(t, s, first(), desk.Done)
	v := view(t, s)
	same(t, "the session", everything()[0], any(v.Sessions["s-001"]))
	same(t, "the booking", everything()[2], any(v.Bookings["b-001"]))
	same(t, "the fee", everything()[5], any(v.Fees["b-001"]))
	for what, got := range map[string]time.Time{
		"created": v.Sessions["s-001"].Created, "made": v.Bookings["b-001"].Made, "written": v.Texts["t-1"].Written,
		"start": v.Sessions["s-001"].Terms.Span.Start, "entry": v.Diaries["ada"].Entries[0].Span.End,
		"due": v.Fees["b-001"].Due, "event": v.Events["s-001"][0].At, "sent": v.Messages["m-1"].Sent,
	} {
		if got.Location() != time.UTC || got.Nanosecond()%1000 != 0 || got.IsZero() {
			t.Errorf("%s is %v in %v", what, got, got.Location())
		}
	}
	if got := v.Sessions["s-001"].Created; !got.Equal(now) || got.Nanosecond() != 123456000 {
		t.Errorf("created at %v", got)
	}
}

func absent(t *test) {
	s := t.open()
	for _, want := range []desk.Want{
		{Session: "x"}, {Reference: "x"}, {Application: "x"}, {Booking: "x"}, {Case: "x"}, {Invoice: "x"}, {Text: "x"},
		{Settings: "x"}, {Provider: "x"},
	} {
		read, err := s.Load(t.Context(), want)
		if err != nil {
			t.Errorf("%+v: %v", want, err)
		}
		same(t, fmt.Sprintf("%+v", want), desk.Snapshot{}, read)
	}
	read, err := s.Load(t.Context(), desk.Want{Session: "x", Clinician: "ada"})
	if err != nil || read.Diary.Clinician != "ada" || read.Diary.Version != 0 {
		t.Errorf("a diary that isn't there is %+v, %v", read.Diary, err)
	}
	if v := view(t, s); len(v.Sessions)+len(v.Bookings)+len(v.Events)+len(v.Settings)+len(v.Texts) > 0 {
		t.Errorf("an empty store holds %+v", v)
	}
}
