package desk_test

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

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
