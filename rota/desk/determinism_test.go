package desk_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// told plays a long story on a fresh store, and returns everything that was answered, and everything that was kept.
func told(t *testing.T) (answers, kept string) {
	st := newStage(t)
	var all []any
	ok := func(c any) any {
		out := st.ok(c)
		all = append(all, out)
		return out
	}
	ok(st.policy(func(p *withdrawal.Policy) { p.Applications.OfferAllocations = true }))
	s := ok(st.shift()).(session.Session)
	for _, by := range []session.Actor{byAda, byBen} {
		ok(rota.Apply{Command: st.do(by), Session: s.ID})
	}
	ranked := must[[]rota.Ranked](t)(st.desk.Ranking(t.Context(), byLeeds, s.ID))
	all = append(all, ranked)
	booked := ok(rota.Accept{Command: st.do(byLeeds), Application: ranked[0].Application.ID}).(rota.Booked)
	asked := ok(rota.Change{Command: st.do(byLeeds), Session: s.ID, Role: "ANP", Override: "She has the skills."}).(rota.Changed)
	ok(rota.AcknowledgeChange{Command: st.do(byAda), Booking: booked.Booking.ID, Shown: asked.Booking.Pending.Shown()})
	ok(booking.SendMessage{Command: st.do(byLeeds), Session: s.ID, To: "ada", Body: "Thank you."})
	ok(notify.SetPreferences{Command: st.do(byAda), Person: "p-ada", Emails: notify.Emails{Messages: notify.Off}})
	st.at("2026-07-10T09:00:00Z")
	c := ok(st.caseOf(booked)).(withdrawal.Case)
	ok(withdrawal.ActionCase{Command: st.do(bySupport), Case: c.ID})
	f := ok(withdrawal.ProposeFee{Command: st.do(byAda), Booking: booked.Booking.ID}).(withdrawal.Fee)
	counter := session.Money{Amount: f.Amount.Amount.Mul(decimal.NewFromFloat(0.5)).Round(2), Currency: f.Amount.Currency}
	ok(withdrawal.CounterFee{Command: st.do(byLeeds), Booking: booked.Booking.ID, Amount: counter})
	ok(withdrawal.AgreeFee{Command: st.do(byAda), Booking: booked.Booking.ID, Amount: counter})

	again := ok(st.shift(func(p *session.Post) { p.Replaces = s.ID })).(session.Session)
	offer := ok(rota.Allocate{Command: st.do(byManager), Session: again.ID, Clinician: "ben"}).(rota.Booked)
	ok(rota.AcceptOffer{Command: st.do(byBen), Booking: offer.Booking.ID})
	st.at("2026-07-14T17:00:00Z")
	ok(booking.Complete{Command: st.do(bySystem), Session: again.ID})
	hours := st.hours(offer)
	hours.Command = st.do(byBen)
	ok(hours)
	bill := ok(booking.ApproveHours{Command: st.do(byLeeds), Booking: offer.Booking.ID}).(booking.Approved)
	ok(booking.SendInvoice{Command: st.do(byBen), Invoice: bill.Invoice.ID, Due: localTime(t, "2026-08-14 00:00").Date})
	ok(booking.PayInvoice{Command: st.do(byLeeds), Invoice: bill.Invoice.ID})
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text), st.dump()
}

// The same commands with the same instants and ids give the same bytes: answers, records, events in their order.
func TestP2TheSameCommandsGiveTheSameBytes(t *testing.T) {
	answers, kept := told(t)
	for range 3 {
		again, keptAgain := told(t)
		if answers != again {
			t.Errorf("the answers differ:\n%s", cmp.Diff(answers, again))
		}
		if kept != keptAgain {
			t.Errorf("what is kept differs:\n%s", cmp.Diff(kept, keptAgain))
		}
	}
}
