package withdrawal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// negotiation is the situation after a late withdrawal, with a right to at most £630.
func negotiation(t testing.TB) withdrawal.Situation {
	t.Helper()
	s := filled(t, "2026-07-14 08:00")
	s.Provider.RotaPro, s.Session.Channel = true, session.Rota
	out, _, err := withdraw(t, s, practice, at(t, "2026-07-13 10:00"))
	if err != nil {
		t.Fatal(err)
	}
	s.Session, s.Booking, s.Fee = out.Session, out.Booking, out.Fee
	return s
}

// step is one command of the negotiation.
type step struct {
	name    string
	trigger withdrawal.FeeTrigger
	kind    session.EventKind
	decide  func(s withdrawal.Situation, by session.Actor, amount session.Money, now time.Time) (withdrawal.Fee, session.Decision, error)
}

var steps = []step{
	{"propose", withdrawal.Proposing, withdrawal.EventFeeProposed, func(s withdrawal.Situation, by session.Actor, m session.Money, now time.Time) (withdrawal.Fee, session.Decision, error) {
		return withdrawal.ProposeFee{Command: session.Do("f", by), Booking: "b1", Amount: m, Note: "Lost my day."}.Decide(s, now)
	}},
	{"counter", withdrawal.Countering, withdrawal.EventFeeCountered, func(s withdrawal.Situation, by session.Actor, m session.Money, now time.Time) (withdrawal.Fee, session.Decision, error) {
		return withdrawal.CounterFee{Command: session.Do("f", by), Booking: "b1", Amount: m}.Decide(s, now)
	}},
	{"agree", withdrawal.Agreeing, withdrawal.EventFeeAgreed, func(s withdrawal.Situation, by session.Actor, m session.Money, now time.Time) (withdrawal.Fee, session.Decision, error) {
		return withdrawal.AgreeFee{Command: session.Do("f", by), Booking: "b1", Amount: m}.Decide(s, now)
	}},
	{"waive", withdrawal.Waiving, withdrawal.EventFeeWaived, func(s withdrawal.Situation, by session.Actor, _ session.Money, now time.Time) (withdrawal.Fee, session.Decision, error) {
		return withdrawal.WaiveFee{Command: session.Do("f", by), Booking: "b1"}.Decide(s, now)
	}},
	{"dispute", withdrawal.Disputing, withdrawal.EventFeeDisputed, func(s withdrawal.Situation, by session.Actor, _ session.Money, now time.Time) (withdrawal.Fee, session.Decision, error) {
		return withdrawal.DisputeFee{Command: session.Do("f", by), Booking: "b1", Note: "Too much."}.Decide(s, now)
	}},
	{"declare", 0, withdrawal.EventEarningsDeclared, func(s withdrawal.Situation, by session.Actor, m session.Money, now time.Time) (withdrawal.Fee, session.Decision, error) {
		return withdrawal.DeclareEarnings{Command: session.Do("f", by), Booking: "b1", Amount: m}.Decide(s, now)
	}},
	{"advance", withdrawal.Lapsing, withdrawal.EventFeeLapsed, func(s withdrawal.Situation, by session.Actor, _ session.Money, now time.Time) (withdrawal.Fee, session.Decision, error) {
		return withdrawal.AdvanceFee{Command: session.Do("f", by), Booking: "b1"}.Decide(s, now)
	}},
}

// Every state, trigger and side: what the table of W7 says, written out once more by hand.
func TestW7EveryStateTriggerAndSide(t *testing.T) {
	const (
		c = 1 << iota // the clinician may
		k             // the client may
		y             // the system may
		f             // the clinician's figure is on the table
		g             // the client's is
	)
	type row struct {
		state withdrawal.FeeState
		on    int
		// by steps: propose, counter, agree, waive, dispute, declare, advance
		may [7]int
		to  withdrawal.FeeState // of advance
	}
	for _, r := range []row{
		{withdrawal.FeeClaimable, 0, [7]int{c, 0, 0, c, c | k, c, y}, withdrawal.FeeLapsed},
		{withdrawal.FeeProposed, f, [7]int{0, k, k, c, c | k, c, y}, withdrawal.FeeDisputed},
		{withdrawal.FeeCountered, g, [7]int{c, 0, c, c, c | k, c, y}, withdrawal.FeeDisputed},
		{withdrawal.FeeDisputed, 0, [7]int{c, k, 0, c, 0, c, 0}, 0},
		{withdrawal.FeeDisputed, f, [7]int{c, k, k, c, 0, c, 0}, 0},
		{withdrawal.FeeDisputed, g, [7]int{c, k, c, c, 0, c, 0}, 0},
		{withdrawal.FeeAgreed, f, [7]int{}, 0},
		{withdrawal.FeeWaived, f, [7]int{}, 0},
		{withdrawal.FeeLapsed, 0, [7]int{}, 0},
	} {
		s := negotiation(t)
		s.Fee.State = r.state
		figure := session.Pounds(20000)
		switch r.on {
		case f:
			s.Fee.Amount, s.Fee.By = figure, session.AsClinician
		case g:
			s.Fee.Amount, s.Fee.By = figure, session.AsRotaManager
		}
		if r.state == withdrawal.FeeDisputed || r.state.Final() {
			s.Fee.Due = time.Time{}
		}
		for i, st := range steps {
			now := at(t, "2026-07-20 10:00")
			if st.name == "advance" {
				now = at(t, "2026-12-01 10:00")
			}
			for who, by := range map[int]session.Actor{c: clinician, k: practice, y: session.System()} {
				got, d, err := st.decide(s, by, figure, now)
				if may := r.may[i]&who != 0; may != (err == nil) {
					t.Errorf("W7 %s in %s by %s: %v, want allowed %v", st.name, r.state, by.Capacity, err, may)
					continue
				}
				if err != nil {
					continue
				}
				to, _ := r.state.Next(st.trigger)
				if st.name == "declare" {
					to = r.state
				}
				if st.name == "advance" {
					to = r.to
				}
				if got.State != to || got.Version != s.Fee.Version+1 || len(got.Steps) != len(s.Fee.Steps)+1 {
					t.Errorf("W7 %s in %s: %+v, want state %s", st.name, r.state, got, to)
				}
				last := got.Steps[len(got.Steps)-1]
				if !last.At.Equal(now) || last.By != by || last.State != to {
					t.Errorf("W7 who, when: %+v", last)
				}
				if d.Records[0].Subject() != got.Subject() {
					t.Errorf("writes %s first", d.Records[0].Subject())
				}
			}
		}
	}
}

func TestW7ANegotiation(t *testing.T) {
	s := negotiation(t)
	first := at(t, "2026-07-20 10:00")
	propose := withdrawal.ProposeFee{Command: session.Do("f1", clinician), Booking: "b1", Amount: session.Pounds(50000), Note: "Lost my day."}
	valid(t, propose)
	f, d, err := propose.Decide(s, first)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventFeeProposed)
	if f.By != session.AsClinician || !f.Due.Equal(first.AddDate(0, 0, 14)) || f.Steps[0].Note != d.Texts[0].ID {
		t.Errorf("%+v", f)
	}
	e := event(t, d, withdrawal.EventFeeProposed)
	if e.From != "claimable" || e.To != "proposed" || e.Reason != d.Texts[0].ID {
		t.Errorf("%+v", e)
	}
	facts(t, e, map[string]string{"amount": "500.00", "currency": "GBP", "side": "clinician", "cap": "630.00", "due": "2026-08-03T09:00:00Z"})

	s.Fee = f
	second := first.AddDate(0, 0, 1)
	counter := withdrawal.CounterFee{Command: session.Do("f2", manager), Booking: "b1", Amount: session.Pounds(31500)}
	valid(t, counter)
	f, d, err = counter.Decide(s, second)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventFeeCountered)
	facts(t, event(t, d, withdrawal.EventFeeCountered), map[string]string{"amount": "315.00", "side": "rota_manager"})
	if !s.Fee.Amount.Equal(session.Pounds(50000)) || !f.Steps[0].Amount.Equal(session.Pounds(50000)) || !f.Due.Equal(second.AddDate(0, 0, 14)) {
		t.Errorf("%+v", f)
	}

	s.Fee = f
	for _, wrong := range []session.Money{session.Pounds(50000), {Amount: session.Pounds(31500).Amount, Currency: "EUR"}} {
		_, _, err = withdrawal.AgreeFee{Command: session.Do("f3", clinician), Booking: "b1", Amount: wrong}.Decide(s, second)
		field(t, err, "Amount")
	}
	_, _, err = withdrawal.AgreeFee{Command: session.Do("f3", practice), Booking: "b1", Amount: session.Pounds(31500)}.Decide(s, second)
	refused[*session.ForbiddenError](t, err, "forbidden") // W7 the practice can't agree to the rota manager's figure
	agree := withdrawal.AgreeFee{Command: session.Do("f3", clinician), Booking: "b1", Amount: session.Pounds(31500)}
	valid(t, agree)
	f, d, err = agree.Decide(s, second)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventFeeAgreed, booking.EventInvoiceMade)
	bill := record[booking.Invoice](t, d)
	if bill.For != booking.ForFee || bill.State != booking.InvoiceAwaiting || bill.Booking != "b1" || f.Invoice != bill.ID {
		t.Errorf("B2 invoice %+v", bill)
	}
	money(t, bill.Amount, "£315.00")
	if !f.Due.IsZero() || len(f.Steps) != 3 {
		t.Errorf("%+v", f)
	}
	facts(t, event(t, d, withdrawal.EventFeeAgreed), map[string]string{"amount": "315.00", "invoice": string(bill.ID), "due": ""})
}

func TestW7Figures(t *testing.T) {
	now := at(t, "2026-07-20 10:00")
	s := negotiation(t)
	claim := func(m session.Money) error {
		_, _, err := withdrawal.ProposeFee{Command: session.Do("f", clinician), Booking: "b1", Amount: m}.Decide(s, now)
		return err
	}
	for _, c := range []struct {
		m     session.Money
		field string
	}{
		{session.Pounds(63000), ""}, {session.Pounds(1), ""}, {session.Pounds(63001), "Amount"}, {session.Pounds(0), "Amount"},
		{session.Pounds(-100), "Amount"}, {session.Money{}, "Amount"},
		{session.Money{Amount: decimal.New(1, -3), Currency: session.GBP}, "Amount"},
		{session.Money{Amount: decimal.NewFromInt(10), Currency: "EUR"}, "Amount.Currency"},
	} {
		if err := claim(c.m); c.field != "" {
			field(t, err, c.field)
		} else if err != nil {
			t.Errorf("%s: %v", c.m, err)
		}
	}
	t.Run("W7 the scale fills in the first figure", func(t *testing.T) {
		s.Fee.Suggested = session.Pounds(12345)
		f, _, err := withdrawal.ProposeFee{Command: session.Do("f", clinician), Booking: "b1"}.Decide(s, now)
		if err != nil {
			t.Fatal(err)
		}
		money(t, f.Amount, "£123.45")
	})
	t.Run("W7 earnings are no figure", func(t *testing.T) {
		f, d, err := withdrawal.DeclareEarnings{Command: session.Do("f", clinician), Booking: "b1", Amount: session.Pounds(90000)}.Decide(s, now)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, withdrawal.EventEarningsDeclared)
		if f.State != withdrawal.FeeClaimable || !f.Amount.IsZero() || !f.Due.Equal(s.Fee.Due) || !f.Steps[0].Amount.IsZero() || !f.Steps[0].Earned.Equal(f.Earned) {
			t.Errorf("%+v", f)
		}
		money(t, f.Earned, "£900.00")
		e := event(t, d, withdrawal.EventEarningsDeclared)
		facts(t, e, map[string]string{"earned": "900.00", "amount": ""})
		if e.From != "" || e.To != "" {
			t.Errorf("a change of state: %+v", e)
		}
		_, _, err = withdrawal.DeclareEarnings{
			Command: session.Do("f", clinician), Booking: "b1", Amount: session.Money{Amount: decimal.NewFromInt(9), Currency: "EUR"},
		}.Decide(s, now)
		field(t, err, "Amount.Currency")
	})
}

func TestW7TimeTakesTheNextStep(t *testing.T) {
	s := negotiation(t)
	advance := func(s withdrawal.Situation, now time.Time) (withdrawal.Fee, session.Decision, error) {
		c := withdrawal.AdvanceFee{Command: session.Do("f", session.System()), Booking: "b1"}
		valid(t, c)
		return c.Decide(s, now)
	}
	due := at(t, "2026-07-13 10:00").AddDate(0, 0, 28)
	_, _, err := advance(s, due.Add(-micro))
	refused[*session.StateError](t, err, "wrong_state")
	f, d, err := advance(s, due)
	if err != nil || f.State != withdrawal.FeeLapsed || !f.Due.IsZero() {
		t.Fatal(err, f)
	}
	told(t, d, withdrawal.EventFeeLapsed)
	for _, st := range steps { // the right is over from then on, whenever that step is taken
		if !slices.Contains([]string{"propose", "waive", "dispute", "declare"}, st.name) {
			continue
		}
		_, d, err := st.decide(s, clinician, session.Pounds(100), due)
		if e := refused[*session.StateError](t, err, "wrong_state"); e.State != "lapsed" || len(d.Records) > 0 {
			t.Errorf("W7 %s: %v", st.name, err)
		}
		if _, _, err := st.decide(s, clinician, session.Pounds(100), due.Add(-micro)); err != nil {
			t.Errorf("W7 %s in time: %v", st.name, err)
		}
	}

	s.Fee, _, err = withdrawal.ProposeFee{Command: session.Do("f", clinician), Booking: "b1", Amount: session.Pounds(100)}.Decide(s, due.Add(-micro))
	if err != nil {
		t.Fatal(err)
	}
	answer := due.Add(-micro).AddDate(0, 0, 14)
	_, _, err = advance(s, answer.Add(-micro))
	refused[*session.StateError](t, err, "wrong_state")
	f, d, err = advance(s, answer)
	if err != nil || f.State != withdrawal.FeeDisputed || !f.Due.IsZero() {
		t.Fatal(err, f)
	}
	told(t, d, withdrawal.EventFeeDisputed)
	money(t, f.Amount, "£1.00") // W7 support mediate, and do not set the figure
	s.Fee = f
	_, _, err = advance(s, answer.AddDate(1, 0, 0))
	refused[*session.StateError](t, err, "wrong_state")
	for _, by := range []session.Actor{practice, clinician, support} {
		_, _, err = withdrawal.AdvanceFee{Command: session.Do("f", by), Booking: "b1"}.Decide(negotiation(t), due)
		refused[*session.ForbiddenError](t, err, "forbidden")
	}
	_, _, err = withdrawal.AdvanceFee{Command: session.Do("f", session.System()), Booking: "b1"}.Decide(filled(t, "2026-07-14 08:00"), due)
	refused[*session.NotFoundError](t, err, "not_found")
}

func TestP1NobodyDecidesAFeeFromTheOtherSide(t *testing.T) {
	s := negotiation(t)
	s.Fee.State, s.Fee.Amount, s.Fee.By = withdrawal.FeeProposed, session.Pounds(100), session.AsClinician
	now := at(t, "2026-07-20 10:00")
	for _, by := range []session.Actor{
		partner, session.RotaManager("gp-7-person", "leeds"), support, session.Support("gp-7-person"),
		session.Clinician("other", "gp-8"), session.RotaManager("mo", "york"),
	} {
		for _, st := range steps {
			_, d, err := st.decide(s, by, session.Pounds(100), now)
			refused[*session.ForbiddenError](t, err, "forbidden")
			if len(d.Records) > 0 {
				t.Errorf("%s by %+v writes something", st.name, by)
			}
		}
	}
	none := filled(t, "2026-07-14 08:00")
	for _, st := range steps[:6] {
		for _, by := range []session.Actor{clinician, practice} {
			_, _, err := st.decide(none, by, session.Pounds(100), now)
			refused[*session.NotFoundError](t, err, "not_found")
		}
	}
}

func TestFeesShareNoMemory(t *testing.T) {
	s := negotiation(t)
	s.Fee.Steps = make([]withdrawal.FeeStep, 1, 8)
	now := at(t, "2026-07-20 10:00")
	a, _, errA := withdrawal.ProposeFee{Command: session.Do("f", clinician), Booking: "b1", Amount: session.Pounds(100)}.Decide(s, now)
	b, _, errB := withdrawal.ProposeFee{Command: session.Do("f", clinician), Booking: "b1", Amount: session.Pounds(200)}.Decide(s, now)
	if errA != nil || errB != nil || !a.Steps[1].Amount.Equal(session.Pounds(100)) || !b.Steps[1].Amount.Equal(session.Pounds(200)) {
		t.Errorf("%v %v %+v %+v", errA, errB, a.Steps, b.Steps)
	}
	c := a.Clone()
	c.Steps[0].Note = "changed"
	if a.Steps[0].Note != "" {
		t.Error("a clone shares its steps")
	}
}

// Whatever the two sides say, in whatever order: nobody changes the other's figure, none is above the cap, and nothing
// is agreed that not both have said yes to.
func TestW7AnyNegotiation(t *testing.T) {
	base := negotiation(t)
	rapid.Check(t, func(t *rapid.T) {
		s := base
		now := at2(base)
		actors := []session.Actor{clinician, practice, manager, partner, support, session.System()}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			st := rapid.SampledFrom(steps).Draw(t, "step")
			by := rapid.SampledFrom(actors).Draw(t, "by")
			amount := session.Pounds(rapid.Int64Range(-1, 64000).Draw(t, "pence"))
			if rapid.Bool().Draw(t, "table") && !s.Fee.Amount.IsZero() {
				amount = s.Fee.Amount
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "days")) * 24 * time.Hour)
			before := s.Fee.Clone()
			got, d, err := st.decide(s, by, amount, now)
			if diff := cmp.Diff(before, s.Fee); diff != "" {
				t.Fatalf("the input changed:\n%s", diff)
			}
			if err != nil {
				if len(d.Records)+len(d.Events) > 0 {
					t.Fatalf("a refusal writes something: %v", err)
				}
				continue
			}
			check(t, before, got, d, by)
			s.Fee = got
		}
	})
}

func at2(s withdrawal.Situation) time.Time { return s.Booking.Ending.Recorded }

func check(t *rapid.T, before, got withdrawal.Fee, d session.Decision, by session.Actor) {
	if got.Version != before.Version+1 || !slices.Equal(steplist(before.Steps), steplist(got.Steps[:len(before.Steps)])) {
		t.Fatalf("history changed: %+v", got)
	}
	if got.Amount.Amount.GreaterThan(got.Cap.Amount) || got.Amount.Amount.IsNegative() || !got.Cap.Equal(before.Cap) {
		t.Fatalf("figure %s, cap %s", got.Amount, got.Cap)
	}
	if !got.Amount.Equal(before.Amount) && (got.By != by.Capacity || got.State != withdrawal.FeeProposed && got.State != withdrawal.FeeCountered) {
		t.Fatalf("%s changed the figure of %s", by.Capacity, got.By)
	}
	bills := 0
	for _, r := range d.Records {
		if bill, ok := r.(booking.Invoice); ok {
			bills++
			if !bill.Amount.Equal(got.Amount) || bill.ID != got.Invoice {
				t.Fatalf("the invoice is about %s, agreed are %s", bill.Amount, got.Amount)
			}
		}
	}
	if agreed := got.State == withdrawal.FeeAgreed; agreed != (bills == 1) || agreed && before.By.Client() == by.Capacity.Client() {
		t.Fatalf("agreed by %s to a figure of %s, %d invoices", by.Capacity, before.By, bills)
	}
	if waits := got.State == withdrawal.FeeClaimable || got.State == withdrawal.FeeProposed || got.State == withdrawal.FeeCountered; waits == got.Due.IsZero() {
		t.Fatalf("%s with due %s", got.State, got.Due)
	}
}

func steplist(steps []withdrawal.FeeStep) []string {
	all := make([]string, len(steps))
	for i, s := range steps {
		all[i] = s.At.String() + s.By.Key() + s.State.String() + s.Amount.String() + s.Earned.String()
	}
	return all
}

func TestW7OneStateTableForFees(t *testing.T) {
	final := []withdrawal.FeeState{withdrawal.FeeAgreed, withdrawal.FeeWaived, withdrawal.FeeLapsed}
	for state := withdrawal.FeeClaimable; state <= withdrawal.FeeDisputed; state++ {
		if state.Final() != slices.Contains(final, state) || !state.Valid() {
			t.Errorf("%s: final %v", state, state.Final())
		}
	}
	if withdrawal.FeeState(0).Valid() || withdrawal.FeeState(8).Valid() {
		t.Error("valid states")
	}
}
