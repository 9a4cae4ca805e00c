package withdrawal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

const golden = "testdata/default-policy.json"

func TestW11TheDefaultIsTheSourcesOwn(t *testing.T) {
	p := withdrawal.Default()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if n := p.Withdraw.Notice; n != (calendar.Notice{Amount: 7, Unit: calendar.CalendarDays}) {
		t.Errorf("W2 %s", n)
	}
	if n := p.Fee.Notice; n != (calendar.Notice{Amount: 5, Unit: calendar.BusinessDays}) {
		t.Errorf("W6 %s", n)
	}
	if n := p.Cancel.Call; n != (calendar.Notice{Amount: 72, Unit: calendar.ElapsedHours, ExactlyIsShort: true}) {
		t.Errorf("W9 %s", n)
	}
	if p.Fee.Grace != 0 || len(p.Fee.Scale) > 0 || !p.Fee.CapPercent.Equal(decimal.NewFromInt(100)) || p.Withdraw.RotaProEverywhere {
		t.Errorf("W6 W7 %+v", p.Fee)
	}
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(raw)+"\n"); diff != "" {
		t.Errorf("%s (-file +default):\n%s", golden, diff)
	}
	for _, text := range []string{string(want), "{}", "{\"withdraw\": {}}"} {
		if got, err := withdrawal.LoadPolicy([]byte(text)); err != nil || cmp.Diff(p, got, exact) != "" {
			t.Errorf("%s: %v\n%s", text, err, cmp.Diff(p, got, exact))
		}
	}
	p.Eligibility.Required[0] = "changed"
	if withdrawal.Default().Eligibility.Required[0] != "registration" {
		t.Error("two defaults share memory")
	}
}

func TestW11APolicyLoads(t *testing.T) {
	p, err := withdrawal.LoadPolicy([]byte(`{
		"version": 3, "provider": "leeds", "valid_from": "2026-04-01T01:00:00.0000009+01:00",
		"withdraw": {"notice": {"amount": 10}, "rota_pro_everywhere": true},
		"fee": {"grace": "2h", "cap_percent": "80", "claim_within": "7d", "answer_within": "1d12h", "scale": [
			{"notice": {"amount": 5, "unit": "business_days"}, "percent": 25},
			{"notice": {"amount": 24, "unit": "elapsed_hours"}, "percent": "50.5", "booked_late": 10},
			{"notice": {"amount": 12, "unit": "elapsed_hours"}, "percent": 80, "booked_late": null}]},
		"change": {"time": "15m", "pay_down_percent": 2.5},
		"applications": {"choosing": "first_come", "offer_allocations": true, "offer_for": "72h"},
		"eligibility": {"required": []}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := withdrawal.Default()
	want.Version, want.Provider, want.ValidFrom = 3, "leeds", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	want.Withdraw.Notice.Amount, want.Withdraw.RotaProEverywhere = 10, true
	want.Fee.Grace, want.Fee.CapPercent = withdrawal.Length(2*time.Hour), decimal.NewFromInt(80)
	want.Fee.ClaimWithin, want.Fee.AnswerWithin = withdrawal.Length(7*24*time.Hour), withdrawal.Length(36*time.Hour)
	ten := decimal.NullDecimal{Decimal: decimal.NewFromInt(10), Valid: true}
	want.Fee.Scale = []withdrawal.ScaleStep{
		{Notice: calendar.Notice{Amount: 5, Unit: calendar.BusinessDays}, Percent: decimal.NewFromInt(25)},
		{Notice: calendar.Notice{Amount: 24, Unit: calendar.ElapsedHours}, Percent: decimal.New(505, -1), BookedLate: ten},
		{Notice: calendar.Notice{Amount: 12, Unit: calendar.ElapsedHours}, Percent: decimal.NewFromInt(80)},
	}
	want.Change = withdrawal.ChangeTerms{Time: withdrawal.Length(15 * time.Minute), PayDownPercent: decimal.New(25, -1)}
	want.Applications = withdrawal.ApplicationTerms{
		Choosing: session.FirstCome, OfferAllocations: true, OfferFor: withdrawal.Length(72 * time.Hour),
	}
	want.Eligibility.Required = []string{}
	if diff := cmp.Diff(want, p, exact, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again(t, p)
}

// again checks that a policy is the same after a round trip.
func again(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, p withdrawal.Policy,
) {
	t.Helper()
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("%v", err)
	}
	back, err := withdrawal.LoadPolicy(raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if diff := cmp.Diff(p, back, exact, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("(-written +read):\n%s", diff)
	}
}

func TestW11EveryWrongFieldIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{"fee": {"scale": [{"notice": {"amount": 1, "unit": "elapsed_hours"}, "percent": 1}, {"notice": {"amount": 2, "unit": "elapsed_hours"}, "percent": 101}]}}`: "fee.scale[1].percent",
		`{"withdraw": {"notice": {"amount": -1}}}`:            "withdraw.notice.amount",
		`{"withdraw": {"notice": {"amount": 367}}}`:           "withdraw.notice.amount",
		`{"withdraw": {"notice": {"unit": "weeks"}}}`:         "withdraw.notice.unit",
		`{"withdraw": {"notice": {"amount": 1.5}}}`:           "withdraw.notice.amount",
		`{"withdraw": {"notice": {"deemed_after": "25:00"}}}`: "withdraw.notice.deemed_after",
		`{"withdraw": {"rota_pro_everywhere": "yes"}}`:        "withdraw.rota_pro_everywhere",
		`{"withdraw": {"Notice": {}}}`:                        "withdraw.Notice",
		`{"withdraw": 7}`:                                     "withdraw",
		`{"withdraw": null}`:                                  "withdraw",
		`{"cancel": {"call": {"amount": 8785}}}`:              "cancel.call.amount",
		`{"cancel": {"call": {"elapsed": true}}}`:             "cancel.call.elapsed",
		`{"fee": {"grace": "31d"}}`:                           "fee.grace",
		`{"fee": {"grace": "-1h"}}`:                           "fee.grace",
		`{"fee": {"grace": 5}}`:                               "fee.grace",
		`{"fee": {"grace": "1ms"}}`:                           "fee.grace",
		`{"fee": {"cap_percent": 0}}`:                         "fee.cap_percent",
		`{"fee": {"cap_percent": 1000.0001}}`:                 "fee.cap_percent",
		`{"fee": {"cap_percent": "1.00001"}}`:                 "fee.cap_percent",
		`{"fee": {"cap_percent": 1e-999999999}}`:              "fee.cap_percent",
		`{"fee": {"cap_percent": 1e999999999}}`:               "fee.cap_percent",
		`{"fee": {"cap_percent": "a lot"}}`:                   "fee.cap_percent",
		`{"fee": {"claim_within": "59m"}}`:                    "fee.claim_within",
		`{"fee": {"claim_within": "367d"}}`:                   "fee.claim_within",
		`{"fee": {"answer_within": "soon"}}`:                  "fee.answer_within",
		`{"fee": {"answer_within": "30m"}}`:                   "fee.answer_within",
		`{"fee": {"scale": {}}}`:                              "fee.scale",
		`{"fee": {"scale": [7]}}`:                             "fee.scale[0]",
		`{"fee": {"scale": [{"percent": 50}]}}`:               "fee.scale[0].notice",
		`{"fee": {"scale": [{"notice": {}, "percent": 50}]}}`: "fee.scale[0].notice.unit",
		`{"fee": {"scale": [{"notice": {"unit": "clear_days"}, "percent": 1, "booked_late": -1}]}}`:                                "fee.scale[0].booked_late",
		`{"fee": {"scale": [{"notice": {"unit": "clear_days"}}]}}`:                                                                 "fee.scale[0].percent",
		`{"fee": {"scale": [{"notice": {"unit": "clear_days"}, "percent": 2}, {"notice": {"unit": "clear_days"}, "percent": 1}]}}`: "fee.scale[1].notice",
		`{"fee": {"cap_percent": 50, "scale": [{"notice": {"unit": "clear_days"}, "percent": 51}]}}`:                               "fee.scale[0].percent",
		`{"change": {"time": "1d"}}`:                         "change.time",
		`{"change": {"pay_down_percent": 100.1}}`:            "change.pay_down_percent",
		`{"change": {"pay_down_percent": -1}}`:               "change.pay_down_percent",
		`{"applications": {"choosing": "lottery"}}`:          "applications.choosing",
		`{"applications": {"choosing": ""}}`:                 "applications.choosing",
		`{"applications": {"offer_for": "0s"}}`:              "applications.offer_for",
		`{"eligibility": {"required": "dbs"}}`:               "eligibility.required",
		`{"eligibility": {"required": ["dbs", "DBS"]}}`:      "eligibility.required[1]",
		`{"eligibility": {"required": ["dbs", ""]}}`:         "eligibility.required[1]",
		`{"eligibility": {"required": ["dbs", "dbs"]}}`:      "eligibility.required[1]",
		`{"eligibility": {"required": [1]}}`:                 "eligibility.required[0]",
		`{"version": -1}`:                                    "version",
		`{"version": 1000000001}`:                            "version",
		`{"version": "one"}`:                                 "version",
		`{"version": 1, "version": 1}`:                       "version",
		`{"provider": "two words"}`:                          "provider",
		`{"valid_from": "tomorrow"}`:                         "valid_from",
		`{"valid_from": "0001-06-01T00:00:00Z"}`:             "valid_from",
		`{"support_phone": "0203"}`:                          "support_phone",
		`{"": 1}`:                                            "",
		`[]`:                                                 "",
		`null`:                                               "",
		`{"version": }`:                                      "",
		`{} {}`:                                              "",
		``:                                                   "",
		`{"provider": "` + strings.Repeat("x", 1<<20) + `"}`: "",
	} {
		name := text
		if len(name) > 100 {
			name = name[:100]
		}
		_, err := withdrawal.LoadPolicy([]byte(text))
		all := refused[withdrawal.PolicyErrors](t, err, "invalid_policy")
		if len(all) != 1 || all[0].Field != want {
			t.Errorf("%s: %q, want one error about %q", name, all, want)
		}
		field(t, err, want)
	}
	t.Run("all at once", func(t *testing.T) {
		_, err := withdrawal.LoadPolicy([]byte(`{"fee": {"grace": "x", "scale": [{"percent": "y"}, {}]}, "extra": 1, "version": true}`))
		var got []string
		for _, e := range refused[withdrawal.PolicyErrors](t, err, "invalid_policy") {
			got = append(got, e.Field)
		}
		if diff := cmp.Diff([]string{
			"fee.grace", "fee.scale[0].percent", "fee.scale[0].notice", "fee.scale[1].notice", "fee.scale[1].percent", "extra", "version",
		}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if lines := strings.Split(err.Error(), "\n"); len(lines) != 7 || lines[4] != "fee.scale[1].percent must be given." || lines[5] != "extra is unknown." {
			t.Errorf("%q", lines)
		}
	})
	t.Run("of another type, with what it takes", func(t *testing.T) {
		_, err := withdrawal.LoadPolicy([]byte(`{"withdraw": {"notice": {"unit": 7, "deemed_after": 17}}, "fee": {"grace": 3600}}`))
		want := "withdraw.notice.unit must be calendar_days, business_days, clear_days or elapsed_hours.\n" +
			"withdraw.notice.deemed_after must be a time of day written like 08:30.\n" +
			`fee.grace must be a length of time such as "15m", "72h" or "28d".`
		if err == nil || err.Error() != want {
			t.Errorf("got:\n%v\nwant:\n%s", err, want)
		}
	})
	t.Run("all at once, read but out of bounds", func(t *testing.T) {
		_, err := withdrawal.LoadPolicy([]byte(`{"version": -1, "fee": {"grace": "90d", "cap_percent": 0}}`))
		if all := refused[withdrawal.PolicyErrors](t, err, "invalid_policy"); len(all) != 3 {
			t.Errorf("%v", all)
		}
	})
}

func TestW11Bounds(t *testing.T) {
	for name, set := range map[string]func(*withdrawal.Policy){
		"a year of notice": func(p *withdrawal.Policy) { p.Withdraw.Notice.Amount, p.Cancel.Call.Amount = 366, 366*24 },
		"none at all": func(p *withdrawal.Policy) {
			p.Withdraw.Notice.Amount, p.Fee.Notice.Amount, p.Cancel.Call.Amount = 0, 0, 0
		},
		"long grace": func(p *withdrawal.Policy) { p.Fee.Grace = withdrawal.Length(30 * 24 * time.Hour) },
		"a high cap": func(p *withdrawal.Policy) { p.Fee.CapPercent = decimal.NewFromInt(1000) },
		"a low cap":  func(p *withdrawal.Policy) { p.Fee.CapPercent = decimal.New(1, -4) },
		"short times": func(p *withdrawal.Policy) {
			p.Fee.ClaimWithin, p.Fee.AnswerWithin, p.Applications.OfferFor = withdrawal.Length(time.Hour), withdrawal.Length(time.Hour), withdrawal.Length(time.Minute)
		},
		"long times": func(p *withdrawal.Policy) {
			year := withdrawal.Length(366 * 24 * time.Hour)
			p.Fee.ClaimWithin, p.Fee.AnswerWithin, p.Applications.OfferFor = year, year, year
		},
		"tolerances": func(p *withdrawal.Policy) {
			p.Change.Time, p.Change.PayDownPercent = withdrawal.Length(24*time.Hour-time.Second), decimal.NewFromInt(100)
		},
		"versions":  func(p *withdrawal.Policy) { p.Version = 1_000_000_000 },
		"documents": func(p *withdrawal.Policy) { p.Eligibility.Required = words(50) },
		"a scale":   func(p *withdrawal.Policy) { p.Fee.Scale = lines(50) },
		"no list":   func(p *withdrawal.Policy) { p.Eligibility.Required = nil },
		"a word":    func(p *withdrawal.Policy) { p.Eligibility.Required = []string{strings.Repeat("z", 64), "a", "z0_9"} },
	} {
		p := withdrawal.Default()
		set(&p)
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again(t, p)
	}
	for name, set := range map[string]func(*withdrawal.Policy){
		"eligibility.required":    func(p *withdrawal.Policy) { p.Eligibility.Required = words(51) },
		"eligibility.required[0]": func(p *withdrawal.Policy) { p.Eligibility.Required = []string{strings.Repeat("z", 65)} },
		"fee.scale":               func(p *withdrawal.Policy) { p.Fee.Scale = lines(51) },
		"fee.grace":               func(p *withdrawal.Policy) { p.Fee.Grace = 1 },
		"fee.notice.unit":         func(p *withdrawal.Policy) { p.Fee.Notice.Unit = 0 },
	} {
		p := withdrawal.Default()
		set(&p)
		field(t, p.Validate(), name)
	}
}

func words(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.Repeat("a", i+1)
	}
	return all
}

func lines(n int) []withdrawal.ScaleStep {
	all := make([]withdrawal.ScaleStep, n)
	for i := range all {
		all[i] = withdrawal.ScaleStep{Notice: calendar.Notice{Amount: i, Unit: calendar.ElapsedHours}, Percent: decimal.NewFromInt(100)}
	}
	return all
}

func TestW11Lengths(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"15m": 15 * time.Minute, "72h": 72 * time.Hour, "28d": 28 * 24 * time.Hour, "1d12h30m": 36*time.Hour + 30*time.Minute,
		"0s": 0, "90s": 90 * time.Second, "0d": 0, "100000d": 2400000 * time.Hour, "1h30m": 90 * time.Minute,
	} {
		if got, err := withdrawal.ParseLength(text); err != nil || time.Duration(got) != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "1", "-1h", "+1h", "1d-1h", "1d+1h", "100001d", "-1d", " 1d", "1w", "1dd", "1d1d", "9999999h", "2562047h48m", ".5h"} {
		_, err := withdrawal.ParseLength(text)
		if err == nil {
			t.Errorf("%q is read", text)
		}
	}
	for l, want := range map[time.Duration]string{
		0: "0s", 90 * time.Second: "1m30s", 15 * time.Minute: "15m", time.Hour: "1h", 36 * time.Hour: "36h", 48 * time.Hour: "2d",
		time.Hour + time.Second: "1h0m1s", 10 * time.Minute: "10m", 20 * time.Hour: "20h", time.Hour + 10*time.Minute: "1h10m",
	} {
		if got := withdrawal.Length(l).String(); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		l := withdrawal.Length(rapid.Int64Range(0, int64(100000*24*time.Hour)).Draw(t, "length"))
		if rapid.Bool().Draw(t, "seconds") {
			l -= l % withdrawal.Length(time.Second)
		}
		if got, err := withdrawal.ParseLength(l.String()); err != nil || got != l {
			t.Fatalf("%s: %s, %v", l, got, err)
		}
	})
}

func TestW11TheVersionInForce(t *testing.T) {
	v := func(n int, from string) withdrawal.Policy {
		p := withdrawal.Default()
		p.Version, p.ValidFrom = n, at(t, from)
		return p
	}
	all := withdrawal.Policies{v(2, "2026-06-01 00:00"), v(1, "2026-01-01 00:00"), v(3, "2026-06-01 00:00"), v(4, "2026-03-01 00:00")}
	for now, want := range map[string]int{
		"2025-12-31 23:59:59.999999": 0, "2026-01-01 00:00": 1, "2026-03-01 00:00": 4, "2026-05-31 23:59": 4, "2026-06-01 00:00": 3,
	} {
		if got := all.At(at(t, now)).Version; got != want {
			t.Errorf("at %s version %d is in force, want %d", now, got, want)
		}
	}
	for n := range 6 {
		if p, ok := all.Numbered(n); ok != (n < 5) || ok && p.Version != n {
			t.Errorf("number %d: %d, %v", n, p.Version, ok)
		}
	}
	p, _ := all.Numbered(1)
	p.Eligibility.Required[0] = "changed"
	q := all.At(at(t, "2026-01-01 00:00"))
	if q.Eligibility.Required[0] != "registration" {
		t.Error("a version shares memory")
	}
}

func TestW11Publishing(t *testing.T) {
	now := at(t, "2026-07-01 10:00")
	next := withdrawal.Default()
	next.Version, next.Provider, next.ValidFrom = 2, "leeds", now
	next.Fee.Scale = lines(1)
	old := withdrawal.Default()
	old.Version = 1
	s := withdrawal.Situation{Policies: withdrawal.Policies{old}}
	publish := func(by session.Actor, set func(*withdrawal.Policy)) withdrawal.PublishPolicy {
		p := next.Clone()
		set(&p)
		return withdrawal.PublishPolicy{Command: session.Do("p", by), Policy: p}
	}
	as := func(*withdrawal.Policy) {}
	c := publish(manager, as)
	valid(t, c)
	got, d, err := c.Decide(s, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventPolicyPublished)
	if diff := cmp.Diff(c.Policy, got, exact, cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("(-given +published):\n%s", diff)
	}
	facts(t, event(t, d, withdrawal.EventPolicyPublished), map[string]string{"version": "2", "valid_from": "2026-07-01T09:00:00Z"})
	c.Policy.Fee.Scale[0].Percent, c.Policy.Eligibility.Required[0] = decimal.Zero, "changed"
	if got.Fee.Scale[0].Percent.IsZero() || got.Eligibility.Required[0] == "changed" {
		t.Error("what is published shares memory with the command")
	}
	for name, set := range map[string]func(*withdrawal.Policy){
		"Policy.Provider":  func(p *withdrawal.Policy) { p.Provider = "york" },
		"Policy.Version":   func(p *withdrawal.Policy) { p.Version = 3 },
		"Policy.ValidFrom": func(p *withdrawal.Policy) { p.ValidFrom = now.Add(-micro) },
	} {
		_, _, err := publish(manager, set).Decide(s, now)
		field(t, err, name)
	}
	_, _, err = publish(manager, func(p *withdrawal.Policy) { p.Version = 1 }).Decide(s, now)
	field(t, err, "Policy.Version")
	for _, by := range []session.Actor{practice, clinician, support, session.System()} {
		_, _, err := publish(by, as).Decide(s, now)
		refused[*session.ForbiddenError](t, err, "forbidden")
	}
	for name, set := range map[string]func(*withdrawal.Policy){
		"Policy.Provider":                 func(p *withdrawal.Policy) { p.Provider = "" },
		"Policy.Version":                  func(p *withdrawal.Policy) { p.Version = 0 },
		"Policy.ValidFrom":                func(p *withdrawal.Policy) { p.ValidFrom = time.Time{} },
		"Policy.Fee.CapPercent":           func(p *withdrawal.Policy) { p.Fee.CapPercent = decimal.Zero },
		"Policy.Fee.Scale[0].Notice.Unit": func(p *withdrawal.Policy) { p.Fee.Scale[0].Notice.Unit = 9 },
		"Policy.Change.PayDownPercent":    func(p *withdrawal.Policy) { p.Change.PayDownPercent = decimal.NewFromInt(-1) },
		"Policy.Eligibility.Required[0]":  func(p *withdrawal.Policy) { p.Eligibility.Required[0] = "A" },
	} {
		field(t, publish(manager, set).Validate(), name)
	}
}

func TestS5WhatIsMaterial(t *testing.T) {
	cal := uk(t, calendar.EnglandAndWales)
	lax := withdrawal.Default()
	lax.Change = withdrawal.ChangeTerms{Time: withdrawal.Length(30 * time.Minute), PayDownPercent: decimal.NewFromInt(10)}
	base := terms(at(t, "2026-07-14 08:00"), at(t, "2026-07-14 16:00"))
	shift := func(start, end time.Duration) func(*session.Terms) {
		return func(x *session.Terms) { x.Span.Start, x.Span.End = x.Span.Start.Add(start), x.Span.End.Add(end) }
	}
	pay := func(pence int64) func(*session.Terms) {
		return func(x *session.Terms) { x.Rate.Amount = session.Pounds(pence).Amount }
	}
	for _, c := range []struct {
		name        string
		change      func(*session.Terms)
		strict, lax string
	}{
		{"S5 nothing", func(*session.Terms) {}, "", ""},
		{"S5 instructions", func(x *session.Terms) { x.Instructions = "Ring." }, "", ""},
		{"S5 the break", func(x *session.Terms) { x.Break = time.Hour }, "", ""},
		{"S5 role", func(x *session.Terms) { x.Role = "ANP" }, "role", "role"},
		{"S5 place", func(x *session.Terms) { x.Place = "Room 3" }, "place", "place"},
		{"S5 start, within the tolerance", shift(30*time.Minute, 0), "start", ""},
		{"S5 start, beyond it", shift(-30*time.Minute-micro, 0), "start", "start"},
		{"S5 end, within the tolerance", shift(0, -30*time.Minute), "end", ""},
		{"S5 end, beyond it", shift(0, 30*time.Minute+micro), "end", "end"},
		{"S5 one microsecond", shift(micro, -micro), "start end", ""},
		{"S5 any change of date", shift(24*time.Hour, 24*time.Hour), "start end", "start end"},
		{"S5 pay up", pay(63001), "", ""},
		{"S5 pay down, within the tolerance", pay(56700), "rate", ""},
		{"S5 pay down, beyond it", pay(56699), "rate", "rate"},
		{"S5 another currency", func(x *session.Terms) { x.Rate.Currency = "EUR" }, "rate", "rate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := base
			c.change(&changed)
			if got := strings.Join(withdrawal.Default().Material(base, changed, cal), " "); got != c.strict {
				t.Errorf("by default %q, want %q", got, c.strict)
			}
			if got := strings.Join(lax.Material(base, changed, cal), " "); got != c.lax {
				t.Errorf("with a tolerance %q, want %q", got, c.lax)
			}
		})
	}
	t.Run("S5 T1 over midnight at the practice", func(t *testing.T) {
		late := terms(at(t, "2026-07-14 23:45"), at(t, "2026-07-15 07:00"))
		next := terms(at(t, "2026-07-15 00:00"), at(t, "2026-07-15 07:00"))
		if got := lax.Material(late, next, cal); len(got) != 1 || got[0] != "start" {
			t.Errorf("%v", got)
		}
		early := terms(at(t, "2026-07-15 00:50"), at(t, "2026-07-15 07:00")) // another date in UTC only
		later := terms(at(t, "2026-07-15 01:10"), at(t, "2026-07-15 07:00"))
		if got := lax.Material(early, later, cal); len(got) > 0 {
			t.Errorf("%v", got)
		}
	})
	t.Run("T2 a date that the calendar doesn't know", func(t *testing.T) {
		from := terms(at(t, "2060-07-14 08:00"), at(t, "2060-07-14 16:00"))
		to := terms(at(t, "2060-07-14 08:10"), at(t, "2060-07-14 16:00"))
		if got := lax.Material(from, to, cal); len(got) != 1 {
			t.Errorf("%v", got)
		}
		if got := lax.Material(from, from, cal); len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
}

func FuzzLoadPolicy(f *testing.F) {
	file, err := os.ReadFile(golden)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(`{"fee": {"scale": [{"notice": {"amount": 1, "unit": "clear_days"}, "percent": 1e9, "booked_late": null}]}}`))
	f.Add([]byte(`{"valid_from": "2026-01-01T00:00:00Z", "version": 1e0, "fee": {"grace": "1d1h"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := withdrawal.LoadPolicy(bytes.Clone(data))
		if err != nil {
			var all withdrawal.PolicyErrors
			if !errors.As(err, &all) || len(all) == 0 || err.Error() == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		again(t, p)
	})
}
