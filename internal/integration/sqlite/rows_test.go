package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/sqlite"
	"github.com/sessional-go/sessional/session"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// posting is the commit of a new session.
func posting(n int) desk.Changes {
	start := now.AddDate(0, 0, 1+n%300)
	s := session.Session{
		ID: session.SessionID(fmt.Sprintf("s-%06d", n)), Version: 1, Reference: session.Reference(fmt.Sprintf("#401%06d", n)),
		Provider: "north", Practice: "leeds", State: session.Open, Channel: session.Rota, Choosing: session.Review, Round: 1,
		Terms: session.Terms{
			Role: "gp", Span: calendar.Span{Start: start, End: start.Add(8 * time.Hour)},
			Rate: session.Rate{Amount: decimal.NewFromInt(90), Currency: "GBP", Per: session.PerHour},
		},
		EngagementStart: start, Opened: now, Created: now,
	}
	command := session.CommandID(fmt.Sprintf("post-%d", n))
	return desk.Changes{
		Key:      desk.CommandKey{Actor: "ann", Command: command},
		Outcome:  desk.Outcome{Digest: "digest", Result: []byte(`{}`), At: now},
		Sessions: []session.Session{s},
		Events: []session.Event{{
			Subject: s.Subject(), Version: 1, Kind: session.EventPosted, Provider: s.Provider, Session: s.ID, At: now,
			By: session.Actor{Person: "ann", Capacity: session.AsPractice}, Command: command,
		}},
	}
}

// commit makes a commit that has to be done.
func commit(tb testing.TB, s *sqlite.Store, c desk.Changes) {
	tb.Helper()
	if v, err := s.Commit(tb.Context(), c); err != nil || v != desk.Done {
		tb.Fatalf("commit: %s, %v", v, err)
	}
}

// posted is how many sessions there are.
func posted(tb testing.TB, s *sqlite.Store) int {
	tb.Helper()
	q := session.CalendarQuery{Practice: "leeds", Page: session.PageRequest{Limit: 500}}
	p, err := s.Calendar(tb.Context(), "north", q)
	if err != nil {
		tb.Fatal(err)
	}
	return len(p.Items)
}
