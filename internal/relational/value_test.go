package relational

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// TestDriversHaveTheirOwnIdeas reads the same row as various drivers and JSON hand it over.
func TestDriversHaveTheirOwnIdeas(t *testing.T) {
	at := time.Date(2026, 3, 29, 1, 30, 0, 123456000, time.UTC)
	want := booking.Message{
		Provider: "north", ID: "m", Version: 7, Session: "s", Practice: "p", Clinician: "c", Text: "t",
		From: session.Actor{Person: "ann"}, Sent: at,
	}
	london := time.FixedZone("", 3600)
	for name, row := range map[string][]any{
		"text and numbers": {"north", "m", int64(7), "s", "p", "c", `{"person":"ann"}`, "t", "2026-03-29T01:30:00.123456Z"},
		"bytes": {
			[]byte("north"), []byte("m"), []byte("7"), []byte("s"), []byte("p"), []byte("c"), []byte(`{"person":"ann"}`),
			[]byte("t"), []byte("2026-03-29T02:30:00.123456+01:00"),
		},
		"times": {"north", "m", int64(7), "s", "p", "c", []byte(`{"person":"ann"}`), "t", at.In(london)},
		"JSON": {
			raw(`"north"`), raw(`"m"`), raw(`7`), raw(`"s"`), raw(`"p"`), raw(`"c"`), raw(`{"person":"ann"}`), raw(`"t"`),
			raw(`"2026-03-29T01:30:00.123456+00:00"`),
		},
	} {
		got, err := Read[booking.Message](Messages, row)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// TestRowsThatAreWrong refuses what no release has written, rather than making something else of it.
func TestRowsThatAreWrong(t *testing.T) {
	good := []any{"north", "a", int64(1), "s", "p", "c", "ann", int64(0), "pending", "2026-03-29T01:30:00.000000Z", nil}
	for i, bad := range map[int]any{
		0: 1.5, 2: "one", 7: true, 8: "promised", 9: "yesterday",
	} {
		row := slices.Clone(good)
		row[i] = bad
		if got, err := Read[rota.Application](Applications, row); err == nil {
			t.Errorf("%v in column %d was read as %+v", bad, i, got)
		}
	}
	if _, err := Read[rota.Application](Applications, good); err != nil {
		t.Errorf("the good row: %v", err)
	}
}

// TestRecordsThatNoRowHolds refuses what would not come back as it was.
func TestRecordsThatNoRowHolds(t *testing.T) {
	for want, s := range map[string]session.Session{
		"sessions: column state: 200 is not one of ":                   {State: 200},
		"sessions: column break_minutes: 1m30s is no multiple of 1m0s": {Terms: session.Terms{Break: 90 * time.Second}},
	} {
		_, err := Sessions.Row(s)
		_, objects := AppendObjects(nil, Sessions, []session.Session{s})
		for _, err := range []error{err, objects, Fields(Sessions, &s, func([]byte) {})} {
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
	}
}

// TestInstantsSortAsText writes instants so that an index on them is in order of time (T1).
func TestInstantsSortAsText(t *testing.T) {
	at := time.Date(2026, 10, 25, 0, 59, 59, 999_999_000, time.UTC)
	last := ""
	for i := range 40 {
		text, ok := FormatInstant(at.Add(time.Duration(i*i*i) * time.Microsecond).In(time.FixedZone("", i*60))).(string)
		if !ok || text <= last && i > 0 {
			t.Errorf("%s is not after %s", text, last)
		}
		last = text
	}
	if FormatInstant(time.Time{}) != nil {
		t.Error("no instant is something")
	}
}

// TestInstantsAreInTheirLayout writes instants as package time would by the layout, and reads them back to the microsecond
// (T1).
func TestInstantsAreInTheirLayout(t *testing.T) {
	first, last := time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(first, last).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		at = at.In(time.FixedZone("", 60*rapid.IntRange(-1439, 1439).Draw(t, "offset")))
		want := session.Instant(at)
		got, err := appendInstant([]byte("x"), at)
		if err != nil || string(got) != "x"+want.Format(instantLayout) {
			t.Fatalf("%s was written as %s (%v)", at, got, err)
		}
		for _, text := range []string{string(got[1:]), at.Format("2006-01-02T15:04:05.999999-07:00")} {
			if back, err := readInstant([]byte(text)); err != nil || back != want {
				t.Fatalf("%s was read as %s (%v)", text, back, err)
			}
		}
	})
}

func TestObjectsOfALaterRelease(t *testing.T) {
	got, err := ReadObject[rota.Application](Applications, raw(`{"id": "a", "shoe_size": 9, "reason": null}`))
	if err != nil || got.ID != "a" {
		t.Errorf("an object with a member that isn't known: %+v, %v", got, err)
	}
	for _, bad := range []string{`[]`, `{"version": "x"}`} {
		if got, err := ReadObject[rota.Application](Applications, raw(bad)); err == nil {
			t.Errorf("%s was read as %+v", bad, got)
		}
	}
}
