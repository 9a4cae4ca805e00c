package withdrawal

import (
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// newFee is the right to a fee, as it arises: judged at one instant, recorded at another (W4, W7).
func (s Situation) newFee(judged, now time.Time) (Fee, error) {
	j, err := s.judge()
	if err != nil {
		return Fee{}, err
	}
	b := s.Booking
	f := Fee{
		Booking: b.ID, Version: 1, Session: b.Session, Provider: b.Provider, Practice: b.Practice,
		Clinician: b.Clinician, Person: b.Person, State: FeeClaimable, Cap: j.limit(),
		Due: now.Add(time.Duration(j.policy.Fee.ClaimWithin)), AnswerWithin: j.policy.Fee.AnswerWithin,
	}
	f.Suggested, err = j.suggested(judged)
	return f, err
}

// facts are what the record keeps of a fee.
func (f Fee) facts(b booking.Booking) session.Facts {
	side := ""
	if f.By != 0 {
		side = f.By.String()
	}
	return session.Facts{
		"reference": string(b.Reference), "practice": string(f.Practice), "clinician": string(f.Clinician),
		"booking": string(f.Booking), "start": stamp(b.Terms.Span.Start), "end": stamp(b.Terms.Span.End),
		"cap": sum(f.Cap), "suggested": sum(f.Suggested), "amount": sum(f.Amount), "earned": sum(f.Earned),
		"currency": string(f.Cap.Currency), "side": side, "due": stamp(f.Due), "invoice": string(f.Invoice),
	}
}

// Clone returns a copy that shares nothing with f.
func (f Fee) Clone() Fee {
	f.Steps = slices.Clone(f.Steps)
	return f
}

// next returns the fee one step on, with that step recorded. The figure on the table stays whose it is.
func (f Fee) next(trigger FeeTrigger, act string, step FeeStep) (Fee, error) {
	to, ok := f.State.Next(trigger)
	if !ok {
		return Fee{}, f.refuse(act)
	}
	step.State = to
	return f.with(step), nil
}

// with returns the fee one version on, in the state of a step.
func (f Fee) with(step FeeStep) Fee {
	f.Version++
	f.State, f.Due = step.State, time.Time{}
	f.Steps = append(slices.Clone(f.Steps), step)
	if f.State == FeeProposed || f.State == FeeCountered {
		f.Due = step.At.Add(time.Duration(f.AnswerWithin))
	}
	return f
}

func (f Fee) refuse(act string) error {
	return &session.StateError{Kind: session.KindFee, ID: string(f.Booking), State: f.State.String(), Act: act}
}

// tell writes the fee with the event of its step.
func (f Fee) tell(d *session.Decision, was Fee, b booking.Booking, kind session.EventKind) {
	e := session.Event{Kind: kind, Facts: f.facts(b)}
	if f.State != was.State {
		e.From, e.To = was.State.String(), f.State.String()
	}
	if len(f.Steps) > 0 {
		e.Reason = f.Steps[len(f.Steps)-1].Note
	}
	d.Write(f, e)
}

// side is who may take a step.
type side uint8

const (
	clinicianSide side = iota + 1
	clientSide
	eitherSide
)

// open refuses who may not take a step in the negotiation: the other side, and the clinician who would speak for it
// (P1). It refuses everybody once a right that nobody claimed has run out.
func (f Fee) open(by session.Actor, who side, act string, now time.Time) error {
	if f.Version == 0 {
		return &session.NotFoundError{Field: "Booking", Kind: session.KindFee, ID: string(f.Booking)}
	}
	if selfDealing(by, f.Person) {
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whySelf}
	}
	clinician := by.Capacity == session.AsClinician && by.Clinician == f.Clinician
	client := by.Capacity.Client() && by.Provider == f.Provider
	if (!clinician || who == clientSide) && (!client || who == clinicianSide) {
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whyOthers}
	}
	if f.runOut(now) {
		f.State = FeeLapsed
		return f.refuse(act)
	}
	return nil
}

// runOut says whether nobody claimed the right in time: it has lapsed from that instant on, also where the step is still
// to be taken (W7).
func (f Fee) runOut(now time.Time) bool { return f.State == FeeClaimable && !now.Before(f.Due) }

// figure checks an amount of money against the fee: in its currency, and at most its cap (W7).
func (f Fee) figure(m session.Money) error {
	if err := m.CheckPositive("Amount"); err != nil {
		return err
	}
	if m.Currency != f.Cap.Currency {
		return &session.FieldError{Field: "Amount.Currency", Problem: "must be " + string(f.Cap.Currency)}
	}
	if m.Amount.GreaterThan(f.Cap.Amount) {
		return &session.FieldError{Field: "Amount", Problem: "must be at most " + f.Cap.String()}
	}
	return nil
}

// name puts a figure on the table.
func (s Situation) name(
	d *session.Decision, trigger FeeTrigger, act string, amount session.Money, note string, by session.Actor,
) (Fee, error) {
	if _, ok := s.Fee.State.Next(trigger); !ok {
		return Fee{}, s.Fee.refuse(act)
	}
	if err := s.Fee.figure(amount); err != nil {
		return Fee{}, err
	}
	f, err := s.Fee.next(trigger, act, FeeStep{
		At: d.Now(), By: by, Amount: amount, Note: d.Note(session.ReasonText, s.Fee.Provider, s.Fee.Session, note),
	})
	if err != nil {
		return Fee{}, err
	}
	f.Amount, f.By = amount, by.Capacity
	kind := EventFeeProposed
	if trigger == Countering {
		kind = EventFeeCountered
	}
	f.tell(d, s.Fee, s.Booking, kind)
	return f, nil
}

// ProposeFee is the clinician naming a figure, first or in answer to the client's (W7).
type ProposeFee struct {
	session.Command
	Booking session.BookingID
	// Amount is the figure; not given: the one that the provider's scale suggests.
	Amount session.Money
	// Note may be blank.
	Note string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c ProposeFee) Validate() error {
	if err := validateFee(c.Command, c.Booking, c.Note, false); err != nil || c.Amount.IsZero() {
		return err
	}
	return c.Amount.CheckPositive("Amount")
}

// Decide names the figure. The error is a *session.NotFoundError where there is no right, a *session.ForbiddenError for
// anybody but the clinician (P1), a *session.StateError where it isn't their turn, or the time to claim has run out, and
// a *session.FieldError for an amount in another currency, above the cap, or missing where no scale suggests one.
func (c ProposeFee) Decide(s Situation, now time.Time) (Fee, session.Decision, error) {
	const act = "propose a figure"
	d := session.Decide(c.Command, now)
	if err := s.Fee.open(c.By, clinicianSide, act, d.Now()); err != nil {
		return Fee{}, session.Decision{}, err
	}
	amount := c.Amount
	if amount.IsZero() {
		amount = s.Fee.Suggested
	}
	f, err := s.name(&d, Proposing, act, amount, c.Note, c.By)
	if err != nil {
		return Fee{}, session.Decision{}, err
	}
	return f, d, nil
}

// CounterFee is the client naming a figure in answer to the clinician's (W7).
type CounterFee struct {
	session.Command
	Booking session.BookingID
	Amount  session.Money
	// Note may be blank.
	Note string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c CounterFee) Validate() error {
	if err := validateFee(c.Command, c.Booking, c.Note, false); err != nil {
		return err
	}
	return c.Amount.CheckPositive("Amount")
}

// Decide names the figure. Its errors are those of ProposeFee.Decide, for anybody but the client's side.
func (c CounterFee) Decide(s Situation, now time.Time) (Fee, session.Decision, error) {
	const act = "name another figure"
	d := session.Decide(c.Command, now)
	if err := s.Fee.open(c.By, clientSide, act, d.Now()); err != nil {
		return Fee{}, session.Decision{}, err
	}
	f, err := s.name(&d, Countering, act, c.Amount, c.Note, c.By)
	if err != nil {
		return Fee{}, session.Decision{}, err
	}
	return f, d, nil
}

// validateFee checks what the commands of a negotiation have in common.
func validateFee(head session.Command, b session.BookingID, note string, required bool) error {
	if err := head.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", b); err != nil {
		return err
	}
	return session.CheckText("Note", note, required)
}
