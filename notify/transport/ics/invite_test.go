package ics_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/ics"
	"github.com/sessional-go/sessional/session"
)

var (
	practice = ics.Address{Name: "Leeds Surgery", Email: "rota@example.org"}
	ada      = ics.Address{Name: "Ada Lovelace", Email: "ada@example.org"}
)

func invitation() notify.Invitation {
	return notify.Invitation{
		UID: notify.InvitationUID("b-1"), Sequence: 1, Start: utc("2026-07-14 07:00"), End: utc("2026-07-14 17:30"),
		Stamp: utc("2026-07-02 09:00"), Summary: "GP at Leeds Surgery", Place: "1 High Street; Leeds, LS1",
		Description: "Session #401000001\nBring: a stethoscope",
	}
}

func invite(t *testing.T, i notify.Invitation) []byte {
	t.Helper()
	calendar, err := ics.Invite(i, practice, ada)
	if err != nil {
		t.Fatal(err)
	}
	return calendar
}

// A request, a change and a cancellation are valid by libical, and say what they are to say.
func TestA8InvitationsAreValid(t *testing.T) {
	i := invitation()
	for _, c := range []struct {
		name             string
		change           func(*notify.Invitation)
		method, status   string
		sequence, ending string
	}{
		{"an offer", func(i *notify.Invitation) { i.Tentative = true }, "REQUEST", "TENTATIVE", "1", "20260714T173000Z"},
		{"a request", func(i *notify.Invitation) { i.Tentative, i.Sequence = false, 2 },
			"REQUEST", "CONFIRMED", "2", "20260714T173000Z"},
		{"a change", func(i *notify.Invitation) { i.Sequence, i.End = 3, utc("2026-07-14 18:00") },
			"REQUEST", "CONFIRMED", "3", "20260714T180000Z"},
		{"a cancellation", func(i *notify.Invitation) { i.Sequence, i.Cancelled = 4, true },
			"CANCEL", "CANCELLED", "4", "20260714T180000Z"},
		{"an offer that lapsed", func(i *notify.Invitation) { i.Sequence, i.Tentative = 5, true },
			"CANCEL", "CANCELLED", "5", "20260714T180000Z"},
	} {
		c.change(&i)
		calendar := invite(t, i)
		if got := ics.Method(i); got != c.method || count(calendar, "METHOD:"+c.method+"\r\n") != 1 {
			t.Errorf("%s: the method is %s in\n%s", c.name, got, calendar)
		}
		events := valid(t, calendar)
		if len(events) != 1 {
			t.Fatalf("%s: %d events", c.name, len(events))
		}
		if count(calendar, "STATUS:"+c.status+"\r\n") != 1 {
			t.Errorf("%s: the status is not %s in\n%s", c.name, c.status, calendar)
		}
		if asks := strings.Contains(strings.ReplaceAll(string(calendar), "\r\n ", ""), "PARTSTAT=NEEDS-ACTION"); asks !=
			(c.status == "TENTATIVE") {
			t.Errorf("%s: the attendee is one who has not answered: %t", c.name, asks)
		}
		for name, want := range map[string]string{
			"uid": "booking-b-1@sessional", "sequence": c.sequence, "status": c.status, "stamp": "20260702T090000Z",
			"start": "20260714T070000Z", "end": c.ending, "summary": i.Summary, "place": i.Place,
			"description": i.Description, "organiser": "mailto:rota@example.org", "attendee": "mailto:ada@example.org",
			"cn": "Leeds SurgeryAda Lovelace",
		} {
			if got := events[0][name]; got != want {
				t.Errorf("%s: %s is %q, want %q", c.name, name, got, want)
			}
		}
	}
}

// hostile are texts that try to end a line, a value, an event or a calendar, or to hide what stands beside them.
var hostile = []string{
	"x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:y", "x\nATTENDEE:mailto:eve@example.org", "x\rSUMMARY:y",
	"x\u2028METHOD:CANCEL",
	"x\u0085STATUS:CANCELLED", "a;b,c:d\\e\"f'g^h", `\n\N\,\;`, "\x00\x01\x1b[31m\x7f", "\xff\xfe\xc3",
	"\u202egnitseretni\u202c",
	"\ufeff\u200b", " folded\r\n  more", strings.Repeat("é€😀", 3334), strings.Repeat("x", 10_000),
	strings.Repeat(`\`, 200),
	strings.Repeat("a ", 5000), "", "   ", "👩🏽‍⚕️ Dr. Özlem O'Brien, \"Ann\"",
}

// Hostile text stays text: libical reads back what notify.Plain and notify.Header leave of it (N6).
func TestN6InvitationsHoldHostileText(t *testing.T) {
	for _, text := range hostile {
		i := invitation()
		i.UID, i.Summary, i.Place, i.Description = "uid"+text, text, text, text
		from, to := ics.Address{Name: text, Email: "rota@example.org"}, ics.Address{Name: text, Email: "ada@example.org"}
		calendar, err := ics.Invite(i, from, to)
		if err != nil {
			t.Errorf("%.40q: %v", text, err)
			continue
		}
		events := valid(t, calendar)
		if len(events) != 1 {
			t.Fatalf("%.40q: %d events", text, len(events))
		}
		e := events[0]
		if want := strings.TrimSpace(notify.Plain("uid" + text)); e["uid"] != want {
			t.Errorf("%.40q: the uid is %q", text, e["uid"])
		}
		if want := notify.Header(text); want != "" && e["summary"] != want || want == "" && e["summary"] != "Session" {
			t.Errorf("%.40q: the summary is %q", text, e["summary"])
		}
		if want := notify.Header(text); e["place"] != want {
			t.Errorf("%.40q: the place is %q", text, e["place"])
		}
		if want := strings.TrimSpace(notify.Plain(text)); e["description"] != want {
			t.Errorf("%.40q: the description is %q", text, e["description"])
		}
		if e["status"] != "CONFIRMED" || e["organiser"] != "mailto:rota@example.org" ||
			e["attendee"] != "mailto:ada@example.org" {
			t.Errorf("%.40q: %v", text, e)
		}
	}
}

// Names keep their look, in a parameter that knows no escapes.
func TestN6NamesStandAsTheyLook(t *testing.T) {
	for name, want := range map[string]string{
		"Ann O'Brien": "Ann O’Brien", "Smith, Ann": "Smith Ann", `Ann "Annie" Lee`: "Ann ”Annie” Lee", `A\B;C:D`: "A B C D",
		"Zoë Ünal": "Zoë Ünal", "": "", " ,;": "", "a\r\nb": "a b",
	} {
		calendar, err := ics.Invite(invitation(), practice, ics.Address{Name: name, Email: "ada@example.org"})
		if err != nil {
			t.Fatal(err)
		}
		if got := valid(t, calendar)[0]["cn"]; got != "Leeds Surgery"+want {
			t.Errorf("%q stands as %q", name, strings.TrimPrefix(got, "Leeds Surgery"))
		}
	}
}

func TestN6AddressesAreEncoded(t *testing.T) {
	for email, want := range map[string]string{
		"ada+work@example.org": "mailto:ada+work@example.org", "ada%x@example.org": "mailto:ada%25x@example.org",
		`"a;b,c"@example.org`: "mailto:a%3Bb%2Cc@example.org", "zoë@exämple.org": "mailto:zo%C3%AB@ex%C3%A4mple.org",
	} {
		calendar, err := ics.Invite(invitation(), practice, ics.Address{Email: email})
		if err != nil {
			t.Errorf("%s: %v", email, err)
			continue
		}
		if got := valid(t, calendar)[0]["attendee"]; got != want {
			t.Errorf("%s stands as %s, want %s", email, got, want)
		}
	}
}

// The same instants stand there however the practice's clock calls them (T1, T5).
func TestT5InvitationsKeepInstantsOverClockChanges(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, start, end, wantStart, wantEnd string }{
		{"forwards", "2026-03-29 00:30", "2026-03-29 03:30", "20260329T003000Z", "20260329T033000Z"},
		{"back, first hour", "2026-10-25 00:15", "2026-10-25 00:45", "20261025T001500Z", "20261025T004500Z"},
		{"back, second hour", "2026-10-25 01:15", "2026-10-25 01:45", "20261025T011500Z", "20261025T014500Z"},
		{"over it", "2026-10-24 19:00", "2026-10-25 07:00", "20261024T190000Z", "20261025T070000Z"},
	} {
		i := invitation()
		i.Start, i.End = utc(c.start).In(london), utc(c.end).In(london)
		e := valid(t, invite(t, i))[0]
		if e["start"] != c.wantStart || e["end"] != c.wantEnd {
			t.Errorf("%s: from %s to %s", c.name, e["start"], e["end"])
		}
	}
}

func TestInvitationsRefuseWhatIsNoEntry(t *testing.T) {
	for _, c := range []struct {
		field  string
		change func(*notify.Invitation)
	}{
		{"UID", func(i *notify.Invitation) { i.UID = "\r\n" }},
		{"Stamp", func(i *notify.Invitation) { i.Stamp = time.Time{} }},
		{"Start", func(i *notify.Invitation) { i.Start = time.Time{} }},
		{"End", func(i *notify.Invitation) { i.End = i.Start }},
		{"End", func(i *notify.Invitation) { i.End = i.Start.Add(999 * time.Millisecond) }},
		{"Start", func(i *notify.Invitation) { i.Start = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"End", func(i *notify.Invitation) { i.End = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) }},
	} {
		i := invitation()
		c.change(&i)
		_, err := ics.Invite(i, practice, ada)
		var field *session.FieldError
		if !errors.As(err, &field) || field.Field != c.field {
			t.Errorf("%s: %v", c.field, err)
		}
	}
	for _, email := range []string{"", "ada", "a\r\nb@example.org", "a@b> <c@d", "Ada <ada@example.org>", "a@b,c@d"} {
		_, err := ics.Invite(invitation(), practice, ics.Address{Email: email})
		var field *session.FieldError
		if !errors.As(err, &field) || field.Field != "Attendee.Email" {
			t.Errorf("%q: %v", email, err)
		}
		if _, err = ics.Invite(invitation(), ics.Address{Email: email}, ada); !errors.As(err, &field) ||
			field.Field != "Organiser.Email" {
			t.Errorf("%q: %v", email, err)
		}
	}
}

// Whatever is written in it, and whenever it is, an invitation is one well-formed event that libical finds nothing
// wrong with, and the same one makes the same bytes.
func TestN6EveryInvitationIsWellFormed(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 300), func(b []byte) string { return string(b) }))
	var all [][]byte
	var written []notify.Invitation
	rapid.Check(t, func(t *rapid.T) {
		start := utc("2026-01-01 00:00").Add(time.Duration(rapid.Int64Range(0, 2*365*24*60).Draw(t, "minute")) * time.Minute)
		i := notify.Invitation{
			UID:      notify.InvitationUID(session.BookingID(rapid.StringMatching(`[ -~]{1,40}`).Draw(t, "booking"))),
			Sequence: rapid.Int64().Draw(t, "sequence"), Cancelled: rapid.Bool().Draw(t, "cancelled"),
			Start: start, End: start.Add(time.Duration(rapid.Int64Range(1, 24*60).Draw(t, "length")) * time.Minute),
			Stamp: start, Summary: text.Draw(t, "summary"), Place: text.Draw(t, "place"),
			Description: text.Draw(t, "description"),
		}
		calendar, err := ics.Invite(i, practice, ics.Address{Name: text.Draw(t, "name"), Email: "ada@example.org"})
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, calendar)
		for begin, n := range map[string]int{"BEGIN:VEVENT": 1, "ATTENDEE": 1, "METHOD:": 1, "UID:": 1, "STATUS:": 1} {
			if count(calendar, begin) != n {
				t.Errorf("%s stands there %d times", begin, count(calendar, begin))
			}
		}
		again, _ := ics.Invite(i, practice, ada)
		if third, _ := ics.Invite(i, practice, ada); !bytes.Equal(again, third) {
			t.Error("the same invitation makes different bytes")
		}
		all, written = append(all, calendar), append(written, i)
	})
	for n, j := range judge(t, all...) {
		if len(j.faults) > 0 || len(j.events) != 1 {
			t.Errorf("%d events; %q in\n%s", len(j.events), j.faults, all[n])
			continue
		}
		if want := strings.TrimSpace(notify.Plain(written[n].Description)); j.events[0]["description"] != want {
			t.Errorf("the description is %q, want %q", j.events[0]["description"], want)
		}
	}
}

// The judge does judge: what breaks the standard is found.
func TestLibicalFindsFaults(t *testing.T) {
	good := string(invite(t, invitation()))
	for name, change := range map[string][2]string{
		"no DTSTAMP":   {"DTSTAMP:20260702T090000Z\r\n", ""},
		"no ORGANIZER": {"ORGANIZER;CN=Leeds Surgery:mailto:rota@example.org\r\n", ""},
		"two UIDs":     {"SEQUENCE:1\r\n", "SEQUENCE:1\r\nUID:another\r\n"},
		"no date":      {"DTSTART:20260714T070000Z", "DTSTART:tomorrow"},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing to change in\n%s", name, good)
		}
		if j := judge(t, []byte(bad))[0]; len(j.faults) == 0 {
			t.Errorf("%s: not found in\n%s", name, bad)
		}
	}
}
