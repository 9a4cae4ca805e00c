package notify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

var (
	noon      = time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC)
	ann       = session.Clinician("ann", "dr-ann")
	bob       = session.Practice("bob", "north", "leeds")
	rosa      = session.RotaManager("rosa", "north")
	reachable = notify.Person{
		ID: "ann", Name: "Ann", Email: "ann@example.org",
		Devices: []notify.Device{{Channel: notify.Android, Token: "a"}, {Channel: notify.IPhone, Token: "i"}},
	}
)

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func event(kind session.EventKind, by session.Actor, facts session.Facts) session.Event {
	if facts == nil {
		facts = session.Facts{}
	}
	facts["clinician"], facts["practice"] = "dr-ann", "leeds"
	return session.Event{
		Subject: session.Subject{Kind: session.KindBooking, ID: "b1"}, Version: 1, Kind: kind,
		Provider: "north", Session: "s1", At: noon, By: by, Command: "c1", Facts: facts,
	}
}

// trait is the kind's; every kind has one.
func trait(t *testing.T, k notify.Kind) notify.Trait {
	t.Helper()
	tr, ok := k.Trait()
	if !ok {
		t.Fatalf("%s has no trait", k)
	}
	return tr
}

func london(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
