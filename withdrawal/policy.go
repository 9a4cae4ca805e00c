package withdrawal

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Policy is one version of a provider's rules (W11). It is data, never changed once published: a booking keeps the
// number of the version it was made under. The zero Version is the built-in one, the sources' own numbers.
type Policy struct {
	Version  int                `json:"version"`
	Provider session.ProviderID `json:"provider,omitzero"`
	// ValidFrom is when it comes into force; a later version that is in force replaces it.
	ValidFrom    time.Time        `json:"valid_from,omitzero"`
	Withdraw     WithdrawTerms    `json:"withdraw"`
	Fee          FeeTerms         `json:"fee"`
	Cancel       CancelTerms      `json:"cancel"`
	Change       ChangeTerms      `json:"change"`
	Applications ApplicationTerms `json:"applications"`
	Eligibility  EligibilityTerms `json:"eligibility"`
}

// WithdrawTerms say until when the client withdraws a filled session alone (W2, W3, W5).
type WithdrawTerms struct {
	// Notice runs to the start: 7 calendar days, exactly 7 being enough.
	Notice calendar.Notice `json:"notice"`
	// RotaProEverywhere lets a provider with Rota Pro withdraw marketplace sessions inside the notice, too; by
	// default only those in its rota tab.
	RotaProEverywhere bool `json:"rota_pro_everywhere,omitzero"`
}

// FeeTerms say when and how a short-notice fee can be charged (W6, W7).
type FeeTerms struct {
	// Notice runs to the start of the engagement: 5 business days, exactly 5 being enough.
	Notice calendar.Notice `json:"notice"`
	// Grace is how long after booking the client may still end it without a fee; none by default.
	Grace Length `json:"grace,omitzero"`
	// CapPercent is the most that can be claimed, in percent of the session's worth on the terms last agreed.
	CapPercent decimal.Decimal `json:"cap_percent"`
	// ClaimWithin is how long a right that nobody claims lasts; AnswerWithin how long a figure may go unanswered
	// before support is asked to mediate.
	ClaimWithin  Length `json:"claim_within"`
	AnswerWithin Length `json:"answer_within"`
	// Scale fills in the first figure; none by default.
	Scale []ScaleStep `json:"scale,omitzero"`
}

// ScaleStep is one line of a provider's published scale: the percentage of the session's worth that is proposed for
// a withdrawal that misses Notice. The line with the shortest notice that was missed counts.
type ScaleStep struct {
	Notice  calendar.Notice `json:"notice"`
	Percent decimal.Decimal `json:"percent"`
	// BookedLate is the percentage where the booking itself was made inside Notice; not given: Percent.
	BookedLate decimal.NullDecimal `json:"booked_late,omitzero"`
}

// CancelTerms say when a clinician who cancels must ring (W9).
type CancelTerms struct {
	// Call is the notice that spares the call: 72 elapsed hours, exactly 72 not being enough.
	Call calendar.Notice `json:"call"`
}

// ChangeTerms say which change of a filled session needs the clinician's acknowledgement (S5). A change of date, of
// role or of place always does.
type ChangeTerms struct {
	// Time is by how much start and end may move within the date without being asked about; nothing by default.
	Time Length `json:"time,omitzero"`
	// PayDownPercent is by how much the worth may fall without being asked about; nothing by default.
	PayDownPercent decimal.Decimal `json:"pay_down_percent,omitzero"`
}

// ApplicationTerms say how the provider chooses and books (A1, A5).
type ApplicationTerms struct {
	// Choosing is for sessions that name no way of their own: manual review.
	Choosing session.Choosing `json:"choosing"`
	// OfferAllocations makes an allocation an offer that the clinician answers; by default it is a confirmed booking.
	OfferAllocations bool `json:"offer_allocations,omitzero"`
	// OfferFor is how long an offer stands, at most until the start.
	OfferFor Length `json:"offer_for,omitzero"`
}

// EligibilityTerms say which documents must be valid on the session's date (A3).
type EligibilityTerms struct {
	// Required lists kinds of documents: registration, indemnity, performers_list, dbs.
	Required []string `json:"required"`
}

// Policies are all versions of a provider, in any order, without the built-in one.
type Policies []Policy

// At returns the version in force at an instant: of those whose ValidFrom is not after it the latest, of two at the
// same instant the higher version; the built-in one where there is none.
func (p Policies) At(now time.Time) Policy {
	best := Default()
	for _, v := range p {
		if v.ValidFrom.After(now) {
			continue
		}
		if best.Version == 0 || v.ValidFrom.After(best.ValidFrom) ||
			v.ValidFrom.Equal(best.ValidFrom) && v.Version > best.Version {
			best = v
		}
	}
	return best.Clone()
}

// Numbered returns a version by its number; 0 is the built-in one.
func (p Policies) Numbered(version int) (Policy, bool) {
	if version == 0 {
		return Default(), true
	}
	for _, v := range p {
		if v.Version == version {
			return v.Clone(), true
		}
	}
	return Policy{}, false
}

// Subject names the policy of a provider: each version published counts its one history up.
func (p Policy) Subject() session.Subject {
	return session.Subject{Kind: session.KindPolicy, ID: string(p.Provider)}
}

// Revision is the version.
func (p Policy) Revision() int64 { return int64(p.Version) }

// Tenant is the provider.
func (p Policy) Tenant() session.ProviderID { return p.Provider }

// About is blank: a policy belongs to no session.
func (p Policy) About() session.SessionID { return "" }
