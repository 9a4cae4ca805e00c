package desk_test

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
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
