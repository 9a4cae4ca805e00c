package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// ComposeStore is what a Composer reads of a store; every desk.Store is one.
type ComposeStore interface {
	notify.Store
	// Load is as in desk.Store.
	Load(ctx context.Context, want desk.Want) (desk.Snapshot, error)
	// Texts is as in desk.Store.
	Texts(ctx context.Context, ids ...session.TextID) ([]session.Text, error)
	// Record is as in desk.Store.
	Record(ctx context.Context, provider session.ProviderID, q desk.RecordQuery) (session.Page[session.Event], error)
	// FindWork is as in rota.Store.
	FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error)
}

// Composer makes the messages of the workflow for a notify.Dispatcher, just before they are sent (N5). What a message
// says has to be true still: an application that waits, an offer that stands, a booking that is live; a table says for
// each kind what that is. The person has to be one of those concerned still, their address is the one that they have
// now, and a switch that they turned off meanwhile counts, unless the kind can't be turned off (N2). The reasons and
// messages that people wrote are read now, too: what was erased meanwhile is left out (P4).
//
// Store and Directory are required.
type Composer struct {
	Store     ComposeStore
	Directory desk.Directory
	// Texts are the words; not given: the built-in ones.
	Texts *notify.Texts
	// Product is what the host calls itself in the messages; blank: nothing.
	Product string
	// Link leads to where the person can act on a delivery: an https address, or blank where there is none. Not given:
	// no links.
	Link func(notify.Delivery, session.Event) string
	// Now is the clock; not given: the machine's. It should be the desk's.
	Now func() time.Time
}

var _ notify.Composer = (*Composer)(nil)

// occasion is what one message is made from: the delivery and its event, and how things are now.
type occasion struct {
	notify.Claim
	desk.Snapshot
	now  time.Time
	want desk.Want
	// over is the booking that the event ended, where the kind is about what became of its session.
	over booking.Booking
	// later are the events of the booking since the delivery's own; read only where they count.
	later []session.Event

	person   notify.Person
	settings notify.Settings
	practice session.PracticeFacts
}

// Compose judges a delivery again and makes its message. The error is a *notify.StaleError for what was overtaken, a
// *notify.UnreachableError where the channel doesn't reach the person any more, a *notify.HeldError in their quiet
// hours, a *session.FieldError for a composer without what it requires, and otherwise one of the store's or the
// directory's.
func (c *Composer) Compose(ctx context.Context, claim notify.Claim) (notify.Message, error) {
	switch {
	case c.Store == nil:
		return notify.Message{}, missing("Composer.Store")
	case c.Directory == nil:
		return notify.Message{}, missing("Composer.Directory")
	}
	k, known := composed[claim.Delivery.Kind]
	if !known {
		// Planned by a release that knows more: it will send it.
		return notify.Message{}, fmt.Errorf("keeper: this release doesn't know the kind %q", claim.Delivery.Kind)
	}
	o := &occasion{Claim: claim, now: session.Instant(c.clock())}
	if err := c.read(ctx, o, k); err != nil {
		return notify.Message{}, err
	}
	if k.holds != nil && !k.holds(*o) {
		return notify.Message{}, &notify.StaleError{Why: notify.Overtaken}
	}
	if err := c.addressee(ctx, o); err != nil {
		return notify.Message{}, err
	}
	data, err := c.data(ctx, o, k)
	if err != nil {
		return notify.Message{}, err
	}
	texts := c.Texts
	if texts == nil {
		texts = &notify.Texts{}
	}
	m, err := texts.Render(claim.Delivery, o.person, data)
	if err != nil {
		return notify.Message{}, err
	}
	m.Link = data.Link
	if k.invites && claim.Delivery.Audience == notify.BookedClinician {
		m.Invitation = o.invitation()
	}
	return m, nil
}

func (c *Composer) clock() time.Time {
	if c.Now == nil {
		return time.Now() //nolint:forbidigo // the one clock of a composer that is given none
	}
	return c.Now()
}

// read loads what the kind is about, as it is now.
func (c *Composer) read(ctx context.Context, o *occasion, k composing) error {
	var err error
	if k.about != nil {
		o.want = k.about(o.Event)
		if o.Snapshot, err = c.Store.Load(ctx, o.want); err != nil {
			return err
		}
	}
	if k.over {
		ended, err := c.Store.Load(ctx, aboutBooking(o.Event))
		if err != nil {
			return err
		}
		o.over = ended.Booking
	}
	if (k.invites && !k.over || k.overtaken != nil) && o.Booking.Version > 0 {
		if o.later, err = c.since(ctx, o); err != nil {
			return err
		}
	}
	for _, e := range o.later {
		if slices.Contains(k.overtaken, e.Kind) {
			return &notify.StaleError{Why: notify.Overtaken}
		}
	}
	practice := o.Session.Practice
	if practice == "" {
		practice = session.PracticeID(o.Event.Facts["practice"])
	}
	o.practice, err = c.Directory.Practice(ctx, practice)
	return known(err)
}

// known takes somebody whom the directory doesn't know for somebody of whom nothing is known.
func known(err error) error {
	if errors.Is(err, desk.ErrUnknown) {
		return nil
	}
	return err
}

// since reads what has happened to a booking since the event.
func (c *Composer) since(ctx context.Context, o *occasion) ([]session.Event, error) {
	subject := o.Booking.Subject()
	after := int64(0)
	if o.Event.Subject == subject {
		after = o.Event.Version
	}
	if o.Booking.Version == after {
		return nil, nil
	}
	list := func(req session.PageRequest) (session.Page[session.Event], error) {
		return c.Store.Record(ctx, o.Booking.Provider, desk.RecordQuery{Subject: subject, Page: req})
	}
	var later []session.Event
	for e, err := range desk.All(list) {
		if err != nil {
			return nil, err
		}
		if e.Version > after {
			later = append(later, e)
		}
	}
	return later, nil
}

// addressee finds out how the person is reached now, and whether they are to be told this, in this way, at this time.
func (c *Composer) addressee(ctx context.Context, o *occasion) error {
	d := o.Delivery
	concerned, err := c.concerned(ctx, o)
	if err != nil {
		return err
	}
	if !concerned {
		return &notify.StaleError{Why: notify.NotConcerned}
	}
	if o.person, err = person(ctx, c.Directory, d.Person); err != nil {
		return err
	}
	chosen, err := c.Store.Settings(ctx, d.Person)
	if err != nil {
		return err
	}
	if len(chosen) > 0 {
		o.settings = chosen[0]
	}
	// The plan would decide the same again, were it made now.
	notice := notify.Notice{Kind: d.Kind, Audience: d.Audience}
	for _, again := range notify.Plan(o.Event, notice, o.person, o.settings, o.now) {
		switch {
		case again.Channel != d.Channel:
		case again.State == notify.Planned && again.NotBefore.After(o.now):
			return &notify.HeldError{Until: again.NotBefore, Why: again.Why}
		case again.State == notify.Planned:
			return nil
		case again.Why == notify.NoAddress || again.Why == notify.NoDevice:
			return &notify.UnreachableError{Channel: d.Channel, Why: again.Why}
		default:
			return &notify.StaleError{Why: again.Why}
		}
	}
	return &notify.StaleError{Why: notify.NotConcerned} // a kind that has no push any more
}

// concerned says whether the person still belongs to those who are told. A clinician does: it is about them.
func (c *Composer) concerned(ctx context.Context, o *occasion) (bool, error) {
	var people []session.PersonID
	var err error
	switch o.Delivery.Audience {
	case notify.PracticeStaff:
		people, err = c.Directory.PracticeStaff(ctx, session.PracticeID(o.Event.Facts["practice"]))
	case notify.RotaManagers:
		people, err = c.Directory.RotaManagers(ctx, o.Event.Provider)
	case notify.SupportTeam:
		people, err = c.Directory.SupportTeam(ctx)
	case notify.BookedClinician, notify.Applicant, notify.PendingApplicants:
		return true, nil
	}
	return slices.Contains(people, o.Delivery.Person), known(err)
}

// data is what the texts are made from.
func (c *Composer) data(ctx context.Context, o *occasion, k composing) (notify.Data, error) {
	d := notify.FromEvent(o.Event, o.Delivery.Kind, o.zone())
	d.Product, d.Practice, d.Name = c.Product, o.practice.Name, o.person.Name
	if c.Link != nil {
		d.Link = c.Link(o.Delivery, o.Event)
	}
	o.fill(&d)
	if o.Delivery.Kind == notify.Reminder || o.Delivery.Kind == notify.CallDue && d.Phone == "" {
		d.Phone = o.practice.Phone
	}
	support, err := c.Directory.Support(ctx)
	if err != nil {
		return d, err
	}
	d.SupportPhone, d.SupportEmail = support.Phone, support.Email
	if id := session.ClinicianID(o.Event.Facts["clinician"]); id != "" {
		if d.Clinician, err = c.name(ctx, id); err != nil {
			return d, err
		}
	}
	if k.reason {
		if d.Reason, err = c.words(ctx, o.Event.Reason); err != nil {
			return d, err
		}
	}
	switch o.Delivery.Kind {
	case notify.NewMessage:
		d.Message, err = c.words(ctx, session.TextID(o.Event.Facts["text"]))
	case notify.Digest:
		d.Items, err = c.items(ctx, o)
	case notify.Unreachable:
		var missed notify.Person
		missed, err = person(ctx, c.Directory, session.PersonID(o.Event.Facts["person"]))
		d.Unreached = missed.Name
	default: // the others have no words of their own
	}
	return d, err
}

// fill adds what the event doesn't say of the session: on the terms last agreed, where it is about a booking.
func (o *occasion) fill(d *notify.Data) {
	terms := o.Session.Terms
	if o.Booking.Version > 0 && o.want.Session == "" && o.want.Application == "" {
		terms = o.Booking.Terms
	}
	d.Place = terms.Place
	if d.Reference == "" {
		d.Reference = string(o.Session.Reference)
	}
	if d.Role == "" {
		d.Role = string(terms.Role)
	}
	if d.Start.IsZero() && !terms.Span.IsZero() {
		d.Start, d.End = terms.Span.Start.In(o.zone()), terms.Span.End.In(o.zone())
	}
}

// zone is the practice's (T1).
func (o *occasion) zone() *time.Location {
	if o.practice.Calendar == nil {
		return time.UTC
	}
	return o.practice.Calendar.Location()
}

// name is a clinician's.
func (c *Composer) name(ctx context.Context, id session.ClinicianID) (string, error) {
	facts, err := c.Directory.Clinician(ctx, id)
	if err != nil || facts.Person == "" {
		return "", known(err)
	}
	p, err := person(ctx, c.Directory, facts.Person)
	return p.Name, err
}

// words are what somebody wrote; blank once erased (P4).
func (c *Composer) words(ctx context.Context, id session.TextID) (string, error) {
	if id == "" {
		return "", nil
	}
	found, err := c.Store.Texts(ctx, id)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].Body, nil
}

// invitation is the booking as it is now, for the clinician's own calendar (A8).
func (o *occasion) invitation() *notify.Invitation {
	b := o.Booking
	if o.over.Version > 0 {
		b = o.over
	}
	made := o.Event.At
	if n := len(o.later); n > 0 {
		made = o.later[n-1].At
	}
	i := &notify.Invitation{
		UID: notify.InvitationUID(b.ID), Sequence: b.Version, Cancelled: b.State == booking.Cancelled, Stamp: made,
		Tentative: b.State == booking.Offered,
		Start:     b.Terms.Span.Start.In(o.zone()), End: b.Terms.Span.End.In(o.zone()),
		Summary: string(b.Terms.Role), Place: b.Terms.Place, Description: "Session " + string(b.Reference),
	}
	if o.practice.Name != "" {
		i.Summary += " at " + o.practice.Name
	}
	if i.Place == "" {
		i.Place = o.practice.Name
	}
	if b.Terms.Instructions != "" && !i.Cancelled {
		i.Description += "\n\n" + b.Terms.Instructions
	}
	return i
}
