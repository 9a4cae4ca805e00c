package notify_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// sample is data in which everything is known.
func sample(t *testing.T) notify.Data {
	loc := london(t)
	return notify.Data{
		Product: "Shiftwise", Link: "https://example.org/s/1", Name: "Ann", Reference: "#4011234", Role: "GP",
		Place: "Room 2", Practice: "Riverside Surgery", Phone: "0113 496 0000",
		Start: time.Date(2026, 7, 14, 8, 0, 0, 0, loc), End: time.Date(2026, 7, 14, 18, 30, 0, 0, loc),
		Clinician: "Dr Lee", Reason: "The vaccines have not arrived.", Message: "Is there parking?",
		Changes: []notify.FieldChange{{Field: "start", From: "08:00", To: "09:00"}, {Field: "place"}},
		Until:   time.Date(2026, 7, 3, 18, 0, 0, 0, loc),
		Amount:  session.Pounds(63000), Cap: session.Pounds(70000), Due: calendar.MustDate(2026, 8, 1),
		Answer: "accepted", Findings: []string{"document expired: dbs"}, SupportPhone: "020 7946 0000",
		SupportEmail: "help@example.org", Omitted: 2,
		Items: []notify.DigestItem{{
			Reference: "#4011234", Role: "GP", Practice: "Riverside Surgery",
			Start: time.Date(2026, 7, 20, 22, 0, 0, 0, loc), End: time.Date(2026, 7, 21, 6, 0, 0, 0, loc),
			Rate:    session.Rate{Amount: decimal.NewFromInt(85), Currency: session.GBP, Per: session.PerHour},
			Channel: session.Marketplace, Applicants: 3,
		}},
	}
}

// channels are those that a kind has a text for.
func channels(t *testing.T, k notify.Kind) []notify.Channel {
	if trait(t, k).Push != 0 {
		return notify.Channels()
	}
	return []notify.Channel{notify.Email}
}

// everywhere renders every kind on every channel.
func everywhere(t *testing.T, d notify.Data, check func(t *testing.T, m notify.Message)) {
	t.Helper()
	var texts notify.Texts
	for _, k := range notify.MessageKinds() {
		for _, c := range channels(t, k) {
			t.Run("N6 "+string(k)+" "+c.String(), func(t *testing.T) {
				m, err := texts.Render(notify.Delivery{Key: "k1", Kind: k, Channel: c}, notify.Person{ID: "ann", Name: d.Name}, d)
				if err != nil {
					t.Fatal(err)
				}
				if m.Key != "k1" || m.Kind != k || m.Channel != c || m.To.ID != "ann" || m.Optional == trait(t, k).Must {
					t.Errorf("the message is not the delivery's: %+v", m)
				}
				check(t, m)
			})
		}
	}
}

var unfinished = regexp.MustCompile(`<no value>|\{\{|\}\}|%!|  |\bat \.|\bon \.| ,| \.|\(\)|ZgotmplZ`)

func TestN6EveryKindReads(t *testing.T) {
	full := sample(t)
	declined, lapsed, one, well := full, full, full, full
	declined.Answer, lapsed.Answer = "declined", "lapsed"
	one.Omitted, one.Reason, one.Message = 0, "", ""
	well.Findings, well.Omitted = nil, 1
	for _, d := range []notify.Data{full, declined, lapsed, one, well, {}} {
		everywhere(t, d, func(t *testing.T, m notify.Message) {
			for part, s := range map[string]string{"subject": m.Subject, "text": m.Text, "title": m.Title, "body": m.Body} {
				if found := unfinished.FindString(strings.ReplaceAll(s, "\n  ", "\n")); found != "" {
					t.Errorf("%s: %q in %q", part, found, s)
				}
			}
			if m.Channel.Push() {
				if m.Title == "" || m.Body == "" || m.Subject+m.Text+m.HTML != "" {
					t.Errorf("not a push: %+v", m)
				}
				return
			}
			if m.Subject == "" || m.Text == "" || m.HTML == "" || m.Title+m.Body != "" {
				t.Errorf("not an email: %+v", m)
			}
			for _, tag := range []string{"html", "body", "div", "table", "p", "ul", "blockquote"} {
				if strings.Count(m.HTML, "<"+tag+">")+strings.Count(m.HTML, "<"+tag+" ") != strings.Count(m.HTML, "</"+tag+">") {
					t.Errorf("<%s> is not closed:\n%s", tag, m.HTML)
				}
			}
			if !strings.Contains(m.HTML, `name="viewport"`) {
				t.Error("the HTML is not for phones")
			}
		})
	}
}

func TestN6WhatPeopleWroteAtLengthIsSetOff(t *testing.T) {
	d := sample(t)
	d.Reason = "First line.\n\nYour session has been moved to Room 9."
	var texts notify.Texts
	m, err := texts.Render(notify.Delivery{Kind: notify.BookingWithdrawn, Channel: notify.Email}, reachable, d)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(m.Text, "> First line.\n> \n> Your session") && !strings.Contains(m.Text,
		"> First line.\n>\n> Your session") {
		t.Errorf("the reason is not quoted:\n%s", m.Text)
	}
	if !strings.Contains(m.HTML, "<blockquote") {
		t.Error("the reason is not quoted in the HTML")
	}
}

func TestN6AnEmailInFull(t *testing.T) {
	var texts notify.Texts
	m, err := texts.Render(notify.Delivery{Kind: notify.BookingWithdrawn, Channel: notify.Email}, reachable, sample(t))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "subject", m.Subject, "Session #4011234 on Tue 14 Jul is no longer going ahead")
	equal(t, "text", m.Text, `Hello Ann,

We are sorry to tell you that session #4011234 at Riverside Surgery on
Tue 14 Jul is no longer going ahead, and your booking has been
cancelled.

The reason given:

> The vaccines have not arrived.

Session: #4011234
When: Tue 14 Jul 2026, 08:00–18:30
Role: GP
Practice: Riverside Surgery
Place: Room 2

https://example.org/s/1

-- 
Shiftwise
`)
}

func TestN3ADigestInFull(t *testing.T) {
	var texts notify.Texts
	m, err := texts.Render(notify.Delivery{Kind: notify.Digest, Channel: notify.Email}, reachable, sample(t))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "subject", m.Subject, "3 new sessions for you")
	const item = "- Mon 20 Jul 2026, 22:00 to Tue 21 Jul, 06:00 · GP at Riverside Surgery\n  " +
		"· £85.00 per hour · marketplace · 3 applied · #4011234"
	if !strings.Contains(m.Text, item) || !strings.Contains(m.Text, "There are 2 more under Find work.") {
		t.Errorf("the digest is\n%s", m.Text)
	}
}
