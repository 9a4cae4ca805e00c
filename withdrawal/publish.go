package withdrawal

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sessional-go/sessional/session"
)

// PublishPolicy adds a version to a provider's policy (W11).
type PublishPolicy struct {
	session.Command
	// Policy is the new version. Its Version is one more than the last one's, and ValidFrom not before now.
	Policy Policy
}

// Validate checks the fields; the error is a *session.FieldError for the first that is wrong: Policy.Fee.CapPercent.
func (c PublishPolicy) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	p := c.Policy
	if err := session.CheckID("Policy.Provider", p.Provider); err != nil {
		return err
	}
	switch {
	case p.Version < 1:
		return &session.FieldError{Field: "Policy.Version", Problem: "must be 1 or more"}
	case p.ValidFrom.IsZero():
		return &session.FieldError{Field: "Policy.ValidFrom", Problem: "is missing"}
	}
	var all PolicyErrors
	if errors.As(p.Validate(), &all) {
		return &session.FieldError{Field: "Policy." + goPath(all[0].Field), Problem: all[0].Problem, Err: all[0]}
	}
	return nil
}

// goPath turns a path in JSON into one of Go's fields: fee.cap_percent into Fee.CapPercent.
func goPath(path string) string {
	words := strings.FieldsFunc(path, func(r rune) bool { return r == '_' })
	for i, word := range words {
		names := strings.Split(word, ".")
		for j := range names {
			names[j] = capital(names[j])
		}
		words[i] = strings.Join(names, ".")
	}
	return strings.Join(words, "")
}

// Decide publishes the version. It is never changed afterwards, and a booking that was made under another one keeps
// that. The error is a *session.FieldError for another provider, a number that isn't the next one, or a date that is
// past, and a *session.ForbiddenError for anybody but the provider's rota managers.
func (c PublishPolicy) Decide(s Situation, now time.Time) (Policy, session.Decision, error) {
	d := session.Decide(c.Command, now)
	p := c.Policy.Clone()
	p.ValidFrom = session.Instant(p.ValidFrom)
	last := 0
	for _, v := range s.Policies {
		last = max(last, v.Version)
	}
	switch {
	case c.By.Capacity != session.AsRotaManager:
		const act = "publish a policy"
		return Policy{}, session.Decision{}, &session.ForbiddenError{Capacity: c.By.Capacity, Act: act, Why: whyOthers}
	case p.Provider != c.By.Provider:
		return Policy{}, session.Decision{}, &session.FieldError{Field: "Policy.Provider", Problem: "is not your own"}
	case p.Version != last+1:
		problem := "must be " + strconv.Itoa(last+1) + ", one more than the last one's"
		return Policy{}, session.Decision{}, &session.FieldError{Field: "Policy.Version", Problem: problem}
	case p.ValidFrom.Before(d.Now()):
		return Policy{}, session.Decision{}, &session.FieldError{Field: "Policy.ValidFrom", Problem: "is in the past"}
	}
	d.Write(p, session.Event{Kind: EventPolicyPublished, Facts: session.Facts{
		"version": strconv.Itoa(p.Version), "valid_from": stamp(p.ValidFrom),
	}})
	return p, d, nil
}

// Clone returns a copy that shares nothing with p.
func (p Policy) Clone() Policy {
	p.Fee.Scale = slices.Clone(p.Fee.Scale)
	p.Eligibility.Required = slices.Clone(p.Eligibility.Required)
	return p
}
