package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// broken is a store whose state is kept or told wrongly, in the one way that a test gives it.
type broken struct {
	Store
	commit  func(context.Context, desk.Changes) (desk.Verdict, error)
	load    func(context.Context, desk.Want) (desk.Snapshot, error)
	outcome func(context.Context, desk.CommandKey) (desk.Outcome, error)
}

func (b broken) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	if b.commit == nil {
		return b.Store.Commit(ctx, c)
	}
	return b.commit(ctx, c)
}

func (b broken) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	if b.load == nil {
		return b.Store.Load(ctx, want)
	}
	return b.load(ctx, want)
}

func (b broken) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	if b.outcome == nil {
		return b.Store.Outcome(ctx, key)
	}
	return b.outcome(ctx, key)
}

// spoilt changes what is committed.
func spoilt(s Store, amend func(*desk.Changes)) Store {
	return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
		amend(&c)
		return s.Commit(ctx, c)
	}}
}

// misread changes what is loaded.
func misread(s Store, amend func(*desk.Snapshot)) Store {
	return broken{Store: s, load: func(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
		read, err := s.Load(ctx, want)
		amend(&read)
		return read, err
	}}
}

// only is what a change does to one record.
func only(c desk.Changes, r session.Record) desk.Changes {
	part := desk.Changes{Key: c.Key, Outcome: c.Outcome, Checks: c.Checks}
	put(&part, r)
	for _, e := range c.Events {
		if e.Subject == r.Subject() {
			part.Events = append(part.Events, e)
		}
	}
	return part
}

// oneByOne commits the records one after the other: what comes before one that doesn't fit stays.
func oneByOne(s Store) Store {
	return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
		all := c.Records()
		for i, r := range all {
			part := only(c, r)
			if i < len(all)-1 {
				part.Key.Command += session.CommandID(fmt.Sprint("/", i))
			}
			if v, err := s.Commit(ctx, part); v != desk.Done || err != nil {
				return v, err
			}
		}
		return desk.Done, nil
	}}
}

// losesTheLast drops the last record of a change, and says that all was done.
func losesTheLast(s Store) Store {
	return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
		all := c.Records()
		if len(all) < 2 {
			return s.Commit(ctx, c)
		}
		part := desk.Changes{Key: c.Key, Outcome: c.Outcome, Checks: c.Checks}
		for _, r := range all[:len(all)-1] {
			one := only(c, r)
			put(&part, r)
			part.Events = append(part.Events, one.Events...)
		}
		return s.Commit(ctx, part)
	}}
}

// forced gives each record the version that follows the one there is.
func forced(ctx context.Context, s Store, c desk.Changes) desk.Changes {
	out := desk.Changes{Key: c.Key, Outcome: c.Outcome, Checks: c.Checks}
	for _, r := range c.Records() {
		next := versioned(r, versionOf(ctx, s, r)+1)
		put(&out, next)
		for _, e := range c.Events {
			if e.Subject == r.Subject() {
				e.Version = next.Revision()
				out.Events = append(out.Events, e)
			}
		}
	}
	return out
}

// versionOf is the version of a record of which there is a way to ask.
func versionOf(ctx context.Context, s Store, r session.Record) int64 {
	switch r := r.(type) {
	case session.Session:
		read, _ := s.Load(ctx, desk.Want{Session: r.ID})
		return read.Session.Version
	case booking.DiaryChange:
		read, _ := s.Load(ctx, desk.Want{Clinician: r.Clinician})
		return read.Diary.Version
	}
	return r.Revision() - 1
}

// looksFirst compares the versions, and then writes, as if nothing could happen in between.
func looksFirst(s Store) Store {
	return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
		for _, r := range c.Records() {
			if versionOf(ctx, s, r) != r.Revision()-1 {
				return desk.Conflict, nil
			}
		}
		time.Sleep(time.Millisecond)
		return s.Commit(ctx, forced(ctx, s, c))
	}}
}

// checksFirst compares the checks, and then writes, as if nothing could happen in between.
func checksFirst(s Store) Store {
	return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
		for _, check := range c.Checks {
			read, err := s.Load(ctx, desk.Want{Session: session.SessionID(check.Subject.ID)})
			if err != nil || check.Subject.Kind == session.KindSession && read.Session.Version != check.Version {
				return desk.Conflict, err
			}
		}
		time.Sleep(time.Millisecond)
		c.Checks = nil
		return s.Commit(ctx, c)
	}}
}

// overlooksEmptyDiaries compares the check of a diary that nobody has written yet, and doesn't lock it.
func overlooksEmptyDiaries(s Store) Store {
	return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
		checks := c.Checks
		c.Checks = nil
		for _, check := range checks {
			if check.Subject.Kind != session.KindDiary || check.Version > 0 {
				c.Checks = append(c.Checks, check)
				continue
			}
			read, err := s.Load(ctx, desk.Want{Clinician: session.ClinicianID(check.Subject.ID)})
			if err != nil || read.Diary.Version > 0 {
				return desk.Conflict, err
			}
		}
		time.Sleep(time.Millisecond)
		return s.Commit(ctx, c)
	}}
}

// keepsWhatItWasGiven answers with the very lists that it was given.
func keepsWhatItWasGiven(s Store) Store {
	var mu sync.Mutex
	given := map[session.BookingID][]string{}
	return broken{Store: s,
		commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
			v, err := s.Commit(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			for _, b := range c.Bookings {
				given[b.ID] = b.Lapsed
			}
			return v, err
		},
		load: func(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
			read, err := s.Load(ctx, want)
			mu.Lock()
			defer mu.Unlock()
			if read.Booking.Version == 1 {
				read.Booking.Lapsed = given[read.Booking.ID]
			}
			return read, err
		}}
}

// answersFromACache gives out the same policies again and again.
func answersFromACache(s Store) Store {
	var mu sync.Mutex
	cache := map[session.ProviderID]withdrawal.Policies{}
	return cached{s, &mu, cache}
}

type cached struct {
	Store
	mu    *sync.Mutex
	cache map[session.ProviderID]withdrawal.Policies
}

func (c cached) Policies(ctx context.Context, p session.ProviderID) (withdrawal.Policies, error) {
	all, err := c.Store.Policies(ctx, p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cache[p]) != len(all) {
		c.cache[p] = all
	}
	return c.cache[p], err
}

// doesItAgain takes a repeated command for a new one.
func doesItAgain(s Store) Store {
	var mu sync.Mutex
	times := map[desk.CommandKey]int{}
	name := func(key desk.CommandKey) desk.CommandKey {
		return desk.CommandKey{Actor: key.Actor, Command: key.Command + session.CommandID(fmt.Sprint("#", times[key]))}
	}
	return broken{Store: s,
		commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
			mu.Lock()
			defer mu.Unlock()
			key := c.Key
			times[key]++
			c.Key = name(key)
			v, err := s.Commit(ctx, c)
			if v != desk.Done {
				times[key]--
			}
			return v, err
		},
		outcome: func(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
			mu.Lock()
			defer mu.Unlock()
			return s.Outcome(ctx, name(key))
		}}
}

// loadsInTwoSteps reads the session, and a little later what hangs on it.
func loadsInTwoSteps(s Store) Store {
	return broken{Store: s, load: func(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
		first, err := s.Load(ctx, want)
		if err != nil || first.Session.Version == 0 {
			return first, err
		}
		time.Sleep(time.Millisecond)
		second, err := s.Load(ctx, want)
		second.Session = first.Session
		return second, err
	}}
}

// bookedTwice lets a session have many live bookings: each is kept as if it were another session's.
func bookedTwice(s Store) Store {
	return broken{Store: s,
		commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
			c.Bookings = slices.Clone(c.Bookings)
			for i := range c.Bookings {
				c.Bookings[i].Session += "/" + session.SessionID(c.Bookings[i].ID)
			}
			return s.Commit(ctx, c)
		},
		load: func(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
			read, err := s.Load(ctx, want)
			id, _, _ := strings.Cut(string(read.Booking.Session), "/")
			read.Booking.Session = session.SessionID(id)
			return read, err
		}}
}

// lists is a store whose lists are wrong, in the one way that a test gives it.
type wrongLists struct {
	Store
	offset, cut, blind bool
	due                func(desk.Due, session.Page[string]) session.Page[string]
}

func (w wrongLists) Calendar(
	ctx context.Context, p session.ProviderID, q session.CalendarQuery,
) (session.Page[session.CalendarEntry], error) {
	page, err := w.Store.Calendar(ctx, p, q)
	if w.cut {
		page.Next = ""
	}
	return page, err
}

// FindWork of an offset store counts how many were read.
func (w wrongLists) FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error) {
	if !w.offset {
		return w.Store.FindWork(ctx, q)
	}
	from, limit := 0, q.Page.Size()
	if _, err := fmt.Sscanf(q.Page.After, "offset %d", &from); err != nil && q.Page.After != "" {
		return session.Page[rota.Listing]{}, &session.FieldError{Field: "Page.After", Problem: "is none"}
	}
	q.Page = session.PageRequest{Limit: session.MaxPageSize}
	all, err := w.Store.FindWork(ctx, q)
	from = min(from, len(all.Items))
	page := session.Page[rota.Listing]{Items: all.Items[from:]}
	if len(page.Items) > limit {
		page.Items, page.Next = page.Items[:limit], fmt.Sprintf("offset %d", from+limit)
	}
	return page, err
}

func (w wrongLists) Bookings(
	ctx context.Context, p session.ProviderID, q booking.Query,
) (session.Page[booking.Booking], error) {
	if w.blind {
		p = ""
	}
	return w.Store.Bookings(ctx, p, q)
}

func (w wrongLists) Due(
	ctx context.Context, what desk.Due, at time.Time, req session.PageRequest,
) (session.Page[string], error) {
	page, err := w.Store.Due(ctx, what, at, req)
	if w.due != nil {
		page = w.due(what, page)
	}
	return page, err
}

// forgetful is a due list that tells of each thing once.
func forgetful(s Store) Store {
	told := map[string]bool{}
	return wrongLists{Store: s, due: func(what desk.Due, p session.Page[string]) session.Page[string] {
		p.Items = slices.DeleteFunc(p.Items, func(id string) bool {
			key := fmt.Sprint(what, id)
			again := told[key]
			told[key] = true
			return again
		})
		return p
	}}
}

// blindRecord tells of everybody's sessions.
type blindRecord struct{ Store }

func (b blindRecord) Record(
	ctx context.Context, _ session.ProviderID, q desk.RecordQuery,
) (session.Page[session.Event], error) {
	return b.Store.Record(ctx, "", q)
}

// deaf goes on although its caller has gone.
type deaf struct{ Store }

func (d deaf) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	return d.Store.Commit(context.WithoutCancel(ctx), c)
}

// numberless hands out each reference twice.
type numberless struct{ Store }

func (n numberless) References(ctx context.Context, count int) (int64, error) {
	first, err := n.Store.References(ctx, count)
	return (first + 1) / 2, err
}

// folded takes ids that differ in their case for one.
func folded(s Store) Store {
	return broken{Store: s, load: func(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
		read, err := s.Load(ctx, want)
		if err == nil && read.Session.Version == 0 && want.Session != "" {
			want.Session = session.SessionID(strings.ToLower(string(want.Session)))
			return s.Load(ctx, want)
		}
		return read, err
	}}
}

// floated keeps amounts as floating point.
func floated(c *desk.Changes) {
	c.Sessions = slices.Clone(c.Sessions)
	for i := range c.Sessions {
		f, _ := c.Sessions[i].Terms.Rate.Amount.Float64()
		c.Sessions[i].Terms.Rate.Amount = decimal.NewFromFloat32(float32(f))
	}
}

// latestOnly knows the last invoice of a booking and the last policy of a provider.
type latestOnly struct{ Store }

func (l latestOnly) Invoices(ctx context.Context, of session.BookingID) ([]booking.Invoice, error) {
	all, err := l.Store.Invoices(ctx, of)
	return all[max(0, len(all)-1):], err
}

func (l latestOnly) Policies(ctx context.Context, p session.ProviderID) (withdrawal.Policies, error) {
	all, err := l.Store.Policies(ctx, p)
	return all[max(0, len(all)-1):], err
}
