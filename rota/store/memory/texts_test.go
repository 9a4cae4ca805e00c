package memory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

var written = time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC)

// writes commits one message of an author, with its text, an hour after the one before.
func writes(t *testing.T, s *memory.Store, n int, author session.PersonID, class session.TextClass) session.TextID {
	t.Helper()
	id := session.TextID(fmt.Sprintf("text-%d", n))
	at := written.Add(time.Duration(n) * time.Hour)
	text := session.Text{ID: id, Version: 1, Provider: "north", Class: class, Body: "words", By: author, Written: at}
	settled := session.Session{ID: session.SessionID(fmt.Sprint("s", n)), Version: 1, Provider: "north", Practice: "leeds",
		Reference: session.Reference(fmt.Sprint("#401", n)), State: session.Withdrawn}
	commit(t, s, desk.Changes{
		Key: desk.CommandKey{Actor: "a", Command: session.CommandID(id)}, Sessions: []session.Session{settled},
		Texts: []session.Text{text},
		Events: []session.Event{{
			Subject: settled.Subject(), Version: 1, Kind: "session.withdrawn", At: at, By: session.Support("sam"),
			Command: session.CommandID(id), Reason: id,
		}},
	})
	return id
}

func commit(t *testing.T, s *memory.Store, c desk.Changes) {
	t.Helper()
	verdict, err := s.Commit(t.Context(), c)
	if err != nil || verdict != desk.Done {
		t.Fatalf("%v, %v", verdict, err)
	}
}

func TestP4TextsAreFoundByClassAuthorAndAge(t *testing.T) {
	s := memory.New()
	one := writes(t, s, 1, "jo", session.ReasonText)
	two := writes(t, s, 2, "ada", session.ReasonText)
	three := writes(t, s, 3, "jo", session.MessageText)
	for _, c := range []struct {
		name string
		q    session.TextQuery
		want []session.TextID
	}{
		{"P4 by class, in order", session.TextQuery{Class: session.ReasonText}, []session.TextID{one, two}},
		{"P4 by author, in order", session.TextQuery{Author: "jo"}, []session.TextID{one, three}},
		{"P4 written before", session.TextQuery{Class: session.ReasonText, Before: written.Add(2 * time.Hour)}, []session.TextID{one}},
		{"P4 of a class nobody wrote", session.TextQuery{Class: session.CaseText}, nil},
	} {
		for _, limit := range []int{0, 1} {
			var got []session.TextID
			for text, err := range desk.All(func(req session.PageRequest) (session.Page[session.Text], error) {
				req.Limit = limit
				c.q.Page = req
				return s.TextsWritten(t.Context(), c.q)
			}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, text.ID)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %d a page (-want +got):\n%s", c.name, limit, diff)
			}
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.TextsWritten(ended, session.TextQuery{Author: "jo"}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func TestDumpIsTheSameForTheSameContent(t *testing.T) {
	first, second := memory.New(), memory.New()
	writes(t, first, 1, "jo", session.ReasonText)
	writes(t, second, 1, "jo", session.ReasonText)
	a, err := first.Dump()
	if err != nil {
		t.Fatal(err)
	}
	b, err := second.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(a), string(b)); diff != "" {
		t.Errorf("the same commits dump differently:\n%s", diff)
	}
	for _, part := range []string{`"#4011"`, `"words"`, "session.withdrawn"} {
		if !strings.Contains(string(a), part) {
			t.Errorf("the dump lacks %s", part)
		}
	}
	writes(t, second, 2, "jo", session.ReasonText)
	if b, err = second.Dump(); err != nil || cmp.Equal(a, b) {
		t.Errorf("another commit leaves the dump as it was: %v", err)
	}
}

// Two overlapping entries in one commit are refused like any other overlap (A7).
func TestA7AnOverlapWithinOneCommitIsRefused(t *testing.T) {
	s := memory.New()
	c := overlapping()
	if verdict, err := s.Commit(t.Context(), c); verdict != desk.Conflict || err != nil {
		t.Errorf("A7 %v, %v, want a conflict", verdict, err)
	}
	if dump, _ := s.Dump(); strings.Contains(string(dump), "b2") {
		t.Error("A7 the refused commit left something behind")
	}
}

func overlapping() desk.Changes {
	span := calendar.Span{Start: written, End: written.Add(8 * time.Hour)}
	c := desk.Changes{Key: desk.CommandKey{Actor: "a", Command: "c"}}
	diary := booking.DiaryChange{Clinician: "ada", Version: 1}
	for i, id := range []session.BookingID{"b1", "b2"} {
		b := booking.Booking{
			ID: id, Version: 1, Session: session.SessionID(fmt.Sprint("s", i)), Provider: "north", Clinician: "ada",
			State: booking.Confirmed, Terms: session.Terms{Span: span},
		}
		c.Bookings = append(c.Bookings, b)
		diary.Put = append(diary.Put, b.Entry())
		c.Events = append(c.Events, session.Event{
			Subject: b.Subject(), Version: 1, Kind: booking.EventConfirmed, At: written, By: session.System(), Command: "c",
		})
	}
	c.Diaries = []booking.DiaryChange{diary}
	return c
}
