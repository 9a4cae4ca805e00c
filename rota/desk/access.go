package desk

import (
	"cmp"
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// capacities is a set of session.Capacity.
type capacities uint8

func only(some ...session.Capacity) capacities {
	var set capacities
	for _, c := range some {
		set |= 1 << c
	}
	return set
}

func (s capacities) has(c session.Capacity) bool { return s&(1<<c) != 0 }

// The capacities that acts are open to.
var (
	client        = only(session.AsPractice, session.AsRotaManager)
	clinician     = only(session.AsClinician)
	manager       = only(session.AsRotaManager)
	support       = only(session.AsSupport)
	system        = only(session.AsSystem)
	bothSides     = client | clinician
	everybody     = client | clinician | support
	clientSupport = client | support
)

// Request is what a host's rule is asked about.
type Request struct {
	By session.Actor
	// Act is what they want to do: post, apply, withdraw … as in "you may not …".
	Act string
	// Command is the command struct.
	Command any
	// Session and Booking are what it is about; zero where it is about none.
	Session session.Session
	Booking booking.Booking
}

// Opinion is a rule's answer.
type Opinion uint8

// The opinions. A refusal by any rule counts; an allowance opens an act to a capacity that the built-in table doesn't,
// but never to somebody who can't see what it is about, nor to those who would decide about themselves.
const (
	NoOpinion Opinion = iota
	Allow
	Refuse
)

// Rule is a host's own rule on who may do what (P1). The text completes "you may not …: " for a refusal.
type Rule func(ctx context.Context, r Request) (Opinion, string)

// allow says whether the actor may: what they can't see is not found, what they may not do is forbidden (P1).
func (d *Desk) allow(
	ctx context.Context, name, field string, may capacities, c command, want Want, read Snapshot,
) error {
	by := c.Head().By
	if err := d.sees(ctx, by, field, want, read, false); err != nil {
		return err
	}
	allowed, why := may.has(by.Capacity), "that is for somebody else to do"
	for _, rule := range d.rules {
		opinion, text := rule(ctx, Request{By: by, Act: name, Command: c, Session: read.Session, Booking: read.Booking})
		if opinion == Refuse {
			return &session.ForbiddenError{Capacity: by.Capacity, Act: name, Why: text}
		}
		allowed = allowed || opinion == Allow
	}
	if !allowed {
		return &session.ForbiddenError{Capacity: by.Capacity, Act: name, Why: why}
	}
	return nil
}

// sees says whether what a command or query names exists and is the actor's to see. The two are never told apart. With
// reading, a marketplace session is for the fully approved alone (A3); who applies for one is told that they aren't.
func (d *Desk) sees(ctx context.Context, by session.Actor, field string, want Want, read Snapshot, reading bool) error {
	kind, id, there, clinician := root(want, read)
	if kind == "" {
		return nil
	}
	missing := &session.NotFoundError{Field: field, Kind: kind, ID: id}
	if !there {
		return missing
	}
	switch by.Capacity {
	case session.AsPractice:
		if read.Session.Provider != by.Provider || read.Session.Practice != by.Practice {
			return missing
		}
	case session.AsRotaManager:
		if read.Session.Provider != by.Provider {
			return missing
		}
	case session.AsClinician:
		if clinician != "" {
			if clinician != by.Clinician {
				return missing
			}
			return nil
		}
		if knows, err := d.knows(ctx, by, want, read, reading); err != nil || !knows {
			return cmp.Or(err, error(missing))
		}
	case session.AsSupport, session.AsSystem:
	}
	return nil
}

// knows says whether a clinician may know of a session: one that they have to do with, or might work.
func (d *Desk) knows(ctx context.Context, by session.Actor, want Want, read Snapshot, reading bool) (bool, error) {
	if read.Session.State == session.Draft {
		return false, nil
	}
	if want.Clinician != by.Clinician {
		var err error
		if read, err = d.store.Load(ctx, Want{Session: read.Session.ID, Clinician: by.Clinician}); err != nil {
			return false, err
		}
	}
	if read.Known {
		return true, nil
	}
	facts, err := d.clinicianFacts(ctx, "By.Clinician", by.Clinician)
	if err != nil {
		return false, err
	}
	return belongs(facts, read.Session) && (!reading || read.Session.Channel == session.Rota || facts.Approved), nil
}

// nobody is a clinician whose no actor can be: it is no id.
const nobody session.ClinicianID = " "

// root says what a command names, whether it is there, and whose it is where it is one clinician's.
func root(want Want, read Snapshot) (kind session.SubjectKind, id string, there bool, clinician session.ClinicianID) {
	switch {
	case want.Session != "":
		return session.KindSession, string(want.Session), read.Session.Version > 0, ""
	case want.Reference != "":
		return session.KindSession, string(want.Reference), read.Session.Version > 0, ""
	case want.Application != "":
		return session.KindApplication, string(want.Application), read.Application.Version > 0, read.Application.Clinician
	case want.Booking != "":
		return session.KindBooking, string(want.Booking), read.Booking.Version > 0, read.Booking.Clinician
	case want.Case != "":
		return session.KindCase, string(want.Case), read.Case.Version > 0, nobody
	case want.Invoice != "":
		return session.KindInvoice, string(want.Invoice), read.Invoice.Version > 0, read.Invoice.Clinician
	case want.Text != "":
		return session.KindText, string(want.Text), read.Text.Version > 0, nobody
	}
	return "", "", true, ""
}
