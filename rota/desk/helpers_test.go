package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The cast. North is a provider with practices in Leeds and York, South one with a practice in Bath. Pat is a GP
// partner: a clinician of North, who also speaks for Leeds and manages North's rota.
var (
	byLeeds   = session.Practice("p-leeds", "north", "leeds")
	byYork    = session.Practice("p-york", "north", "york")
	byManager = session.RotaManager("p-manager", "north")
	byBath    = session.Practice("p-bath", "south", "bath")
	bySouth   = session.RotaManager("p-south", "south")
	byAda     = session.Clinician("p-ada", "ada")
	byBen     = session.Clinician("p-ben", "ben")
	byCas     = session.Clinician("p-cas", "cas")
	byPat     = session.Clinician("p-pat", "pat")
	patLeeds  = session.Practice("p-pat", "north", "leeds")
	patNorth  = session.RotaManager("p-pat", "north")
	bySupport = session.Support("p-support")
	bySystem  = session.System()
)

// opening is when every story begins: Thu 2 Jul 2026, 10:00 in Leeds.
var opening = instant("2026-07-02T09:00:00Z")

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

// wall is a local time of 2026.
func wall(day int, month time.Month, clock string) calendar.Local {
	c, err := calendar.ParseClock(clock)
	if err != nil {
		panic(err)
	}
	return calendar.Local{Date: calendar.MustDate(2026, month, day), Clock: c}
}

func pounds(n int64) session.Money { return session.Pounds(100 * n) }

func addr[T any](v T) *T { return &v }

// stage is a desk with a store in memory, a directory and a clock that stands still until it is moved.
type stage struct {
	t     testing.TB
	store *memory.Store
	dir   *memory.Directory
	desk  *desk.Desk

	mu  sync.Mutex
	now time.Time
	ids int
}

// newStage returns a stage with the whole cast; some can change the desk's options.
func newStage(t testing.TB, some ...func(*desk.Options)) *stage {
	t.Helper()
	st := &stage{t: t, store: memory.New(), dir: memory.NewDirectory(), now: opening}
	st.cast()
	st.desk = st.another(some...)
	return st
}

// another returns another desk on the same stage.
func (st *stage) another(some ...func(*desk.Options)) *desk.Desk {
	st.t.Helper()
	o := desk.Options{Store: st.store, Directory: st.dir, Now: st.clock}
	for _, f := range some {
		f(&o)
	}
	d, err := desk.New(o)
	if err != nil {
		st.t.Fatal(err)
	}
	return d
}

func (st *stage) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.now
}

// at moves the clock.
func (st *stage) at(s string) *stage {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.now = instant(s)
	return st
}

func (st *stage) cast() {
	st.t.Helper()
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		st.t.Fatal(err)
	}
	reach := func(id session.PersonID) notify.Person {
		return notify.Person{ID: id, Name: "Name of " + string(id), Email: string(id) + "@example.org"}
	}
	st.dir.AddProvider(session.ProviderFacts{ID: "north"}, reach("p-manager"), reach("p-pat"))
	st.dir.AddProvider(session.ProviderFacts{ID: "south"}, reach("p-south"))
	for _, p := range []struct {
		id       session.PracticeID
		provider session.ProviderID
		name     string
	}{{"leeds", "north", "Leeds Surgery"}, {"york", "north", "York Surgery"}, {"bath", "south", "Bath Surgery"}} {
		st.dir.AddPractice(session.PracticeFacts{
			ID: p.id, Provider: p.provider, Name: p.name, Calendar: cal, Phone: "01632 960001",
		}, reach(session.PersonID("p-"+string(p.id))))
	}
	st.dir.SetSupport(session.SupportFacts{Phone: "01632 960999", Email: "support@example.org"}, reach("p-support"))
	for id, providers := range map[session.ClinicianID][]session.ProviderID{
		"ada": {"north", "south"}, "ben": {"north"}, "cas": {"south"}, "pat": {"north"},
	} {
		st.clinician(id, func(f *rota.ClinicianFacts) {
			f.Memberships = nil
			for _, p := range providers {
				f.Memberships = append(f.Memberships, rota.Membership{Provider: p, Tier: rota.StaffBank})
			}
		})
	}
}

// clinician adds or replaces a clinician: a fully approved GP of North with every document, as amended.
func (st *stage) clinician(id session.ClinicianID, amend func(*rota.ClinicianFacts)) {
	person := session.PersonID("p-" + string(id))
	f := rota.ClinicianFacts{
		ID: id, Person: person, Roles: []session.Role{"GP", "ANP"}, Approved: true,
		Memberships: []rota.Membership{{Provider: "north", Tier: rota.StaffBank}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		f.Documents = append(f.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2030, 12, 31)})
	}
	if amend != nil {
		amend(&f)
	}
	st.dir.AddClinician(f, notify.Person{ID: person, Email: string(person) + "@example.org"})
}

// do returns the head of a command with a fresh id.
func (st *stage) do(by session.Actor) session.Command {
	st.ids++
	return session.Do(session.CommandID(fmt.Sprintf("command-%03d", st.ids)), by)
}

// dump is all that the store keeps.
func (st *stage) dump() string {
	st.t.Helper()
	b, err := st.store.Dump()
	if err != nil {
		st.t.Fatal(err)
	}
	return string(b)
}

// untouched asks that nothing has changed since before.
func (st *stage) untouched(t testing.TB, before string) {
	t.Helper()
	if after := st.dump(); after != before {
		t.Errorf("the store has changed (-before +after):\n%s", cmp.Diff(before, after))
	}
}

// must returns what a command led to, and ends the test where it failed.
func must[R any](t testing.TB) func(R, error) R {
	return func(r R, err error) R {
		t.Helper()
		if err != nil {
			t.Fatalf("%T: %v", err, err)
		}
		return r
	}
}

// run gives a command to the desk, whichever it is.
func run(t testing.TB, d *desk.Desk, c any) (any, error) {
	t.Helper()
	name := reflect.TypeOf(c).Name()
	m := reflect.ValueOf(d).MethodByName(name)
	if !m.IsValid() {
		t.Fatalf("the desk has no method %s", name)
	}
	out := m.Call([]reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(c)})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// ok gives a command that succeeds.
func (st *stage) ok(c any) any {
	st.t.Helper()
	out, err := run(st.t, st.desk, c)
	if err != nil {
		st.t.Fatalf("%T: %T: %v", c, err, err)
	}
	return out
}

// shift is a session of Leeds: Tue 14 Jul 2026, 08:00 to 18:00, an hour's break, £70 an hour; worth £630.
func (st *stage) shift(amend ...func(*session.Post)) session.Post {
	c := session.Post{
		Command: st.do(byLeeds), Practice: "leeds", Role: "GP",
		Start: wall(14, time.July, "08:00"), End: wall(14, time.July, "18:00"), Break: time.Hour,
		Rate:  session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
		Place: "Room 1", Instructions: "Ring the bell.", Channel: session.Rota,
	}
	for _, f := range amend {
		f(&c)
	}
	return c
}

// posts returns a posted session.
func (st *stage) posts(amend ...func(*session.Post)) session.Session {
	st.t.Helper()
	return must[session.Session](st.t)(st.desk.Post(st.t.Context(), st.shift(amend...)))
}

// applies returns an application for a session.
func (st *stage) applies(by session.Actor, s session.Session) rota.Applied {
	st.t.Helper()
	return must[rota.Applied](st.t)(st.desk.Apply(st.t.Context(), rota.Apply{Command: st.do(by), Session: s.ID}))
}

// books posts a session, and books Ada by her application.
func (st *stage) books(amend ...func(*session.Post)) rota.Booked {
	st.t.Helper()
	a := st.applies(byAda, st.posts(amend...))
	return must[rota.Booked](st.t)(st.desk.Accept(st.t.Context(), rota.Accept{
		Command: st.do(byLeeds), Application: a.Application.ID,
	}))
}

// policy is a version that North can publish.
func (st *stage) policy(amend ...func(*withdrawal.Policy)) withdrawal.PublishPolicy {
	p := withdrawal.Default()
	p.Version, p.Provider, p.ValidFrom = 1, "north", st.clock()
	p.Fee.Scale = []withdrawal.ScaleStep{{
		Notice: p.Fee.Notice, Percent: decimal.NewFromInt(50),
		BookedLate: decimal.NullDecimal{Decimal: decimal.NewFromInt(25), Valid: true},
	}}
	for _, f := range amend {
		f(&p)
	}
	return withdrawal.PublishPolicy{Command: st.do(byManager), Policy: p}
}

// offers returns an offered booking of Ada's.
func (st *stage) offers() rota.Booked {
	st.t.Helper()
	st.ok(st.policy(func(p *withdrawal.Policy) { p.Applications.OfferAllocations = true }))
	return must[rota.Booked](st.t)(st.desk.Allocate(st.t.Context(), rota.Allocate{
		Command: st.do(byManager), Session: st.posts().ID, Clinician: "ada",
	}))
}

// changes returns Ada's booking with a material change that waits for her answer.
func (st *stage) changes() rota.Changed {
	st.t.Helper()
	b := st.books()
	return must[rota.Changed](st.t)(st.desk.Change(st.t.Context(), rota.Change{
		Command: st.do(byLeeds), Session: b.Session.ID,
		Start: wall(15, time.July, "08:00"), End: wall(15, time.July, "18:00"),
	}))
}

// opens returns a support case about Ada's booking, opened on Fri 10 July.
func (st *stage) opens() withdrawal.Case {
	st.t.Helper()
	b := st.books()
	st.at("2026-07-10T09:00:00Z")
	return must[withdrawal.Case](st.t)(st.desk.OpenCase(st.t.Context(), st.caseOf(b)))
}

func (st *stage) caseOf(b rota.Booked) withdrawal.OpenCase {
	return withdrawal.OpenCase{
		Command: st.do(byLeeds), Reference: b.Session.Reference, PracticeName: "Leeds Surgery",
		Date: calendar.MustDate(2026, time.July, 14), Reason: "The boiler has burst.", Via: withdrawal.ByForm,
	}
}

// claims returns a right to a fee of Ada's: support withdrew on Fri 10 July.
func (st *stage) claims() withdrawal.Withdrawn {
	st.t.Helper()
	c := st.opens()
	return must[withdrawal.Withdrawn](st.t)(st.desk.ActionCase(st.t.Context(), withdrawal.ActionCase{
		Command: st.do(bySupport), Case: c.ID,
	}))
}

// proposes returns a fee with Ada's figure on the table.
func (st *stage) proposes() withdrawal.Fee {
	st.t.Helper()
	w := st.claims()
	return must[withdrawal.Fee](st.t)(st.desk.ProposeFee(st.t.Context(), withdrawal.ProposeFee{
		Command: st.do(byAda), Booking: w.Booking.ID, Amount: pounds(300), Note: "I turned others down.",
	}))
}

// cancels returns Ada's late cancellation at the practice's request, on Mon 13 July.
func (st *stage) cancels() withdrawal.Cancelled {
	st.t.Helper()
	b := st.books()
	st.at("2026-07-13T09:00:00Z")
	return must[withdrawal.Cancelled](st.t)(st.desk.CancelBooking(st.t.Context(), withdrawal.CancelBooking{
		Command: st.do(byAda), Booking: b.Booking.ID, Shown: st.cancellation(byAda, b.Booking.ID), AtRequest: true,
		Reason: "They asked me to.",
	}))
}

func (st *stage) cancellation(by session.Actor, id session.BookingID) string {
	st.t.Helper()
	return must[withdrawal.Assessment](st.t)(st.desk.AssessCancellation(st.t.Context(), by, id)).Shown
}

func (st *stage) withdrawal(by session.Actor, id session.SessionID) string {
	st.t.Helper()
	return must[withdrawal.Assessment](st.t)(st.desk.AssessWithdrawal(st.t.Context(), by, id)).Shown
}

func (st *stage) ending(by session.Actor, id session.BookingID) string {
	st.t.Helper()
	return must[withdrawal.Assessment](st.t)(st.desk.AssessEnding(st.t.Context(), by, id)).Shown
}

// works returns Ada's booking after the end of the session, completed by the clock.
func (st *stage) works(amend ...func(*session.Post)) rota.Booked {
	st.t.Helper()
	b := st.books(amend...)
	st.at("2026-07-14T17:00:00Z")
	st.ok(booking.Complete{Command: st.do(bySystem), Session: b.Session.ID})
	return b
}

func (st *stage) hours(b rota.Booked) booking.StateHours {
	return booking.StateHours{
		Command: st.do(byAda), Booking: b.Booking.ID, Start: b.Booking.Terms.Span.Start, End: b.Booking.Terms.Span.End,
		Break: time.Hour,
	}
}

// states returns a booking with its hours stated.
func (st *stage) states() rota.Booked {
	st.t.Helper()
	b := st.works()
	st.ok(st.hours(b))
	return b
}

// bills returns an invoice that awaits sending.
func (st *stage) bills() booking.Invoice {
	st.t.Helper()
	b := st.states()
	return must[booking.Approved](st.t)(st.desk.ApproveHours(st.t.Context(), booking.ApproveHours{
		Command: st.do(byLeeds), Booking: b.Booking.ID,
	})).Invoice
}

// sends returns an invoice that was sent.
func (st *stage) sends() booking.Invoice {
	st.t.Helper()
	return must[booking.Invoice](st.t)(st.desk.SendInvoice(st.t.Context(), booking.SendInvoice{
		Command: st.do(byAda), Invoice: st.bills().ID, Due: calendar.MustDate(2026, time.August, 14),
	}))
}

// events are all of a session.
func (st *stage) events(id session.SessionID) []session.Event {
	st.t.Helper()
	return collect(st.t, desk.All(func(p session.PageRequest) (session.Page[session.Event], error) {
		return st.desk.Record(st.t.Context(), bySupport, id, p)
	}))
}

func collect[T any](t testing.TB, all func(func(T, error) bool)) []T {
	t.Helper()
	var items []T
	for item, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}

// typed asks for an error with a code that reads as a sentence, and returns the code.
func typed(t testing.TB, err error) string {
	t.Helper()
	var c session.Coded
	if !errors.As(err, &c) {
		t.Errorf("%T is no typed error: %v", err, err)
		return ""
	}
	if c.Code() == "" || c.Code() == "broken" {
		t.Errorf("error %T has the code %q: %v", err, c.Code(), err)
	}
	text := err.Error()
	if text == "" || !strings.HasSuffix(text, ".") || strings.ToUpper(text[:1]) != text[:1] {
		t.Errorf("%q is no sentence", text)
	}
	return c.Code()
}

// named is the field that an error names.
func named(err error) string {
	var field *session.FieldError
	var missing *session.NotFoundError
	switch {
	case errors.As(err, &field):
		return field.Field
	case errors.As(err, &missing):
		return missing.Field
	}
	return ""
}

// asJSON is a value as a host would send it on.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
