package race

import (
	"encoding/json"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// effect is what a command was said to have led to; zero parts were not spoken of.
type effect struct {
	session     sight
	application application
	booking     struct {
		held
		over bool
	}
	settings int32
}

// told is an answer as its command gives it.
type told struct {
	session     session.Session
	booking     booking.Booking
	application rota.Application
	settings    notify.Settings
}

// read reads the answer to a command.
func read(name string, result []byte) (told, error) {
	var e told
	var err error
	switch name {
	case "Post":
		err = json.Unmarshal(result, &e.session)
	case "Retract", "Decline":
		err = json.Unmarshal(result, &e.application)
	case "SetPreferences":
		err = json.Unmarshal(result, &e.settings)
	case "Apply":
		var out rota.Applied
		err = json.Unmarshal(result, &out)
		e.booking, e.application = out.Booking, out.Application
	case "Accept", "Allocate", "AcceptOffer", "DeclineOffer":
		var out rota.Booked
		err = json.Unmarshal(result, &out)
		e.session, e.booking, e.application = out.Session, out.Booking, out.Application
	case "Withdraw":
		var out withdrawal.Withdrawn
		err = json.Unmarshal(result, &out)
		e.session, e.booking = out.Session, out.Booking
	case "EndBooking", "CancelBooking", "RefuseChange":
		var out withdrawal.Cancelled
		err = json.Unmarshal(result, &out)
		e.session, e.booking = out.Session, out.Booking
	case "Change", "AcknowledgeChange":
		var out rota.Changed
		err = json.Unmarshal(result, &out)
		e.session, e.booking = out.Session, out.Booking
	}
	return e, err
}

// effectOf reads the answer to a command in the model's words.
func (i *island) effectOf(name string, result []byte) (effect, error) {
	said, err := read(name, result)
	if err != nil {
		return effect{}, err
	}
	e := effect{settings: int32(said.settings.Version)}
	if s := said.session; s.Version > 0 {
		e.session = sight{
			version: int32(s.Version), round: int16(s.Round), state: s.State, slot: slotOf(s.Terms.Span),
			booking: i.number(s.Booking),
		}
	}
	// An application that was accepted belongs to a round that is over.
	if a := said.application; a.State != rota.Accepted {
		e.application = application{int16(a.Version), a.State}
	}
	e.booking.held, e.booking.over = i.held(said.booking), said.booking.Version > 0 && !said.booking.State.Live()
	return e, nil
}

// shows says whether a state is what the answer to the command that led to it says.
func (s state) shows(o *operation) bool {
	e := o.effect
	if o.act.Name == "SetPreferences" {
		return s.settings[o.who] == e.settings
	}
	on := s.sessions[o.on]
	own := sight{version: on.version, round: on.round, state: on.state, slot: on.slot, booking: on.held.id}
	switch {
	case e.session.version > 0 && e.session != own:
		return false
	case e.application.version > 0 && e.application != on.applied[o.who]:
		return false
	case e.booking.over:
		return on.held.id == 0
	}
	return e.booking.id == 0 || e.booking.held == on.held
}
