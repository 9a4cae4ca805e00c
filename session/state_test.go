package session_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/session"
)

// The table of S2, written out by hand: rows are states, columns triggers, a dash leads nowhere.
const table = `
            publish  fill    reopen  withdraw   complete   expire
draft       open     -       -       withdrawn  -          expired
open        -        filled  -       withdrawn  -          expired
filled      -        -       open    withdrawn  completed  expired
completed   -        -       -       -          -          -
withdrawn   -        -       -       -          -          -
expired     -        -       -       -          -          -
`

var everyTrigger = []session.Trigger{
	session.Publishing, session.Filling, session.Reopening, session.Withdrawing, session.Completing, session.Expiring,
}

func TestS2EveryStateAndTrigger(t *testing.T) {
	rows := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(rows[0])
	if len(columns) != len(everyTrigger) || len(rows)-1 != len(everyState) {
		t.Fatal("the table is not complete")
	}
	for i, state := range everyState {
		cells := strings.Fields(rows[i+1])
		if cells[0] != state.String() {
			t.Fatalf("row %q, want %v", cells[0], state)
		}
		for j, trigger := range everyTrigger {
			if columns[j] != trigger.String() {
				t.Fatalf("column %q, want %v", columns[j], trigger)
			}
			to, ok := state.Next(trigger)
			got := "-"
			if ok {
				got = to.String()
			}
			if got != cells[j+1] {
				t.Errorf("S2 %v, %v: leads to %s, want %s", state, trigger, got, cells[j+1])
			}
		}
	}
	for _, none := range []session.State{0, 7, 255} {
		if none.Valid() {
			t.Errorf("%d is no state", none)
		}
		for _, trigger := range everyTrigger {
			if _, ok := none.Next(trigger); ok {
				t.Errorf("%v leads from no state", trigger)
			}
		}
	}
	if _, ok := session.Open.Next(0); ok {
		t.Error("no trigger leads somewhere")
	}
}

func TestS3FinalStates(t *testing.T) {
	for _, state := range everyState {
		want := state == session.Completed || state == session.Withdrawn || state == session.Expired
		if state.Final() != want || !state.Valid() {
			t.Errorf("%v: final %v, valid %v", state, state.Final(), state.Valid())
		}
	}
}

func TestS2Move(t *testing.T) {
	for _, from := range everyState {
		for _, trigger := range everyTrigger {
			s := in(posted(t), from)
			s.Version, s.Round, s.Booking = 5, 2, "booking-1"
			next, err := s.Move(trigger, "do that")
			to, ok := from.Next(trigger)
			if !ok {
				want := "The session is " + from.String() + ", so you can't do that."
				e := wantError[*session.StateError](t, err, "wrong_state", want)
				if e.Kind != session.KindSession || e.ID != string(s.ID) || next.Version != 0 {
					t.Errorf("%+v, %+v", e, next)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if next.State != to || next.Version != 6 {
				t.Errorf("%v, %v: state %v, version %d", from, trigger, next.State, next.Version)
			}
			round := 2
			if from == session.Open {
				round = 3
			}
			if next.Round != round {
				t.Errorf("A4 %v, %v: round %d, want %d", from, trigger, next.Round, round)
			}
			booked := to == session.Filled || to == session.Completed
			if (next.Booking != "") != booked {
				t.Errorf("%v, %v: booking %q", from, trigger, next.Booking)
			}
			if s.State != from || s.Version != 5 {
				t.Error("the session it came from has changed")
			}
		}
	}
}

const diagram = `stateDiagram-v2
    [*] --> draft
    draft --> open: publish
    draft --> withdrawn: withdraw
    draft --> expired: expire
    open --> filled: fill
    open --> withdrawn: withdraw
    open --> expired: expire
    filled --> open: reopen
    filled --> withdrawn: withdraw
    filled --> completed: complete
    filled --> expired: expire
    withdrawn --> [*]
    expired --> [*]
    completed --> [*]
`

func TestS2Diagram(t *testing.T) {
	if got := session.Diagram(); got != diagram {
		t.Errorf("got\n%swant\n%s", got, diagram)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	want := "//\t" + strings.ReplaceAll(strings.TrimSpace(session.Diagram()), "\n", "\n//\t") + "\n"
	if !strings.Contains(string(doc), want) {
		t.Errorf("doc.go does not show the diagram:\n%s", want)
	}
}

// word is what every closed set of words is.
type word interface {
	String() string
	MarshalText() ([]byte, error)
}

func TestEveryWordAsText(t *testing.T) {
	checkWords[session.State](t, "draft open filled completed withdrawn expired")
	checkWords[session.Channel](t, "rota marketplace")
	checkWords[session.Choosing](t, "first_come review ranked")
	checkWords[session.Capacity](t, "practice clinician rota_manager support system")
	checkWords[session.Per](t, "hour session")
}

func checkWords[W interface {
	~uint8
	word
}, P interface {
	*W
	UnmarshalText(text []byte) error
}](t *testing.T, words string) {
	t.Helper()
	list := strings.Fields(words)
	for i, want := range list {
		w := W(i + 1)
		if w.String() != want {
			t.Errorf("%T %d is %q, want %q", w, i+1, w.String(), want)
		}
		if text := toJSON(t, w); text != `"`+want+`"` {
			t.Errorf("%T in JSON: %s", w, text)
		}
		roundTrip(t, w)
	}
	var none W
	if none.String() != "" || toJSON(t, none) != `""` {
		t.Errorf("the zero %T is %q, in JSON %s", none, none.String(), toJSON(t, none))
	}
	beyond := W(len(list) + 1)
	if _, err := json.Marshal(beyond); err == nil {
		t.Errorf("%T %d was written", beyond, beyond)
	}
	if !strings.HasPrefix(beyond.String(), "?") {
		t.Errorf("%T %d is %q", beyond, beyond, beyond.String())
	}
	for _, bad := range []string{`"Open"`, `"open "`, `"nothing"`, `1`, `{}`} {
		w := W(1)
		if err := json.Unmarshal([]byte(bad), P(&w)); err == nil {
			t.Errorf("%T was read from %s as %v", w, bad, w)
		}
	}
}

func TestValidWords(t *testing.T) {
	for n := range 6 {
		if got, want := session.Channel(n).Valid(), n == 1 || n == 2; got != want {
			t.Errorf("channel %d: valid %v", n, got)
		}
		if got, want := session.Choosing(n).Valid(), n >= 1 && n <= 3; got != want {
			t.Errorf("choosing %d: valid %v", n, got)
		}
	}
}
