package notify

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Data is what texts are made from. All of it that people wrote is untrusted: [Texts.Render] escapes it for where it
// goes (N6). What isn't known is left blank, and the built-in texts do without it.
type Data struct {
	Kind Kind
	// Product is what the host calls itself, and Link leads to where the person can act; https only.
	Product string
	Link    string
	// Name is that of the person who is told.
	Name string
	// Reference, Role, Place and the practice's Name and Phone are the session's.
	Reference string
	Role      string
	Place     string
	Practice  string
	Phone     string
	// Start and End are in the practice's zone (T1).
	Start time.Time
	End   time.Time
	// Clinician is the name of the clinician that it is about.
	Clinician string
	// Unreached is the name of whoever is to be phoned because nothing reached them, Notice in words what they were to be
	// told.
	Unreached string
	Notice    string
	// Reason is why, Message what somebody wrote.
	Reason  string
	Message string
	// Changes says field by field what changed (S5).
	Changes []FieldChange
	// Until is when an offer lapses, in the practice's zone.
	Until time.Time
	// Amount is what an invoice or a fee comes to, Cap the most that can be claimed.
	Amount session.Money
	Cap    session.Money
	// Due is the last day to pay.
	Due calendar.Date
	// Answer is what a clinician answered: accepted, declined or lapsed.
	Answer string
	// Findings says what somebody lacks to be eligible (A3), in words; empty: all is well again.
	Findings []string
	// SupportPhone and SupportEmail are how customer support is reached.
	SupportPhone string
	SupportEmail string
	// Items are what a digest lists, Omitted how many more there are.
	Items   []DigestItem
	Omitted int
}

// FieldChange is one field that changed, as a person reads it.
type FieldChange struct {
	Field string
	// From and To are blank where only that it changed is known.
	From string
	To   string
}

// DigestItem is one session of a digest.
type DigestItem struct {
	Reference string
	Role      string
	Practice  string
	// Start and End are in the practice's zone.
	Start   time.Time
	End     time.Time
	Rate    session.Rate
	Channel session.Channel
	// Applicants is how many have applied.
	Applicants int
}

// When says when the session is: "Tue 14 Jul 2026, 08:00–18:30", or "" where that isn't known.
func (d Data) When() string { return when(d.Start, d.End) }

// When says when the session is.
func (i DigestItem) When() string { return when(i.Start, i.End) }

func when(start, end time.Time) string {
	if start.IsZero() {
		return ""
	}
	s := start.Format("Mon 2 Jan 2006, 15:04")
	switch {
	case end.IsZero():
		return s
	case start.Format(time.DateOnly) == end.Format(time.DateOnly):
		return s + "–" + end.Format("15:04")
	}
	return s + " to " + end.Format("Mon 2 Jan, 15:04")
}

// Day is the date of the session's start: "Tue 14 Jul".
func (d Data) Day() string {
	if d.Start.IsZero() {
		return ""
	}
	return d.Start.Format("Mon 2 Jan")
}

// UntilWords says until when an offer stands: "18:00 on Tue 14 Jul".
func (d Data) UntilWords() string {
	if d.Until.IsZero() {
		return ""
	}
	return d.Until.Format("15:04 on Mon 2 Jan")
}

// At is " at " and the practice's name, or "" where that isn't known.
func (d Data) At() string { return before(" at ", d.Practice) }

// On is " on " and the date of the start, or "" where that isn't known.
func (d Data) On() string { return before(" on ", d.Day()) }

// Session is "session #4011234", or "the session" where the reference isn't known.
func (d Data) Session() string {
	if d.Reference == "" {
		return "the session"
	}
	return "session " + d.Reference
}

// Who is the clinician's name, or "the clinician".
func (d Data) Who() string {
	if d.Clinician == "" {
		return "the clinician"
	}
	return d.Clinician
}

// Whom is the name of whoever is to be phoned, or "somebody".
func (d Data) Whom() string {
	if d.Unreached == "" {
		return "somebody"
	}
	return d.Unreached
}

// Sum is the amount as a person reads it: "£630.00", or "" where there is none.
func (d Data) Sum() string { return sum(d.Amount) }

// Most is the most that can be claimed, as a person reads it.
func (d Data) Most() string { return sum(d.Cap) }

func sum(m session.Money) string {
	if m.IsZero() {
		return ""
	}
	return m.String()
}

func before(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}

// FromEvent fills in what an event says by itself: reference, role, times in the practice's zone, amounts, changes.
// Names, reasons and messages are for the caller to add; the record has none of them (P4). A fact that can't be read
// is left out.
func FromEvent(e session.Event, k Kind, zone *time.Location) Data {
	if zone == nil {
		zone = time.UTC
	}
	instant := func(name string) time.Time {
		t, err := time.Parse(time.RFC3339Nano, e.Facts[name])
		if err != nil {
			return time.Time{}
		}
		return t.In(zone)
	}
	money := func(name string) session.Money {
		amount, err := decimal.NewFromString(e.Facts[name])
		if err != nil {
			return session.Money{}
		}
		return session.Money{Amount: amount, Currency: session.Currency(e.Facts["currency"])}
	}
	d := Data{
		Kind: k, Reference: e.Facts["reference"], Role: e.Facts["role"], Start: instant("start"), End: instant("end"),
		Until: instant("until"), Amount: money("amount"), Cap: money("cap"),
		Changes: changes(e.Facts, zone), Findings: findings(e.Facts["findings"]), Answer: answer(e.Kind),
	}
	d.Notice = Kind(e.Facts["notice"]).Words()
	if due, err := calendar.ParseDate(e.Facts["due"]); err == nil {
		d.Due = due
	}
	// A support case has a target, a fee the instant at which time takes the next step.
	for _, name := range []string{"target", "due"} {
		if d.Until.IsZero() {
			d.Until = instant(name)
		}
	}
	if k == EarningsDeclared {
		d.Amount = money("earned")
	}
	if k == CallDue {
		d.Phone = e.Facts["call_phone"]
	}
	return d
}

// answer is what a kind of event says a clinician answered; blank where it says nothing of the sort.
func answer(kind session.EventKind) string {
	switch kind {
	case "booking.confirmed", "booking.change_acknowledged":
		return "accepted"
	case "booking.offer_declined", "booking.cancelled":
		return "declined"
	case "booking.offer_lapsed":
		return "lapsed"
	default:
		return ""
	}
}

// changedFields are the fields of a change, in the order in which they are told, with how their facts read.
var changedFields = []struct {
	name string
	read func(f session.Facts, side string, zone *time.Location) string
}{
	{"role", plainFact("role")},
	{"start", timeFact("start")},
	{"end", timeFact("end")},
	{"break", func(f session.Facts, side string, _ *time.Location) string { return minutes(f["break."+side]) }},
	{"rate", func(f session.Facts, side string, _ *time.Location) string {
		amount, err := decimal.NewFromString(f["rate."+side])
		if err != nil {
			return ""
		}
		r := session.Rate{Amount: amount, Currency: session.Currency(f["currency."+side])}
		if r.Per.UnmarshalText([]byte(f["per."+side])) != nil {
			return ""
		}
		return r.String()
	}},
	{"place", plainFact("place")},
	{"instructions", plainFact("instructions")},
}

func plainFact(name string) func(session.Facts, string, *time.Location) string {
	return func(f session.Facts, side string, _ *time.Location) string { return f[name+"."+side] }
}

func timeFact(name string) func(session.Facts, string, *time.Location) string {
	return func(f session.Facts, side string, zone *time.Location) string {
		t, err := time.Parse(time.RFC3339Nano, f[name+"."+side])
		if err != nil {
			return ""
		}
		return t.In(zone).Format("Mon 2 Jan 2006, 15:04")
	}
}

func minutes(s string) string {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return ""
	case n == 0:
		return "none"
	}
	return s + " minutes"
}

func changes(f session.Facts, zone *time.Location) []FieldChange {
	var told []FieldChange
	for _, field := range changedFields {
		_, from := f[field.name+".from"]
		_, to := f[field.name+".to"]
		if !from && !to && f[field.name] != "changed" {
			continue
		}
		told = append(told, FieldChange{
			Field: field.name, From: field.read(f, "from", zone), To: field.read(f, "to", zone),
		})
	}
	return told
}

// findings turns the keys of what is lacking into words: "document_expired/dbs" reads "document expired: dbs".
func findings(s string) []string {
	if s == "" {
		return nil
	}
	var words []string
	for key := range strings.SplitSeq(s, ",") {
		words = append(words, strings.NewReplacer("_", " ", "/", ": ").Replace(key))
	}
	return words
}
