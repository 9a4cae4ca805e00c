package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Act is one command as it travels between processes: whoever gets it can give it to their own desk.
type Act struct {
	// Name is the desk's method, Body the command as JSON.
	Name string          `json:"name"`
	Body json.RawMessage `json:"body"`
	Key  desk.CommandKey `json:"key"`
	// About is what the command is about, for whoever checks the history.
	About About `json:"about"`
}

// About says what a command is about, beyond what can be read from its body.
type About struct {
	Island    int                 `json:"island"`
	Session   session.SessionID   `json:"session,omitzero"`
	Clinician session.ClinicianID `json:"clinician,omitzero"`
	Booking   session.BookingID   `json:"booking,omitzero"`
	// Round is the session's round that an application belongs to.
	Round int `json:"round,omitzero"`
	// Slot is when a session shall take place: of a posting or a change.
	Slot int `json:"slot,omitzero"`
	// Asked is the slot of the change that an answer is to; -1 for none.
	Asked int `json:"asked,omitzero"`
	// Choosing is how a posted session's applicants are chosen.
	Choosing session.Choosing `json:"choosing,omitzero"`
}

// NewAct makes a command fit to travel.
func NewAct(c any, about About) (Act, error) {
	head, ok := c.(interface{ Head() session.Command })
	if !ok {
		return Act{}, fmt.Errorf("%T is no command", c)
	}
	body, err := json.Marshal(c)
	return Act{
		Name: reflect.TypeOf(c).Name(), Body: body, About: about,
		Key: desk.CommandKey{Actor: head.Head().By.Key(), Command: head.Head().ID},
	}, err
}

// performer gives a command to a desk.
type performer func(ctx context.Context, d *desk.Desk, body []byte) (any, error)

func by[C, R any](method func(*desk.Desk, context.Context, C) (R, error)) performer {
	return func(ctx context.Context, d *desk.Desk, body []byte) (any, error) {
		var c C
		if err := json.Unmarshal(body, &c); err != nil {
			return nil, err
		}
		return method(d, ctx, c)
	}
}

// performers are the commands that workers give.
var performers = map[string]performer{
	"PublishPolicy":     by((*desk.Desk).PublishPolicy),
	"Post":              by((*desk.Desk).Post),
	"Apply":             by((*desk.Desk).Apply),
	"Retract":           by((*desk.Desk).Retract),
	"Accept":            by((*desk.Desk).Accept),
	"Decline":           by((*desk.Desk).Decline),
	"Allocate":          by((*desk.Desk).Allocate),
	"AcceptOffer":       by((*desk.Desk).AcceptOffer),
	"DeclineOffer":      by((*desk.Desk).DeclineOffer),
	"Withdraw":          by((*desk.Desk).Withdraw),
	"EndBooking":        by((*desk.Desk).EndBooking),
	"CancelBooking":     by((*desk.Desk).CancelBooking),
	"Change":            by((*desk.Desk).Change),
	"AcknowledgeChange": by((*desk.Desk).AcknowledgeChange),
	"RefuseChange":      by((*desk.Desk).RefuseChange),
	"SendMessage":       by((*desk.Desk).SendMessage),
	"SetPreferences":    by((*desk.Desk).SetPreferences),
}

// Answer is what a desk answered.
type Answer struct {
	// Result is what the command led to, as JSON; none for a refusal.
	Result json.RawMessage `json:"result,omitempty"`
	// Code is the refusal's; blank for success. UnknownCode tells that it is not known what came of the command.
	Code string `json:"code,omitzero"`
	// State is the state that a refusal gives as its reason, Text its sentence.
	State string `json:"state,omitzero"`
	Text  string `json:"text,omitzero"`
}

// UnknownCode stands for an error that is no refusal: what came of the command is not known.
const UnknownCode = "unknown"

// Perform gives a command to a desk.
func Perform(ctx context.Context, d *desk.Desk, a Act) Answer {
	do, ok := performers[a.Name]
	if !ok {
		return Answer{Code: "no_such_command", Text: a.Name}
	}
	out, err := do(ctx, d, a.Body)
	if err != nil {
		return refusal(err)
	}
	result, err := json.Marshal(out)
	if err != nil {
		return refusal(err)
	}
	return Answer{Result: result}
}

func refusal(err error) Answer {
	a := Answer{Code: UnknownCode, Text: err.Error()}
	var store *desk.StoreError
	var coded session.Coded
	if errors.As(err, &store) || !errors.As(err, &coded) {
		return a
	}
	a.Code = coded.Code()
	var gone *rota.GoneError
	var applied *rota.AppliedError
	var wrong *session.StateError
	switch {
	case errors.As(err, &gone):
		a.State = gone.State.String()
	case errors.As(err, &applied):
		a.State = applied.State.String()
	case errors.As(err, &wrong):
		a.State = wrong.State
	}
	return a
}
