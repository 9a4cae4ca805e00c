package withdrawal

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// The bounds of a policy: what lies outside them is a slip of the pen.
const (
	maxNoticeDays  = 366
	maxNoticeHours = maxNoticeDays * 24
	maxScale       = 50
	maxRequired    = 50
	maxKind        = 64
	maxCapPercent  = 1000
	year           = 366 * day
)

// Validate returns nil, or PolicyErrors with every field that is wrong, named by the path that it has in JSON (W11).
func (p Policy) Validate() error {
	var e faults
	e.check(p.Version >= 0, "version", "must not be negative")
	e.check(p.Version <= 1_000_000_000, "version", "is too large")
	if p.Provider != "" {
		e.add(session.CheckID("provider", p.Provider))
	}
	e.check(p.ValidFrom.IsZero() || p.ValidFrom.Year() > 1 && p.ValidFrom.Year() <= 9999,
		"valid_from", "must be in a year from 2 to 9999")
	e.notice("withdraw.notice", p.Withdraw.Notice)
	p.Fee.check(&e)
	e.notice("cancel.call", p.Cancel.Call)
	e.length("change.time", p.Change.Time, 0, day-Length(time.Second))
	e.percent("change.pay_down_percent", p.Change.PayDownPercent, decimal.Zero, decimal.NewFromInt(100))
	e.check(p.Applications.Choosing.Valid(), "applications.choosing", "must be first_come, review or ranked")
	e.length("applications.offer_for", p.Applications.OfferFor, Length(time.Minute), year)
	p.Eligibility.check(&e)
	return e.err()
}

func (f FeeTerms) check(e *faults) {
	e.notice("fee.notice", f.Notice)
	e.length("fee.grace", f.Grace, 0, 30*day)
	most := decimal.NewFromInt(maxCapPercent)
	if e.percent("fee.cap_percent", f.CapPercent, decimal.Zero, most) {
		e.check(f.CapPercent.IsPositive(), "fee.cap_percent", "must be more than 0")
		most = f.CapPercent
	}
	e.length("fee.claim_within", f.ClaimWithin, Length(time.Hour), year)
	e.length("fee.answer_within", f.AnswerWithin, Length(time.Hour), year)
	e.check(len(f.Scale) <= maxScale, "fee.scale", "has more than 50 lines")
	for i, line := range f.Scale[:min(len(f.Scale), maxScale)] {
		path := "fee.scale[" + itoa(i) + "]"
		e.notice(path+".notice", line.Notice)
		e.percent(path+".percent", line.Percent, decimal.Zero, most)
		if line.BookedLate.Valid {
			e.percent(path+".booked_late", line.BookedLate.Decimal, decimal.Zero, most)
		}
		for j, other := range f.Scale[:i] {
			e.check(line.Notice != other.Notice, path+".notice", "is the same as that of fee.scale["+itoa(j)+"]")
		}
	}
}

func (t EligibilityTerms) check(e *faults) {
	e.check(len(t.Required) <= maxRequired, "eligibility.required", "has more than 50 entries")
	seen := map[string]bool{}
	for i, kind := range t.Required[:min(len(t.Required), maxRequired)] {
		path := "eligibility.required[" + itoa(i) + "]"
		word := kind != "" && len(kind) <= maxKind && !strings.ContainsFunc(kind, func(r rune) bool {
			return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
		})
		e.check(word, path, "must be a word of small letters, digits and _, such as performers_list")
		e.check(!seen[kind], path, "stands there twice")
		seen[kind] = true
	}
}

// faults collects what is wrong, each with its path.
type faults struct{ list PolicyErrors }

func (e *faults) check(ok bool, path, problem string) {
	if !ok {
		e.list = append(e.list, &session.FieldError{Field: path, Problem: problem})
	}
}

func (e *faults) add(err error) {
	if err != nil {
		e.list = append(e.list, fieldError("", err))
	}
}

// under adds an error of a value that stands at path.
func (e *faults) under(path string, err error) {
	if err != nil {
		e.list = append(e.list, fieldError(path, err))
	}
}

func (e *faults) notice(path string, n calendar.Notice) {
	if err := n.Validate(); err != nil {
		e.under(path, err)
		return
	}
	most := maxNoticeDays
	if n.Unit == calendar.ElapsedHours {
		most = maxNoticeHours
	}
	e.check(n.Amount <= most, path+".amount", "is more than a year")
}

func (e *faults) length(path string, l, least, most Length) {
	e.check(l >= least && l <= most, path, "must be from "+least.String()+" to "+most.String())
	e.check(l%Length(time.Second) == 0, path, "must be in whole seconds")
}

// percent checks a percentage, and says whether it is one. The exponent is looked at first: to compare 1e-999999999
// with anything would take all memory there is.
func (e *faults) percent(path string, d, least, most decimal.Decimal) bool {
	ok := d.Exponent() >= -4 && d.Exponent() <= 4 && !d.LessThan(least) && !d.GreaterThan(most)
	e.check(ok, path, "must be from "+least.String()+" to "+most.String()+", with at most four decimal places")
	return ok
}

func (e *faults) err() error {
	if len(e.list) == 0 {
		return nil
	}
	return e.list
}
