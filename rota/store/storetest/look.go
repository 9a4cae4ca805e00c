package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/history"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// commit commits changes and wants a verdict.
func (t *test) commit(s Store, c desk.Changes, want desk.Verdict) {
	t.Helper()
	got, err := s.Commit(t.Context(), c)
	if err != nil || got != want {
		t.Fatalf("commit %s is %s, %v; want %s", c.Key.Command, got, err, want)
	}
}

// same fails where two values differ. Amounts and instants are compared as such, everything else exactly: a list that
// is not there is nil, since digests leave out nil and nothing else.
func (t *test) same(what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, history.Exact); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	if where, bad := elsewhere(reflect.ValueOf(got), ""); bad {
		t.of("T1").Errorf("%s: %s is not in UTC", what, where)
	}
}

// elsewhere finds an instant that is not in UTC.
func elsewhere(v reflect.Value, path string) (string, bool) {
	if v.IsValid() && v.CanInterface() {
		if at, ok := v.Interface().(time.Time); ok {
			return fmt.Sprintf("%s, %v,", path, at), at.Location() != time.UTC
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if where, bad := elsewhere(v.Field(i), path+"."+v.Type().Field(i).Name); bad {
				return where, bad
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if where, bad := elsewhere(v.Index(i), fmt.Sprintf("%s[%d]", path, i)); bad {
				return where, bad
			}
		}
	case reflect.Interface:
		return elsewhere(v.Elem(), path)
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if where, bad := elsewhere(entries.Value(), fmt.Sprintf("%s[%v]", path, entries.Key())); bad {
				return where, bad
			}
		}
	}
	return "", false
}

// each reads a list to its end.
func each[T any](
	t *test, list func(context.Context, session.PageRequest) (session.Page[T], error), keep func(T),
) {
	t.Helper()
	for req := (session.PageRequest{Limit: session.MaxPageSize}); ; {
		p, err := list(t.Context(), req)
		if err != nil {
			t.Fatalf("a list: %v", err)
		}
		for _, item := range p.Items {
			keep(item)
		}
		if p.Next == "" {
			return
		}
		if p.Next == req.After {
			t.Fatalf("a list goes round in circles at %q", p.Next)
		}
		req.After = p.Next
	}
}

// load loads, and fails the test where that can't be done.
func (t *test) load(s Store, want desk.Want) desk.Snapshot {
	t.Helper()
	read, err := s.Load(t.Context(), want)
	if err != nil {
		t.Fatalf("load %+v: %v", want, err)
	}
	return read
}

// kept is what the store keeps of a record: its type's zero value where it keeps nothing of it. Of a diary it is the
// change that would have made it.
func (t *test) kept(s Store, r session.Record) session.Record {
	t.Helper()
	switch r := r.(type) {
	case session.Session:
		return t.load(s, desk.Want{Session: r.ID}).Session
	case booking.Booking:
		return t.load(s, desk.Want{Booking: r.ID}).Booking
	case booking.DiaryChange:
		return t.diary(s, r.Clinician)
	case withdrawal.Case:
		return t.load(s, desk.Want{Case: r.ID}).Case
	case withdrawal.Fee:
		return t.load(s, desk.Want{Booking: r.Booking}).Fee
	case booking.Hours:
		return t.load(s, desk.Want{Booking: r.Booking}).Hours
	case booking.Invoice:
		return t.load(s, desk.Want{Invoice: r.ID}).Invoice
	case session.Text:
		return t.load(s, desk.Want{Text: r.ID}).Text
	case booking.Message:
		return t.message(s, r)
	case withdrawal.Policy:
		return t.policy(s, r)
	}
	if r.Subject().Kind == session.KindSettings {
		return t.load(s, desk.Want{Settings: session.PersonID(r.Subject().ID)}).Settings
	}
	return t.load(s, desk.Want{Application: session.ApplicationID(r.Subject().ID)}).Application
}

// diary is the whole diary of a clinician, as the change that would have made it.
func (t *test) diary(s Store, who session.ClinicianID) booking.DiaryChange {
	t.Helper()
	d := t.load(s, desk.Want{Clinician: who, Around: always}).Diary
	return booking.DiaryChange{Clinician: d.Clinician, Version: d.Version, Put: d.Entries}
}

func (t *test) message(s Store, r booking.Message) booking.Message {
	t.Helper()
	var found booking.Message
	each(t, func(ctx context.Context, req session.PageRequest) (session.Page[booking.Message], error) {
		return s.Messages(ctx, r.Session, r.Clinician, req)
	}, func(m booking.Message) {
		if m.ID == r.ID {
			found = m
		}
	})
	return found
}

func (t *test) policy(s Store, r withdrawal.Policy) withdrawal.Policy {
	t.Helper()
	all, err := s.Policies(t.Context(), r.Provider)
	if err != nil {
		t.Fatalf("policies of %s: %v", r.Provider, err)
	}
	for _, p := range all {
		if p.Version == r.Version {
			return p
		}
	}
	return withdrawal.Policy{}
}

// record is what the store tells of a subject.
func (t *test) record(s Store, of session.Subject) []session.Event {
	t.Helper()
	var events []session.Event
	each(t, func(ctx context.Context, req session.PageRequest) (session.Page[session.Event], error) {
		return s.Record(ctx, "", desk.RecordQuery{Subject: of, Page: req})
	}, func(e session.Event) { events = append(events, e) })
	return events
}

// footprint is all that a store keeps of what a change is about: each record, the events of each, and the outcome; as
// JSON, so that it shares nothing with the store.
func (t *test) footprint(s Store, c desk.Changes) map[string]string {
	t.Helper()
	all := map[string]string{}
	keep := func(what string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("%s can't be written as JSON: %v", what, err)
		}
		all[what] = string(text)
	}
	for _, r := range c.Records() {
		keep(r.Subject().String(), t.kept(s, r))
		keep("record of "+r.Subject().String(), t.record(s, r.Subject()))
	}
	out, err := s.Outcome(t.Context(), c.Key)
	if err != nil && !errors.Is(err, desk.ErrNoOutcome) {
		t.Fatalf("the outcome of %s: %v", c.Key.Command, err)
	}
	keep("outcome", out)
	return all
}

// untouched fails where a change that was refused left anything behind.
func (t *test) untouched(s Store, c desk.Changes, before map[string]string) {
	t.Helper()
	t.same("after "+string(c.Key.Command)+", of which nothing may be left", before, t.footprint(s, c))
}

// day is the span of a day of July.
func day(n int) calendar.Span { return calendar.Span{Start: at(n, 0), End: at(n, 24)} }
