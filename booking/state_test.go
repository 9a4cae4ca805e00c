package booking_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/booking"
)

// checkTable compares a state machine with a table written out by hand: rows are states, columns triggers, a dash
// leads nowhere.
func checkTable[S, T fmt.Stringer](t *testing.T, table string, states []S, triggers []T, next func(S, T) (S, bool)) {
	t.Helper()
	rows := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(rows[0])
	if len(columns) != len(triggers) || len(rows)-1 != len(states) {
		t.Fatal("the table is not complete")
	}
	for i, state := range states {
		cells := strings.Fields(rows[i+1])
		if cells[0] != state.String() {
			t.Fatalf("row %q, want %v", cells[0], state)
		}
		for j, trigger := range triggers {
			if columns[j] != trigger.String() {
				t.Fatalf("column %q, want %v", columns[j], trigger)
			}
			got := "-"
			if to, ok := next(state, trigger); ok {
				got = to.String()
			}
			if got != cells[j+1] {
				t.Errorf("%v, %v: leads to %s, want %s", state, trigger, got, cells[j+1])
			}
		}
	}
}

var (
	everyState = []booking.State{
		booking.Offered, booking.Confirmed, booking.Cancelled, booking.Completed, booking.NoShow,
	}
	everyHours   = []booking.HoursState{booking.HoursStated, booking.HoursQueried, booking.HoursApproved}
	everyInvoice = []booking.InvoiceState{
		booking.InvoiceAwaiting, booking.InvoiceSent, booking.InvoiceQueried, booking.InvoicePaid,
	}
	everyTrigger = []booking.Trigger{booking.Confirming, booking.Cancelling, booking.Completing, booking.Missing}
	everyPay     = []booking.PayTrigger{
		booking.Stating, booking.Querying, booking.Approving, booking.Sending, booking.Paying,
	}
)

func TestB1EveryStateAndTrigger(t *testing.T) {
	checkTable(t, `
            confirm    cancel     complete   no_show
offered     confirmed  cancelled  -          -
confirmed   -          cancelled  completed  no_show
cancelled   -          -          -          -
completed   -          -          -          no_show
no_show     -          -          -          -
`, everyState, everyTrigger, booking.State.Next)
	for _, s := range everyState {
		live := s == booking.Offered || s == booking.Confirmed
		if s.Live() != live || !s.Valid() {
			t.Errorf("A7 %v is live: %v", s, s.Live())
		}
	}
	if booking.State(0).Valid() || booking.State(6).Valid() || booking.State(0).Live() {
		t.Error("B1 no state is one")
	}
}

func TestB2EveryStateAndTrigger(t *testing.T) {
	checkTable(t, `
            state    query    approve   send  pay
stated      -        queried  approved  -     -
queried     stated   -        -         -     -
approved    -        -        -         -     -
`, everyHours, everyPay, booking.HoursState.Next)
	checkTable(t, `
            state  query    approve  send  pay
awaiting    -      -        -        sent  -
sent        -      queried  -        -     paid
queried     -      -        -        sent  -
paid        -      -        -        -     -
`, everyInvoice, everyPay, booking.InvoiceState.Next)
	for n := range 6 {
		if got := booking.HoursState(n).Valid(); got != (n >= 1 && n <= 3) {
			t.Errorf("hours state %d is valid: %v", n, got)
		}
		if got := booking.InvoiceState(n).Valid(); got != (n >= 1 && n <= 4) {
			t.Errorf("invoice state %d is valid: %v", n, got)
		}
	}
}

func TestB1Diagrams(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{booking.Diagram(), `stateDiagram-v2
    [*] --> offered
    offered --> confirmed: confirm
    offered --> cancelled: cancel
    confirmed --> cancelled: cancel
    confirmed --> completed: complete
    confirmed --> no_show: no show
    completed --> no_show: no show
    cancelled --> [*]
    no_show --> [*]
`},
		{booking.HoursDiagram(), `stateDiagram-v2
    [*] --> stated
    stated --> queried: query
    stated --> approved: approve
    queried --> stated: state
    approved --> [*]
`},
		{booking.InvoiceDiagram(), `stateDiagram-v2
    [*] --> awaiting
    awaiting --> sent: send
    sent --> queried: query
    sent --> paid: pay
    queried --> sent: send
    paid --> [*]
`},
	} {
		if c.got != c.want {
			t.Errorf("got\n%swant\n%s", c.got, c.want)
		}
		if want := "//\t" + strings.ReplaceAll(strings.TrimSpace(c.got), "\n", "\n//\t") + "\n"; !strings.Contains(string(doc), want) {
			t.Errorf("doc.go does not show the diagram:\n%s", want)
		}
	}
}

func TestEveryWordAsText(t *testing.T) {
	checkWords[booking.State](t, "offered confirmed cancelled completed no_show")
	checkWords[booking.HoursState](t, "stated queried approved")
	checkWords[booking.InvoiceState](t, "awaiting sent queried paid")
	checkWords[booking.InvoiceFor](t, "hours fee")
	checkWords[booking.Cause](t, "client clinician neither")
	checkWords[booking.Route](t, "self_service rota_pro support_case own_cancellation change_refused "+
		"offer_declined offer_lapsed by_clock by_report")
}

func checkWords[W interface {
	~uint8
	String() string
	MarshalText() ([]byte, error)
}, P interface {
	*W
	UnmarshalText(text []byte) error
}](t *testing.T, words string) {
	t.Helper()
	list := strings.Fields(words)
	for i, want := range list {
		w := W(i + 1)
		if text, err := json.Marshal(w); w.String() != want || err != nil || string(text) != `"`+want+`"` {
			t.Errorf("%T %d is %q, in JSON %s, %v; want %q", w, i+1, w.String(), text, err, want)
		}
		roundTrip(t, w)
	}
	beyond := W(len(list) + 1)
	if _, err := json.Marshal(beyond); err == nil || !strings.HasPrefix(beyond.String(), "?") {
		t.Errorf("%T %d was written as %q", beyond, beyond, beyond.String())
	}
	for _, bad := range []string{`"Offered"`, `"nothing"`, `1`} {
		w := W(1)
		if err := json.Unmarshal([]byte(bad), P(&w)); err == nil {
			t.Errorf("%T was read from %s as %v", w, bad, w)
		}
	}
}
