package rota_test

import (
	"os"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

const diagram = `stateDiagram-v2
    [*] --> pending
    pending --> accepted: accept
    pending --> declined: decline
    pending --> retracted: retract
    pending --> lapsed: lapse
    retracted --> pending: reapply
    accepted --> [*]
    declined --> [*]
    lapsed --> [*]
`

func TestA4States(t *testing.T) {
	type from struct {
		state   rota.State
		trigger rota.Trigger
	}
	leads := map[from]rota.State{
		{rota.Pending, rota.Accepting}:    rota.Accepted,
		{rota.Pending, rota.Declining}:    rota.Declined,
		{rota.Pending, rota.Retracting}:   rota.Retracted,
		{rota.Pending, rota.Lapsing}:      rota.Lapsed,
		{rota.Retracted, rota.Reapplying}: rota.Pending,
	}
	for state := range rota.Lapsed + 2 {
		for trigger := range rota.Lapsing + 2 {
			want, wantOK := leads[from{state, trigger}]
			got, ok := state.Next(trigger)
			if got != want || ok != wantOK {
				t.Errorf("A4 %v %v: got %v %t, want %v %t", state, trigger, got, ok, want, wantOK)
			}
		}
	}
}

func TestA4Diagram(t *testing.T) {
	equal(t, "diagram", rota.Diagram(), diagram)
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	want := "//\t" + strings.ReplaceAll(strings.TrimSpace(rota.Diagram()), "\n", "\n//\t") + "\n"
	if !strings.Contains(string(text), want) {
		t.Errorf("doc.go does not show the table:\n%s", want)
	}
}

func TestA4Lapsed(t *testing.T) {
	for state := range rota.Lapsed {
		for _, where := range []session.State{session.Draft, session.Open, session.Filled, session.Completed, session.Withdrawn, session.Expired} {
			for round := 1; round <= 3; round++ {
				s := posted()
				s.State = where
				want := state
				if state == rota.Pending && (where != session.Open || round != s.Round) {
					want = rota.Lapsed
				}
				if got := (rota.Application{State: state, Round: round}).Standing(s); got != want {
					t.Errorf("A4 %v in round %d of a session that is %v: got %v, want %v", state, round, where, got, want)
				}
			}
		}
	}
}

func TestApplicationIDs(t *testing.T) {
	seen := map[session.ApplicationID]bool{}
	for _, id := range []session.ApplicationID{
		rota.ApplicationID("s1", 1, "ada"), rota.ApplicationID("s1", 2, "ada"), rota.ApplicationID("s2", 1, "ada"),
		rota.ApplicationID("s1", 1, "bob"), rota.ApplicationID("s", 11, "ada"),
	} {
		if seen[id] {
			t.Errorf("%s stands for two applications", id)
		}
		seen[id] = true
	}
}
