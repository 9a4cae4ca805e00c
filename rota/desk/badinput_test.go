package desk_test

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// wrong is one way in which a field can be given wrongly, or left out.
type wrong struct {
	name string
	// value is what the field is given; with edit the whole of the arguments is changed instead.
	value any
	edit  func(st *stage, args []reflect.Value)
	// names is what the error names instead of the field itself.
	names string
	// code is the error's, where by its nature it names no field.
	code string
	// fine says why it is no mistake at all, and succeeds.
	fine string
}

// form is a command or query that succeeds, and everything that can be wrong with it.
type form struct {
	// labels name the arguments after the context; the fields of a blank one stand for themselves.
	labels []string
	valid  func(st *stage) []any
	fields fields
}

type fields map[string][]wrong

// with returns the fields of both, those of more in preference.
func (f fields) with(more fields) fields {
	all := maps.Clone(f)
	maps.Copy(all, more)
	return all
}

// as marks each way as one that names another field.
func as(names string, all []wrong) []wrong {
	all = slices.Clone(all)
	for i := range all {
		all[i].names = names
	}
	return all
}

func not(name string, value any) wrong        { return wrong{name: name, value: value} }
func names(field string, w wrong) wrong       { w.names = field; return w }
func coded(code string, w wrong) wrong        { w.code = code; return w }
func fine(why, name string, value any) wrong  { return wrong{name: name, value: value, fine: why} }
func elsewhere[T any](f func(*stage) T) wrong { return abroad("of another tenant", f) }
func sibling[T any](f func(*stage) T) wrong   { return abroad("of another practice", f) }
func join(all ...any) []wrong {
	var list []wrong
	for _, one := range all {
		switch v := one.(type) {
		case wrong:
			list = append(list, v)
		case []wrong:
			list = append(list, v...)
		}
	}
	return list
}

func abroad[T any](name string, f func(*stage) T) wrong {
	return wrong{name: name, value: func(st *stage) any { return f(st) }}
}

// badIDs is what no id may be.
var badIDs = []wrong{
	not("missing", ""), not("blank", "   "), not("with a space", "two words"), not("129 bytes", strings.Repeat("x", 129)),
	not("with a NUL", "a\x00b"), not("not UTF-8", "a\xffb"), not("with a control character", "a\u0007b"),
}

// someID is what no optional id may be.
var someID = badIDs[2:]

// unknownID names nothing.
var unknownID = not("unknown", "nobody-knows-it")

// badTexts is what no text may be, texts what no required one may be.
var (
	badTexts = []wrong{
		not("not UTF-8", "a\xffb"), not("with a NUL", "a\x00b"), not("4,001 characters", strings.Repeat("é", 4001)),
	}
	texts    = join(not("missing", ""), not("blank", " \t\n"), not("invisible", "\u200b"), badTexts)
	optional = join(fine("it may be left out", "missing", ""), badTexts)
	badNames = []wrong{
		not("not UTF-8", "a\xffb"), not("201 bytes", strings.Repeat("x", 201)), not("two lines", "a\nb"),
	}
	either = []wrong{fine("either is an answer", "false", false), fine("either is an answer", "true", true)}
)

func enumOf(required bool) []wrong {
	all := []wrong{not("unknown", 99), not("greatest", 255)}
	if required {
		return join(not("missing", 0), all)
	}
	return join(fine("it has a default", "missing", 0), all)
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// badAmounts is what nothing to be paid may come to.
var badAmounts = []wrong{
	not("zero", dec("0")), not("negative", dec("-1")), not("finer than a farthing", dec("1.00001")),
	not("a thousand million", dec("1000000000")), not("beyond measure", decimal.New(1, 1_000_000_000)),
	not("below measure", decimal.New(1, -1_000_000_000)), not("negative beyond measure", decimal.New(-1, 1_000_000_000)),
}

var badCurrencies = []wrong{
	not("missing", ""), not("small letters", "gbp"), not("four letters", "GBPX"), not("a sign", "£"), not("not UTF-8", "G\xffP"),
}

// badTimes is what no instant in the life of a session may be.
var badTimes = []wrong{
	not("missing", time.Time{}), not("in the year 1", time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)),
	not("in the year 9999", time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)),
	not("beyond all years", time.Unix(1<<60, 0)), not("before all years", time.Unix(-1<<60, 0)),
}

// badDates is what no date may be.
var badDates = []wrong{
	not("in the year 1", calendar.MustDate(1, 1, 1)), not("in the year 9999", calendar.MustDate(9999, 12, 31)),
	not("before the calendar", calendar.MustDate(2010, 12, 31)), not("after the calendar", calendar.MustDate(2200, 1, 1)),
}

// badBreaks is what no break of a ten-hour session may be.
var badBreaks = []wrong{
	not("negative", -time.Minute), not("half a minute", 30*time.Second), not("as long as the session", 10*time.Hour),
	not("longest", time.Duration(math.MaxInt64)), not("shortest", time.Duration(math.MinInt64)),
}

// actor is what is wrong with whoever does something: root is the field by which they miss what isn't theirs.
func actor(by session.Actor, root string) fields {
	strange := func(field string, wanted bool, other wrong) []wrong {
		if wanted {
			return join(badIDs, other)
		}
		return []wrong{not("given to a capacity without", field)}
	}
	c := by.Capacity
	other := func(name, value string) wrong {
		if root == "" {
			return fine("they see their own, which is nothing", name, value)
		}
		return names(root, not(name, value))
	}
	f := fields{
		"By.Person":    strange("somebody", c != session.AsSystem, fine("the host vouches for who it is", "a colleague", "p-colleague")),
		"By.Capacity":  {not("missing", 0), not("unknown", 6), not("greatest", 255)},
		"By.Provider":  strange("north", c.Client(), other("another tenant", "south")),
		"By.Practice":  strange("leeds", c == session.AsPractice, other("another practice", "york")),
		"By.Clinician": strange("ada", c == session.AsClinician, other("another clinician", "ben")),
	}
	return f
}

// head is what is wrong with the head of a command.
func head(by session.Actor, root string) fields {
	return actor(by, root).with(fields{"ID": badIDs})
}

// command is a form of a command.
func command[C any](valid func(st *stage) C, all ...fields) form {
	f := form{labels: []string{""}, valid: func(st *stage) []any { return []any{valid(st)} }, fields: fields{}}
	for _, more := range all {
		f.fields = f.fields.with(more)
	}
	return f
}

// edits changes a command in more places than one.
func edits[C any](name string, f func(c *C)) wrong {
	return wrong{name: name, edit: func(_ *stage, args []reflect.Value) {
		c, _ := args[0].Addr().Interface().(*C)
		f(c)
	}}
}

// bathBooks makes South a booking of Cas's in Bath, 20 days on.
func (st *stage) bathBooks() rota.Booked {
	st.t.Helper()
	day, err := calendar.ParseDate(st.clock().AddDate(0, 0, 20).Format(time.DateOnly))
	if err != nil {
		st.t.Fatal(err)
	}
	s := st.posts(func(c *session.Post) {
		c.Command, c.Practice = st.do(byBath), "bath"
		c.Start.Date, c.End.Date = day, day
	})
	a := st.applies(byCas, s)
	return must[rota.Booked](st.t)(st.desk.Accept(st.t.Context(), rota.Accept{
		Command: st.do(byBath), Application: a.Application.ID,
	}))
}

// yorkPosts makes North another session, in York.
func (st *stage) yorkPosts() session.Session {
	st.t.Helper()
	return st.posts(func(c *session.Post) {
		c.Command, c.Practice = st.do(byYork), "york"
		c.Start, c.End = wall(20, time.November, "08:00"), wall(20, time.November, "18:00")
	})
}

func (st *stage) bathApplies() rota.Application {
	st.t.Helper()
	s := st.posts(func(c *session.Post) {
		c.Command, c.Practice = st.do(byBath), "bath"
		c.Start, c.End = wall(20, time.November, "08:00"), wall(20, time.November, "18:00")
	})
	return st.applies(byCas, s).Application
}

func (st *stage) bathBills() booking.Invoice {
	st.t.Helper()
	b := st.bathBooks()
	st.at(b.Booking.Terms.Span.End.Add(time.Hour).Format(time.RFC3339Nano))
	st.ok(booking.Complete{Command: st.do(bySystem), Session: b.Session.ID})
	c := st.hours(b)
	c.Command = st.do(byCas)
	st.ok(c)
	out, _ := st.ok(booking.ApproveHours{Command: st.do(byBath), Booking: b.Booking.ID}).(booking.Approved)
	return out.Invoice
}

func (st *stage) bathOpens() withdrawal.Case {
	st.t.Helper()
	b := st.bathBooks()
	st.at(b.Booking.Terms.Span.Start.Add(-72 * time.Hour).Format(time.RFC3339Nano))
	c := st.caseOf(b)
	c.Command, c.PracticeName = st.do(byBath), "Bath Surgery"
	c.Date, _ = calendar.ParseDate(b.Booking.Terms.Span.Start.Format(time.DateOnly))
	out, _ := st.ok(c).(withdrawal.Case)
	return out
}

// The roots: fields that name what a command is about.
var (
	ofSession = fields{"Session": join(badIDs, unknownID,
		elsewhere(func(st *stage) session.SessionID { return st.bathBooks().Session.ID }),
		sibling(func(st *stage) session.SessionID { return st.yorkPosts().ID }))}
	anySession = fields{"Session": join(badIDs, unknownID)}
	ofBooking  = fields{"Booking": join(badIDs, unknownID,
		elsewhere(func(st *stage) session.BookingID { return st.bathBooks().Booking.ID }))}
	anyBooking    = fields{"Booking": join(badIDs, unknownID)}
	ofApplication = fields{"Application": join(badIDs, unknownID,
		elsewhere(func(st *stage) session.ApplicationID { return st.bathApplies().ID }))}
	ofInvoice = fields{"Invoice": join(badIDs, unknownID,
		elsewhere(func(st *stage) session.InvoiceID { return st.bathBills().ID }))}
	ofCase = fields{"Case": join(badIDs, unknownID,
		elsewhere(func(st *stage) session.CaseID { return st.bathOpens().ID }))}
	anyCase = fields{"Case": join(badIDs, unknownID)}
)

// notice is what is wrong with a notice at a path; days says whether it counts calendar days, or else business days.
func notice(path string, amount int, unit calendar.Unit) fields {
	return fields{
		path + ".Amount": {not("negative", -1), not("a hundred thousand and one", 100_001),
			fine("a policy may ask for none", "zero", 0), fine("or for more", "one more", amount+1)},
		path + ".Unit":           enumOf(true),
		path + ".ExactlyIsShort": either,
		path + ".Elapsed": {
			fine("the first reading", "false", false),
			wrong{name: "true", value: true, fine: map[bool]string{true: "the second reading"}[unit == calendar.CalendarDays]},
		},
		path + ".DeemedAfter": {
			fine("no daily cut-off", "missing", calendar.Clock{}), not("midnight at the end", calendar.MustClock(24, 0)),
			wrong{name: "afternoon", value: calendar.MustClock(16, 0),
				fine: map[bool]string{true: "the second reading"}[unit == calendar.BusinessDays]},
		},
	}
}

var badPercents = []wrong{
	not("negative", dec("-0.01")), not("beyond measure", decimal.New(1, 1_000_000_000)),
	not("below measure", decimal.New(1, -1_000_000_000)),
}

var policyFields = notice("Policy.Withdraw.Notice", 7, calendar.CalendarDays).
	with(notice("Policy.Fee.Notice", 5, calendar.BusinessDays)).
	with(notice("Policy.Fee.Scale[].Notice", 5, calendar.BusinessDays)).
	with(notice("Policy.Cancel.Call", 72, calendar.ElapsedHours)).
	with(fields{
		"Policy.Version":  {not("missing", 0), not("negative", -1), not("two on", 2), not("greatest", math.MaxInt)},
		"Policy.Provider": join(badIDs, not("of another tenant", "south")),
		"Policy.ValidFrom": {
			not("missing", time.Time{}), not("in the past", opening.Add(-time.Second)),
			not("in the year 1", time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)), not("before all years", time.Unix(-1<<60, 0)),
		},
		"Policy.Withdraw.RotaProEverywhere": either,
		"Policy.Fee.Grace": {not("negative", -1), fine("none", "zero", 0),
			fine("an hour", "an hour", withdrawal.Length(time.Hour))},
		"Policy.Fee.CapPercent":      badPercents,
		"Policy.Fee.ClaimWithin":     {not("zero", 0), not("negative", -1)},
		"Policy.Fee.AnswerWithin":    {not("zero", 0), not("negative", -1)},
		"Policy.Fee.Scale[].Percent": badPercents,
		"Policy.Fee.Scale[].BookedLate": {
			fine("the same as in time", "missing", decimal.NullDecimal{}),
			not("negative", decimal.NewNullDecimal(dec("-1"))),
			not("beyond measure", decimal.NewNullDecimal(decimal.New(1, 1_000_000_000))),
		},
		"Policy.Change.Time":                   {not("negative", -1), fine("no tolerance", "zero", 0)},
		"Policy.Change.PayDownPercent":         join(badPercents, not("more than all", dec("100.01")), fine("no tolerance", "zero", dec("0"))),
		"Policy.Applications.Choosing":         enumOf(true),
		"Policy.Applications.OfferAllocations": either,
		"Policy.Applications.OfferFor":         {not("negative", -1)},
		"Policy.Eligibility.Required[]": {
			not("blank", ""), not("not UTF-8", "a\xffb"), not("with a NUL", "a\x00b"), not("named twice", "dbs"),
		},
	})

// local is what is wrong with the local times of a session that starts at 08:00 and lasts ten hours.
var post = fields{
	"Practice": join(badIDs, not("unknown", "nowhere"), not("another practice", "york"), not("of another tenant", "bath")),
	"Draft":    either,
	"Role":     join(not("missing", ""), not("blank", "  "), badNames),
	"Start.Date": join(not("missing", calendar.Date{}), badDates, edits("in the past", func(c *session.Post) {
		c.Start, c.End = wall(1, time.July, "08:00"), wall(1, time.July, "18:00")
	}), names("End", not("four days earlier", calendar.MustDate(2026, 7, 10)))),
	"Start.Clock": {
		not("missing", calendar.Clock{}), names("End", not("at the end", calendar.MustClock(18, 0))),
		edits("skipped by a clock change", func(c *session.Post) {
			c.Start, c.End = local("2027-03-28", "01:30"), local("2027-03-28", "10:00")
		}),
		edits("repeated by a clock change", func(c *session.Post) {
			c.Start, c.End = local("2026-10-25", "01:30"), local("2026-10-25", "10:00")
		}),
	},
	"Start.Fold": {fine("the time happens once", "earlier", calendar.Earlier), not("unknown", 3), not("greatest", 255)},
	"End.Date": join(not("missing", calendar.Date{}), badDates, not("before the start", calendar.MustDate(2026, 7, 13)),
		not("four days on", calendar.MustDate(2026, 7, 18))),
	"End.Clock": {
		not("missing", calendar.Clock{}), not("at the start", calendar.MustClock(8, 0)),
		edits("skipped by a clock change", func(c *session.Post) {
			c.Start, c.End = local("2027-03-27", "20:00"), local("2027-03-28", "01:30")
		}),
		edits("repeated by a clock change", func(c *session.Post) {
			c.Start, c.End = local("2026-10-24", "20:00"), local("2026-10-25", "01:30")
		}),
	},
	"End.Fold":      {fine("the time happens once", "later", calendar.Later), not("unknown", 3), not("greatest", 255)},
	"Break":         join(fine("no break", "none", time.Duration(0)), badBreaks),
	"Rate.Amount":   join(badAmounts, not("not worth a penny", dec("0.0004"))),
	"Rate.Currency": join(badCurrencies, fine("any currency can be paid", "another", "EUR")),
	"Rate.Per":      enumOf(true),
	"Place":         join(fine("it may be left out", "missing", ""), badNames),
	"Instructions":  optional,
	"Channel":       enumOf(true),
	"Choosing":      enumOf(false),
	"Replaces": join(fine("it is a new one", "missing", ""), someID, unknownID,
		elsewhere(func(st *stage) session.SessionID { return st.bathBooks().Session.ID }),
		abroad("not withdrawn", func(st *stage) session.SessionID { return st.posts().ID })),
	"EngagementStart.Date": {
		edits("missing", func(c *session.Post) { c.EngagementStart = calendar.Local{} }).because("it begins with the session"),
		edits("in the year 1", func(c *session.Post) { c.EngagementStart = local("0001-01-01", "08:00") }),
		edits("in the year 9999", func(c *session.Post) { c.EngagementStart = local("9999-12-31", "08:00") }),
		edits("before the calendar", func(c *session.Post) { c.EngagementStart = local("2010-12-31", "08:00") }),
		edits("after the session", func(c *session.Post) { c.EngagementStart = local("2026-07-15", "08:00") }),
		names("EngagementStart.Clock", edits("without a time", func(c *session.Post) { c.EngagementStart.Date = calendar.MustDate(2026, 7, 13) })),
	},
	"EngagementStart.Clock": {
		names("EngagementStart.Date", edits("without a date", func(c *session.Post) { c.EngagementStart.Clock = calendar.MustClock(8, 0) })),
		edits("skipped by a clock change", func(c *session.Post) { c.EngagementStart = local("2026-03-29", "01:30") }),
	},
	"EngagementStart.Fold": {
		edits("unknown", func(c *session.Post) {
			c.EngagementStart = wall(13, time.July, "08:00")
			c.EngagementStart.Fold = 3
		}),
		names("EngagementStart.Date", edits("without a date", func(c *session.Post) { c.EngagementStart.Fold = calendar.Later })),
	},
}

func local(date, clock string) calendar.Local {
	d, err := calendar.ParseDate(date)
	if err != nil {
		panic(err)
	}
	c, err := calendar.ParseClock(clock)
	if err != nil {
		panic(err)
	}
	return calendar.Local{Date: d, Clock: c}
}

var change = fields{
	"Role": join(fine("it stays as it is", "missing", ""), badNames),
	"Start.Date": join(not("missing", calendar.Date{}), badDates, edits("in the past", func(c *rota.Change) {
		c.Start, c.End = wall(1, time.July, "08:00"), wall(1, time.July, "18:00")
	}), names("End", not("four days earlier", calendar.MustDate(2026, 7, 11)))),
	"Start.Clock": {
		not("missing", calendar.Clock{}), names("End", not("at the end", calendar.MustClock(18, 0))),
		edits("skipped by a clock change", func(c *rota.Change) {
			c.Start, c.End = local("2027-03-28", "01:30"), local("2027-03-28", "10:00")
		}),
		edits("repeated by a clock change", func(c *rota.Change) {
			c.Start, c.End = local("2026-10-25", "01:30"), local("2026-10-25", "10:00")
		}),
		edits("alone, after the end", func(c *rota.Change) { c.End = calendar.Local{}; c.Start = wall(14, time.July, "19:00") }),
	},
	"Start.Fold": {fine("the time happens once", "earlier", calendar.Earlier), not("unknown", 3), not("greatest", 255)},
	"End.Date": join(not("missing", calendar.Date{}), badDates, not("before the start", calendar.MustDate(2026, 7, 14)),
		not("four days on", calendar.MustDate(2026, 7, 19))),
	"End.Clock": {
		not("missing", calendar.Clock{}), not("at the start", calendar.MustClock(8, 0)),
		edits("alone, before the start", func(c *rota.Change) { c.Start = calendar.Local{}; c.End = wall(14, time.July, "07:00") }),
	},
	"End.Fold": {fine("the time happens once", "later", calendar.Later), not("unknown", 3), not("greatest", 255)},
	"Break":    join(edits("missing", func(c *rota.Change) { c.Break = nil }).because("it stays as it is"), badBreaks),
	"Rate.Amount": join(edits("missing", func(c *rota.Change) { c.Rate = session.Rate{} }).because("it stays as it is"),
		badAmounts, not("not worth a penny", dec("0.0004"))),
	"Rate.Currency": badCurrencies,
	"Rate.Per":      enumOf(true),
	"Place": join(edits("missing", func(c *rota.Change) { c.Place = nil }).because("it stays as it is"),
		fine("it is cleared", "blank", ""), badNames),
	"Instructions": join(edits("missing", func(c *rota.Change) { c.Instructions = nil }).because("it stays as it is"),
		fine("it is cleared", "blank", ""), badTexts),
	"Override": optional,
}

func (w wrong) because(why string) wrong { w.fine = why; return w }

func amountOf(more ...any) fields {
	return fields{
		"Amount.Amount":   join(badAmounts, not("in tenths of a penny", dec("1.001")), join(more...)),
		"Amount.Currency": join(badCurrencies, not("another currency", "EUR")),
	}
}

// commandForms are all commands of the desk. A second form of one command stands behind a slash.
func commandForms() map[string]form {
	all := sessionForms()
	maps.Copy(all, rotaForms())
	maps.Copy(all, bookingForms())
	maps.Copy(all, withdrawalForms())
	maps.Copy(all, feeForms())
	return all
}

func sessionForms() map[string]form {
	return map[string]form{
		"Post": command(func(st *stage) session.Post { return st.shift() }, head(byLeeds, "Practice"), post),
		"Publish": command(func(st *stage) session.Publish {
			return session.Publish{Session: st.posts(func(c *session.Post) { c.Draft = true }).ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Session"), ofSession),
		"Expire": command(func(st *stage) session.Expire {
			s := st.posts()
			st.at("2026-07-14T07:00:00Z")
			return session.Expire{Command: st.do(bySystem), Session: s.ID}
		}, head(bySystem, ""), anySession),
		"Complete": command(func(st *stage) booking.Complete {
			b := st.books()
			st.at("2026-07-14T17:00:00Z")
			return booking.Complete{Command: st.do(bySystem), Session: b.Session.ID}
		}, head(bySystem, ""), anySession),
		"EraseText": command(func(st *stage) session.EraseText {
			return session.EraseText{Text: st.opens().Reason, Command: st.do(bySupport)}
		}, head(bySupport, ""), fields{"Text": join(badIDs, unknownID)}),
		"SetPreferences": command(func(st *stage) notify.SetPreferences {
			return notify.SetPreferences{
				Command: st.do(byAda), Person: "p-ada", Emails: notify.Emails{Pay: notify.Off},
				Quiet: &notify.Quiet{From: calendar.MustClock(22, 0), To: calendar.MustClock(7, 0)},
			}
		}, head(byAda, ""), settingsFields),
	}
}

var settingsFields = func() fields {
	f := fields{
		"By.Person": join(badIDs, coded("forbidden", not("somebody else", "p-ben"))),
		"Person": join(badIDs, coded("forbidden", not("somebody else", "p-ben")),
			coded("forbidden", not("of another tenant", "p-bath"))),
		"Quiet.From": {not("missing", calendar.Clock{}), names("Quiet.To", not("the end", calendar.MustClock(7, 0))),
			edits("not at all", func(c *notify.SetPreferences) { c.Quiet = nil }).because("they stay as they are")},
		"Quiet.To": {not("missing", calendar.Clock{}), not("the beginning", calendar.MustClock(22, 0)),
			edits("both missing", func(c *notify.SetPreferences) { c.Quiet = &notify.Quiet{} }).because("none from now on")},
	}
	for _, name := range []string{
		"Emails.Applications", "Emails.Bookings", "Emails.Pay", "Emails.Messages", "Emails.Cases", "Pushes.Accepted",
		"Pushes.Paid", "Pushes.Message", "Pushes.Cancelled", "Pushes.Updated", "Digests.Rota", "Digests.Marketplace",
		"Reminders",
	} {
		f[name] = enumOf(false)
	}
	return f
}()

func rotaForms() map[string]form {
	return map[string]form{
		"Apply": command(func(st *stage) rota.Apply {
			return rota.Apply{Session: st.posts().ID, Command: st.do(byAda)}
		}, head(byAda, "By.Clinician"), fields{
			"By.Clinician": join(badIDs, not("unknown", "nobody-knows-it"), fine("they may apply as well", "another clinician", "ben"),
				names("Session", not("of another tenant", "cas"))),
			"Session": join(badIDs, unknownID, abroad("of another tenant", func(st *stage) session.SessionID {
				st.clinician("ada", nil)
				return st.bathBooks().Session.ID
			}), abroad("a draft", func(st *stage) session.SessionID {
				return st.posts(func(c *session.Post) { c.Draft = true }).ID
			})),
		}),
		"Retract": command(func(st *stage) rota.Retract {
			return rota.Retract{Application: st.applies(byAda, st.posts()).Application.ID, Command: st.do(byAda)}
		}, head(byAda, "Application"), ofApplication),
		"Accept": command(func(st *stage) rota.Accept {
			return rota.Accept{Application: st.applies(byAda, st.posts()).Application.ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Application"), ofApplication, fields{"Override": optional}),
		"Decline": command(func(st *stage) rota.Decline {
			return rota.Decline{Application: st.applies(byAda, st.posts()).Application.ID, Command: st.do(byLeeds), Reason: "No."}
		}, head(byLeeds, "Application"), ofApplication, fields{"Reason": optional}),
		"Allocate": command(func(st *stage) rota.Allocate {
			return rota.Allocate{Session: st.posts().ID, Command: st.do(byManager), Clinician: "ada"}
		}, head(byManager, "Session"), fields{
			"Session": join(badIDs, unknownID,
				elsewhere(func(st *stage) session.SessionID { return st.bathBooks().Session.ID })),
			"Clinician": join(badIDs, unknownID, not("of another tenant", "cas")), "Override": optional,
		}),
		"AcceptOffer": command(func(st *stage) rota.AcceptOffer {
			return rota.AcceptOffer{Booking: st.offers().Booking.ID, Command: st.do(byAda)}
		}, head(byAda, "Booking"), ofBooking),
		"DeclineOffer": command(func(st *stage) rota.DeclineOffer {
			return rota.DeclineOffer{Booking: st.offers().Booking.ID, Command: st.do(byAda), Reason: "Sorry."}
		}, head(byAda, "Booking"), ofBooking, fields{"Reason": optional}),
		"LapseOffer": command(func(st *stage) rota.LapseOffer {
			b := st.offers().Booking
			st.at("2026-07-05T09:00:00Z")
			return rota.LapseOffer{Command: st.do(bySystem), Booking: b.ID}
		}, head(bySystem, ""), anyBooking),
		"Change": command(func(st *stage) rota.Change {
			return rota.Change{
				Session: st.books().Session.ID, Command: st.do(byLeeds), Role: "ANP",
				Start: wall(15, time.July, "08:00"), End: wall(15, time.July, "18:00"), Break: addr(30 * time.Minute),
				Rate:  session.Rate{Amount: dec("80"), Currency: session.GBP, Per: session.PerHour},
				Place: addr("Room 2"), Instructions: addr("Knock."),
			}
		}, head(byLeeds, "Session"), ofSession, change),
		"AcknowledgeChange": command(func(st *stage) rota.AcknowledgeChange {
			b := st.changes().Booking
			return rota.AcknowledgeChange{Booking: b.ID, Shown: b.Pending.Shown(), Command: st.do(byAda)}
		}, head(byAda, "Booking"), ofBooking, fields{"Shown": shownChange()}),
		"RefuseChange": command(func(st *stage) rota.RefuseChange {
			b := st.changes().Booking
			return rota.RefuseChange{Booking: b.ID, Shown: b.Pending.Shown(), Command: st.do(byAda), Reason: "I can't."}
		}, head(byAda, "Booking"), ofBooking, fields{"Shown": shownChange(), "Reason": optional}),
		"VoidChange": command(func(st *stage) rota.VoidChange {
			b := st.changes().Booking
			st.at("2026-07-14T07:00:00Z")
			return rota.VoidChange{Command: st.do(bySystem), Booking: b.ID}
		}, head(bySystem, ""), anyBooking),
		"Recheck": command(func(st *stage) rota.Recheck {
			b := st.books().Booking
			st.clinician("ada", func(f *rota.ClinicianFacts) { f.Documents = nil })
			return rota.Recheck{Command: st.do(bySystem), Booking: b.ID}
		}, head(bySystem, ""), anyBooking),
	}
}

func bookingForms() map[string]form {
	return map[string]form{
		"StateHours": command(func(st *stage) booking.StateHours { return st.hours(st.works()) },
			head(byAda, "Booking"), ofBooking, fields{
				"Start": join(badTimes[0], as("", badTimes[1:2]), names("End", badTimes[2]), names("End", badTimes[3]), badTimes[4],
					not("13 hours early", instant("2026-07-13T18:00:00Z")), names("End", not("the end", instant("2026-07-14T17:00:00Z")))),
				"End": join(badTimes, not("in the future", instant("2026-07-14T17:00:01Z")),
					not("the start", instant("2026-07-14T07:00:00Z"))),
				"Break": join(fine("no break", "none", time.Duration(0)), badBreaks),
			}),
		"ApproveHours": command(func(st *stage) booking.ApproveHours {
			return booking.ApproveHours{Booking: st.states().Booking.ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Booking"), ofBooking),
		"QueryHours": command(func(st *stage) booking.QueryHours {
			return booking.QueryHours{Booking: st.states().Booking.ID, Command: st.do(byLeeds), Reason: "You left at noon."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Reason": texts}),
		"SendInvoice": command(func(st *stage) booking.SendInvoice {
			return booking.SendInvoice{Invoice: st.bills().ID, Command: st.do(byAda), Due: calendar.MustDate(2026, 8, 14)}
		}, head(byAda, "Invoice"), ofInvoice, fields{
			"Due": join(not("missing", calendar.Date{}), badDates, not("yesterday", calendar.MustDate(2026, 7, 13))),
		}),
		"QueryInvoice": command(func(st *stage) booking.QueryInvoice {
			return booking.QueryInvoice{Invoice: st.sends().ID, Command: st.do(byLeeds), Reason: "Too much."}
		}, head(byLeeds, "Invoice"), ofInvoice, fields{"Reason": texts}),
		"PayInvoice": command(func(st *stage) booking.PayInvoice {
			return booking.PayInvoice{Invoice: st.sends().ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Invoice"), ofInvoice),
		"RecordNoShow": command(func(st *stage) booking.RecordNoShow {
			return booking.RecordNoShow{Booking: st.works().Booking.ID, Command: st.do(byLeeds), Reason: "Nobody came."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Reason": texts}),
		"EndEarly": command(func(st *stage) booking.EndEarly {
			return booking.EndEarly{
				Booking: st.works().Booking.ID, Command: st.do(byAda), At: instant("2026-07-14T12:00:00Z"), Reason: "A flood.",
			}
		}, head(byAda, "Booking"), ofBooking, fields{
			"Reason": texts, "At": join(badTimes, not("the start", instant("2026-07-14T07:00:00Z")),
				not("the end", instant("2026-07-14T17:00:00Z"))),
		}),
		"SendMessage": command(func(st *stage) booking.SendMessage {
			s := st.posts()
			st.applies(byAda, s)
			return booking.SendMessage{Command: st.do(byLeeds), Session: s.ID, To: "ada", Body: "Could you come at nine?"}
		}, head(byLeeds, "Session"), ofSession, fields{
			"To": join(badIDs, coded("forbidden", not("who hasn't applied", "ben")), coded("forbidden", not("of another tenant", "cas")),
				coded("forbidden", unknownID)),
			"Body": texts,
		}),
		"SendMessage/clinician": command(func(st *stage) booking.SendMessage {
			s := st.posts()
			st.applies(byAda, s)
			return booking.SendMessage{Command: st.do(byAda), Session: s.ID, Body: "Is there a car park?"}
		}, head(byAda, ""), fields{
			"By.Clinician": join(badIDs, coded("forbidden", not("who hasn't applied", "ben")),
				names("Session", not("of another tenant", "cas"))),
			"Session": join(badIDs, unknownID, abroad("of another tenant", func(st *stage) session.SessionID {
				st.clinician("ada", nil)
				return st.bathBooks().Session.ID
			})),
			"To": {not("given", "ada"), fine("it goes to the practice", "missing", "")}, "Body": texts,
		}),
	}
}

// shownChange is refused where it is another change than the one that waits.
func shownChange() []wrong {
	return join(badIDs, coded("change_replaced", not("another", strings.Repeat("0", 64))))
}

func withdrawalForms() map[string]form {
	shown := fields{"Shown": join(badIDs, coded("assessment_stale", not("another", strings.Repeat("0", 64))))}
	openCase := fields{
		"Reference":    join(badIDs, unknownID, elsewhere(func(st *stage) session.Reference { return st.bathBooks().Session.Reference })),
		"PracticeName": join(texts, not("another", "York Surgery")),
		"Date":         join(not("missing", calendar.Date{}), badDates, not("another", calendar.MustDate(2026, 7, 15))),
		"Reason":       texts, "Keep": either,
	}
	return map[string]form{
		"Withdraw": command(func(st *stage) withdrawal.Withdraw {
			b := st.books()
			return withdrawal.Withdraw{
				Command: st.do(byLeeds), Session: b.Session.ID, Shown: st.withdrawal(byLeeds, b.Session.ID), Reason: "We closed.",
			}
		}, head(byLeeds, "Session"), ofSession, shown, fields{"Confirmed": either, "Reason": texts}),
		"Withdraw/unfilled": command(func(st *stage) withdrawal.Withdraw {
			s := st.posts()
			return withdrawal.Withdraw{
				Command: st.do(byLeeds), Session: s.ID, Shown: st.withdrawal(byLeeds, s.ID), Confirmed: true,
			}
		}, head(byLeeds, "Session"), ofSession, shown, fields{
			"Confirmed": {not("missing", false)}, "Reason": optional,
		}),
		"EndBooking": command(func(st *stage) withdrawal.EndBooking {
			b := st.books().Booking
			return withdrawal.EndBooking{
				Command: st.do(byLeeds), Booking: b.ID, Shown: st.ending(byLeeds, b.ID), Reason: "We found a partner.",
			}
		}, head(byLeeds, "Booking"), ofBooking, shown, fields{"Reason": texts}),
		"CancelBooking": command(func(st *stage) withdrawal.CancelBooking {
			b := st.books().Booking
			return withdrawal.CancelBooking{
				Command: st.do(byAda), Booking: b.ID, Shown: st.cancellation(byAda, b.ID), Reason: "I am ill.",
			}
		}, head(byAda, "Booking"), ofBooking, shown, fields{"Reason": optional, "AtRequest": either}),
		"DisputeCause": command(func(st *stage) withdrawal.DisputeCause {
			return withdrawal.DisputeCause{Booking: st.cancels().Booking.ID, Command: st.do(byLeeds), Reason: "We did not."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Reason": texts}),
		"ConfirmCall": command(func(st *stage) withdrawal.ConfirmCall {
			return withdrawal.ConfirmCall{Booking: st.cancels().Booking.ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Booking"), ofBooking),
		"OpenCase": command(func(st *stage) withdrawal.OpenCase {
			b := st.books()
			st.at("2026-07-10T09:00:00Z")
			return st.caseOf(b)
		}, head(byLeeds, "Reference"), openCase, fields{
			"Via":      join(enumOf(true), not("support's", withdrawal.ByPhone)),
			"Received": {fine("it is received now", "missing", time.Time{}), not("given", instant("2026-07-09T09:00:00Z"))},
		}),
		"OpenCase/support": command(func(st *stage) withdrawal.OpenCase {
			b := st.books()
			st.at("2026-07-10T09:00:00Z")
			c := st.caseOf(b)
			c.Command, c.Via, c.Received = st.do(bySupport), withdrawal.ByEmail, instant("2026-07-10T08:00:00Z")
			return c
		}, head(bySupport, ""), openCase, fields{
			"Reference": join(badIDs, unknownID),
			"Via":       join(enumOf(true), not("the practice's", withdrawal.ByForm)),
			"Received": join(fine("it is received now", "missing", time.Time{}), badTimes[1:],
				not("in the future", instant("2026-07-10T09:00:01Z"))),
		}),
		"ActionCase": command(func(st *stage) withdrawal.ActionCase {
			return withdrawal.ActionCase{Case: st.opens().ID, Command: st.do(bySupport)}
		}, head(bySupport, ""), anyCase),
		"RejectCase": command(func(st *stage) withdrawal.RejectCase {
			return withdrawal.RejectCase{Case: st.opens().ID, Command: st.do(bySupport), Reason: "It is too late."}
		}, head(bySupport, ""), anyCase, fields{"Reason": texts}),
		"RetractCase": command(func(st *stage) withdrawal.RetractCase {
			return withdrawal.RetractCase{Case: st.opens().ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Case"), ofCase),
		"PublishPolicy": command(func(st *stage) withdrawal.PublishPolicy { return st.policy() },
			head(byManager, "Policy.Provider"), policyFields),
	}
}

func feeForms() map[string]form {
	return map[string]form{
		"ProposeFee": command(func(st *stage) withdrawal.ProposeFee {
			return withdrawal.ProposeFee{Booking: st.claims().Booking.ID, Command: st.do(byAda), Amount: pounds(300), Note: "Please."}
		}, head(byAda, "Booking"), ofBooking, amountOf(not("above the cap", dec("630.01")),
			edits("missing, without a scale", func(c *withdrawal.ProposeFee) { c.Amount = session.Money{} })), fields{"Note": optional}),
		"CounterFee": command(func(st *stage) withdrawal.CounterFee {
			return withdrawal.CounterFee{Booking: st.proposes().Booking, Command: st.do(byLeeds), Amount: pounds(100), Note: "Hm."}
		}, head(byLeeds, "Booking"), ofBooking, amountOf(not("above the cap", dec("630.01"))), fields{"Note": optional}),
		"AgreeFee": command(func(st *stage) withdrawal.AgreeFee {
			return withdrawal.AgreeFee{Booking: st.proposes().Booking, Command: st.do(byLeeds), Amount: pounds(300)}
		}, head(byLeeds, "Booking"), ofBooking, amountOf(not("not the one on the table", dec("299.99")))),
		"WaiveFee": command(func(st *stage) withdrawal.WaiveFee {
			return withdrawal.WaiveFee{Booking: st.claims().Booking.ID, Command: st.do(byAda), Note: "Never mind."}
		}, head(byAda, "Booking"), ofBooking, fields{"Note": optional}),
		"DisputeFee": command(func(st *stage) withdrawal.DisputeFee {
			return withdrawal.DisputeFee{Booking: st.proposes().Booking, Command: st.do(byLeeds), Note: "It is too much."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Note": texts}),
		"DeclareEarnings": command(func(st *stage) withdrawal.DeclareEarnings {
			return withdrawal.DeclareEarnings{Booking: st.claims().Booking.ID, Command: st.do(byAda), Amount: pounds(200)}
		}, head(byAda, "Booking"), ofBooking, amountOf()),
		"AdvanceFee": command(func(st *stage) withdrawal.AdvanceFee {
			w := st.claims()
			st.at("2026-09-01T09:00:00Z")
			return withdrawal.AdvanceFee{Command: st.do(bySystem), Booking: w.Booking.ID}
		}, head(bySystem, ""), anyBooking),
	}
}

// TestBadInputOfCommands gives every command of the desk each of its fields missing, blank, out of range and of another
// tenant: a typed error names the field, and nothing changes.
func TestBadInputOfCommands(t *testing.T) {
	forms := commandForms()
	for _, name := range commandNames() {
		if _, ok := forms[name]; !ok {
			t.Errorf("the command %s has no form", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		t.Run(name, func(t *testing.T) { forms[name].test(t, name) })
	}
}

// commandNames are the methods of the desk that take a command.
func commandNames() []string {
	var all []string
	for m := range methods() {
		if isCommand(m.Type) {
			all = append(all, m.Name)
		}
	}
	return all
}

func methods() func(func(reflect.Method) bool) {
	return func(yield func(reflect.Method) bool) {
		d := reflect.TypeFor[*desk.Desk]()
		for i := range d.NumMethod() {
			if !yield(d.Method(i)) {
				return
			}
		}
	}
}

func isCommand(m reflect.Type) bool {
	if m.NumIn() != 3 || m.In(2).Kind() != reflect.Struct {
		return false
	}
	f, ok := m.In(2).FieldByName("Command")
	return ok && f.Anonymous && f.Type == reflect.TypeFor[session.Command]()
}

// test runs the valid form, and then each way in which it is wrong, each in a world of its own.
func (f form) test(t *testing.T, name string) {
	t.Helper()
	method, _, _ := strings.Cut(name, "/")
	st := newStage(t)
	args := f.args(st)
	paths := map[string]bool{}
	for i, arg := range args {
		for _, path := range leaves(arg.Type()) {
			paths[dotted(f.labels[i], path)] = true
		}
	}
	if _, err := call(t, st.desk, method, args); err != nil {
		t.Fatalf("the valid form fails: %T: %v", err, err)
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if len(f.fields[path]) == 0 {
			t.Errorf("the field %s has no cases", path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(f.fields)) {
		if !paths[path] {
			t.Errorf("there is no field %s", path)
			continue
		}
		for _, w := range f.fields[path] {
			t.Run(path+" "+w.name, func(t *testing.T) { f.refuses(t, method, path, w) })
		}
	}
}

// args are the arguments of a valid form, to be changed at will.
func (f form) args(st *stage) []reflect.Value {
	var args []reflect.Value
	for _, v := range f.valid(st) {
		arg := reflect.New(reflect.TypeOf(v)).Elem()
		arg.Set(reflect.ValueOf(v))
		args = append(args, arg)
	}
	return args
}

func call(t testing.TB, d *desk.Desk, method string, args []reflect.Value) (any, error) {
	t.Helper()
	in := append([]reflect.Value{reflect.ValueOf(t.Context())}, args...)
	out := reflect.ValueOf(d).MethodByName(method).Call(in)
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// refuses asks that the desk takes the form if it is fine, and otherwise refuses it with a typed error that names the
// field, and changes nothing.
func (f form) refuses(t *testing.T, method, path string, w wrong) {
	t.Helper()
	st := newStage(t)
	args := f.args(st)
	if w.edit != nil {
		w.edit(st, args)
	} else {
		value := w.value
		if late, ok := value.(func(*stage) any); ok {
			value = late(st)
		}
		f.set(args, path, value)
	}
	before := st.dump()
	_, err := call(t, st.desk, method, args)
	if w.fine != "" {
		if err != nil {
			t.Fatalf("refused, though %s: %T: %v", w.fine, err, err)
		}
		return
	}
	if err == nil {
		t.Fatal("accepted")
	}
	st.untouched(t, before)
	code := typed(t, err)
	switch {
	case w.code != "":
		if code != w.code {
			t.Errorf("got %T %v, want the code %s", err, err, w.code)
		}
	case w.names != "":
		path = w.names
		fallthrough
	default:
		if !fits(named(err), path) {
			t.Errorf("got %T %v, which names %q, not %s", err, err, named(err), path)
		}
	}
}

// fits says whether an error names a field, or one above or below it. A policy's fields are named as in JSON.
func fits(got, want string) bool {
	plain := func(s string) string {
		s = strings.NewReplacer("_", "", "[0]", "", "[1]", "", "[2]", "", "[3]", "", "[]", "").Replace(strings.ToLower(s))
		return strings.TrimPrefix(s, "policy.")
	}
	got, want = plain(got), plain(want)
	return got != "" && (got == want || strings.HasPrefix(got, want+".") || strings.HasPrefix(want, got+"."))
}

func dotted(label, path string) string {
	switch {
	case label == "":
		return path
	case path == "":
		return label
	}
	return label + "." + path
}

// leaf says whether a type is one value, however it is made.
func leaf(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[calendar.Date](), reflect.TypeFor[calendar.Clock](),
		reflect.TypeFor[decimal.Decimal](), reflect.TypeFor[decimal.NullDecimal]():
		return true
	}
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Pointer && t.Kind() != reflect.Slice
}

// leaves are the paths of all exported fields of a type, at every depth; embedded structs stand for their fields.
func leaves(t reflect.Type) []string {
	switch {
	case leaf(t):
		return []string{""}
	case t.Kind() == reflect.Pointer:
		return leaves(t.Elem())
	case t.Kind() == reflect.Slice:
		var all []string
		for _, path := range leaves(t.Elem()) {
			all = append(all, strings.TrimSuffix("[]."+path, "."))
		}
		return all
	}
	var all []string
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name := f.Name
		if f.Anonymous {
			name = ""
		}
		for _, path := range leaves(f.Type) {
			if strings.HasPrefix(path, "[]") {
				all = append(all, name+path)
			} else {
				all = append(all, dotted(name, path))
			}
		}
	}
	return all
}

// set gives the field at a path a value.
func (f form) set(args []reflect.Value, path string, value any) {
	for i, label := range f.labels {
		if label == "" {
			if slices.Contains(leaves(args[i].Type()), path) {
				put(args[i], path, value)
				return
			}
		} else if rest, ok := strings.CutPrefix(path+".", label+"."); ok {
			put(args[i], strings.TrimSuffix(rest, "."), value)
			return
		}
	}
}

func put(at reflect.Value, path string, value any) {
	if at.Kind() == reflect.Pointer {
		if at.IsNil() {
			at.Set(reflect.New(at.Type().Elem()))
		} else {
			fresh := reflect.New(at.Type().Elem())
			fresh.Elem().Set(at.Elem())
			at.Set(fresh)
		}
		put(at.Elem(), path, value)
		return
	}
	if path == "" {
		at.Set(reflect.ValueOf(value).Convert(at.Type()))
		return
	}
	if rest, ok := strings.CutPrefix(path, "[]"); ok {
		if at.Len() == 0 {
			at.Set(reflect.MakeSlice(at.Type(), 1, 1))
		}
		put(at.Index(0), strings.TrimPrefix(rest, "."), value)
		return
	}
	name, rest, _ := strings.Cut(path, ".")
	if base, ok := strings.CutSuffix(name, "[]"); ok {
		name, rest = base, strings.TrimSuffix("[]."+rest, ".")
	}
	put(at.FieldByName(name), rest, value)
}

// queryForms are all queries of the desk.
func queryForms() map[string]form {
	page := fields{
		"Page.After": {fine("the first page", "missing", ""), not("made up", "bm9uc2Vuc2U"), not("not base64", "???"),
			not("not UTF-8", "\xff"), not("with a NUL", "a\x00b"), not("long", strings.Repeat("A", 100_000))},
		"Page.Limit": {fine("as many as usual", "missing", 0), not("negative", -1), not("501", 501), not("greatest", math.MaxInt),
			not("least", math.MinInt)},
	}
	within := fields{
		"Within.Start": {not("after the end", instant("2027-01-01T00:00:00Z")),
			fine("nothing is posted then", "in the year 1", time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC))},
		"Within.End": {not("before the start", instant("2020-01-01T00:00:00Z")),
			fine("everything to come", "in the year 9999", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))},
	}
	span := calendar.Span{Start: instant("2026-07-01T00:00:00Z"), End: instant("2026-08-01T00:00:00Z")}
	everyone := func(by session.Actor, root, label string, more fields) fields {
		f := actor(by, root)
		for name, cases := range more {
			f[dotted(label, name)] = cases
		}
		return f
	}
	one := func(by session.Actor, label string, id func(st *stage) any, more fields) form {
		return form{labels: []string{"By", label}, valid: func(st *stage) []any {
			v := id(st)
			return []any{by, v}
		}, fields: actor(by, label).with(more)}
	}
	aBooking := func(st *stage) any { return st.books().Booking.ID }
	aSession := func(st *stage) any { return st.posts().ID }
	list := func(by session.Actor, label string, id func(st *stage) any, more fields) form {
		f := one(by, label, id, more.with(page))
		valid := f.valid
		f.labels = append(f.labels, "Page")
		f.valid = func(st *stage) []any { return append(valid(st), session.PageRequest{}) }
		return f
	}
	return map[string]form{
		"Session":            one(byLeeds, "Session", aSession, ofSession),
		"Booking":            one(byLeeds, "Booking", aBooking, ofBooking),
		"Hours":              one(byLeeds, "Booking", aBooking, ofBooking),
		"Fee":                one(byLeeds, "Booking", aBooking, ofBooking),
		"Invoices":           one(byLeeds, "Booking", aBooking, ofBooking),
		"AssessWithdrawal":   one(byLeeds, "Session", aSession, ofSession),
		"AssessEnding":       one(byLeeds, "Booking", aBooking, ofBooking),
		"AssessCancellation": one(byAda, "Booking", aBooking, ofBooking),
		"Application": one(byAda, "Application", func(st *stage) any {
			return st.applies(byAda, st.posts()).Application.ID
		}, ofApplication),
		"SessionByReference": one(byLeeds, "Reference", func(st *stage) any { return st.posts().Reference }, fields{
			"Reference": join(badIDs, unknownID, elsewhere(func(st *stage) session.Reference { return st.bathBooks().Session.Reference }),
				sibling(func(st *stage) session.Reference { return st.yorkPosts().Reference })),
		}),
		"Case": one(byLeeds, "Case", func(st *stage) any { return st.opens().ID }, ofCase),
		"Text": one(byLeeds, "Text", func(st *stage) any { return st.opens().Reason }, fields{
			"Text": join(badIDs, unknownID, elsewhere(func(st *stage) session.TextID { return st.bathOpens().Reason })),
		}),
		"Policy": one(byManager, "Provider", func(*stage) any { return session.ProviderID("north") }, fields{
			"Provider": join(badIDs, unknownID, not("of another tenant", "south")),
		}),
		"Ranking":    one(byLeeds, "Session", aSession, ofSession),
		"Applicants": list(byLeeds, "Session", aSession, ofSession),
		"Record":     list(byLeeds, "Session", aSession, ofSession),
		"Messages": {
			labels: []string{"By", "Session", "With", "Page"},
			valid: func(st *stage) []any {
				return []any{byLeeds, st.posts().ID, session.ClinicianID("ada"), session.PageRequest{}}
			},
			fields: actor(byLeeds, "Session").with(ofSession).with(page).with(fields{
				"With": join(badIDs, fine("they have written nothing", "unknown", "nobody-knows-it"),
					fine("they have written nothing here", "of another tenant", "cas")),
			}),
		},
		"Settings": {
			labels: []string{"By"}, valid: func(*stage) []any { return []any{byAda} }, fields: actor(byAda, ""),
		},
		"Applications": {
			labels: []string{"By", "Page"}, valid: func(*stage) []any { return []any{byAda, session.PageRequest{}} },
			fields: actor(byAda, "").with(page),
		},
		"Calendar": {
			labels: []string{"By", ""}, valid: func(*stage) []any {
				return []any{byLeeds, session.CalendarQuery{Practice: "leeds", Within: span, States: []session.State{session.Open}}}
			},
			fields: everyone(byLeeds, "Practice", "", within.with(page).with(fields{
				"Practice":     join(badIDs, unknownID, not("another practice", "york"), not("of another tenant", "bath")),
				"States[]":     enumOf(true),
				"Within.Start": append(slices.Clone(within["Within.Start"]), not("missing", time.Time{})),
				"Within.End":   append(slices.Clone(within["Within.End"]), not("missing", time.Time{})),
			})),
		},
		"Bookings": {
			labels: []string{"By", ""}, valid: func(*stage) []any {
				return []any{byLeeds, booking.Query{Practice: "leeds", Within: span, States: []booking.State{booking.Confirmed}}}
			},
			fields: everyone(byLeeds, "Practice", "", within.with(page).with(fields{
				"Practice":  join(badIDs, unknownID, not("another practice", "york"), not("of another tenant", "bath")),
				"Clinician": join(fine("the practice's", "missing", ""), names("Practice", not("given as well", "ada"))),
				"States[]":  enumOf(true),
			})),
		},
		"Bookings/clinician": {
			labels: []string{"By", ""}, valid: func(*stage) []any { return []any{byAda, booking.Query{Clinician: "ada", Within: span}} },
			fields: everyone(byAda, "Clinician", "", within.with(page).with(fields{
				"Practice": {fine("everywhere", "missing", ""), names("Clinician", not("given as well", "leeds"))},
				"Clinician": join(fine("one's own", "missing", ""), someID, unknownID, not("somebody else", "ben"),
					not("of another tenant", "cas")),
				"States[]": enumOf(true),
			})),
		},
		"Cases": {
			labels: []string{"By", ""}, valid: func(*stage) []any {
				return []any{byLeeds, withdrawal.CaseQuery{Practice: "leeds", States: []withdrawal.CaseState{withdrawal.CaseOpen}}}
			},
			fields: everyone(byLeeds, "Practice", "", page.with(fields{
				"By.Provider": join(badIDs, fine("there are none", "another tenant", "south")),
				"Practice": join(fine("one's own", "missing", ""), someID, unknownID, not("another practice", "york"),
					not("of another tenant", "bath")),
				"States[]": enumOf(true),
			})),
		},
		"Cases/support": {
			labels: []string{"By", ""}, valid: func(*stage) []any {
				return []any{bySupport, withdrawal.CaseQuery{Practice: "leeds"}}
			},
			fields: everyone(bySupport, "", "", page.with(fields{
				"Practice": join(fine("all", "missing", ""), someID, fine("it has none", "unknown", "nobody-knows-it")),
				"States[]": enumOf(true),
			})),
		},
		"Diary": {
			labels: []string{"By", "Within"}, valid: func(*stage) []any { return []any{byAda, span} },
			fields: everyone(byAda, "", "", within),
		},
		"TextsWritten": {
			labels: []string{"By", ""}, valid: func(*stage) []any {
				return []any{bySupport, session.TextQuery{Class: session.CaseText, Before: span.End}}
			},
			fields: everyone(bySupport, "", "", page.with(fields{
				"Class":  {not("missing", ""), not("unknown", "novel")},
				"Author": join(fine("anybody", "missing", ""), names("Class", not("given as well", "p-leeds"))),
				"Before": {fine("however young", "missing", time.Time{}), fine("none", "long ago", instant("0001-01-01T00:00:00Z"))},
			})),
		},
		"FindWork": {
			labels: []string{""}, valid: func(*stage) []any {
				return []any{rota.FindWork{By: byAda, Channel: session.Rota, Within: span}}
			},
			fields: everyone(byAda, "", "", within.with(page).with(fields{
				"By.Clinician": join(badIDs, unknownID, fine("they look for their own", "another clinician", "ben")),
				"By.Capacity":  {not("missing", 0), not("unknown", 6), not("greatest", 255)},
				"Channel":      enumOf(true),
				"Role":         join(fine("all roles", "missing", ""), badNames),
				"Practice":     join(fine("all practices", "missing", ""), someID, fine("nothing is found", "unknown", "nobody-knows-it")),
				"MinWorth":     join(fine("all", "zero", dec("0")), badAmounts[1:], fine("in pounds", "pounds", dec("630"))),
			})),
		},
	}
}

// TestBadInputOfQueries does the same to every query.
func TestBadInputOfQueries(t *testing.T) {
	forms := queryForms()
	for m := range methods() {
		if _, ok := forms[m.Name]; !ok && !isCommand(m.Type) {
			t.Errorf("the query %s has no form", m.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		t.Run(name, func(t *testing.T) { forms[name].test(t, name) })
	}
}

// TestBadInputLeaves proves that the list of fields misses none.
func TestBadInputLeaves(t *testing.T) {
	got := strings.Join(leaves(reflect.TypeFor[rota.Change]()), " ")
	const want = "ID By.Person By.Capacity By.Provider By.Practice By.Clinician Session Role Start.Date Start.Clock " +
		"Start.Fold End.Date End.Clock End.Fold Break Rate.Amount Rate.Currency Rate.Per Place Instructions Override"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if n := len(leaves(reflect.TypeFor[withdrawal.PublishPolicy]())); n < 40 {
		t.Errorf("a policy has only %d fields", n)
	}
	if len(commandNames()) < 45 {
		t.Errorf("only %d commands: %v", len(commandNames()), commandNames())
	}

}

// TestRandomInputNeverPanics fills every command and query with anything at all, ids of things that exist among it: the
// desk succeeds, or refuses with a typed error and changes nothing.
func TestRandomInputNeverPanics(t *testing.T) {
	forms := commandForms()
	maps.Copy(forms, queryForms())
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		method, _, _ := strings.Cut(name, "/")
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				st := newStage(t)
				args := forms[name].args(st)
				share := rapid.IntRange(0, 100).Draw(rt, "share")
				for i := range args {
					scramble(rt, args[i], share)
				}
				before := st.dump()
				_, err := call(t, st.desk, method, args)
				if err == nil {
					return
				}
				if typed(t, err); t.Failed() {
					rt.Fatalf("%T: %v", err, err)
				}
				if st.dump() != before {
					rt.Fatalf("failed with %v, and changed something", err)
				}
			})
		})
	}
}

// scramble gives a share of the fields, in percent, any value that their types can have.
func scramble(rt *rapid.T, at reflect.Value, share int) {
	if leaf(at.Type()) && rapid.IntRange(1, 100).Draw(rt, "dice") > share {
		return
	}
	switch at.Interface().(type) {
	case time.Time:
		at.Set(reflect.ValueOf(time.Unix(rapid.Int64().Draw(rt, "seconds"), rapid.Int64().Draw(rt, "nanoseconds"))))
		return
	case calendar.Date:
		at.Set(reflect.ValueOf(calendar.MustDate(1, 1, 1).AddDays(rapid.IntRange(-1, 3_652_058).Draw(rt, "days"))))
		return
	case calendar.Clock:
		c, _ := calendar.NewClock(rapid.IntRange(0, 25).Draw(rt, "hour"), rapid.IntRange(0, 60).Draw(rt, "minute"))
		at.Set(reflect.ValueOf(c))
		return
	case decimal.Decimal:
		at.Set(reflect.ValueOf(anyDecimal(rt)))
		return
	case decimal.NullDecimal:
		at.Set(reflect.ValueOf(decimal.NullDecimal{Decimal: anyDecimal(rt), Valid: rapid.Bool().Draw(rt, "valid")}))
		return
	}
	switch at.Kind() {
	case reflect.String:
		at.SetString(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"", "north", "south", "leeds", "york", "bath", "ada", "ben", "p-ada", "p-leeds", "a\x00", "\xff", "#401000001",
		})).Draw(rt, "text"))
	case reflect.Bool:
		at.SetBool(rapid.Bool().Draw(rt, "bool"))
	case reflect.Uint8:
		at.SetUint(uint64(rapid.Uint8Range(0, 9).Draw(rt, "enum")))
	case reflect.Int, reflect.Int64:
		at.SetInt(rapid.Int64().Draw(rt, "number"))
	case reflect.Pointer:
		if rapid.Bool().Draw(rt, "given") {
			fresh := reflect.New(at.Type().Elem())
			scramble(rt, fresh.Elem(), share)
			at.Set(fresh)
		}
	case reflect.Slice:
		if rapid.Bool().Draw(rt, "filled") {
			fresh := reflect.MakeSlice(at.Type(), rapid.IntRange(0, 3).Draw(rt, "length"), 3)
			for i := range fresh.Len() {
				scramble(rt, fresh.Index(i), 100)
			}
			at.Set(fresh)
		}
	case reflect.Struct:
		for i := range at.NumField() {
			scramble(rt, at.Field(i), share)
		}
	default:
		rt.Fatalf("no random %s", at.Type())
	}
}

func anyDecimal(rt *rapid.T) decimal.Decimal {
	exponent := rapid.OneOf(rapid.Int32Range(-4, 4), rapid.Int32()).Draw(rt, "exponent")
	return decimal.New(rapid.Int64().Draw(rt, "coefficient"), exponent)
}
