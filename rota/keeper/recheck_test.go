package keeper_test

import (
	"testing"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// A booking is live until its end, but eligibility is judged until its start: what is being worked is no failure.
func TestA3S2WhatIsBeingWorkedIsNoFailure(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, time.July, 12, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		t.Fatal(err)
	}
	store, directory := memory.New(), memory.NewDirectory()
	directory.AddPractice(session.PracticeFacts{ID: "leeds", Provider: "north", Name: "Leeds", Calendar: cal, Phone: "01632 960001"})
	directory.AddClinician(rota.ClinicianFacts{ID: "ada", Person: "p-ada", Roles: []session.Role{"GP"},
		Memberships: []rota.Membership{{Provider: "north"}}}, notify.Person{ID: "p-ada", Email: "ada@example.org"})
	d, err := desk.New(desk.Options{Store: store, Directory: directory, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	k, err := keeper.New(keeper.Options{Desk: d, Store: store, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	manager := session.RotaManager("p-manager", "north")
	local := func(s string) calendar.Local {
		l, err := calendar.ParseLocal(s)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	s, err := d.Post(ctx, session.Post{
		Command: session.Do("post", manager), Practice: "leeds", Role: "GP", Channel: session.Rota,
		Start: local("2026-07-14 08:00"), End: local("2026-07-14 18:00"), Rate: session.Pounds(70_00).PerHour(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Allocate(ctx, rota.Allocate{
		Command: session.Do("allocate", manager), Session: s.ID, Clinician: "ada", Override: "Documents seen on paper.",
	}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name      string
		at        time.Time
		completed int
	}{
		{"before the start", s.Terms.Span.Start.Add(-time.Microsecond), 0},
		{"at the start", s.Terms.Span.Start, 0},
		{"before the end", s.Terms.Span.End.Add(-time.Microsecond), 0},
		{"at the end", s.Terms.Span.End, 1},
	} {
		now = step.at
		done, err := k.Look(ctx)
		if err != nil || done.Completed != step.completed {
			t.Errorf("S2 %s: %+v, %v", step.name, done, err)
		}
	}
}
