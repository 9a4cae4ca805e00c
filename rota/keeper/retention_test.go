package keeper_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// Each class of texts has a retention of its own; the record that points to them stands (P4).
func TestP4RetentionPerClass(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC)
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
	manager := session.RotaManager("p-manager", "north")
	at := func(clock string) calendar.Local {
		l, err := calendar.ParseLocal("2026-07-14 " + clock)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	s, err := d.Post(ctx, session.Post{
		Command: session.Do("post", manager), Practice: "leeds", Role: "GP", Start: at("08:00"), End: at("18:00"),
		Rate:    session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
		Channel: session.Rota,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Allocate(ctx, rota.Allocate{
		Command: session.Do("allocate", manager), Session: s.ID, Clinician: "ada", Override: "Documents seen on paper.",
	}); err != nil {
		t.Fatal(err)
	}
	before := textsOf(t, d)
	if len(before) != 1 {
		t.Fatalf("P4 %d reasons are kept, want 1", len(before))
	}

	k, err := keeper.New(keeper.Options{Desk: d, Store: store, Now: clock, Retention: map[session.TextClass]time.Duration{
		session.ReasonText: 48 * time.Hour, session.MessageText: time.Hour, session.CaseText: 1000 * time.Hour,
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name   string
		after  time.Duration
		erased int
		left   int
	}{
		{"P4 exactly the retention: not yet", 48 * time.Hour, 0, 1},
		{"P4 past it", time.Microsecond, 1, 0},
		{"P4 and not again", time.Hour, 0, 0},
	} {
		now = now.Add(step.after)
		done, err := k.Look(ctx)
		if err != nil || done.Erased != step.erased {
			t.Errorf("%s: %+v, %v", step.name, done, err)
		}
		if left := textsOf(t, d); len(left) != step.left {
			t.Errorf("%s: %d are left, want %d", step.name, len(left), step.left)
		}
	}
	record, err := d.Record(ctx, manager, s.ID, session.PageRequest{})
	if err != nil {
		t.Fatal(err)
	}
	pointed := false
	for _, e := range record.Items {
		pointed = pointed || e.Reason == before[0].ID
	}
	if !pointed {
		t.Error("P4 the record no longer points to the text that was erased")
	}
}

func textsOf(t *testing.T, d *desk.Desk) []session.Text {
	t.Helper()
	page, err := d.TextsWritten(t.Context(), session.System(), session.TextQuery{Class: session.ReasonText})
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}
