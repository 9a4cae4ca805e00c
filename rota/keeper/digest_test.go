package keeper_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

func (s *surgery) digester() *keeper.Digester {
	return &keeper.Digester{Queue: s.store, Store: s.store, Directory: s.dir, Now: s.clock}
}

// digest plans what there is and makes a digest for each; it returns what each was newly told, as ids.
func (s *surgery) digest(d *keeper.Digester, clinicians ...session.ClinicianID) map[session.ClinicianID]string {
	s.Helper()
	s.plan()
	s.now = s.now.Add(time.Hour)
	n, err := d.Digest(context.Background(), slices.Values(clinicians))
	if err != nil {
		s.Fatal(err)
	}
	got := map[session.ClinicianID]string{}
	for _, c := range s.drain(s.now) {
		if c.Delivery.Kind == notify.Digest {
			got[session.ClinicianID(c.Event.Facts["clinician"])] = c.Event.Facts["sessions"] + " +" + c.Event.Facts["omitted"]
		}
	}
	if n != len(got) {
		s.Errorf("%d had something to say, %d were sent", n, len(got))
	}
	return got
}

type sent = map[session.ClinicianID]string

func TestN3DigestSaysWhatBecameAvailableSinceTheLast(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", false)
	d := s.digester()
	s.equal("nothing to say", s.digest(d, "ann"), sent{})
	first, second := s.post(21, session.Rota), s.post(20, session.Rota)
	s.equal("the one that starts first comes first", s.digest(d, "ann"),
		sent{"ann": string(second.ID + "," + first.ID + " +0")})
	s.equal("once per period", s.digest(d, "ann"), sent{})

	// What has gone meanwhile is left out, what is applied for is no news.
	third, gone, applied := s.post(22, session.Rota), s.post(23, session.Rota), s.post(24, session.Rota)
	a := must[withdrawal.Assessment](s)(s.desk.AssessWithdrawal(t.Context(), staff, gone.ID))
	must[withdrawal.Withdrawn](s)(s.desk.Withdraw(t.Context(), withdrawal.Withdraw{
		Command: s.do(staff), Session: gone.ID, Shown: a.Shown, Confirmed: true,
	}))
	s.apply(ann, applied)
	s.equal("what still is", s.digest(d, "ann"), sent{"ann": string(third.ID + " +0")})
}

func TestN3DigestTellsOfANewPeriodOfAvailability(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	bea := s.clinician("bea", false)
	d := s.digester()
	posted := s.post(20, session.Rota)
	s.equal("the first period", s.digest(d, "ann"), sent{"ann": string(posted.ID + " +0")})
	booked := must[rota.Booked](s)(s.desk.Allocate(t.Context(), rota.Allocate{Command: s.do(manager),
		Session: posted.ID, Clinician: "bea"}))
	s.equal("while it is filled", s.digest(d, "ann"), sent{})
	s.now = s.now.Add(time.Hour)
	a := must[withdrawal.Assessment](s)(s.desk.AssessCancellation(t.Context(), bea, booked.Booking.ID))
	must[withdrawal.Cancelled](s)(s.desk.CancelBooking(t.Context(), withdrawal.CancelBooking{
		Command: s.do(bea), Booking: booked.Booking.ID, Shown: a.Shown,
	}))
	s.equal("the second period", s.digest(d, "ann"), sent{"ann": string(posted.ID + " +0")})
	s.equal("and no more", s.digest(d, "ann"), sent{})
}

func TestN3DigestOfTheMarketplaceForTheApprovedWhoChoseIt(t *testing.T) {
	s := newSurgery(t)
	d := s.digester()
	for id, approved := range map[string]bool{"approved": true, "unasked": true, "unapproved": false} {
		by := s.clinician(id, approved)
		if id != "unasked" {
			must[notify.Settings](s)(s.desk.SetPreferences(t.Context(), notify.SetPreferences{
				Command: s.do(by), Person: by.Person, Digests: notify.Digests{Marketplace: notify.On, Rota: notify.Off},
			}))
		}
	}
	s.post(20, session.Rota)
	market := s.post(21, session.Marketplace)
	got := s.digest(d, "approved", "unapproved")
	s.equal("the marketplace alone", got, sent{"approved": string(market.ID + " +0")})
	if got := s.digest(d, "unasked"); got["unasked"] == "" || got["unasked"] == string(market.ID+" +0") {
		t.Errorf("somebody who never chose got %v, not the rota's", got)
	}
}

func TestN3DigestListsTheBestAndCountsTheRest(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	s.clinician("bea", false)
	d := s.digester()
	d.Most = 1
	d.Better = func(a, b rota.Listing) int { return b.Session.Terms.Span.Start.Compare(a.Session.Terms.Span.Start) }
	s.post(20, session.Rota)
	s.equal("before", len(s.digest(d, "ann")), 1)
	s.post(21, session.Rota)
	last := s.post(22, session.Rota)
	// Ann's window begins later than Bea's: what is missing of it is read, and nobody gets the other's.
	s.equal("the last two, the last three", s.digest(d, "ann", "bea"), sent{
		"ann": string(last.ID + " +1"), "bea": string(last.ID + " +2"),
	})
}

func TestN3DigestShowsOnlyWhatFindWorkWouldShow(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	s.dir.AddClinician(rota.ClinicianFacts{
		ID: "nurse", Person: "p-nurse", Roles: []session.Role{"Nurse"}, Memberships: []rota.Membership{{Provider: "north"}},
	}, mailable("p-nurse"))
	s.post(20, session.Rota)
	got := s.digest(s.digester(), "nurse", "ann", "nobody")
	if len(got) != 1 || got["ann"] == "" {
		t.Errorf("told %v, want Ann alone", got)
	}
}

// moved is a queue on which somebody else was faster.
type moved struct{ notify.Queue }

func (moved) Digested(context.Context, notify.DigestMark, session.Event, []notify.Delivery) error {
	return notify.ErrDigestMoved
}

// broken is a queue, or directory, that can't answer one question.
type broken struct {
	notify.Queue
	desk.Directory
	keeper.DigestStore
	at string
}

var errBroken = errors.New("broken")

func (b broken) DigestMark(ctx context.Context, id session.ClinicianID) (notify.DigestMark, error) {
	if b.at == "mark" {
		return notify.DigestMark{}, errBroken
	}
	return b.Queue.DigestMark(ctx, id)
}

func (b broken) Feed(ctx context.Context, id notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	if b.at == "feed" {
		return nil, errBroken
	}
	return b.Queue.Feed(ctx, id, after, limit)
}

func (b broken) Clinician(ctx context.Context, id session.ClinicianID) (rota.ClinicianFacts, error) {
	if b.at == "clinician" {
		return rota.ClinicianFacts{}, errBroken
	}
	return b.Directory.Clinician(ctx, id)
}

func (b broken) Practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	if b.at == "practice" {
		return session.PracticeFacts{}, errBroken
	}
	return b.Directory.Practice(ctx, id)
}

func (b broken) Person(ctx context.Context, id session.PersonID) (notify.Person, error) {
	if b.at == "person" {
		return notify.Person{}, errBroken
	}
	return b.Directory.Person(ctx, id)
}

func (b broken) Settings(ctx context.Context, people ...session.PersonID) ([]notify.Settings, error) {
	if b.at == "settings" {
		return nil, errBroken
	}
	return b.DigestStore.Settings(ctx, people...)
}

func (b broken) Policies(ctx context.Context, id session.ProviderID) (withdrawal.Policies, error) {
	if b.at == "policies" {
		return nil, errBroken
	}
	return b.DigestStore.Policies(ctx, id)
}

func (b broken) FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error) {
	if b.at == "listings" {
		return session.Page[rota.Listing]{}, errBroken
	}
	return b.DigestStore.FindWork(ctx, q)
}

func (b broken) ApplicationsOf(
	ctx context.Context, id session.ClinicianID, req session.PageRequest,
) (session.Page[rota.ApplicationWithSession], error) {
	if b.at == "applications" {
		return session.Page[rota.ApplicationWithSession]{}, errBroken
	}
	return b.DigestStore.ApplicationsOf(ctx, id, req)
}

func TestN3DigestLeavesTheMarkWhereSomethingIsBroken(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	posted := s.post(20, session.Rota)
	s.plan()
	for _, at := range []string{
		"mark", "feed", "clinician", "practice", "person", "settings", "policies", "listings", "applications",
	} {
		b := broken{s.store, s.dir, s.store, at}
		d := &keeper.Digester{Queue: b, Store: b, Directory: b, Now: s.clock}
		if n, err := d.Digest(t.Context(), slices.Values([]session.ClinicianID{"ann"})); n != 0 || !errors.Is(err,
			errBroken) {
			t.Errorf("%s: %d, %v", at, n, err)
		}
	}
	d := s.digester()
	d.Queue = moved{s.store}
	if _, err := d.Digest(t.Context(), slices.Values([]session.ClinicianID{"ann"})); err != nil {
		t.Errorf("somebody else was faster: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Digest(ctx, slices.Values([]session.ClinicianID{"ann"})); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	s.equal("afterwards", s.digest(s.digester(), "ann"), sent{"ann": string(posted.ID + " +0")})
}

func TestDigesterDefaultsToTheMachinesClock(t *testing.T) {
	s := newSurgery(t)
	d := &keeper.Digester{Queue: s.store, Store: s.store, Directory: s.dir}
	if n, err := d.Digest(t.Context(), slices.Values([]session.ClinicianID{"nobody"})); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestN3DigestLeavesTheMarkWhereNothingHappened(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	d := s.digester()
	versions := []int64{}
	for range 3 {
		s.digest(d, "ann")
		mark := must[notify.DigestMark](s)(s.store.DigestMark(t.Context(), "ann"))
		versions = append(versions, mark.Version)
		if len(versions) == 1 {
			s.post(20, session.Rota)
		}
	}
	s.equal("versions of the mark", versions, []int64{0, 1, 1})
}
