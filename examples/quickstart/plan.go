package main

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// plan decides who is told what of every event that was committed since the last time (N4).
func (w *world) plan(ctx context.Context) error {
	for {
		tasks, err := w.store.ClaimPlans(ctx, w.clock.Now(), time.Minute, 100)
		if err != nil || len(tasks) == 0 {
			return err
		}
		for _, task := range tasks {
			deliveries, err := w.deliveries(ctx, task.Event)
			if err != nil {
				return err
			}
			if err := w.store.Planned(ctx, task, notify.Chunk{Deliveries: deliveries, Done: true}); err != nil {
				return err
			}
		}
	}
}

// deliveries are those of one event, to everybody whom it concerns, each person once.
func (w *world) deliveries(ctx context.Context, e session.Event) ([]notify.Delivery, error) {
	var all []notify.Delivery
	seen := map[session.PersonID]bool{}
	for _, n := range notify.For(e) {
		people, err := w.audience(ctx, e, n)
		if err != nil {
			return nil, err
		}
		for _, id := range people {
			if seen[id] {
				continue
			}
			seen[id] = true
			person, err := w.directory.Person(ctx, id)
			if err != nil {
				return nil, err
			}
			settings := notify.Settings{Person: id}
			if found, err := w.store.Settings(ctx, id); err != nil {
				return nil, err
			} else if len(found) > 0 {
				settings = found[0]
			}
			all = append(all, notify.Plan(e, n, person, settings, w.clock.Now())...)
		}
	}
	return all, nil
}

// audience finds out who belongs to a group of people.
func (w *world) audience(ctx context.Context, e session.Event, n notify.Notice) ([]session.PersonID, error) {
	switch n.Audience {
	case notify.BookedClinician, notify.Applicant:
		return []session.PersonID{w.clinicianOf(n.Clinician).person.ID}, nil
	case notify.PracticeStaff:
		return w.directory.PracticeStaff(ctx, n.Practice)
	case notify.RotaManagers:
		return w.directory.RotaManagers(ctx, e.Provider)
	case notify.SupportTeam:
		return w.directory.SupportTeam(ctx)
	case notify.PendingApplicants:
		var people []session.PersonID
		for a, err := range desk.All(func(page session.PageRequest) (session.Page[rota.Application], error) {
			return w.store.Applications(ctx, e.Session, n.Round, page)
		}) {
			if err != nil {
				return nil, err
			}
			if a.State == rota.Pending && a.Clinician != n.Clinician {
				people = append(people, a.Person)
			}
		}
		return people, nil
	}
	return nil, nil
}
