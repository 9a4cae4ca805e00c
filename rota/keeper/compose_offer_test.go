package keeper_test

import (
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
)

// An offer stands in the clinician's calendar as tentative, under the UID that its booking keeps; whatever becomes of it,
// the entry follows with a higher sequence: firm once accepted, gone when declined or lapsed (A1, A8).
func TestA1A8OffersInTheCalendar(t *testing.T) {
	for name, c := range map[string]struct {
		end       func(s *surgery, b rota.Booked)
		kind      notify.Kind
		cancelled bool
		subject   string
	}{
		"accepted": {func(s *surgery, b rota.Booked) {
			must[rota.Booked](s)(s.desk.AcceptOffer(t.Context(), rota.AcceptOffer{
				Command: s.do(s.clinician("ann", true)), Booking: b.Booking.ID,
			}))
		}, notify.Allocated, false, "You have been allocated session #401000001 on Tue 14 Jul"},
		"declined": {func(s *surgery, b rota.Booked) {
			must[rota.Booked](s)(s.desk.DeclineOffer(t.Context(), rota.DeclineOffer{
				Command: s.do(s.clinician("ann", true)), Booking: b.Booking.ID,
			}))
		}, notify.OfferLapsed, true, "You have declined session #401000001 on Tue 14 Jul"},
		"lapsed": {func(s *surgery, b rota.Booked) {
			s.looks(onJuly(14, 8, 0))
		}, notify.OfferLapsed, true, "Your offer of session #401000001 on Tue 14 Jul has lapsed"},
	} {
		t.Run("A1 A8 "+name, func(t *testing.T) {
			s := newSurgery(t)
			s.clinician("ann", true)
			b := s.offer("ann", 14)
			offered := s.mails()[notify.Offered].Invitation
			if offered == nil || !offered.Tentative || offered.Cancelled || offered.UID != notify.InvitationUID(b.Booking.ID) {
				t.Fatalf("the offer's entry is %+v", offered)
			}
			c.end(s, b)
			m := s.mails()[c.kind]
			s.equal("subject", m.Subject, c.subject)
			after := m.Invitation
			if after == nil || after.Tentative || after.Cancelled != c.cancelled || after.UID != offered.UID ||
				after.Sequence <= offered.Sequence || !after.Start.Equal(offered.Start) {
				t.Errorf("after %+v comes %+v", offered, after)
			}
		})
	}
}
