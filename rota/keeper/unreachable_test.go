package keeper_test

import (
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// What a plan finds unreachable is told to the practice's staff and support, but for who is to be phoned (N2).
func TestN2WhomToPhoneIsTold(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", false)
	posted := s.post(20, session.Rota)
	won := s.apply(ann, posted)
	leeds := must[session.PracticeFacts](s)(s.dir.Practice(t.Context(), "leeds"))
	s.dir.AddPractice(leeds, mailable("staff"), notify.Person{ID: "partner", Name: "Pat"})
	booked := must[rota.Booked](s)(s.desk.Accept(t.Context(), rota.Accept{Command: s.do(staff), Application: won.ID}))
	s.plan()
	a := must[withdrawal.Assessment](s)(s.desk.AssessCancellation(t.Context(), ann, booked.Booking.ID))
	must[withdrawal.Cancelled](s)(s.desk.CancelBooking(t.Context(), withdrawal.CancelBooking{
		Command: s.do(ann), Booking: booked.Booking.ID, Shown: a.Shown,
	}))
	s.plan()
	s.equal("whom nothing reaches", only(notify.ClinicianCancelled, s.told(posted.ID))[3:6], []string{
		"clinician_cancelled email partner suppressed no_address",
		"clinician_cancelled android partner suppressed no_device",
		"clinician_cancelled iphone partner suppressed no_device",
	})
	var emails []string
	for _, line := range only(notify.Unreachable, s.told(posted.ID)) {
		if len(line) > 17 && line[:17] == "unreachable email" {
			emails = append(emails, line)
		}
	}
	s.equal("who is asked to phone", emails, []string{
		"unreachable email staff planned", "unreachable email partner suppressed not_reached",
		"unreachable email helper planned",
	})
	s.equal("nothing more happens", s.plan(), 0)
}
