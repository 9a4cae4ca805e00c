package notify_test

import (
	"errors"
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

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
				if found := unfinished.FindString(s); found != "" {
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

func TestN6HostileInputOnEveryChannel(t *testing.T) {
	const header = "Eve\r\nBcc: everybody@example.org\r\n\r\n"
	const markup = `<script>alert(1)</script><a href="javascript:x" onclick='y'>"&`
	const syntax = "{{.Reason}}{{template \"x\"}}${jndi}%s%!d"
	const bidi = "\u202egnp.exe\u202c\u2066x\u2069\u200b\x00\x1b[2J"
	long := strings.Repeat("long ", 2000)
	d := sample(t)
	spoil(reflect.ValueOf(&d).Elem(), header+markup+syntax+bidi+long)
	d.Link = "javascript:alert(1)"
	everywhere(t, d, func(t *testing.T, m notify.Message) {
		for part, s := range map[string]string{"subject": m.Subject, "title": m.Title, "body": m.Body} {
			if strings.ContainsFunc(s, unicode.IsControl) {
				t.Errorf("%s holds a control character: %q", part, s)
			}
			if utf8.RuneCountInString(s) > 240 {
				t.Errorf("%s has %d characters", part, utf8.RuneCountInString(s))
			}
		}
		for part, s := range map[string]string{"subject": m.Subject, "text": m.Text, "HTML": m.HTML, "title": m.Title,
			"body": m.Body} {
			if strings.ContainsAny(s, "\r\x00\x1b\u202e\u202c\u2066\u2069\u200b") || !utf8.ValidString(s) {
				t.Errorf("%s holds what reorders, hides or controls: %q", part, s)
			}
			if len(s) > 60_000 {
				t.Errorf("%s has %d bytes", part, len(s))
			}
		}
		lower := strings.ToLower(m.HTML)
		for _, bad := range []string{"<script", "onclick='", `href="javascript`, "<a href"} {
			if strings.Contains(lower, bad) {
				t.Errorf("the HTML holds %s:\n%s", bad, m.HTML)
			}
		}
		if strings.Contains(m.Text, "\nBcc:") || strings.Contains(m.Text, "javascript:alert(1)\n") {
			t.Errorf("the text holds what looks like its own:\n%s", m.Text)
		}
		// Template syntax comes out as it went in: nobody ran it.
		if !m.Channel.Push() && !strings.Contains(m.Text, "{{.Reason}}") {
			t.Errorf("the template syntax is gone:\n%s", m.Text)
		}
		if !m.Channel.Push() && !strings.Contains(html.UnescapeString(m.HTML), "{{.Reason}}") {
			t.Error("the template syntax is gone from the HTML")
		}
	})
}

// spoil puts a text into every text of a value: a field that is added later is covered from the start.
func spoil(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				spoil(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), text)
		}
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

We are sorry to tell you that session #4011234 at Riverside Surgery on Tue 14 Jul is no longer going ahead, and your booking has been cancelled.

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
	const item = "- Mon 20 Jul 2026, 22:00 to Tue 21 Jul, 06:00 · GP at Riverside Surgery" +
		" · £85.00 per hour · marketplace · 3 applied · #4011234"
	if !strings.Contains(m.Text, item) || !strings.Contains(m.Text, "There are 2 more under Find work.") {
		t.Errorf("the digest is\n%s", m.Text)
	}
}

func TestN6OverrideByKindChannelAndLanguage(t *testing.T) {
	var texts notify.Texts
	override := func(k notify.Kind, c notify.Channel, language string, own notify.Template) {
		t.Helper()
		if err := texts.Override(k, c, language, own); err != nil {
			t.Fatal(err)
		}
	}
	override(notify.InvoicePaid, notify.Email, "", notify.Template{Subject: "Paid: {{.Sum}}"})
	override(notify.InvoicePaid, notify.Email, "cy", notify.Template{Subject: "Talwyd: {{.Sum}}",
		Text: "Diolch, {{.Name}}."})
	override(notify.InvoicePaid, notify.Email, "cy-GB", notify.Template{HTML: "<p>{{.Practice}}</p>"})
	override(notify.InvoicePaid, notify.Android, "", notify.Template{Title: "Kerching"})
	render := func(c notify.Channel, language string) notify.Message {
		t.Helper()
		p := reachable
		p.Language = language
		d := sample(t)
		d.Practice = "<Riverside>"
		m, err := texts.Render(notify.Delivery{Kind: notify.InvoicePaid, Channel: c}, p, d)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	equal(t, "subject in any language", render(notify.Email, "").Subject, "Paid: £630.00")
	if m := render(notify.Email, "fr"); !strings.Contains(m.Text, "has been paid") || !strings.Contains(m.HTML,
		`lang="fr"`) {
		t.Errorf("the rest is not built in:\n%s", m.Text)
	}
	welsh := render(notify.Email, "cy")
	equal(t, "subject in Welsh", welsh.Subject, "Talwyd: £630.00")
	if !strings.Contains(welsh.Text, "Diolch, Ann.") || !strings.Contains(welsh.HTML, "Diolch, Ann.") {
		t.Errorf("not in Welsh:\n%s\n%s", welsh.Text, welsh.HTML)
	}
	region := render(notify.Email, "cy-gb")
	equal(t, "subject of the region", region.Subject, "Talwyd: £630.00")
	equal(t, "HTML of the region", region.HTML, "<p>&lt;Riverside&gt;</p>")
	equal(t, "title", render(notify.Android, "cy").Title, "Kerching")
	equal(t, "title on the other channel", render(notify.IPhone, "cy").Title, "Invoice paid")
}

func TestN6OverrideRefusesWhatIsNoTemplate(t *testing.T) {
	for field, own := range map[string]notify.Template{
		"Subject": {Subject: "{{.Reference"},
		"Text":    {Text: "{{.Secret}}"},
		"Title":   {Title: "{{nothing}}"},
		"Body":    {Body: "{{.Name.First}}"},
		"HTML":    {HTML: "<a href={{.Link>"},
	} {
		var texts notify.Texts
		var bad *session.FieldError
		if err := texts.Override(notify.Digest, notify.Email, "", own); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	var texts notify.Texts
	wrong(t, texts.Override("gossip", notify.Email, "", notify.Template{}), "Kind")
	wrong(t, texts.Override(notify.Digest, 0, "", notify.Template{}), "Channel")
	wrong(t, texts.Override(notify.Digest, notify.Email, "", notify.Template{HTML: "{{.Secret}}"}), "HTML")
}

func TestN6RenderSaysWhatIsMissing(t *testing.T) {
	var texts notify.Texts
	for _, d := range []notify.Delivery{{Kind: "gossip", Channel: notify.Email}, {Kind: notify.Digest,
		Channel: notify.Android}} {
		if _, err := texts.Render(d, reachable, notify.Data{}); err == nil {
			t.Errorf("%v was rendered", d)
		}
	}
	// A template that works without data can still fail with some.
	for _, own := range []notify.Template{
		{Subject: "{{range .Items}}{{index $.Findings 9}}{{end}}"}, {Text: "{{range .Items}}{{index $.Findings 9}}{{end}}"},
		{HTML: "{{range .Items}}{{index $.Findings 9}}{{end}}"},
	} {
		var texts notify.Texts
		if err := texts.Override(notify.Digest, notify.Email, "", own); err != nil {
			t.Fatal(err)
		}
		if _, err := texts.Render(notify.Delivery{Kind: notify.Digest, Channel: notify.Email}, reachable,
			sample(t)); err == nil {
			t.Errorf("%v was rendered", own)
		}
	}
}
