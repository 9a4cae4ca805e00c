package history

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// View is all that a store keeps of the world, as its queries tell it.
type View struct {
	Sessions     map[session.SessionID]session.Session
	Applicants   map[session.SessionID]int
	Applications map[session.ApplicationID]rota.Application
	Bookings     map[session.BookingID]booking.Booking
	Diaries      map[session.ClinicianID]booking.Diary
	Cases        map[session.CaseID]withdrawal.Case
	Fees         map[session.BookingID]withdrawal.Fee
	Hours        map[session.BookingID]booking.Hours
	Invoices     map[session.InvoiceID]booking.Invoice
	Messages     map[session.MessageID]booking.Message
	Texts        map[session.TextID]session.Text
	Settings     map[session.PersonID]notify.Settings
	Policies     map[session.ProviderID]withdrawal.Policies
	// Events are the record, by session, or by subject for what belongs to no session.
	Events map[string][]session.Event
}

// always is all the time that histories play in.
var always = calendar.Span{
	Start: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC),
}

// Look reads everything of this package's practices, providers, clinicians and people.
func Look(ctx context.Context, s desk.Store) (View, error) { return look(ctx, s, View{}, nil) }

// look reads everything. Where it is known what was touched since a view before, the rest is taken from there: for a store
// behind a network that is most of the work.
func look(ctx context.Context, s desk.Store, before View, of *touched) (View, error) {
	of.with(before)
	v := View{
		Sessions: map[session.SessionID]session.Session{}, Applicants: map[session.SessionID]int{},
		Applications: map[session.ApplicationID]rota.Application{},
		Bookings:     map[session.BookingID]booking.Booking{},
		Diaries:      map[session.ClinicianID]booking.Diary{},
		Cases:        map[session.CaseID]withdrawal.Case{},
		Fees:         map[session.BookingID]withdrawal.Fee{}, Hours: map[session.BookingID]booking.Hours{},
		Invoices: map[session.InvoiceID]booking.Invoice{}, Messages: map[session.MessageID]booking.Message{},
		Texts: map[session.TextID]session.Text{}, Settings: map[session.PersonID]notify.Settings{},
		Policies: map[session.ProviderID]withdrawal.Policies{}, Events: map[string][]session.Event{},
	}
	for _, read := range []func(context.Context, desk.Store, View, *touched) error{
		v.readPractices, v.readClinicians, v.readProviders, v.readBookings, v.readEvents, v.readTexts,
	} {
		if err := read(ctx, s, before, of); err != nil {
			return v, err
		}
	}
	return v, nil
}

// each reads a list to its end.
func each[T any](list func(session.PageRequest) (session.Page[T], error), keep func(T)) error {
	req := session.PageRequest{Limit: session.MaxPageSize}
	for {
		page, err := list(req)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			keep(item)
		}
		if page.Next == "" {
			return nil
		}
		req.After = page.Next
	}
}

func (v View) readPractices(ctx context.Context, s desk.Store, before View, of *touched) error {
	for _, p := range practices {
		if !of.practice(p) {
			v.keepPractice(p, before)
			continue
		}
		if err := each(func(req session.PageRequest) (session.Page[session.CalendarEntry], error) {
			return s.Calendar(ctx, providerOf[p], session.CalendarQuery{Practice: p, Within: always, Page: req})
		}, func(e session.CalendarEntry) {
			v.Sessions[e.Session.ID] = e.Session
			v.Applicants[e.Session.ID] = e.Applicants
		}); err != nil {
			return err
		}
		if err := each(func(req session.PageRequest) (session.Page[booking.Booking], error) {
			return s.Bookings(ctx, providerOf[p], booking.Query{Practice: p, Page: req})
		}, func(b booking.Booking) { v.Bookings[b.ID] = b }); err != nil {
			return err
		}
	}
	return nil
}

// keepPractice takes what a practice has from a view before.
func (v View) keepPractice(p session.PracticeID, before View) {
	for id, one := range before.Sessions {
		if one.Practice == p {
			v.Sessions[id], v.Applicants[id] = one, before.Applicants[id]
		}
	}
	for id, b := range before.Bookings {
		if b.Practice == p {
			v.Bookings[id] = b
		}
	}
}

func (v View) readClinicians(ctx context.Context, s desk.Store, before View, of *touched) error {
	for _, c := range clinicians {
		if !of.clinician(c) {
			v.keepClinician(c, before)
			continue
		}
		if err := each(func(req session.PageRequest) (session.Page[rota.ApplicationWithSession], error) {
			return s.ApplicationsOf(ctx, c, req)
		}, func(a rota.ApplicationWithSession) { v.Applications[a.Application.ID] = a.Application }); err != nil {
			return err
		}
		read, err := s.Load(ctx, desk.Want{Clinician: c, Around: always})
		if err != nil {
			return err
		}
		v.Diaries[c] = read.Diary
	}
	return nil
}

// keepClinician takes what a clinician has from a view before.
func (v View) keepClinician(c session.ClinicianID, before View) {
	for id, a := range before.Applications {
		if a.Clinician == c {
			v.Applications[id] = a
		}
	}
	v.Diaries[c] = before.Diaries[c]
}

func (v View) readProviders(ctx context.Context, s desk.Store, before View, of *touched) error {
	for _, p := range providers {
		if !of.provider(p) {
			v.Policies[p] = before.Policies[p]
			continue
		}
		all, err := s.Policies(ctx, p)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b withdrawal.Policy) int { return cmp.Compare(a.Version, b.Version) })
		v.Policies[p] = all
	}
	if !of.anybody() {
		maps.Copy(v.Settings, before.Settings)
	} else {
		some, err := s.Settings(ctx, people...)
		if err != nil {
			return err
		}
		for _, one := range some {
			v.Settings[one.Person] = one
		}
	}
	if !of.anyCase() {
		maps.Copy(v.Cases, before.Cases)
		return nil
	}
	return each(func(req session.PageRequest) (session.Page[withdrawal.Case], error) {
		return s.Cases(ctx, "", withdrawal.CaseQuery{Page: req})
	}, func(c withdrawal.Case) { v.Cases[c.ID] = c })
}

func (v View) readBookings(ctx context.Context, s desk.Store, before View, of *touched) error {
	for _, i := range before.Invoices {
		if !of.session(i.Session) {
			v.Invoices[i.ID] = i
		}
	}
	for id, b := range v.Bookings {
		if !of.session(b.Session) {
			if f, ok := before.Fees[id]; ok {
				v.Fees[id] = f
			}
			if h, ok := before.Hours[id]; ok {
				v.Hours[id] = h
			}
			continue
		}
		read, err := s.Load(ctx, desk.Want{Booking: id})
		if err != nil {
			return err
		}
		if read.Fee.Version > 0 {
			v.Fees[id] = read.Fee
		}
		if read.Hours.Version > 0 {
			v.Hours[id] = read.Hours
		}
		invoices, err := s.Invoices(ctx, id)
		if err != nil {
			return err
		}
		for _, i := range invoices {
			v.Invoices[i.ID] = i
		}
	}
	return nil
}

func (v View) readEvents(ctx context.Context, s desk.Store, before View, of *touched) error {
	read := func(feed string, provider session.ProviderID, q desk.RecordQuery) error {
		return each(func(req session.PageRequest) (session.Page[session.Event], error) {
			q.Page = req
			return s.Record(ctx, provider, q)
		}, func(e session.Event) { v.Events[feed] = append(v.Events[feed], e) })
	}
	keep := func(feed string) {
		if events, there := before.Events[feed]; there {
			v.Events[feed] = events
		}
	}
	for id, one := range v.Sessions {
		if !of.session(id) {
			keep(string(id))
			continue
		}
		if err := read(string(id), one.Provider, desk.RecordQuery{Session: id}); err != nil {
			return err
		}
	}
	for id := range v.Settings {
		about := session.Subject{Kind: session.KindSettings, ID: string(id)}
		if !of.person(id) {
			keep(about.String())
		} else if err := read(about.String(), "", desk.RecordQuery{Subject: about}); err != nil {
			return err
		}
	}
	for id, all := range v.Policies {
		if len(all) == 0 {
			continue
		}
		about := session.Subject{Kind: session.KindPolicy, ID: string(id)}
		if !of.provider(id) {
			keep(about.String())
		} else if err := read(about.String(), id, desk.RecordQuery{Subject: about}); err != nil {
			return err
		}
	}
	return nil
}

// readTexts reads what the record points to, and the messages that it tells of.
func (v View) readTexts(ctx context.Context, s desk.Store, before View, of *touched) error {
	type pair struct {
		about session.SessionID
		with  session.ClinicianID
	}
	var ids []session.TextID
	wrote := map[pair]bool{}
	for _, events := range v.Events {
		for _, e := range events {
			for _, id := range []session.TextID{e.Reason, session.TextID(e.Facts["text"])} {
				if id != "" {
					ids = append(ids, id)
				}
			}
			if e.Subject.Kind == session.KindMessage && of.session(e.Session) {
				wrote[pair{e.Session, session.ClinicianID(e.Facts["clinician"])}] = true
			}
		}
	}
	texts, err := s.Texts(ctx, ids...)
	for _, t := range texts {
		v.Texts[t.ID] = t
	}
	if err != nil {
		return err
	}
	for _, m := range before.Messages {
		if !of.session(m.Session) {
			v.Messages[m.ID] = m
		}
	}
	for p := range wrote {
		if err := each(func(req session.PageRequest) (session.Page[booking.Message], error) {
			return s.Messages(ctx, p.about, p.with, req)
		}, func(m booking.Message) { v.Messages[m.ID] = m }); err != nil {
			return err
		}
	}
	return nil
}

// records are all versioned values by subject, but for the diaries.
func (v View) records() map[session.Subject]session.Record {
	all := make(map[session.Subject]session.Record, 2*len(v.Sessions)+len(v.Texts)+len(v.Applications))
	add(all, v.Sessions)
	add(all, v.Applications)
	add(all, v.Bookings)
	add(all, v.Cases)
	add(all, v.Fees)
	add(all, v.Hours)
	add(all, v.Invoices)
	add(all, v.Messages)
	add(all, v.Texts)
	add(all, v.Settings)
	for _, versions := range v.Policies {
		if n := len(versions); n > 0 {
			all[versions[n-1].Subject()] = versions[n-1]
		}
	}
	return all
}

func add[K comparable, R session.Record](all map[session.Subject]session.Record, some map[K]R) {
	for _, r := range some {
		all[r.Subject()] = r
	}
}

// sorted are the values of a map in the order of their keys, so that a history follows from its draws alone.
func sorted[K cmp.Ordered, V any](m map[K]V) []V {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	all := make([]V, 0, len(m))
	for _, k := range keys {
		all = append(all, m[k])
	}
	return all
}
