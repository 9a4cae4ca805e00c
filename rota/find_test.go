package rota_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

func TestA2Search(t *testing.T) {
	find := rota.FindWork{
		By: clinician, Channel: session.Rota, Role: "GP", Practice: "leeds", MinWorth: decimal.NewFromInt(100),
		Page: session.PageRequest{Limit: 7},
	}
	t.Run("A3 the rota of the providers one belongs to, or will", func(t *testing.T) {
		c := ada()
		c.Approved = false
		c.Memberships = []rota.Membership{
			{Provider: "west", From: calendar.MustDate(2027, 1, 1)},
			{Provider: "north"}, {Provider: "north", Until: calendar.MustDate(2026, 12, 1)},
			{Provider: "past", Until: calendar.MustDate(2026, 6, 30)},
			{Provider: "just", Until: calendar.MustDate(2026, 7, 1)},
		}
		got, err := find.Search(c, now)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "search", got, rota.Search{
			Clinician: "ada", Channel: session.Rota, Providers: []session.ProviderID{"just", "north", "west"},
			Within: calendar.Span{Start: now}, Role: "GP", Practice: "leeds", MinWorth: decimal.NewFromInt(100),
			Page: session.PageRequest{Limit: 7},
		})
	})
	t.Run("A3 the marketplace is for the fully approved", func(t *testing.T) {
		find := find
		find.Channel, find.Within = session.Marketplace, calendar.Span{Start: now.Add(time.Hour), End: end}
		got, err := find.Search(ada(), now)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "within", got.Within, find.Within)
		equal(t, "providers", got.Providers, nil)
		c := ada()
		c.Approved = false
		_, err = find.Search(c, now)
		fails(t, err, &rota.NotApprovedError{Clinician: "ada"})
		coded(t, err, "not_approved")
	})
	t.Run("A2 what has started is never found", func(t *testing.T) {
		find := find
		find.Within = calendar.Span{Start: now.Add(-time.Hour), End: end}
		got, _ := find.Search(ada(), now)
		equal(t, "within", got.Within, calendar.Span{Start: now, End: end})
		if _, err := find.Search(ada(), time.Time{}); err == nil {
			t.Error("no now is no answer")
		}
	})
}

func TestA3Visible(t *testing.T) {
	l := rota.Listing{Session: posted()}
	see := func(l rota.Listing, c rota.ClinicianFacts) bool {
		return rota.Visible(l, c, withdrawal.Default(), england())
	}
	equal(t, "eligible", see(l, ada()), true)
	c := ada()
	c.Memberships[0].Until = calendar.MustDate(2026, 7, 13)
	equal(t, "not a member on that day", see(l, c), false)
	l.Session.State = session.Filled
	equal(t, "filled", see(l, ada()), false)
	l = rota.Listing{Session: posted()}
	l.Session.Terms.Span.Start = at("2031-01-01T00:00:00Z")
	equal(t, "unknown date", see(l, ada()), false)
}

func TestA2Words(t *testing.T) {
	for want, l := range map[string]rota.Listing{
		"Nobody has applied yet":        {},
		"1 clinician has applied":       {Applicants: 1},
		"2 clinicians have applied":     {Applicants: 2},
		"You have applied":              {Applicants: 1, Applied: true},
		"You and 1 other have applied":  {Applicants: 2, Applied: true},
		"You and 2 others have applied": {Applicants: 3, Applied: true},
	} {
		equal(t, "words", l.Words(), want)
	}
}

func TestA5Rank(t *testing.T) {
	candidate := func(id session.ApplicationID, minutes int) rota.Candidate {
		return rota.Candidate{Application: rota.Application{ID: id, Applied: now.Add(time.Duration(minutes) * time.Minute)}}
	}
	scores := map[session.ApplicationID]float64{
		"nan": math.NaN(), "worst": math.Inf(-1), "best": math.Inf(1), "tie-late": 2, "tie-early": 2, "tie-b": 2, "tie-a": 2, "low": -1,
	}
	given := []rota.Candidate{
		candidate("nan", 0), candidate("tie-b", 3), candidate("low", 1), candidate("tie-late", 5), candidate("best", 9),
		candidate("tie-early", 1), candidate("tie-a", 3), candidate("worst", 1),
	}
	before := slices.Clone(given)
	order := func(score rota.Score) []session.ApplicationID {
		var ids []session.ApplicationID
		for _, r := range rota.Rank(posted(), given, score) {
			ids = append(ids, r.Application.ID)
			if math.IsNaN(r.Score) || math.IsInf(r.Score, 0) {
				t.Errorf("score %v", r.Score)
			}
		}
		return ids
	}
	byScore := func(s session.Session, c rota.Candidate) float64 {
		equal(t, "session", s.ID, "s1")
		return scores[c.Application.ID]
	}
	equal(t, "A5 highest first, ties by time, then by id", order(byScore), []session.ApplicationID{
		"best", "tie-early", "tie-a", "tie-b", "tie-late", "low", "nan", "worst",
	})
	equal(t, "A5 without factors by time", order(nil), []session.ApplicationID{
		"nan", "low", "tie-early", "worst", "tie-a", "tie-b", "tie-late", "best",
	})
	equal(t, "what was given stays", given, before)
	for i := range given {
		given[i], given[len(given)-1-i] = given[len(given)-1-i], given[i]
	}
	equal(t, "A5 whatever order they came in", order(byScore)[1], "tie-early")
	equal(t, "nobody", len(rota.Rank(posted(), nil, byScore)), 0)
}
