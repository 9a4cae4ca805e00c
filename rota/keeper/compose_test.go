package keeper_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

func (s *surgery) composer() *keeper.Composer {
	return &keeper.Composer{
		Store: s.store, Directory: s.dir, Now: s.clock, Product: "Cover",
		Link: func(d notify.Delivery, e session.Event) string {
			return "https://cover.example/" + string(d.Kind) + "/" + string(e.Session)
		},
	}
}

// claims plans what there is and claims it.
func (s *surgery) claims() []notify.Claim {
	s.Helper()
	s.plan()
	return s.drain(s.now)
}

// mails composes all that is due, and returns the messages by kind, without what was overtaken.
func (s *surgery) mails() map[notify.Kind]notify.Message {
	s.Helper()
	all := make(map[notify.Kind]notify.Message)
	for _, c := range s.claims() {
		m, err := s.composer().Compose(context.Background(), c)
		if errors.Is(err, notify.ErrStale) {
			continue
		}
		if err != nil {
			s.Errorf("%s to %s: %v", c.Delivery.Kind, c.Delivery.Person, err)
		}
		if c.Event.Kind != notify.EventDigest && !strings.Contains(m.Text, "Riverside Surgery") {
			s.Errorf("%s does not name the practice:\n%s", c.Delivery.Kind, m.Text)
		}
		all[c.Delivery.Kind] = m
	}
	return all
}

func (s *surgery) text(to session.Session, body string) {
	s.Helper()
	must[booking.Message](s)(s.desk.SendMessage(context.Background(), booking.SendMessage{
		Command: s.do(staff), Session: to.ID, To: "ann", Body: body,
	}))
}

// A life in which people are told as soon as anything happens: nothing of it is overtaken, and each message says what
// its event can't, because the record has no names and words (P4).
func TestN4N5WhatJustHappenedIsTold(t *testing.T) {
	s := newSurgery(t)
	ctx := t.Context()
	ann, bea := s.clinician("ann", true), s.clinician("bea", true)
	told := make(map[notify.Kind]notify.Message)
	tell := func(kinds ...notify.Kind) {
		t.Helper()
		got := s.mails()
		for _, k := range kinds {
			if _, ok := got[k]; !ok {
				t.Errorf("%s is not told", k)
			}
			told[k] = got[k]
		}
		if len(got) != len(kinds) {
			t.Errorf("told %d kinds, want %v", len(got), kinds)
		}
	}
	first := s.post(14, session.Rota)
	s.apply(bea, first)
	a := s.apply(ann, first)
	tell(notify.ApplicationReceived)
	booked := must[rota.Booked](s)(s.desk.Accept(ctx, rota.Accept{Command: s.do(staff), Application: a.ID}))
	tell(notify.BookingConfirmed, notify.ApplicationGone)
	s.text(first, "Bring your own <pen>.")
	tell(notify.NewMessage)
	s.move(booked.Session, 15)
	tell(notify.ChangeToAcknowledge)
	shown := s.booking(booked.Booking.ID).Pending.Shown()
	must[rota.Changed](s)(s.desk.AcknowledgeChange(ctx, rota.AcknowledgeChange{
		Command: s.do(ann), Booking: booked.Booking.ID, Shown: shown,
	}))
	tell(notify.ChangeAnswered, notify.SessionUpdated) // the clinician's calendar has to change, too
	s.equal("in the calendar", told[notify.SessionUpdated].Invitation.UID, told[notify.BookingConfirmed].Invitation.UID)
	if i := told[notify.SessionUpdated].Invitation; i.Sequence <= told[notify.BookingConfirmed].Invitation.Sequence ||
		i.Start.Day() != 15 {
		t.Errorf("the calendar is told %+v", i)
	}

	// Worked, and paid for.
	s.now = onJuly(13, 9, 0)
	must[booking.Booking](s)(s.desk.Remind(ctx, booking.Remind{
		Command: session.Do("remind", session.System()), Booking: booked.Booking.ID,
	}))
	tell(notify.Reminder)
	s.looks(onJuly(15, 11, 0))
	must[booking.Hours](s)(s.desk.StateHours(ctx, booking.StateHours{
		Command: s.do(ann), Booking: booked.Booking.ID, Start: onJuly(15, 7, 0), End: onJuly(15, 11, 0),
	}))
	tell(notify.HoursStated)
	approved := must[booking.Approved](s)(s.desk.ApproveHours(ctx, booking.ApproveHours{
		Command: s.do(staff), Booking: booked.Booking.ID,
	}))
	tell(notify.HoursApproved)
	must[booking.Invoice](s)(s.desk.SendInvoice(ctx, booking.SendInvoice{
		Command: s.do(ann), Invoice: approved.Invoice.ID, Due: calendar.MustDate(2026, time.August, 1),
	}))
	tell(notify.InvoiceSent)
	must[booking.Invoice](s)(s.desk.PayInvoice(ctx, booking.PayInvoice{
		Command: s.do(staff), Invoice: approved.Invoice.ID,
	}))
	tell(notify.InvoicePaid)
	for _, c := range []struct {
		kind  notify.Kind
		words []string
	}{
		{notify.ApplicationReceived, []string{"P-ann has applied", "Session: #401", "When: Tue 14 Jul 2026, 08:00–12:00"}},
		{notify.NewMessage, []string{"> Bring your own <pen>.", "Role: GP"}},
		{notify.Reminder, []string{"Wed 15 Jul 2026, 08:00–12:00", "number is 0113 496 0000"}},
		{notify.InvoicePaid, []string{"£340.00", "https://cover.example/invoice_paid/", "Cover"}},
	} {
		for _, w := range c.words {
			if !strings.Contains(told[c.kind].Text, w) {
				t.Errorf("%s does not say %q:\n%s", c.kind, w, told[c.kind].Text)
			}
		}
	}
	s.equal("the link", told[notify.InvoicePaid].Link, "https://cover.example/invoice_paid/"+string(first.ID))
	s.equal("in the calendar", told[notify.Reminder].Invitation.UID, told[notify.BookingConfirmed].Invitation.UID)
	if told[notify.Reminder].Invitation.Sequence <= told[notify.BookingConfirmed].Invitation.Sequence {
		t.Error("the sequence doesn't rise")
	}
}

func TestN4N5WhatFellThroughIsTold(t *testing.T) {
	s := newSurgery(t)
	ctx := t.Context()
	ann := s.clinician("ann", true)
	b := s.book(ann, 20)
	s.claims()
	q := must[withdrawal.Assessment](s)(s.desk.AssessWithdrawal(ctx, staff, b.Session.ID))
	must[withdrawal.Withdrawn](s)(s.desk.Withdraw(ctx, withdrawal.Withdraw{
		Command: s.do(staff), Session: b.Session.ID, Shown: q.Shown, Confirmed: true, Reason: "The roof leaks.",
	}))
	m := s.mails()[notify.BookingWithdrawn]
	if !strings.Contains(m.Text, "> The roof leaks.") || m.Invitation == nil || !m.Invitation.Cancelled {
		t.Errorf("told %+v", m)
	}
	// A support case, and the fee that follows.
	fee := s.claim(ann)
	got := s.mails()
	for _, k := range []notify.Kind{notify.FeeClaimable, notify.CaseActioned, notify.BookingWithdrawn} {
		if _, ok := got[k]; !ok {
			t.Errorf("%s is not told", k)
		}
	}
	figure := session.Pounds(10000)
	must[withdrawal.Fee](s)(s.desk.ProposeFee(ctx, withdrawal.ProposeFee{
		Command: s.do(ann), Booking: fee.Booking.ID, Amount: figure, Note: "As last time.",
	}))
	m = s.mails()[notify.FeeProposed]
	if !strings.Contains(m.Text, "£100.00") || !strings.Contains(m.Text, "> As last time.") {
		t.Errorf("told %s", m.Text)
	}
	must[withdrawal.Fee](s)(s.desk.AgreeFee(ctx, withdrawal.AgreeFee{
		Command: s.do(staff), Booking: fee.Booking.ID, Amount: figure,
	}))
	if _, ok := s.mails()[notify.FeeAgreed]; !ok {
		t.Error("the fee that was agreed is not told")
	}
}

// What people wrote is read when it is sent: erased meanwhile, it is left out (P4).
func TestP4ErasedWordsAreLeftOut(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", true)
	b := s.book(ann, 20)
	s.text(b.Session, "Secret.")
	claims := s.claims()
	i := slices.IndexFunc(claims, func(c notify.Claim) bool { return c.Delivery.Kind == notify.NewMessage })
	compose := func() string {
		m := must[notify.Message](s)(s.composer().Compose(t.Context(), claims[i]))
		return m.Text + m.HTML
	}
	if !strings.Contains(compose(), "Secret.") {
		t.Error("the message is not in it")
	}
	must[session.Text](s)(s.desk.EraseText(t.Context(), session.EraseText{
		Command: session.Do("erase", session.System()), Text: session.TextID(claims[i].Event.Facts["text"]),
	}))
	if strings.Contains(compose(), "Secret.") {
		t.Error("what was erased is in it")
	}
}

// Why a clinician was booked in spite of a finding is for the provider, not for every template of a host.
func TestP4ReasonsThatAreNotForThemAreLeftOut(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	posted := s.post(20, session.Marketplace)
	must[rota.Booked](s)(s.desk.Allocate(t.Context(), rota.Allocate{
		Command: s.do(manager), Session: posted.ID, Clinician: "ann", Override: "Nobody else would.",
	}))
	c := s.composer()
	c.Texts = &notify.Texts{}
	own := notify.Template{Text: "Booked. {{.Reason}}"}
	if err := c.Texts.Override(notify.Allocated, notify.Email, "", own); err != nil {
		t.Fatal(err)
	}
	m := must[notify.Message](s)(c.Compose(t.Context(), s.claims()[0]))
	if !strings.Contains(m.Text, "Booked.") || strings.Contains(m.Text, "Nobody else") {
		t.Errorf("told %s", m.Text)
	}
}

func TestN1N2N5ThePersonIsJudgedAgain(t *testing.T) {
	device := []notify.Device{{Channel: notify.Android, Token: "t"}}
	off := notify.SetPreferences{Emails: notify.Emails{Bookings: notify.Off, Applications: notify.Off}}
	quiet := notify.SetPreferences{Quiet: &notify.Quiet{From: calendar.MustClock(8, 0), To: calendar.MustClock(12, 0)}}
	reached := notify.Person{ID: "p-ann", Email: "ann@example.org", Devices: device}
	for _, c := range []struct {
		name   string
		person notify.Person
		chosen notify.SetPreferences
		kind   notify.Kind
		on     notify.Channel
		want   error
	}{
		{"N2 can't be turned off", reached, off, notify.BookingConfirmed, notify.Email, nil},
		{"N1 turned off since", reached, off, notify.ApplicationGone, notify.Email,
			&notify.StaleError{Why: notify.SettingOff}},
		{"N1 quiet hours since", reached, quiet, notify.ApplicationGone, notify.Email,
			&notify.HeldError{Until: onJuly(1, 12, 0), Why: notify.QuietHours}},
		{"N2 quiet hours do not hold it", reached, quiet, notify.BookingConfirmed, notify.Email, nil},
		{"N5 the address is gone", notify.Person{ID: "p-ann"}, notify.SetPreferences{}, notify.BookingConfirmed, notify.Email,
			&notify.UnreachableError{Channel: notify.Email, Why: notify.NoAddress}},
		{"N5 the device is gone", notify.Person{ID: "p-ann", Email: "a@example.org"}, notify.SetPreferences{},
			notify.BookingConfirmed, notify.Android, &notify.UnreachableError{Channel: notify.Android, Why: notify.NoDevice}},
		{"N5 a push that is none any more", reached, notify.SetPreferences{}, notify.ApplicationGone, notify.Android,
			&notify.StaleError{Why: notify.NotConcerned}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSurgery(t)
			ann := s.clinician("ann", true)
			s.now = onJuly(1, 9, 0)
			s.dir.AddClinician(rota.ClinicianFacts{ID: "ann", Person: "p-ann"}, c.person)
			if c.chosen.Quiet != nil || c.chosen.Emails != (notify.Emails{}) {
				c.chosen.Command, c.chosen.Person = s.do(ann), ann.Person
				must[notify.Settings](s)(s.desk.SetPreferences(t.Context(), c.chosen))
			}
			j := judgements()[c.kind]
			now := situation()
			j.holds[0](&now)
			claim := claimOf(c.kind, j)
			claim.Delivery.Channel = c.on
			composer := &keeper.Composer{Store: &still{Snapshot: now, surgery: s}, Directory: s.dir, Now: s.clock}
			_, err := composer.Compose(t.Context(), claim)
			s.equal("said", err, c.want)
		})
	}
}

// Whoever left a practice, a provider or support since is not told its business any more.
func TestN5WhoLeftIsNotTold(t *testing.T) {
	for _, audience := range []notify.Audience{notify.PracticeStaff, notify.RotaManagers, notify.SupportTeam} {
		kind := notify.SessionFilled
		if audience == notify.SupportTeam {
			kind = notify.CaseOpened
		}
		s := newSurgery(t)
		s.now = onJuly(5, 9, 0)
		j := judgements()[kind]
		j.to = audience
		claim := claimOf(kind, j)
		c := &keeper.Composer{Store: &still{Snapshot: situation(), surgery: s}, Directory: s.dir, Now: s.clock}
		if _, err := c.Compose(t.Context(), claim); err != nil {
			t.Errorf("%s: %v", audience, err)
		}
		claim.Delivery.Person = "somebody"
		var stale *notify.StaleError
		if _, err := c.Compose(t.Context(), claim); !errors.As(err, &stale) || stale.Why != notify.NotConcerned {
			t.Errorf("%s: %v", audience, err)
		}
	}
}

func TestN3ADigestIsJudgedSessionBySession(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", true)
	bea := s.clinician("bea", true)
	stays, filled, applied, moved := s.post(20, session.Rota), s.post(21, session.Rota), s.post(22, session.Rota),
		s.post(23, session.Rota)
	d := s.digester()
	s.plan()
	must[int](s)(d.Digest(t.Context(), slices.Values([]session.ClinicianID{"ann"})))
	claim := s.claims()[0]
	compose := func() (string, error) {
		m, err := s.composer().Compose(t.Context(), claim)
		return m.Subject + m.Text, err
	}
	if text, err := compose(); err != nil || !strings.Contains(text, "4 new sessions") {
		t.Errorf("at once: %s, %v", text, err)
	}
	s.now = s.now.Add(time.Hour)
	allocate := func(to session.Session) rota.Booked {
		return must[rota.Booked](s)(s.desk.Allocate(t.Context(), rota.Allocate{
			Command: s.do(manager), Session: to.ID, Clinician: "bea",
		}))
	}
	allocate(filled)
	s.apply(session.Clinician("p-ann", "ann"), applied)
	s.apply(bea, stays)
	// Taken and given back: another period of availability, which the next digest tells of.
	again := allocate(moved)
	a := must[withdrawal.Assessment](s)(s.desk.AssessCancellation(t.Context(), bea, again.Booking.ID))
	must[withdrawal.Cancelled](s)(s.desk.CancelBooking(t.Context(), withdrawal.CancelBooking{
		Command: s.do(bea), Booking: again.Booking.ID, Shown: a.Shown,
	}))
	text, err := compose()
	for _, words := range []string{
		"1 new session", string(stays.Reference), "1 applied", "£85.00", "GP at Riverside Surgery",
	} {
		if err != nil || !strings.Contains(text, words) {
			t.Errorf("it does not say %q: %s, %v", words, text, err)
		}
	}
	var stale *notify.StaleError
	s.dir.AddClinician(rota.ClinicianFacts{ID: "ann", Person: "p-ann", Roles: []session.Role{"GP"}}, mailable("p-ann"))
	if text, err := compose(); !errors.As(err, &stale) || stale.Why != notify.Overtaken {
		t.Errorf("no member any more: %s, %v", text, err)
	}
	claim.Event.Facts["clinician"] = "nobody"
	if text, err := compose(); !errors.As(err, &stale) || stale.Why != notify.NotConcerned {
		t.Errorf("nobody: %s, %v", text, err)
	}
}

// The dispatcher and the composer together.
func TestN5DispatcherTellsTheWorkflow(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", true)
	b := s.book(ann, 20)
	s.plan()
	var sink notifytest.Recorder
	d := must[*notify.Dispatcher](s)(notify.NewDispatcher(notify.DispatcherOptions{
		Queue: s.store, Composer: s.composer(), Notifier: &sink, Now: s.clock,
	}))
	// The application was accepted before the practice was told of it.
	s.equal("told", must[notify.Tally](s)(d.Deliver(t.Context())), notify.Tally{Delivered: 1, Stale: 3})
	s.equal("Ann", sink.To("p-ann")[0].Subject, "Booking confirmed: session "+string(b.Session.Reference)+" on Mon 20 Jul")
}

// wrong is a store or directory that can't answer one question.
type wrong struct {
	desk.Store
	desk.Directory
	at string
}

func (w wrong) fail(at string) error {
	if w.at == at {
		return errBroken
	}
	return nil
}

func (w wrong) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	found, err := w.Store.Load(ctx, want)
	return found, errors.Join(err, w.fail("load"))
}

func (w wrong) Settings(ctx context.Context, people ...session.PersonID) ([]notify.Settings, error) {
	found, err := w.Store.Settings(ctx, people...)
	return found, errors.Join(err, w.fail("settings"))
}

func (w wrong) Texts(ctx context.Context, ids ...session.TextID) ([]session.Text, error) {
	found, err := w.Store.Texts(ctx, ids...)
	return found, errors.Join(err, w.fail("texts"))
}

func (w wrong) Record(
	ctx context.Context, p session.ProviderID, q desk.RecordQuery,
) (session.Page[session.Event], error) {
	found, err := w.Store.Record(ctx, p, q)
	return found, errors.Join(err, w.fail("record"))
}

func (w wrong) FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error) {
	found, err := w.Store.FindWork(ctx, q)
	return found, errors.Join(err, w.fail("listings"))
}

func (w wrong) Practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	found, err := w.Directory.Practice(ctx, id)
	return found, errors.Join(err, w.fail("practice"))
}

func (w wrong) Person(ctx context.Context, id session.PersonID) (notify.Person, error) {
	found, err := w.Directory.Person(ctx, id)
	return found, errors.Join(err, w.fail("person"))
}

func (w wrong) Clinician(ctx context.Context, id session.ClinicianID) (rota.ClinicianFacts, error) {
	found, err := w.Directory.Clinician(ctx, id)
	return found, errors.Join(err, w.fail("clinician"))
}

func (w wrong) PracticeStaff(ctx context.Context, id session.PracticeID) ([]session.PersonID, error) {
	found, err := w.Directory.PracticeStaff(ctx, id)
	return found, errors.Join(err, w.fail("staff"))
}

func (w wrong) Support(ctx context.Context) (session.SupportFacts, error) {
	found, err := w.Directory.Support(ctx)
	return found, errors.Join(err, w.fail("support"))
}

// What can't be found out now is found out later: nothing is taken for overtaken because a question wasn't answered.
func TestN5WhatCannotBeAnsweredIsAskedAgain(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", true)
	s.post(21, session.Rota)
	s.apply(ann, s.post(22, session.Rota))
	b := s.book(ann, 20)
	s.text(b.Session, "Hello.")
	s.plan()
	must[int](s)(s.digester().Digest(t.Context(), slices.Values([]session.ClinicianID{"ann"})))
	claims := s.claims()
	s.move(b.Session, 23)
	claims = append(claims, s.claims()...)
	for _, at := range []string{
		"load", "settings", "texts", "record", "listings", "practice", "person", "clinician", "staff", "support",
	} {
		w := wrong{s.store, s.dir, at}
		failed := 0
		for _, c := range claims {
			_, err := (&keeper.Composer{Store: w, Directory: w, Now: s.clock}).Compose(t.Context(), c)
			if errors.Is(err, errBroken) {
				failed++
			}
			if errors.Is(err, errBroken) && (errors.Is(err, notify.ErrStale) || errors.Is(err, notify.ErrPermanent)) {
				t.Errorf("%s, %s: %v", at, c.Delivery.Kind, err)
			}
		}
		if failed == 0 {
			t.Errorf("%s: nobody noticed", at)
		}
	}
	// A kind that only a newer release knows is left to that.
	claims[0].Delivery.Kind = "newer"
	if _, err := s.composer().Compose(t.Context(), claims[0]); err == nil || errors.Is(err, notify.ErrStale) ||
		errors.Is(err, notify.ErrPermanent) {
		t.Errorf("a kind that nobody knows: %v", err)
	}
}

func TestComposerDefaultsToTheMachinesClock(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", true)
	now := situation()
	now.Booking.State = booking.Cancelled
	c := &keeper.Composer{Store: &still{Snapshot: now, surgery: s}, Directory: s.dir}
	m, err := c.Compose(t.Context(), claimOf(notify.BookingWithdrawn, judgements()[notify.BookingWithdrawn]))
	if err != nil || m.Link != "" {
		t.Errorf("%+v, %v", m, err)
	}
}
