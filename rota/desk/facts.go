package desk

import (
	"context"
	"errors"
	"fmt"

	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// practice asks the directory for a practice, which commands name by their field Practice.
func (d *Desk) practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	p, err := d.directory.Practice(ctx, id)
	if err != nil {
		return p, unknown(err, "Practice", "practice", string(id))
	}
	if p.Calendar == nil || p.ID != id {
		return p, &BrokenError{Act: "directory", Err: fmt.Errorf("practice %s has no calendar or another id", id)}
	}
	return p, nil
}

// clinicianFacts asks the directory for a clinician that the command's field names.
func (d *Desk) clinicianFacts(ctx context.Context, field string, id session.ClinicianID) (rota.ClinicianFacts, error) {
	f, err := d.directory.Clinician(ctx, id)
	if err != nil {
		return f, unknown(err, field, "clinician", string(id))
	}
	return f, nil
}

func unknown(err error, field string, kind session.SubjectKind, id string) error {
	if errors.Is(err, ErrUnknown) {
		return &session.NotFoundError{Field: field, Kind: kind, ID: id}
	}
	return err
}

// situation adds the host's facts to what was read.
func (d *Desk) situation(ctx context.Context, read Snapshot) (withdrawal.Situation, error) {
	s := withdrawal.Situation{
		Session: read.Session, Booking: read.Booking, Diary: read.Diary, Case: read.Case, Fee: read.Fee,
		Policies: read.Policies,
	}
	var err error
	if s.Practice, err = d.practice(ctx, read.Session.Practice); err != nil {
		return s, err
	}
	if s.Provider, err = d.directory.Provider(ctx, read.Session.Provider); err != nil {
		return s, unknown(err, "Provider", "provider", string(read.Session.Provider))
	}
	s.Support, err = d.directory.Support(ctx)
	return s, err
}

// rotaSituation adds the facts of the clinician that a decision is about.
func (d *Desk) rotaSituation(
	ctx context.Context, read Snapshot, field string, about session.ClinicianID,
) (rota.Situation, error) {
	s := rota.Situation{Application: read.Application, Reachable: true}
	var err error
	if s.Situation, err = d.situation(ctx, read); err != nil {
		return s, err
	}
	if about != "" {
		s.Clinician, err = d.clinicianFacts(ctx, field, about)
	}
	return s, err
}
