package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

func byID(a, b session.SessionID) int { return strings.Compare(string(a), string(b)) }

func TestN3Summarise(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	openings := []notify.Opening{
		{Feed: "f", No: 1, Session: "old", At: at(0)},
		{Feed: "f", No: 2, Session: "gone", At: at(0)},
		{Feed: "f", No: 3, Session: "new", At: at(1)},
		{Feed: "f", No: 4, Session: "twice", At: at(1)},
		{Feed: "f", No: 6, Session: "twice", At: at(3)},
		{Feed: "f", No: 7, Session: "reopened since", At: at(3)},
		{Feed: "g", No: 1, Session: "another feed", At: at(2)},
		{Feed: "f", No: 8, Session: "new", At: at(1)},
	}
	available := map[session.SessionID]time.Time{
		"old": at(0), "new": at(1), "twice": at(3), "reopened since": at(9), "another feed": at(2), "never opened": at(1),
	}
	still := func(id session.SessionID) (notify.Available, bool) {
		opened, ok := available[id]
		return notify.Available{Session: id, Opened: opened}, ok
	}
	since := notify.DigestMark{Seen: make(map[notify.FeedID]int64)}
	since.Seen["f"] = 2
	equal(t, "listed", notify.Summarise(since, openings, still, byID), []session.SessionID{"another feed", "new", "twice"})
	worst := func(a, b session.SessionID) int { return byID(b, a) }
	equal(t, "in the order given", notify.Summarise(since, openings, still, worst), []session.SessionID{"twice",
		"new", "another feed"})
	since.Seen["f"], since.Seen["g"] = 8, 1
	equal(t, "nothing to say", notify.Summarise(since, openings, still, byID), []session.SessionID{})
}

// However often digests are made while sessions open and close, each period of availability is told at most once, and
// one that lasts until the last digest exactly once.
func TestN3EachPeriodIsToldOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var openings []notify.Opening
		open := map[session.SessionID]time.Time{}
		told := map[string]int{}
		mark := notify.DigestMark{Seen: make(map[notify.FeedID]int64)}
		digest := func() {
			for _, id := range notify.Summarise(mark, openings, func(id session.SessionID) (notify.Available, bool) {
				at, ok := open[id]
				return notify.Available{Session: id, Opened: at}, ok
			}, byID) {
				told[fmt.Sprint(id, open[id])]++
			}
			mark.Seen["f"] = int64(len(openings))
		}
		steps := rapid.SliceOf(rapid.IntRange(0, 9)).Draw(t, "steps")
		for i, step := range steps {
			id := session.SessionID(fmt.Sprint("s", step%4))
			switch _, there := open[id]; {
			case step >= 8:
				digest()
			case there:
				delete(open, id)
			default:
				open[id] = noon.Add(time.Duration(i) * time.Second)
				openings = append(openings, notify.Opening{Feed: "f", No: int64(len(openings) + 1), Session: id, At: open[id]})
			}
		}
		digest()
		for period, n := range told {
			if n > 1 {
				t.Fatalf("%s was told %d times", period, n)
			}
		}
		for id, at := range open {
			if told[fmt.Sprint(id, at)] != 1 {
				t.Fatalf("%s is available since %v and was not told", id, at)
			}
		}
	})
}

func TestN3OpeningOf(t *testing.T) {
	e := event("session.posted", bob, nil)
	e.Subject.Kind, e.To = session.KindSession, "open"
	got, ok := notify.OpeningOf("f", notify.FeedEntry{No: 7, Event: e})
	equal(t, "opening", got, notify.Opening{Feed: "f", No: 7, Session: "s1", At: noon})
	equal(t, "opens", ok, true)
	if _, ok := notify.OpeningOf("f", notify.FeedEntry{No: 8, Event: event("booking.cancelled", bob, nil)}); ok {
		t.Error("a cancellation is no opening")
	}
}

func TestN6DataFromAnEvent(t *testing.T) {
	e := event("booking.updated", bob, session.Facts{
		"reference": "#4011234", "role": "GP", "start": "2026-07-14T07:00:00Z", "end": "2026-07-14T17:30:00Z",
		"start.from": "2026-07-14T07:00:00Z", "start.to": "2026-07-14T08:00:00Z", "break.from": "30", "break.to": "0",
		"rate.from": "85", "per.from": "hour", "currency.from": "GBP",
		"rate.to": "90.5", "per.to": "session", "currency.to": "GBP",
		"role.from": "GP", "role.to": "ANP", "place": "changed", "end.from": "garbled", "end.to": "2026-07-14T17:30:00Z",
		"findings": "document_expired/dbs,not_member", "amount": "630.00", "cap": "700", "currency": "GBP",
		"due": "2026-08-01", "until": "2026-07-03T17:00:00Z",
	})
	d := notify.FromEvent(e, notify.SessionUpdated, london(t))
	equal(t, "when", d.When(), "Tue 14 Jul 2026, 08:00–18:30")
	equal(t, "until", d.UntilWords(), "18:00 on Fri 3 Jul")
	equal(t, "sum", d.Sum()+" of "+d.Most(), "£630.00 of £700.00")
	equal(t, "due", d.Due.Long(), "Sat 1 Aug 2026")
	equal(t, "findings", d.Findings, []string{"document expired: dbs", "not member"})
	equal(t, "changes", d.Changes, []notify.FieldChange{
		{Field: "role", From: "GP", To: "ANP"},
		{Field: "start", From: "Tue 14 Jul 2026, 08:00", To: "Tue 14 Jul 2026, 09:00"},
		{Field: "end", To: "Tue 14 Jul 2026, 18:30"},
		{Field: "break", From: "30 minutes", To: "none"},
		{Field: "rate", From: "£85.00 per hour", To: "£90.50 per session"},
		{Field: "place"},
	})
	equal(t, "reference and role", d.Reference+d.Role, "#4011234GP")

	e = event("booking.offer_lapsed", session.System(), session.Facts{"start": "soon", "amount": "much",
		"due":    "2026-08-01T00:00:00Z",
		"earned": "12.50", "currency": "GBP", "call_phone": "0113", "break.from": "x", "rate.to": "x"})
	d = notify.FromEvent(e, notify.OfferAnswered, nil)
	equal(t, "unreadable", d.When()+d.Sum()+d.Due.Long(), "")
	equal(t, "answer", d.Answer, "lapsed")
	equal(t, "an instant that is due", d.UntilWords(), "00:00 on Sat 1 Aug")
	equal(t, "earned", func() string { x := notify.FromEvent(e, notify.EarningsDeclared, nil); return x.Sum() }(),
		"£12.50")
	equal(t, "whom to ring", notify.FromEvent(e, notify.CallDue, nil).Phone, "0113")
	equal(t, "unreadable changes", d.Changes, []notify.FieldChange{{Field: "break"}, {Field: "rate"}})
	if !slices.Equal(d.Findings, nil) {
		t.Errorf("findings %v", d.Findings)
	}
	open := notify.Data{Start: noon}
	equal(t, "without an end", open.When(), "Wed 1 Jul 2026, 12:00")
}
