package sqlite

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

func TestStatementsOfATable(t *testing.T) {
	w := of(relational.Diaries)
	if w.insert != "INSERT INTO diaries (clinician, version) VALUES (?1, ?2)" ||
		w.update != "UPDATE diaries SET version = ?2 WHERE clinician = ?1 AND version = ?2 - 1" {
		t.Errorf("%+v", w)
	}
	if want := "INSERT INTO policies (provider, version, valid_from, terms, digest) SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?2 = 1 + " +
		"coalesce((SELECT max(p.version) FROM policies p WHERE p.provider = ?1), 0)"; insertPolicy != want {
		t.Error(insertPolicy)
	}
	for _, text := range []string{keepEntry, insertOutcome, insertPolicy} {
		if strings.ContainsAny(text, "{}\n") {
			t.Errorf("something isn't filled in: %s", text)
		}
	}
}

// texts are what a builder's statements begin with.
func texts(b *builder, words int) []string {
	var all []string
	for _, s := range b.steps {
		all = append(all, strings.Join(strings.Fields(s.text)[:words], " "))
	}
	return all
}

// TestStepsInOrder takes the lock before anything else, compares before it writes, and changes what is there before it
// makes what is new: a booking that ends gives up its session before another takes it (A7).
func TestStepsInOrder(t *testing.T) {
	c := desk.Changes{
		Checks: []desk.Check{
			{Subject: session.Subject{Kind: session.KindSession, ID: "s"}, Provider: "north", Version: 3},
			{Subject: session.Subject{Kind: session.KindSettings, ID: "ann"}, Version: 1},
			{Subject: session.Subject{Kind: session.KindPolicy, ID: "north"}, Version: 2},
			{Subject: session.Subject{Kind: "weather", ID: "rain"}, Version: 0},
		},
		Bookings: []booking.Booking{{ID: "new", Version: 1}, {ID: "old", Version: 5}},
		Diaries: []booking.DiaryChange{
			{Clinician: "ada", Version: 2, Drop: []session.BookingID{"old"}, Put: []booking.Entry{{Booking: "new"}}},
		},
		Sessions: []session.Session{{ID: "s", Version: 1}},
		Events:   make([]session.Event, rowsAtOnce+1),
	}
	var b builder
	if b.changes(c); b.err != nil {
		t.Fatal(b.err)
	}
	want := []string{
		"INSERT INTO outcomes", "SELECT 1 WHERE", "INSERT INTO sessions", "INSERT INTO session_references", "UPDATE bookings SET",
		"INSERT INTO bookings", "UPDATE diaries SET", "DELETE FROM diary_entries", "INSERT INTO diary_entries",
		"INSERT INTO events", "INSERT INTO events", "INSERT INTO plans",
	}
	if got := texts(&b, 3); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	check := b.steps[1]
	if want := []any{"north", "s", int64(3), "ann", int64(1), "north", int64(2), "rain", int64(0)}; !slices.Equal(check.args, want) {
		t.Errorf("checks with %v, want %v", check.args, want)
	}
	if n := strings.Count(check.text, "?"); n != len(check.args) {
		t.Errorf("%d parameters for %d values: %s", n, len(check.args), check.text)
	}
	if !strings.HasSuffix(check.text, "AND (? IS NULL AND ? IS NULL)") {
		t.Errorf("a subject of a kind that isn't known has some version: %s", check.text)
	}
}

// TestUnknownWords writes no state that nobody knows.
func TestUnknownWords(t *testing.T) {
	var b builder
	if b.changes(desk.Changes{Bookings: []booking.Booking{{ID: "b", Version: 1, State: 99}}}); b.err == nil {
		t.Error("a state that isn't known was written")
	}
	if _, err := lost(t, Options{}).Commit(t.Context(), desk.Changes{Bookings: []booking.Booking{{ID: "b"}}}); err == nil {
		t.Error("changes without an event were committed")
	}
}

// TestEntriesThatChangePlaces takes them all out before it puts any in: none stands in the way of another.
func TestEntriesThatChangePlaces(t *testing.T) {
	var b builder
	b.entries(booking.DiaryChange{Clinician: "ada", Version: 2, Put: []booking.Entry{{Booking: "x"}, {Booking: "y"}}})
	want := []string{"DELETE", "DELETE", "INSERT", "INSERT"}
	if got := texts(&b, 1); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestWhatIsDue(t *testing.T) {
	at := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		d    notify.Delivery
		want any
	}{
		{notify.Delivery{State: notify.Suppressed, Planned: at}, nil},
		{notify.Delivery{State: notify.Planned, Planned: at}, "2026-07-01T08:00:00.000000Z"},
		{notify.Delivery{State: notify.Planned, Planned: at, NotBefore: at.Add(time.Hour)}, "2026-07-01T09:00:00.000000Z"},
	} {
		if got := due(c.d); got != c.want {
			t.Errorf("%+v is due at %v, want %v", c.d, got, c.want)
		}
	}
}

// TestDocumentsAreText: a driver would keep bytes as a blob, and a table takes text.
func TestDocumentsAreText(t *testing.T) {
	row, err := values(relational.Events, session.Event{Facts: session.Facts{"a": "b"}})
	if at := slices.Index(relational.Events.Names(), "facts"); err != nil || row[at] != `{"a":"b"}` {
		t.Errorf("%v, %v", row, err)
	}
}

func TestMigrationsArePrintable(t *testing.T) {
	all, err := Migrations()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d migrations, %v", len(all), err)
	}
	for i, m := range all {
		if m.Number != i+1 || m.Name == "" || !strings.HasPrefix(m.Down, "-- ") {
			t.Errorf("migration %d: %+.80v", i+1, m)
		}
	}
	script, err := Script(0, 1)
	if err != nil || !strings.HasPrefix(script, "PRAGMA journal_mode = WAL;\nBEGIN IMMEDIATE;\n") ||
		!strings.Contains(script, "CREATE TABLE sessions") || !strings.HasSuffix(script, "COMMIT;\n") {
		t.Errorf("the script: %v\n%.300s", err, script)
	}
}
