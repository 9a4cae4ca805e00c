package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// AgreeFee is either side taking the other's figure (W7).
type AgreeFee struct {
	session.Command
	Booking session.BookingID
	// Amount is the figure agreed to: the one on the table, so that nobody agrees to one they haven't seen.
	Amount session.Money
}

// Validate checks the fields; the error is a *session.FieldError.
func (c AgreeFee) Validate() error {
	if err := validateFee(c.Command, c.Booking, "", false); err != nil {
		return err
	}
	return c.Amount.CheckPositive("Amount")
}

// Decide settles the fee at the other side's figure, and makes its invoice (B2). The error is a *session.NotFoundError
// where there is no right, a *session.ForbiddenError for one's own figure and for others than the two sides (P1), a
// *session.StateError where no figure is on the table, and a *session.FieldError for another figure than that.
func (c AgreeFee) Decide(s Situation, now time.Time) (Fee, session.Decision, error) {
	const act = "agree to the figure"
	d := session.Decide(c.Command, now)
	if err := s.Fee.open(c.By, eitherSide, act, d.Now()); err != nil {
		return Fee{}, session.Decision{}, err
	}
	f, err := s.Fee.next(Agreeing, act, FeeStep{At: d.Now(), By: c.By, Amount: s.Fee.Amount})
	switch {
	case err != nil:
		return Fee{}, session.Decision{}, err
	case s.Fee.Amount.IsZero():
		return Fee{}, session.Decision{}, s.Fee.refuse(act)
	case s.Fee.By.Client() == c.By.Capacity.Client():
		const why = "it is your own side's figure, so the other side has to"
		return Fee{}, session.Decision{}, &session.ForbiddenError{Capacity: c.By.Capacity, Act: act, Why: why}
	case !c.Amount.Equal(s.Fee.Amount):
		problem := "is not the figure on the table, which is " + s.Fee.Amount.String()
		return Fee{}, session.Decision{}, &session.FieldError{Field: "Amount", Problem: problem}
	}
	bill := booking.FeeInvoice(c.Command, s.Booking, f.Amount, d.Now())
	f.Invoice = bill.ID
	f.tell(&d, s.Fee, s.Booking, EventFeeAgreed)
	d.Write(bill, booking.InvoiceMade(bill))
	return f, d, nil
}

// WaiveFee is the clinician giving the right up (W7).
type WaiveFee struct {
	session.Command
	Booking session.BookingID
	// Note may be blank.
	Note string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c WaiveFee) Validate() error { return validateFee(c.Command, c.Booking, c.Note, false) }

// Decide gives the right up, for good. The error is a *session.NotFoundError where there is none, a
// *session.ForbiddenError for anybody but the clinician (P1), and a *session.StateError once it is settled.
func (c WaiveFee) Decide(s Situation, now time.Time) (Fee, session.Decision, error) {
	return s.say(c.Command, now, Waiving, clinicianSide, "waive the fee", c.Note, EventFeeWaived)
}

// DisputeFee is either side taking it to support (W7).
type DisputeFee struct {
	session.Command
	Booking session.BookingID
	// Note is required.
	Note string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c DisputeFee) Validate() error { return validateFee(c.Command, c.Booking, c.Note, true) }

// Decide asks support to mediate; the figure on the table stays. Its errors are those of WaiveFee.Decide, for anybody
// but the two sides.
func (c DisputeFee) Decide(s Situation, now time.Time) (Fee, session.Decision, error) {
	return s.say(c.Command, now, Disputing, eitherSide, "take the fee to support", c.Note, EventFeeDisputed)
}

// say takes a step that names no figure.
func (s Situation) say(
	head session.Command, now time.Time, trigger FeeTrigger, who side, act, note string, kind session.EventKind,
) (Fee, session.Decision, error) {
	d := session.Decide(head, now)
	if err := s.Fee.open(head.By, who, act, d.Now()); err != nil {
		return Fee{}, session.Decision{}, err
	}
	step := FeeStep{At: d.Now(), By: head.By, Note: d.Note(session.ReasonText, s.Fee.Provider, s.Fee.Session, note)}
	f, err := s.Fee.next(trigger, act, step)
	if err != nil {
		return Fee{}, session.Decision{}, err
	}
	f.tell(&d, s.Fee, s.Booking, kind)
	return f, d, nil
}

// DeclareEarnings is a clinician who was rebooked saying what they earned instead (W7).
type DeclareEarnings struct {
	session.Command
	Booking session.BookingID
	Amount  session.Money
}

// Validate checks the fields; the error is a *session.FieldError.
func (c DeclareEarnings) Validate() error {
	if err := validateFee(c.Command, c.Booking, "", false); err != nil {
		return err
	}
	return c.Amount.CheckPositive("Amount")
}

// Decide records what was earned; it may be more than the cap, changes no figure and no deadline, and can be declared
// anew until the fee is settled. The error is a *session.NotFoundError where there is no right, a
// *session.ForbiddenError for anybody but the clinician (P1), a *session.StateError once it is settled, and a
// *session.FieldError for another currency.
func (c DeclareEarnings) Decide(s Situation, now time.Time) (Fee, session.Decision, error) {
	const act = "declare what you earned"
	d := session.Decide(c.Command, now)
	if err := s.Fee.open(c.By, clinicianSide, act, d.Now()); err != nil {
		return Fee{}, session.Decision{}, err
	}
	if s.Fee.State.Final() {
		return Fee{}, session.Decision{}, s.Fee.refuse(act)
	}
	if c.Amount.Currency != s.Fee.Cap.Currency {
		problem := "must be " + string(s.Fee.Cap.Currency)
		return Fee{}, session.Decision{}, &session.FieldError{Field: "Amount.Currency", Problem: problem}
	}
	f := s.Fee.with(FeeStep{At: d.Now(), By: c.By, State: s.Fee.State, Earned: c.Amount})
	f.Due, f.Earned = s.Fee.Due, c.Amount
	f.tell(&d, s.Fee, s.Booking, EventEarningsDeclared)
	return f, d, nil
}

// AdvanceFee is the system taking the step that time brings (W7): a right nobody claimed lapses, a figure nobody
// answered goes to support.
type AdvanceFee struct {
	session.Command
	Booking session.BookingID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c AdvanceFee) Validate() error { return validateFee(c.Command, c.Booking, "", false) }

// Decide takes the step, from the fee's Due on. The error is a *session.NotFoundError where there is no fee, a
// *session.ForbiddenError for anybody but the system (P1), and a *session.StateError before Due and where time brings
// nothing any more.
func (c AdvanceFee) Decide(s Situation, now time.Time) (Fee, session.Decision, error) {
	const act = "take it on"
	d := session.Decide(c.Command, now)
	f := s.Fee
	switch {
	case f.Version == 0:
		return Fee{}, session.Decision{}, &session.NotFoundError{Field: "Booking", Kind: session.KindFee, ID: string(c.Booking)}
	case c.By.Capacity != session.AsSystem:
		return Fee{}, session.Decision{}, &session.ForbiddenError{Capacity: c.By.Capacity, Act: act, Why: whyOthers}
	case f.Due.IsZero() || d.Now().Before(f.Due):
		return Fee{}, session.Decision{}, f.refuse(act)
	}
	trigger, kind := Disputing, EventFeeDisputed
	if f.State == FeeClaimable {
		trigger, kind = Lapsing, EventFeeLapsed
	}
	next, err := f.next(trigger, act, FeeStep{At: d.Now(), By: c.By})
	if err != nil {
		return Fee{}, session.Decision{}, err
	}
	next.tell(&d, f, s.Booking, kind)
	return next, d, nil
}
